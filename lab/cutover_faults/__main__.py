"""The command `python -m lab.cutover_faults`: 0 if each fault cost only what it may, and each next `up` converged."""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lab import environment, written_table
from lab.cutover_faults import acts, rows, tables
from lab.cutover_faults.faults import FAULTS, KILLED, KILLS, KILLS_TTL_SECONDS
from lab.cutover_faults.rows import Row
from lab.load import vegeta
from lab.load.attack import LoadFailed
from lab.stage import Original, StageFailed, built
from lab.toolchain import MissingPrerequisite
from lab.under_load import Load
from lab.workspace import CHECKOUT

FIGURES = CHECKOUT / ".lab" / "cutover-faults.json"
PAGE = CHECKOUT / "docs" / "zero-downtime.md"
COMMAND = "make rehearsal-faults"
KILLED_NAME = "killed"


@dataclass(frozen=True)
class Found:
    """All rows there are, also of runs before, and the seed of the kills."""

    faults: dict[str, Row] = field(default_factory=dict)
    kills: list[Row] = field(default_factory=list)
    seed: int = 0

    def is_complete(self) -> bool:
        """Whether there is a row for each fault and for each kill."""
        return all(fault.name in self.faults for fault in FAULTS) and len(self.kills) >= KILLS

    def is_well(self) -> bool:
        """Whether all of it is as it should be."""
        return not any(row.problems for row in (*self.faults.values(), *self.kills))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "seed": self.seed,
            "faults": {name: row.as_dict() for name, row in self.faults.items()},
            "kills": [row.as_dict() for row in self.kills],
        }


def read() -> Found:
    """What runs before this one have found; nothing where they have left nothing that can be read."""
    try:
        held = json.loads(FIGURES.read_text(encoding="utf-8"))
        faults = {name: Row.from_json(row) for name, row in held["faults"].items()}
        return Found(faults, [Row.from_json(row) for row in held["kills"]], int(held["seed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Found()


def write(found: Found) -> None:
    """The JSON and, once there is a row for everything and each is as it should be, the page."""
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(found.as_dict(), indent=2) + "\n", encoding="utf-8")
    if found.is_complete() and found.is_well():
        lines = tables.page(found.faults, found.kills, found.seed)
        PAGE.write_text(written_table.written(PAGE.read_text(encoding="utf-8"), COMMAND, lines), encoding="utf-8")


def play(original: Original, options: argparse.Namespace, load: Load) -> Iterator[Row]:
    """Every act that is wanted, each written down as soon as it has ended."""
    for fault in FAULTS:
        if fault.name in options.only:
            _report(f"{fault.name}: {fault.title}")
            with original.copy(fault.alias_ttl) as stage:
                row = rows.of_fault(fault, acts.play(fault, stage, load, _report), load.rate)
            found = read()
            write(replace(found, faults={**found.faults, fault.name: row}))
            yield row
    if KILLED_NAME in options.only:
        _report(f"{KILLED}, {options.kills} times, seed {options.seed}")
        kills: list[Row] = []
        with original.copy(KILLS_TTL_SECONDS) as stage:
            for act in acts.kills(stage, load, options.seed, options.kills, _report):
                kills.append(rows.of_kill(act, load.rate, KILLS_TTL_SECONDS))
                write(replace(read(), kills=kills, seed=options.seed))
                yield kills[-1]


def _report(line: str) -> None:
    print(f"faults: {line}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.cutover_faults", description=__doc__)
    names = [*(fault.name for fault in FAULTS), KILLED_NAME]
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="only these; the others' rows stay")
    parser.add_argument("--page", action="store_true", help="play nothing: the page anew from what has been found")
    parser.add_argument("--rate", type=int, default=Load.rate, help=f"requests a second, {Load.rate} unless given")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many, {KILLS} unless given")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of their moments")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Play what is wanted, say what came of it, and what should not be."""
    environment.enter()
    options = _parser().parse_args(arguments)
    if options.page:
        write(read())
        return 0
    try:
        load = Load(vegeta.ensure(_report), options.rate)
        with built(_report) as original:
            played = list(play(original, options, load))
    except (MissingPrerequisite, StageFailed, LoadFailed) as failure:
        _report(str(failure))
        return 1
    return _verdict(played, options.seed)


def _verdict(played: Sequence[Row], seed: int) -> int:
    faults = [row for row in played if row.name != KILLED_NAME]
    kills = [row for row in played if row.name == KILLED_NAME]
    lines = (tables.of_faults(faults) if faults else []) + (["", *tables.of_kills(kills, seed)] if kills else [])
    print("\n".join(lines))
    problems = [f"{row.name} ({row.title}): {problem}" for row in played for problem in row.problems]
    for problem in problems:
        print(f"NOT AS IT SHOULD BE: {problem}")
    print(f"{len(played)} tag-ins were disturbed; {len(problems)} things are not as they should be", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
