"""The check `release`: the instances say that they run what the colour's stack declares."""

from collections.abc import Sequence

from cutover.checks.check import RELEASE, Check
from cutover.checks.probes import OK, Answered


def check(answers: Sequence[Answered], header: str | None, declared: str) -> Check:
    """Holds when every good one of `answers` (at least one) has `declared` in `header`, or when there is no header.

    Answers that are not good are the business of the check `probes`.
    """
    if header is None:
        return Check(RELEASE, True, "not asked: releaseHeader is not set", "anything")
    said = {answer.headers.get(header.lower()): answer.address for answer in reversed(answers) if answer.status == OK}
    wrong = [
        f"{address} answered {f'{header}: {text}' if text is not None else f'without {header}'}"
        for text, address in said.items()
        if text != declared
    ]
    return Check(
        RELEASE,
        bool(said) and not wrong,
        "; ".join(wrong) or (f"{header}: {declared}" if said else f"no good answer that could have {header}"),
        f"{header}: {declared} in every answer",
    )
