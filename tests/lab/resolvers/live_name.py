"""A live name in a zone of its own, and its cutover while real resolvers are watched and used."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.client import RunningServer
from propagation import Endpoint, Outcome, PropagationTimeout, Target, Watch, client
from propagation.answer import Answer, AnswerKind
from tests.lab.heartbeat import Heartbeat
from tests.lab.parts.lab_account import Account, Cluster, alias

OUTGOING, INCOMING = "amber", "green"
USE_SECONDS = 0.1  # how often somebody asks each resolver


@dataclass
class Ending:
    """How a wait ended: Unix times and the outcome; `error` is None where it succeeded.

    ended_at: when it was over.
    released_at: when no cache that keeps to the TTL could hold the outgoing colour any more.
    last_old: for each resolver, when somebody was given the outgoing colour for the last time.
    turns_late: how many turns a user of the resolvers and the name servers made after the truth, up to its end.
    """

    ended_at: float
    outcome: Outcome
    error: str | None
    released_at: float = 0.0
    last_old: dict[Endpoint, float] = field(default_factory=dict)
    turns_late: int = 0

    @property
    def truth(self) -> float:
        """When the wait should have ended."""
        return max([self.released_at, *self.last_old.values()])


@dataclass(frozen=True)
class LiveName:
    """A weighted name, and each colour's own name."""

    running: RunningServer
    account: Account
    clusters: dict[str, Cluster]
    zone_id: str
    zone: str
    ttl_seconds: int

    @property
    def name(self) -> str:
        return f"www.{self.zone}"

    def create(self, in_charge: str = OUTGOING) -> None:
        """Make the records, all weight on one colour."""
        own = [{**alias(f"{colour}.{self.name}", colour, 0, made.dns_name)} for colour, made in self.clusters.items()]
        for record in own:
            del record["SetIdentifier"], record["Weight"]
        self.account.change(self.zone_id, *(("UPSERT", record) for record in own))
        self._weigh(in_charge)

    def switch(self) -> None:
        """All weight to the incoming colour, in one change."""
        self._weigh(INCOMING)

    def target(self, resolvers: Sequence[Endpoint]) -> Target:
        """What the program would wait for."""
        addresses = self.running.addresses
        return Target(
            name=self.name,
            expected=INCOMING,
            answers={colour: f"{colour}.{self.name}" for colour in self.clusters},
            sources={colour: made.dns_name for colour, made in self.clusters.items()},
            ns_names=tuple(addresses.name_servers),
            resolvers=tuple(resolvers),
            authoritative_port=addresses.dns_port,
        )

    @property
    def lab_resolver(self) -> Endpoint:
        """A resolver of the lab, which is as it should be."""
        return Endpoint(self.running.addresses.resolvers[0], self.running.addresses.dns_port)

    @property
    def a_name_server(self) -> Endpoint:
        """The first of the lab's."""
        return Endpoint(self.running.addresses.server_addresses()[0], self.running.addresses.dns_port)

    def _weigh(self, colour: str) -> None:
        self.account.change(
            self.zone_id,
            *(
                ("UPSERT", alias(self.name, other, 100 if other == colour else 0, made.dns_name))
                for other, made in self.clusters.items()
            ),
        )

    def released_at(self) -> float:
        """When the last answer of the outgoing colour that a name server gave has outlived its TTL, by the lab."""
        old = self.addresses(OUTGOING)
        last = 0.0
        for entries in self.running.client.truth(self.name).servers.values():
            ends = [entry.since for entry in entries[1:]] + [time.time()]
            last = max(
                [last, *(end for entry, end in zip(entries, ends, strict=True) if old & set(entry.addresses))],
            )
        return last + self.ttl_seconds

    def addresses(self, colour: str) -> frozenset[str]:
        """Of the colour's load balancer."""
        answer = asyncio.run(client.ask(self.a_name_server, self.clusters[colour].dns_name, "A", recursive=False))
        assert answer.kind is AnswerKind.RECORDS, answer
        return answer.records


def ask(resolver: Endpoint, name: str) -> Answer:
    """One question to a resolver."""
    return asyncio.run(client.ask(resolver, name, "A", recursive=True))


def wait_until_it_answers(resolver: Endpoint, name: str, seconds: float = 60) -> Answer:
    """The first answer that is one."""
    until = time.monotonic() + seconds
    while (answer := ask(resolver, name)).kind is AnswerKind.NO_ANSWER:
        assert time.monotonic() < until, f"{resolver}: {answer.detail}"
        time.sleep(0.05)
    return answer


def cut_over(
    live: LiveName, resolvers: Sequence[Endpoint], *, deadline_seconds: float = 60, used: bool = True
) -> Ending:
    """Switch the name and wait as the program does; somebody uses the resolvers meanwhile, if `used`."""
    old, server = live.addresses(OUTGOING), live.a_name_server

    def use() -> None:
        for one in (*(resolvers if used else ()), server):
            ask(one, live.name)

    with Heartbeat(use).beating() as heartbeat:
        ending, last_old = asyncio.run(_cut_over(live, resolvers, deadline_seconds, old if used else frozenset()))
    ending.released_at, ending.last_old = live.released_at(), last_old
    ending.turns_late = heartbeat.turns_between(ending.truth, ending.ended_at)
    return ending


async def _cut_over(
    live: LiveName, resolvers: Sequence[Endpoint], deadline_seconds: float, old: frozenset[str]
) -> tuple[Ending, dict[Endpoint, float]]:
    last_old: dict[Endpoint, float] = {}

    async def use(resolver: Endpoint) -> None:
        while old:
            answer = await client.ask(resolver, live.name, "A", recursive=True)
            if answer.records & old:
                last_old[resolver] = time.time()
            await asyncio.sleep(USE_SECONDS)

    users = [asyncio.create_task(use(resolver)) for resolver in resolvers]
    watch = Watch(live.target(resolvers))
    watch.start()
    await asyncio.to_thread(live.switch)
    try:
        outcome = await watch.wait(deadline_seconds)
        ending = Ending(time.time(), outcome, None)
    except PropagationTimeout as timeout:
        ending = Ending(time.time(), timeout.outcome, str(timeout))
    await asyncio.sleep(1)  # what the resolvers say after the end counts against it
    for user in users:
        user.cancel()
    await asyncio.gather(*users, return_exceptions=True)
    return ending, last_old
