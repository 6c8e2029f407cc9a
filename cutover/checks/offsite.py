"""The check `offsite`: the parameters and secrets that instances are born with are there."""

from collections.abc import Mapping

from cutover.checks.check import OFFSITE, Check

# Not an error: whoever runs `pulumi` need not have the right to read a secret, and only its value tells its kind.
UNOPENED = "may not be opened from here"


def check(errors: Mapping[str, str]) -> Check:
    """Holds when no reference (the name or ARN of a parameter or secret) has an error text other than UNOPENED."""
    broken = [f"{reference}: {error}" for reference, error in sorted(errors.items()) if error not in ("", UNOPENED)]
    unopened = sum(error == UNOPENED for error in errors.values())
    return Check(
        OFFSITE,
        not broken,
        "; ".join(broken)
        or f"{len(errors)} parameters and secrets can be read"
        + (f"; {unopened} of them {UNOPENED}: that they hold text shows when an instance starts" if unopened else ""),
        "every parameter and secret in `offsite` exists and can be read, and every secret is a text",
    )
