"""One colour: what carries its tags, how well that is, and who says so."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from board.facts import (
    Balancer,
    ColourFacts,
    Fact,
    Group,
    InCharge,
    Known,
    LoadTest,
    Lock,
    Stack,
    Unknown,
    then,
    value_of,
)
from board.look import extras, requests
from board.look.aws_reads import AwsReads
from board.look.project import Project
from board.look.reading import Limit
from components.shared_settings import SharedSettings
from cutover import drain
from cutover.checks.certificate import CertificateSeen
from cutover.checks.settled import ClusterSeen
from cutover.cost import Parts
from cutover.drain import Drain
from cutover.group_capacity import CapacitySeen
from cutover.owned import BALANCER, Owned
from cutover.record_set import target

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Tasks:
    """What is read for both colours together, and may not be there yet."""

    in_charge: "asyncio.Task[Fact[InCharge]]"
    groups: "asyncio.Task[Fact[Sequence[tuple[str, Group]]]]"
    balancers: "asyncio.Task[Fact[Sequence[tuple[str, Balancer]]]]"
    stack: "asyncio.Task[Fact[Stack]]"
    requests: "asyncio.Task[requests.Seen]"
    locks: "asyncio.Task[Mapping[str, Fact[Lock | None]]]"


class ColourLook:
    """The reads of one colour."""

    def __init__(self, project: Project, colour: str, aws: Fact[AwsReads], limit: Limit) -> None:
        self._project, self._colour, self._aws, self._limit = project, colour, aws, limit
        self._shared = project.shared

    async def look(self, tasks: Tasks) -> ColourFacts:
        """Read all of it; nothing is raised but cancellation."""
        door = asyncio.create_task(
            self._asked("SSM", f"for the door of {self._colour}", lambda aws: aws.door(self._door))
        )
        in_charge = value_of(await tasks.in_charge)
        groups = then(await tasks.groups, self._own)
        balancers = then(await tasks.balancers, self._own)
        group = then(groups, lambda found: _counts(found, in_charge))
        load_test = asyncio.create_task(self._of(group, "SSM", self._load_test))
        seen = asyncio.create_task(self._of(group, "Elastic Load Balancing", _cluster))
        # Of several it takes what is read of the group to know which of them counts.
        several = len(value_of(balancers) or ()) > 1
        behind = value_of(await seen) if several else None
        balancer = then(balancers, lambda found: _in_front(found, behind))
        capacity, cluster, certificate, kept = await asyncio.gather(
            self._of(group, "Auto Scaling", lambda aws, one: aws.capacity(one.name, aws.region)),
            seen,
            self._certificate(balancer),
            self._drain(balancers, tasks.stack),
        )
        stack = await tasks.stack
        parts = _parts(self._shared, group, balancer, capacity, stack)
        cost = await extras.cost(self._aws, parts, self._shared, self._limit)
        counted = await tasks.requests
        return ColourFacts(
            colour=self._colour,
            config=self._project.colours[self._colour],
            door=await door,
            group=group,
            balancer=balancer,
            leftovers=_leftovers(groups, group, balancers, balancer),
            capacity=capacity,
            cluster=cluster,
            drain=kept,
            certificate=certificate,
            stack=stack,
            lock=(await tasks.locks)[self._colour],
            requests=counted.requests[self._colour],
            stragglers=counted.stragglers[self._colour],
            cost=cost,
            load_test=await load_test,
        )

    @property
    def _door(self) -> str:
        return self._shared.door_parameter(self._colour)

    def _load_test(self, aws: AwsReads, group: Group) -> LoadTest | None:
        return extras.evidence(aws, self._shared, self._colour, group)

    def _own(self, found: Sequence[tuple[str, T]]) -> tuple[T, ...]:
        return tuple(one for colour, one in found if colour == self._colour)

    async def _asked(self, whom: str, about: str, read: Callable[[AwsReads], T]) -> Fact[T]:
        if isinstance(self._aws, Unknown):
            return self._aws
        return await self._limit.read(whom, about, read, self._aws.value)

    async def _of(self, fact: Fact[U | None], whom: str, read: Callable[[AwsReads, U], T | None]) -> Fact[T | None]:
        """What `read` says of what the fact is; nothing where that is nothing."""
        if isinstance(fact, Unknown):
            return fact
        one = fact.value
        if one is None:
            return Known(None)
        return await self._asked(whom, f"about {self._colour}", lambda aws: read(aws, one))

    async def _certificate(self, balancer: Fact[Balancer | None]) -> Fact[CertificateSeen | None]:
        """The certificate that ends first of those that the listeners show."""

        def read(aws: AwsReads, one: Balancer) -> CertificateSeen | None:
            seen = [aws.certificate(arn) for arn in one.certificate_arns]
            return min(
                seen, key=lambda found: (found.not_after is not None, found.not_after or found.read_at), default=None
            )

        return await self._of(balancer, "ACM", read)

    async def _drain(self, balancers: Fact[Sequence[Balancer]], stack: "asyncio.Task[Fact[Stack]]") -> Fact[Drain]:
        """By today's load balancers, and by what the last update set, where the stack's state is known."""
        if isinstance(balancers, Unknown):
            return balancers
        known = value_of(await stack)
        owned = [one for one in known.owned if one.type == BALANCER] if known else []
        told = {str(one.outputs.get("arn", "")) for one in owned}
        owned += [Owned("", BALANCER, {"arn": one.arn}) for one in balancers.value if one.arn not in told]
        return await self._asked(
            "Elastic Load Balancing",
            f"how long it keeps the connections of {self._colour}",
            lambda aws: drain.of_colour(owned, aws.client_keep_alive_seconds),
        )


def _parts(
    shared: SharedSettings,
    group: Fact[Group | None],
    balancer: Fact[Balancer | None],
    capacity: Fact[CapacitySeen | None],
    stack: Fact[Stack],
) -> Fact[Parts]:
    for fact in (group, balancer, capacity):
        if isinstance(fact, Unknown):
            return fact
    known = value_of(stack)
    built = known.cluster.shape if known and known.cluster else {}
    return Known(extras.parts(shared, built, value_of(group), value_of(balancer), value_of(capacity)))


def _cluster(aws: AwsReads, group: Group) -> ClusterSeen | None:
    """How the group stands behind its load balancer; nothing of one that stands behind none."""
    if not group.target_group_arns:
        return None
    return aws.cluster(group.name, group.target_group_arns[0], aws.region or "")


def _counts(groups: Sequence[Group], in_charge: InCharge | None) -> Group | None:
    """The one that in-charge names, if that is there, and otherwise the newest."""
    entries = in_charge.history.entries if in_charge else ()
    named = {entry.group for entry in entries[-1:]}
    return next((one for one in groups if one.name in named), groups[0] if groups else None)


def _in_front(balancers: Sequence[Balancer], cluster: ClusterSeen | None) -> Balancer | None:
    """The load balancer that sends to the group, where one of them is known to; otherwise the first."""
    names = {target(name) for name in cluster.balancers} if cluster else set()
    first = balancers[0] if balancers else None
    return next((one for one in balancers if target(one.dns_name) in names), first)


def _leftovers(
    groups: Fact[Sequence[Group]],
    group: Fact[Group | None],
    balancers: Fact[Sequence[Balancer]],
    balancer: Fact[Balancer | None],
) -> list[str]:
    """What there is beside the one group and the one load balancer, as while a release follows another one."""
    others = [one for one in value_of(groups) or () if one != value_of(group)]
    names = [f"group {one.name} ({one.release or 'no release'})" for one in others]
    return [
        *names,
        *(f"load balancer {one.dns_name}" for one in value_of(balancers) or () if one != value_of(balancer)),
    ]
