"""`python -m bench.propagation`: all contestants in all scenarios, a table of it, and .lab/bench-propagation.json."""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.propagation.contestants import CONTESTANTS, Seat, run
from bench.propagation.result import Result, result, table, table_by_kind, verdict
from bench.propagation.scenario import ALIAS_TTL_SECONDS, KINDS, Scenario, draw
from bench.propagation.stage import Stage

DEADLINE_TTLS = 3.0
OUTPUT = Path(".lab/bench-propagation.json")


async def perform(scenario: Scenario) -> Result:
    """All contestants in one scenario, side by side on the same servers."""
    deadline_seconds = DEADLINE_TTLS * scenario.ttl_seconds
    stage = Stage(scenario)
    await stage.open()
    seats = {name: Seat(scenario, stage, deadline_seconds) for name in CONTESTANTS}
    stage.switch()
    playing = asyncio.create_task(stage.play())
    finishes = await asyncio.gather(*(run(name, seat) for name, seat in seats.items()))
    truth = stage.truth()
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    return result(scenario, stage.switched_at, truth, dict(zip(seats, finishes, strict=True)))


async def perform_all(scenarios: Sequence[Scenario]) -> list[Result]:
    """Several scenarios at the same time, each with servers of its own."""
    return list(await asyncio.gather(*(perform(scenario) for scenario in scenarios)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns 1 when our wait was too early."""
    options = _parser().parse_args(arguments)
    kinds = options.kind or list(KINDS)
    scenarios = [draw(kind, seed, options.ttl) for seed in range(options.seeds) for kind in kinds]
    results: list[Result] = []
    started = time.monotonic()
    for first in range(0, len(scenarios), options.at_once):
        # A loop for each batch: the sockets of its servers end with it.
        results += asyncio.run(perform_all(scenarios[first : first + options.at_once]))
        print(f"{len(results)} of {len(scenarios)} scenarios after {time.monotonic() - started:.0f} s", file=sys.stderr)
    print("\n".join([*table(results), "", *table_by_kind(results), "", *verdict(results)]))
    OUTPUT.parent.mkdir(exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    measured = {"at": at, "ttl_seconds": options.ttl, "results": [item.as_dict() for item in results]}
    OUTPUT.write_text(json.dumps(measured, indent=1))
    print(f"written to {OUTPUT}", file=sys.stderr)
    return int(any(item.is_early for each in results for item in each.runs if item.contestant == "ours"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.propagation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="scenarios of each kind")
    parser.add_argument("--ttl", type=int, default=ALIAS_TTL_SECONDS, help="TTL in seconds; lags scale with it")
    parser.add_argument("--at-once", type=int, default=8, help="scenarios at the same time")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this kind of scenario; repeatable")
    return parser


if __name__ == "__main__":
    sys.exit(main())
