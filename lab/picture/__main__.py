"""`python -m lab.picture`: draw the picture of the last rehearsal anew, from what was kept of it."""

import argparse
import sys
from pathlib import Path

from lab import picture
from lab.picture.recording import Recording
from lab.workspace import CHECKOUT


def main() -> int:
    """0 when the picture is drawn."""
    parser = argparse.ArgumentParser(prog="python -m lab.picture", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=CHECKOUT / ".lab" / picture.DATA)
    parser.add_argument("--to", type=Path, help="the folder to draw into; the one that the data is in, if not given")
    options = parser.parse_args()
    try:
        recording = Recording.from_json(options.data.read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        print(f"{options.data} cannot be read: {unreadable}; make rehearsal writes it", file=sys.stderr)
        return 1
    folder = options.to or options.data.parent
    folder.mkdir(parents=True, exist_ok=True)
    picture.draw(recording, folder)
    print(folder / picture.PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
