"""Which variables of the environment belong to the user's own work and not to the lab, and what the lab sets instead.

The user's own hold for the virtual environment (Makefile) and for the build of the engine (`user`): proxy, index,
certificates. From then on everything runs in `clean`: the lab, its server, the `pulumi` command, the tests.
"""

import json
import os
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from io import TextIOWrapper

# Patterns of names, as in `case` of a shell: another account, backend or endpoint; a way through a proxy; other
# authorities; another Python or Go than the one that is started; colours.
FOREIGN = (
    *("AWS_*", "BOTO_*", "MOTO_*", "PULUMI_*", "TF_*"),
    *("*_[Pp][Rr][Oo][Xx][Yy]", "SSL_*", "SSLKEYLOGFILE", "OPENSSL_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("PYTHON*", "PIP_*", "GO*"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR*"),
)
KEPT = ("GOOGLE_*",)
# Only of processes: what a shell writes is for its user to read.
LANGUAGE = ("LANG", "LANGUAGE", "LC_*")
# What the engine is found, fetched and built with.
_FOR_BUILDS = ("TF_PLUGIN_DIR", "TF_CLI_CONFIG_FILE", "*_[Pp][Rr][Oo][Xx][Yy]", "SSL_*", "GO*")
# Set in place of them, in a shell too. Nothing of the lab is behind a proxy, should one be named later.
SET = {"PYTHONUTF8": "1", "NO_PROXY": "*", "no_proxy": "*"}
# A process of the lab has no account, region or endpoint but those that it names itself.
_NO_AWS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_UTF_8 = {"LC_ALL": "C.UTF-8"}
# Where `enter` leaves what `user` needs, for child processes too.
_LEFT = "LAB_USER_ENVIRONMENT"


def is_foreign(name: str) -> bool:
    """Whether a variable of this name must not reach the lab."""
    return _matches(name, FOREIGN) and not _matches(name, KEPT)


def clean(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environment` without what is foreign, in UTF-8; HOME, PATH, TMPDIR and all else stay."""
    dropped = (*LANGUAGE, _LEFT)
    kept = {name: value for name, value in environment.items() if not (is_foreign(name) or _matches(name, dropped))}
    return {**kept, **SET, **_UTF_8}


def user(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environment` as it was before `enter`, as far as the engine is built and fetched with it."""
    left: dict[str, str] = json.loads(environment.get(_LEFT, "{}"))
    set_by_us = (*SET, *_NO_AWS, _LEFT) if _LEFT in environment else ()
    return {**{name: value for name, value in environment.items() if name not in set_by_us}, **left}


def enter() -> None:
    """Make this process's own environment a clean one; safe to repeat, and in a process that another one started."""
    left = os.environ.get(_LEFT) or json.dumps(
        {name: value for name, value in os.environ.items() if _matches(name, _FOR_BUILDS)}
    )
    cleaned = {**clean(), **_NO_AWS, _LEFT: left}
    for name in set(os.environ) - set(cleaned):
        del os.environ[name]
    os.environ.update(cleaned)
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know no ellipsis


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
