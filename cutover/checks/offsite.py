"""The check `offsite`: the parameters and secrets that instances are born with are there."""

from collections.abc import Mapping

from cutover.checks.check import OFFSITE, Check


def check(errors: Mapping[str, str]) -> Check:
    """Holds when no reference (the name or ARN of a parameter or secret) has an error text."""
    broken = [f"{reference}: {error}" for reference, error in sorted(errors.items()) if error]
    return Check(
        OFFSITE,
        not broken,
        "; ".join(broken) or f"{len(errors)} parameters and secrets can be read",
        "every parameter and secret in `offsite` exists and can be read",
    )
