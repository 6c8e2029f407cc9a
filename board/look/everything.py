"""One look at everything, side by side: each read starts as soon as what it needs is known."""

import asyncio
import time
from asyncio import create_task
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from board import traffic
from board.facts import Balancer, DnsFacts, Fact, Facts, InCharge, Known, Lock, Stack, Unknown, ZoneFacts, value_of
from board.look import requests
from board.look.aws_reads import AwsReads
from board.look.backend import LEFT_OUT, Backend
from board.look.colours import ColourLook, Tasks
from board.look.names import Carried, Names
from board.look.project import Project
from board.look.reading import Limit
from board.look.requests import RequestLook
from components.settings import LIVE
from cutover import provenance, zone
from cutover.aws import session
from cutover.checks import records
from cutover.weighted_set import of_records, weights_of
from cutover.zone import Wanted, Zone

T = TypeVar("T")
# Everything that has not been read by then is unknown.
SECONDS = 6.0


@dataclass(frozen=True)
class Options:
    """seconds: how long a look may take. stacks: whether the backend is asked."""

    seconds: float = SECONDS
    stacks: bool = True


async def look(project: Project, options: Options | None = None) -> Facts:
    """Read everything; nothing is raised but cancellation: what cannot be read is unknown, with the reason."""
    options = options or Options()
    limit = Limit(options.seconds)
    return await _Looking(project, limit, options).facts()


class _Looking:
    """The reads of one look, each a task that others may wait for."""

    def __init__(self, project: Project, limit: Limit, options: Options) -> None:
        self._project, self._limit, self._options = project, limit, options
        self._backend = Backend(project.directory, project.name, project.backend, limit)

    async def facts(self) -> Facts:
        """All of them."""
        project, shared, service = self._project, self._project.shared, self._project.shared.names[0]
        every = (*shared.colours, LIVE)
        stacks = {one: create_task(self._of_backend(self._backend.stack(one))) for one in every}
        updates = create_task(self._of_backend(self._backend.updates(LIVE)))
        locks = create_task(self._locks(every))
        aws = await self._limit.read("AWS", "for a session", _reads, project.provider)
        zone_facts = create_task(self._zone(aws, stacks[LIVE]))
        place = create_task(self._asked(aws, "STS", "whose account this is", lambda of: of.caller()))
        in_charge = create_task(
            self._asked(aws, "SSM", "who is in charge", lambda of: of.in_charge(shared.in_charge_parameter))
        )
        groups = create_task(self._asked(aws, "Auto Scaling", "for its groups", lambda of: of.groups(service)))
        balancers = create_task(
            self._asked(aws, "Elastic Load Balancing", "for its load balancers", lambda of: of.balancers(service))
        )
        dns = create_task(self._dns(zone_facts, balancers))
        counted = create_task(self._requests(aws, balancers, zone_facts, in_charge))
        looks = {
            colour: create_task(
                ColourLook(project, colour, aws, self._limit).look(
                    Tasks(in_charge, groups, balancers, stacks[colour], counted, locks)
                )
            )
            for colour in shared.colours
        }
        history = await in_charge
        return Facts(
            shared=shared,
            live=project.live,
            read_at=history.value.history.read_at if isinstance(history, Known) else time.time(),
            place=await place,
            zone=await zone_facts,
            in_charge=history,
            colours={colour: await task for colour, task in looks.items()},
            live_stack=await stacks[LIVE],
            live_lock=(await locks)[LIVE],
            updates=await updates,
            dns=await dns,
            stacks_left_out=not self._options.stacks,
        )

    async def _of_backend(self, read: Coroutine[Any, Any, Fact[T]]) -> Fact[T]:
        if self._options.stacks:
            return await read
        read.close()
        return LEFT_OUT

    async def _locks(self, stacks: Sequence[str]) -> Mapping[str, Fact[Lock | None]]:
        if self._options.stacks:
            return await self._backend.locks(stacks)
        return dict.fromkeys(stacks, LEFT_OUT)

    async def _asked(self, aws: Fact[AwsReads], whom: str, about: str, read: Callable[[AwsReads], T]) -> Fact[T]:
        if isinstance(aws, Unknown):
            return aws
        return await self._limit.read(whom, about, read, aws.value)

    async def _requests(
        self,
        aws: Fact[AwsReads],
        balancers: "asyncio.Task[Fact[Sequence[tuple[str, Balancer]]]]",
        zone_facts: "asyncio.Task[Fact[ZoneFacts]]",
        in_charge: "asyncio.Task[Fact[InCharge]]",
    ) -> requests.Seen:
        shared, found = self._project.shared, await balancers
        missing = next((fact for fact in (aws, found) if isinstance(fact, Unknown)), None)
        if missing or isinstance(aws, Unknown) or isinstance(found, Unknown):
            nothing = dict.fromkeys(shared.colours, missing or Unknown(""))
            return requests.Seen(nothing, nothing)
        arns = {colour: [one.arn for of, one in found.value if of == colour] for colour in shared.colours}
        history = await in_charge
        state = traffic.state(shared, await zone_facts, history)
        now = history.value.history.read_at if isinstance(history, Known) else time.time()
        look = RequestLook(aws.value, arns, state, shared.stragglers_percent, now)
        return await look.look(self._limit)

    async def _zone(self, aws: Fact[AwsReads], live: "asyncio.Task[Fact[Stack]]") -> Fact[ZoneFacts]:
        """The zone, chosen as the program does; only of several with one name the state has to be known."""
        if isinstance(aws, Unknown):
            return aws
        shared = self._project.shared
        wanted = zone.Wanted(shared.zone, shared.zone_id, LIVE, movable=False)
        found = await self._asked(
            aws, "Route 53", f"for the zone {shared.zone}", lambda of: of.zones_called(shared.zone)
        )
        if isinstance(found, Unknown):
            return found
        state = value_of(await live) if len(found.value) > 1 and not shared.zone_id else None
        pinned = zone.pins(state.owned) if state else frozenset[str]()
        chosen = await self._limit.awaited("Route 53", "for the zone", _chosen(wanted, pinned, found.value))
        if isinstance(chosen, Unknown):
            return chosen
        names = tuple(dict.fromkeys([*shared.names, *records.between(shared.names, shared.zone)]))
        of_zone = chosen.value
        servers, every = await asyncio.gather(
            self._asked(aws, "Route 53", "for the name servers", lambda of: of.name_servers(of_zone.id)),
            self._asked(aws, "Route 53", "for the record sets", lambda of: of.record_sets(of_zone.id, names)),
        )
        if isinstance(every, Unknown):
            return every
        if isinstance(servers, Unknown):
            return servers
        return Known(ZoneFacts(of_zone.id, of_zone.private, servers.value, every.value))

    async def _dns(
        self,
        zone_task: "asyncio.Task[Fact[ZoneFacts]]",
        balancers: "asyncio.Task[Fact[Sequence[tuple[str, Balancer]]]]",
    ) -> Fact[DnsFacts]:
        if isinstance(self._project.live, Unknown):
            return self._project.live
        names, of_zone = Names(self._project.live.value, self._limit), await zone_task
        if isinstance(of_zone, Unknown):
            return await names.look_without_aws()
        sets = of_records({name: of_zone.value.records[name] for name in self._project.shared.names})
        leading = {colour: one.target for of in sets.values() for colour, one in of.items() if one.target}
        up = {colour: one.dns_name for colour, one in value_of(await balancers) or ()}
        return await names.look(
            Carried(of_zone.value.private, of_zone.value.ns_names, weights_of(sets), {**leading, **up})
        )


def _reads(provider: Mapping[str, str]) -> AwsReads:
    aws = AwsReads(session(provider))
    provenance.require_region(aws.region)
    return aws


async def _chosen(wanted: Wanted, pinned: frozenset[str], found: Sequence[Zone]) -> Zone:
    return zone.choose(wanted, pinned, found)
