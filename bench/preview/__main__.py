"""`python -m bench.preview`: what a preview of a tag-in takes beside the same change without checks; six minutes.

In turn, so that whatever else the machine does falls on all: this project, a bare Pulumi program with the same three
resources (the floor), and `terraform plan` when there is a Terraform or OpenTofu on PATH.
Writes .lab/bench-preview.json.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.preview.contestants import Contestant, Floor, Ours, Plan, terraform
from bench.world import World, built, say
from lab import environment

OUTPUT = Path(".lab/bench-preview.json")


def contestants(world: World, folder: Path) -> list[Contestant]:
    """Ours first, then the floor; Terraform's where it is to be had."""
    found: list[Contestant] = [Ours(world), Floor(world, folder / "floor")]
    program = terraform()
    if program is None:
        say("no terraform and no tofu on PATH: left out")
        return found
    return [*found, Plan(program, world, folder / "plan")]


def measure(who: Sequence[Contestant], rounds: int) -> Mapping[str, list[float]]:
    """Seconds of each preview, by who made it."""
    seconds: dict[str, list[float]] = {one.name: [] for one in who}
    for number in range(rounds):
        say(f"previews, round {number + 1} of {rounds}")
        for one in who:
            seconds[one.name].append(one.preview())
    return seconds


def lines(seconds: Mapping[str, Sequence[float]]) -> list[str]:
    """The median of each, the spread, and how far it is above the floor."""
    floor = statistics.median(seconds[Floor.name])
    return [
        f"{name:20} {statistics.median(of):5.1f} s ({min(of):.1f} to {max(of):.1f}), "
        f"{statistics.median(of) - floor:+.1f} s and {statistics.median(of) / floor:.2f} times the floor"
        for name, of in seconds.items()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.preview", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="previews of each")
    environment.enter()
    options = parser.parse_args(arguments)
    with built() as world, TemporaryDirectory(prefix="tag-team-bench-") as scratch:
        seconds = measure(contestants(world, Path(scratch)), options.rounds)
    print("\n".join(lines(seconds)))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": seconds}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
