"""`make bench`: this program beside a bare Pulumi program and OpenTofu, in one run; half an hour on two cores.

Tag-in, preview and cluster build, in turn, on one lab with one provider binary: seconds without the waits of the
provider and of DNS, CPU, memory, and the moments without a ready colour. Prints the tables, writes .lab/bench.json and
docs/performance.md. Nothing here can fail but the commands themselves: how fast a machine is proves nothing.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import open_tofu, page
from bench.bare import Bare
from bench.figures import Figures
from bench.open_tofu import OpenTofu
from bench.ours import Ours
from bench.rounds import Rounds, with_names
from bench.stage import Stage, copied
from bench.tables import ROUNDS
from bench.world import CAPACITY, READINESS_MILLISECONDS, TTL_SECONDS, required, say
from lab import environment, toolchain, workspace
from lab.client import start

OUTPUT = Path(".lab/bench.json")


@dataclass(frozen=True)
class Size:
    """How much is measured: numbers of names (the fewest first), rounds, those of them with all names, and builds."""

    names: Sequence[int]
    rounds: int
    rounds_with_all: int
    builds: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--names", type=int, nargs="+", default=[1, 10, 50], help="how many names (1 10 50)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"previews and tag-ins of each ({ROUNDS})")
    parser.add_argument(
        "--rounds-with-all", type=int, default=2, help="of them also between the ends, and Terraform (2)"
    )
    parser.add_argument("--builds", type=int, default=2, help="builds of each (2)")
    parser.add_argument("--again", action="store_true", help="only write the page, of the last run")
    environment.enter()
    # Told to end it takes its labs and folders along, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    options = parser.parse_args(arguments)
    if options.again:
        figures = Figures.read(json.loads(OUTPUT.read_text(encoding="utf-8")))
    else:
        size = Size(sorted(options.names), options.rounds, options.rounds_with_all, options.builds)
        for figures in measure(size):
            # What there is, should the next round not come to its end.
            OUTPUT.parent.mkdir(exist_ok=True)
            OUTPUT.write_text(json.dumps(figures.as_dict(), indent=1) + "\n", encoding="utf-8")
    page.put(figures)
    print(page.measured(figures))
    return 0


def measure(size: Size) -> Iterator[Figures]:
    """So many builds, then so many rounds of tag-ins; the figures until then after each round."""
    engine, programs = toolchain.ensure(say), [open_tofu.open_tofu()]
    if (terraform := open_tofu.terraform()) is not None:
        programs.append(terraform)
    began, load = time.monotonic(), os.getloadavg()[0]
    rivals = [OpenTofu(programs[0]), *(OpenTofu(one, most_names=size.names[0]) for one in programs[1:])]
    run = Rounds([Ours(), Bare(), *rivals])
    about = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(load, 1),
        "engine": engine.engine_version,
        "provider": engine.provider_version,
        "rivals": [f"{one.name} {one.version}" for one in programs],
        "alias_ttl_seconds": TTL_SECONDS,
    }
    for _ in _rounds(run, size):
        minutes = round((time.monotonic() - began) / 60, 1)
        yield run.figures({**about, "minutes": minutes, "failed": list(run.failed)})


def _rounds(run: Rounds, size: Size) -> Iterator[None]:
    """Returns after each round."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory(prefix="tag-team-bench-")))
        empty = _empty(root / "empty", stack)
        base = stack.enter_context(copied(empty, root / "base"))
        say("building both clusters, about two minutes")
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(base.made.up, base.colours):
                required(result)
        for number in range(1, size.builds + 1):
            run.build(empty, base, root, number)
            yield
        stages = stack.enter_context(with_names(base, root, size.names, run.everybody))
        for number in range(1, size.rounds + 1):
            if number > size.rounds_with_all:
                stages = [stage for stage in stages if stage.names in (size.names[0], size.names[-1])]
                run.everybody = [one for one in run.everybody if one.most_names is None]
            with run.beside(stages[-1], root, number):
                for stage in stages:
                    run.switch(stage, root, number)
            yield


def _empty(root: Path, stack: ExitStack) -> Stage:
    """A lab with our project in it and nothing built."""
    server = stack.enter_context(start(root / "server", alias_ttl=TTL_SECONDS, health_seconds=1, copies=True))
    made = workspace.lay_out(root, server.addresses, say)
    made.edit_project(capacity=CAPACITY, readinessLatency=READINESS_MILLISECONDS)
    return Stage(root, made, server.addresses, 1)


if __name__ == "__main__":
    sys.exit(main())
