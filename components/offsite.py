"""Offsite data: where a cluster finds what lives outside both colours."""

import json
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
    "or a Secrets Manager ARN (arn:aws:secretsmanager:…:secret:NAME-XXXXXX)"
)
# Nothing that docker, its Go runtime, the C library or a shell in the container goes by: the value stands in the
# environment of both. The script itself never makes a variable of it. At most 250 characters: it is a file's name.
_OBEYED = "|".join(
    (
        "PATH|HOME|TMPDIR|AWS_.*|DOCKER_.*|(HTTPS?|NO)_PROXY|(https?|no)_proxy",
        "GODEBUG|GOGC|GOMAXPROCS|GOMEMLIMIT|GOTRACEBACK|GOCOVERDIR",
        "LD_.*|MALLOC_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH",
        "_|BASH.*|ENV|SHELLOPTS|IFS|UID|EUID|PPID|GROUPS|SECONDS|RANDOM|LINENO",
    )
)
VARIABLE = re.compile(rf"(?!({_OBEYED})$)[A-Za-z_][A-Za-z0-9_]{{0,249}}")
_PATH = r"(/[A-Za-z0-9_.\-]+)+"
_PARAMETER_NAME = re.compile(_PATH)
_PARAMETER_ARN = re.compile(rf"arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{{12}}:parameter{_PATH}")
# With the six characters at its end: IAM compares the whole ARN, and a part of it would let nobody in.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
_SECRET_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}")


@dataclass(frozen=True)
class Offsite:
    """One offsite value: a plain URL, or a reference to a secret (never the secret itself)."""

    kind: Kind
    value: str

    @property
    def is_reference(self) -> bool:
        """Whether the value is fetched at boot."""
        return self.kind is not Kind.PLAIN

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
    if not url.scheme or not url.hostname or "@" in url.netloc or " " in text or not text.isprintable():
        raise ValueError(text)
    return Offsite(Kind.PLAIN, text)


def parse_all(text: str) -> dict[str, Offsite]:
    """Read the config key `offsite`; raises ValueError with the variable at fault, never with its value."""
    entries = json.loads(text)
    if not isinstance(entries, dict):
        raise ValueError("it is no map")  # for the caller it is one of many wrong values
    found = {}
    for name, value in sorted(entries.items()):
        try:
            if not VARIABLE.fullmatch(name) or not isinstance(value, str):
                raise ValueError(name)
            found[name] = parse(value)
        except ValueError:
            raise ValueError(name) from None
    return found
