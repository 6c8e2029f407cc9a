"""What a rule says of a resource."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong, the value seen (never a secret), why it matters here, and what to do."""

    wrong: str
    seen: object
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.wrong} (seen: {self.seen}). {self.why} {self.remedy}"
