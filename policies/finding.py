"""What a rule says of a resource."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong, the value seen (never a secret; printed escaped), why it matters here, and what to do."""

    wrong: str
    seen: object
    why: str
    remedy: str

    def __str__(self) -> str:
        said = f"{self.wrong} (seen: {self.seen}). {self.why} {self.remedy}"
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in said)
