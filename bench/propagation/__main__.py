"""`python -m bench.propagation`: all contestants in all scenarios, a table of it, and .lab/bench-propagation.json."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.propagation.contestants import CONTESTANTS, Seat, run
from bench.propagation.result import Result, result, table, table_by_kind, verdict
from bench.propagation.scenario import ALIAS_TTL_SECONDS, KINDS, Scenario, draw
from bench.propagation.stage import Stage
from lab import environment

DEADLINE_TTLS = 3.0
TICK_SECONDS = 0.05
APART_SECONDS = 3.1
OUTPUT = Path(".lab/bench-propagation.json")


@dataclass(frozen=True)
class Measured:
    """The results, and the longest time that the measuring process was kept from running."""

    results: list[Result]
    hold_up_seconds: float


async def perform(scenario: Scenario) -> Result:
    """All contestants in one scenario, side by side on the same servers."""
    deadline_seconds = DEADLINE_TTLS * scenario.ttl_seconds
    async with Stage(scenario) as stage:
        seats = {name: Seat(scenario, stage, deadline_seconds) for name in CONTESTANTS}
        finishes, _ = await asyncio.gather(
            asyncio.gather(*(run(name, seat) for name, seat in seats.items())), stage.switch()
        )
        return result(scenario, stage.switched_at, stage.truth(), dict(zip(seats, finishes, strict=True)))


async def perform_all(scenarios: Sequence[Scenario], at_once: int) -> Measured:
    """All scenarios, so many at the same time, each with servers of its own."""
    turns = asyncio.Semaphore(at_once)
    results: list[Result] = []

    async def in_turn(scenario: Scenario, number: int) -> None:
        # Not all at the same moment: their bursts would be in one another's way.
        await asyncio.sleep(number % at_once * APART_SECONDS)
        async with turns:
            results.append(await perform(scenario))
        print(f"{len(results)} of {len(scenarios)} scenarios", file=sys.stderr)

    measuring = asyncio.create_task(longest_hold_up_seconds())
    await asyncio.gather(*(in_turn(scenario, number) for number, scenario in enumerate(scenarios)))
    measuring.cancel()
    return Measured(results, await measuring)


async def longest_hold_up_seconds() -> float:
    """The longest time that this process was kept from running, up to the cancellation; figures may be off by it."""
    longest = 0.0
    while True:
        due = time.monotonic() + TICK_SECONDS
        try:
            await asyncio.sleep(TICK_SECONDS)
        except asyncio.CancelledError:
            return longest
        longest = max(longest, time.monotonic() - due)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns 1 when our wait was too early."""
    environment.enter()
    options = _parser().parse_args(arguments)
    kinds = options.kind or list(KINDS)
    scenarios = [draw(kind, seed, options.ttl) for seed in range(options.seeds) for kind in kinds]
    measured = asyncio.run(perform_all(scenarios, options.at_once))
    results = sorted(measured.results, key=lambda item: scenarios.index(item.scenario))
    print("\n".join([*table(results), "", *table_by_kind(results), "", *verdict(results)]))
    print(f"this process was held up for {measured.hold_up_seconds:.2f} s at most")
    OUTPUT.parent.mkdir(exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"at": at, "ttl_seconds": options.ttl, "hold_up_seconds": measured.hold_up_seconds}
    content["results"] = [item.as_dict() for item in results]
    OUTPUT.write_text(json.dumps(content, indent=1))
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
