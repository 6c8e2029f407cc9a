"""Questions to AWS by way of the provider: what fails is said as a refusal, not as a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from cutover.printable import quoted
from cutover.refusal import Refusal


@contextmanager
def invoking(what: str, seen: str = "") -> Iterator[None]:
    """Whatever keeps the provider from telling `what` (like `the zones of the region`) is raised as a Refusal.

    `seen` is what was asked with, like a config key and its value.
    """
    try:
        yield
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        said = quoted(str(error).rpartition("returned an error: ")[2])
        raise Refusal(
            f"AWS did not tell {what}",
            seen=f"{seen}: {said}" if seen else said,
            allowed="an answer",
            next_step="aws sts get-caller-identity shows who was asked for it; mend what the message names (the "
            "permissions are listed under 'Before you start' in docs/first-time.md), then the same command again",
        ) from None
