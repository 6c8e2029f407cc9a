"""`python -m load_test` in the lab that `make lab` started, with its own vegeta: `make load-test COLOUR=blue`."""

import subprocess
import sys
from collections.abc import Callable, Sequence

from lab import background, environment
from lab.load import vegeta
from lab.toolchain import BuildFailed, MissingPrerequisite

# As whoever works in the lab by hand does it; what is typed comes as words, and is none of the shell's.
_IN_THE_LAB = '. "$1" >/dev/null && cd "$PULUMI_OPTION_CWD" && PATH="$2:$PATH" && shift 2 && exec "$@"'


def run(report: Callable[[str], None], arguments: Sequence[str]) -> int:
    """The command's exit code; raises MissingPrerequisite and BuildFailed.

    `report` is told what is built at the first use.
    """
    if not background.ENV.exists():
        raise MissingPrerequisite("the lab is not up: make lab, then build a colour as docs/lab.md has it")
    folder = vegeta.ensure(report).parent
    command = [sys.executable, "-m", "load_test", *arguments]
    return subprocess.run(
        ["/bin/sh", "-c", _IN_THE_LAB, "load-test", str(background.ENV), str(folder), *command], check=False
    ).returncode


def main() -> int:
    environment.enter()
    try:
        return run(lambda line: print(f"lab: {line}", file=sys.stderr, flush=True), sys.argv[1:])
    except (MissingPrerequisite, BuildFailed) as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130  # the command has said so


if __name__ == "__main__":
    sys.exit(main())
