"""What of the roles' documents no call in the lab needs, and why it is there all the same."""

from collections.abc import Mapping

UNSEEN: Mapping[tuple[str, str, str], str] = {}
