"""What the evaluation of policies does not know, and therefore never says yes to."""


class CannotEvaluate(Exception):
    """A policy or a request holds something that is not known here; its text says what."""
