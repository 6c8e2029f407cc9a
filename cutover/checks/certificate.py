"""The check `certificate`: clients of every live name are served with it, for some time to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cutover.checks.check import CERTIFICATE, Check

ISSUED = "ISSUED"
VALID_DAYS = 14


@dataclass(frozen=True)
class CertificateSeen:
    """A certificate in the words of DescribeCertificate; `not_after` is None until it is issued.

    `read_at` is when AWS said so, by its own clock.
    """

    arn: str
    status: str
    names: frozenset[str]
    not_after: datetime | None
    read_at: datetime


def covers(name: str, certified: Iterable[str]) -> bool:
    """Whether `name` is among `certified`; an asterisk there stands for exactly one label (RFC 6125 section 6.4.3)."""
    name = name.lower()
    wildcard = f"*.{name.partition('.')[2]}"
    return any(pattern.lower() in (name, wildcard) for pattern in certified)


def check(seen: CertificateSeen, names: Sequence[str]) -> Check:
    """Holds when it is issued, covers all `names`, and is valid for VALID_DAYS more days."""
    uncovered = [name for name in names if not covers(name, seen.names)]
    until = f"{seen.not_after:%Y-%m-%d}" if seen.not_after else "unknown"
    needed = seen.read_at + timedelta(days=VALID_DAYS)
    problems = [
        *([] if seen.status == ISSUED else [f"status {seen.status}"]),
        *([f"covers {', '.join(sorted(seen.names)) or 'nothing'}, not {', '.join(uncovered)}"] if uncovered else []),
        *([] if seen.not_after and seen.not_after >= needed else [f"valid until {until}"]),
    ]
    good = f"{seen.arn} covers {', '.join(names)} and is valid until {until}"
    return Check(
        CERTIFICATE,
        not problems,
        f"{seen.arn}: {'; '.join(problems)}" if problems else good,
        f"issued, for {', '.join(names)}, valid for {VALID_DAYS} more days (until {needed:%Y-%m-%d})",
    )


def check_none() -> Check:
    """The check of a service without HTTPS."""
    return Check(CERTIFICATE, True, "none is needed: https is false", "anything")
