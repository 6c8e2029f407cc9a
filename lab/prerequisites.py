"""`python -m lab.prerequisites engine vegeta`: whether they are there or can be built, asked before anything is made.

The Makefile runs it with the user's own Python, which has nothing but the standard library.
"""

import sys
from collections.abc import Sequence

from lab import toolchain
from lab.environment import user
from lab.go_build import MissingPrerequisite
from lab.load import vegeta

_REQUIRE = {"engine": toolchain.require_buildable, "vegeta": vegeta.require_buildable}


def main(names: Sequence[str]) -> int:
    """1, and one line that says what to install, when any of these programs can be had in no way."""
    try:
        for name in names:
            _REQUIRE[name](user())
    except MissingPrerequisite as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
