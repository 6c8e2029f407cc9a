"""What of the roles' documents no call in the lab needs, and why it is there; docs/permissions.md shows it."""

from collections.abc import Mapping

COMMAND = "python -m tests.lab.unseen"

UNSEEN: Mapping[tuple[str, str, str], str] = {}
