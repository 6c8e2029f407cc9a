"""What Route 53 says when it does not take a change batch."""


class Refused(Exception):
    """Route 53 does not take the batch; `code` is its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid_batch(problems: list[str]) -> Refused:
    """The error for everything that is wrong with a batch, each thing once."""
    return Refused("InvalidChangeBatch", f"[{', '.join(dict.fromkeys(problems))}]")
