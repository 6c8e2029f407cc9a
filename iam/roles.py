"""The roles, and which documents each of them has."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """documents: by their names. environments: of GitHub, whose jobs get the role; none: it is for people.

    state: the documents that it has besides where the state lies in S3.
    """

    name: str
    documents: Sequence[str]
    environments: Sequence[str] = ()
    state: Sequence[str] = ()


_READING = ("state-read",)
PREVIEW = Role("preview", ("preview",), ("preview",), _READING)
_OF_A_COLOUR = ("colour-network", "colour-cluster", "colour-roles", "colour-names")
COLOUR = Role("colour", ("preview", *_OF_A_COLOUR), ("colours",), (*_READING, "state-write-colour"))
LIVE = Role("live", ("preview", "live"), ("live", "tag-back"), (*_READING, "state-write-live"))
# It looks at what lies in S3, and never asks the stacks' secrets provider for anything.
BOARD = Role("board", ("board",), (), ("state-look",))
LOAD_TEST = Role("load-test", ("load-test",))
ROLES = (PREVIEW, COLOUR, LIVE, BOARD, LOAD_TEST)
# No role's: the most that the instances' own role can be.
BOUNDARY = "instance-boundary"
STATE = ("state-read", "state-look", "state-write-colour", "state-write-live")
DOCUMENTS = (*dict.fromkeys(name for role in ROLES for name in (*role.documents, *role.state)), BOUNDARY)
