"""Offsite data: where a cluster finds what lives outside both colours."""

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit


class Kind(Enum):
    """How an instance gets the value: it is plain, or fetched at boot by the instance role."""

    PLAIN = "plain"
    PARAMETER = "ssm"
    SECRET = "secretsmanager"


ALLOWED = (
    "a URL without user or password (SCHEME://HOST…), an SSM parameter (/NAME or arn:aws:ssm:…:parameter/NAME), "
    "or a Secrets Manager ARN (arn:aws:secretsmanager:…:secret:NAME)"
)
_PARAMETER_NAME = re.compile(r"/[A-Za-z0-9_.\-/]+")
_PARAMETER_ARN = re.compile(r"arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter/[A-Za-z0-9_.\-/]+")
_SECRET_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+")


@dataclass(frozen=True)
class Offsite:
    """One offsite value: a plain URL, or a reference to a secret (never the secret itself)."""

    kind: Kind
    value: str

    @property
    def region(self) -> str | None:
        """The region in a reference's ARN, None for a plain URL or a parameter of the cluster's own region."""
        return self.value.split(":")[3] if self.value.startswith("arn:") else None


def parse(text: str) -> Offsite:
    """Read one entry of the config key `offsite`; raises ValueError when it is malformed or holds a password."""
    if _PARAMETER_NAME.fullmatch(text) or _PARAMETER_ARN.fullmatch(text):
        return Offsite(Kind.PARAMETER, text)
    if _SECRET_ARN.fullmatch(text):
        return Offsite(Kind.SECRET, text)
    url = urlsplit(text)
    # A password in a URL would end up in state and user data for anyone to read: it belongs in a secret.
    if not url.scheme or not url.hostname or "@" in url.netloc or re.search(r"\s", text):
        raise ValueError(text)
    return Offsite(Kind.PLAIN, text)
