"""The lab's command line: up, down, rehearsal, preview-policies."""

import argparse
import sys

from lab import background, environment, preview_policies, rehearsal
from lab.load.clients import REQUESTS_PER_SECOND
from lab.toolchain import MissingPrerequisite


def _report(line: str) -> None:
    print(f"lab: {line}", file=sys.stderr, flush=True)


def _rate(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def main() -> int:
    """Run one command; 0 when it did what it says."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "rehearsal", "preview-policies"))
    parser.add_argument("--machines", action="store_true", help="with up: let instances run their user data")
    parser.add_argument(
        "--requests-per-second", type=_rate, default=REQUESTS_PER_SECOND, help="with rehearsal: of all its clients"
    )
    environment.enter()
    options = parser.parse_args()
    command = options.command
    try:
        if command == "rehearsal":
            return rehearsal.run(_report, options.requests_per_second)
        if command == "preview-policies":
            return preview_policies.run(_report)
        if command == "up":
            background.up(_report, machines=options.machines)
        else:
            background.down(_report)
    except background.AlreadyUp as up:
        _report(str(up))
        return 1
    except MissingPrerequisite as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
