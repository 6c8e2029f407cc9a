"""`python -m bench.tag_in`: what a tag-in, a preview and the policy pack take on this machine; seven minutes.

Prints seconds and what they are multiples of, and writes .lab/bench-tag-in.json. Nothing here can fail but the tag-in
itself: how fast a machine is proves nothing.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.world import TTL_SECONDS, World, built, required, say
from lab import environment
from lab.client import ServerFault

OUTPUT = Path(".lab/bench-tag-in.json")
# Longer than the provider's own wait for a change, so that there is a wait for DNS after it.
LAG_SECONDS = 18.0
# The provider waits so long after each of the two changes of records.
PROVIDER_SECONDS = 30.0
PACK = ("--policy-pack", "policies")


@dataclass(frozen=True)
class Figures:
    """In seconds. previews: of the stack live, without and with the policy pack, in turn.

    tag_in, dns: a whole `pulumi up` while one name server lags, and the part of it that waits for DNS. late: from the
    moment at which DNS had let go, by the lab's own record, to the end of the update's last step.
    """

    previews: Sequence[float]
    previews_with_pack: Sequence[float]
    tag_in: float
    dns: float
    late: float

    def lines(self) -> list[str]:
        """What they say."""
        plain, packed = min(self.previews), min(self.previews_with_pack)
        rest = self.tag_in - self.dns
        return [
            f"preview of live        {plain:6.1f} s (the fastest of {len(self.previews)}; the median is "
            f"{statistics.median(self.previews):.1f} s)",
            f"with the policy pack   {packed:6.1f} s: {packed - plain:+.1f} s, {packed / plain:.2f} times as long",
            f"tag-in                 {self.tag_in:6.1f} s, of which DNS {self.dns:.1f} s",
            f"tag-in without DNS     {rest:6.1f} s: {rest - PROVIDER_SECONDS:.1f} s beyond the waits of the provider, "
            f"{(rest - PROVIDER_SECONDS) / plain:.2f} times a preview",
            f"late after DNS let go  {self.late:6.2f} s, {self.late / TTL_SECONDS:.2f} TTLs",
        ]


def measure(world: World, rounds: int) -> Figures:
    """Look at previews, tag the second colour in."""
    made, second = world.made, world.colours[1]
    previews: dict[tuple[str, ...], list[float]] = {(): [], PACK: []}
    for number in range(rounds):
        say(f"previews, round {number + 1} of {rounds}")
        # In turn, so that whatever else the machine does falls on both.
        for arguments, seconds in previews.items():
            seconds.append(required(made.pulumi("preview", "-s", "live", *arguments)).seconds)
    say(f"tagging {second} in")
    world.lab.set_server_fault(world.addresses.server_addresses()[1], ServerFault(lag_seconds=LAG_SECONDS))
    made.edit_stack("live", active=second)
    tag_in = required(made.up("live"))
    served = world.lab.truth(made.project_config("names")[0]).servers
    let_go = max(entries[-1].since for entries in served.values()) + TTL_SECONDS
    ended = next(
        event.at
        for event in tag_in.events
        if event.kind == "resOutputsEvent" and event.body["metadata"]["urn"].endswith("::in-charge")
    )
    return Figures(previews[()], previews[PACK], tag_in.seconds, tag_in.seconds_of("in-charge"), ended - let_go)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.tag_in", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="previews of each kind")
    environment.enter()
    options = parser.parse_args(arguments)
    with built() as world:
        figures = measure(world, options.rounds)
    print("\n".join(figures.lines()))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(figures)}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
