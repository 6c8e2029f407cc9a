"""Our wait, and what other tools do, each as one function over the same servers.

The others are restated from their documentation and source: what they look at, how often, and when they are done.

- poll: lego asks every authoritative server in turn, every 2 s by default, until in one round all of them give the new
  value (https://go-acme.github.io/lego/usage/cli/options/); cert-manager does so every 10 s and then sleeps 60 s, which
  it takes for the TTL (https://cert-manager.io/docs/configuration/acme/dns01/). The first server that does not ends the
  round. Their look-ups of the name servers are left out.
- insync: the AWS provider of Terraform and Pulumi asks GetChange after 10 to 29 s and then every 15 s, and is done with
  INSYNC (https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html).
- strict_poll: no tool does this. The least that polling has to do for what our wait promises: twenty answers of each
  server against an even split, one TTL from then without an older answer, twelve answers of each resolver; and every
  second, as otherwise it would be more than a second late in the median by its pauses alone.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.propagation import question
from bench.propagation.scenario import Scenario
from bench.propagation.stage import (
    ABOUT_TO_CHANGE_SECONDS,
    ADDRESSES,
    INCOMING,
    NAME,
    NAME_SERVER_ADDRESSES,
    OUTGOING,
    Stage,
    load_balancer,
)
from lab.dns.service import RESOLVERS
from propagation import Endpoint, PropagationTimeout, Target, Watch

QUERY_TIMEOUT_SECONDS = 10.0  # of lego and cert-manager
ANSWERS_EACH = 20  # of strict_poll: an even split is taken for a switched server once in a million
RESOLVER_ANSWERS_EACH = 12  # of strict_poll, as many as ours


@dataclass(frozen=True)
class Finish:
    """When a contestant said that DNS had switched (monotonic; None: not by the deadline), and what it had asked."""

    at: float | None
    queries: int


class Seat:
    """A contestant's place: whom it can ask, counted."""

    def __init__(self, scenario: Scenario, stage: Stage, deadline_seconds: float) -> None:
        self.scenario, self.stage, self.deadline_seconds = scenario, stage, deadline_seconds
        self.queries = 0

    async def says_new(self, address: str, *, recursive: bool = False) -> bool:
        """Whether one answer of this server is that of the incoming colour and nothing else."""
        self.queries += 1
        given = await question.addresses_of(
            NAME, address, self.stage.port, recursive=recursive, timeout_seconds=QUERY_TIMEOUT_SECONDS
        )
        return given == frozenset(ADDRESSES[INCOMING])

    async def all_say_new(self, addresses: Sequence[str], *, recursive: bool = False) -> bool:
        """One round, ended by the first answer that is not the new one."""
        for address in addresses:
            if not await self.says_new(address, recursive=recursive):
                return False
        return True


async def ours(seat: Seat) -> None:
    """The wait of this project, as the hooks of a tag-in run it: it watches from right before the change."""
    target = Target(
        name=NAME.rstrip("."),
        expected=INCOMING,
        answers={colour: f"{colour}.{NAME}".rstrip(".") for colour in (INCOMING, OUTGOING)},
        sources={colour: load_balancer(colour) for colour in (INCOMING, OUTGOING)},
        ns_names=tuple(NAME_SERVER_ADDRESSES),
        resolvers=tuple(Endpoint(address, seat.stage.port) for address in RESOLVERS),
        authoritative_port=seat.stage.port,
    )
    watch = Watch(target)
    watch.start()
    await seat.stage.switched.wait()
    try:
        seat.queries = (await watch.wait(seat.deadline_seconds)).queries
    except PropagationTimeout as timeout:
        seat.queries = timeout.outcome.queries
        raise TimeoutError from timeout


def poll(every_seconds: float, then_sleep_ttls: float = 0.0) -> Callable[[Seat], Awaitable[None]]:
    """Ask all authoritative servers every so often; done with the first round in which all say the new value."""

    async def contestant(seat: Seat) -> None:
        while not await seat.all_say_new(seat.stage.servers):
            await asyncio.sleep(every_seconds)
        await asyncio.sleep(then_sleep_ttls * seat.scenario.ttl_seconds)

    return contestant


async def strict_poll(seat: Seat) -> None:
    """Every second, to the end: all servers, twenty times when they agree at first; after a TTL all resolvers."""
    since: float | None = None
    while True:
        if not await seat.all_say_new(seat.stage.servers):
            since = None
        elif since is None:
            if await _all_of_many_answers_are_new(seat, seat.stage.servers, ANSWERS_EACH - 1):
                since = time.monotonic()
        elif time.monotonic() >= since + seat.scenario.ttl_seconds and await _all_of_many_answers_are_new(
            seat, RESOLVERS, RESOLVER_ANSWERS_EACH, recursive=True
        ):
            return
        await asyncio.sleep(1)


async def _all_of_many_answers_are_new(
    seat: Seat, addresses: Sequence[str], count: int, *, recursive: bool = False
) -> bool:
    for address in addresses:
        if not all(await asyncio.gather(*(seat.says_new(address, recursive=recursive) for _ in range(count)))):
            return False
    return True


async def insync(seat: Seat) -> None:
    """Ask Route 53 about the change until it is INSYNC; here that is a question to the scenario."""
    await asyncio.sleep(random.Random(seat.scenario.seed).randrange(10, 30))
    seat.queries += 1
    while time.monotonic() < seat.stage.switched_at + seat.scenario.insync_at:
        await asyncio.sleep(15)
        seat.queries += 1


CONTESTANTS: dict[str, Callable[[Seat], Awaitable[None]]] = {
    "ours": ours,
    "poll 2 s": poll(2),
    "poll 10 s": poll(10),
    "poll 2 s, sleep TTL": poll(2, then_sleep_ttls=1),
    "poll 10 s, sleep TTL": poll(10, then_sleep_ttls=1),
    "INSYNC only": insync,
    "strict poll (nobody's)": strict_poll,
}
POLLING = tuple(name for name in CONTESTANTS if "poll" in name)


async def run(name: str, seat: Seat) -> Finish:
    """Let one contestant wait until it is done or out of time; all but ours begin after the change."""
    if CONTESTANTS[name] is not ours:
        await seat.stage.switched.wait()
    try:
        async with asyncio.timeout(seat.deadline_seconds + ABOUT_TO_CHANGE_SECONDS + 1):
            await CONTESTANTS[name](seat)
    except TimeoutError:
        return Finish(None, seat.queries)
    return Finish(time.monotonic(), seat.queries)
