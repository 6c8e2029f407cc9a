"""Looking at a colour that is to be tagged in: everything is read at once, and every check decided."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from cutover.checks import (
    awake,
    capacity,
    certificate,
    current,
    dns,
    http_request,
    load_test,
    offsite,
    probes,
    records,
    release,
    settled,
)
from cutover.checks.awake import DoorSeen
from cutover.checks.candidate import Candidate, Edges, Reader
from cutover.checks.check import (
    CAPACITY,
    CERTIFICATE,
    DNS,
    LOAD_TEST,
    OFFSITE,
    PROBES,
    RECORDS,
    RELEASE,
    SETTLED,
    Check,
)
from cutover.checks.http_request import Question
from cutover.checks.load_test import Asked
from cutover.cluster_facts import ClusterFacts
from cutover.concurrently import all_of
from cutover.group_capacity import CapacitySeen
from cutover.threads import in_thread
from propagation import Outcome, Target

# boto3 tries again for minutes when AWS does not answer; a tag-in does not wait for that.
READ_SECONDS = 30.0
# A late answer is waited for a little longer, so that the check can say how late it was.
LATE_SECONDS = 2.0

T = TypeVar("T")
Step = Coroutine[Any, Any, tuple[Check, ...]]


async def look(
    candidate: Candidate, reader: Reader, report: Callable[[str], None], edges: Edges | None = None
) -> tuple[Check, ...]:
    """Every check of `candidate`, in a fixed order; of a colour that is asleep only `awake`, which does not hold.

    What cannot be read does not hold, with the error as what was seen: nothing is raised but cancellation. `report` is
    told which checks are still under way.
    """
    cluster, edges = candidate.cluster, edges or Edges()
    if cluster is None:
        return (awake.check_asleep(candidate.colour),)
    steps: dict[tuple[str, ...], Step] = {
        (CAPACITY,): _capacity(candidate, cluster, reader, edges),
        (SETTLED,): _settled(cluster, reader),
        (PROBES, RELEASE): _probes(candidate, cluster, edges),
        (CERTIFICATE,): _certificate(candidate, reader),
        (OFFSITE,): _offsite(candidate, cluster, reader),
        (RECORDS,): _records(candidate, reader),
        (DNS,): _dns(candidate, reader, edges),
    }
    if candidate.load_test:
        steps[(LOAD_TEST,)] = _load_test(candidate.load_test, cluster, reader)
    looked = [check for checks in await _all_reported(candidate.colour, steps, report) for check in checks]
    looked[1:1] = [current.check(candidate.built, candidate.declared)]
    if candidate.other_built is not None:
        looked.append(current.check_alike(candidate.built, candidate.other_built, candidate.other_colour))
    # Last: what closes the door meanwhile gives a tag-in some seconds to show itself, and no more.
    return (await awake_alone(candidate, reader), *looked)


async def awake_alone(candidate: Candidate, reader: Reader) -> Check:
    """The check `awake` alone, as `look` makes it."""
    cluster, parameter, error = candidate.cluster, candidate.door_parameter, ""
    if cluster is None:
        return awake.check_asleep(candidate.colour)
    try:
        is_there = await _read(reader.exists, parameter)
    except Exception as failure:  # noqa: BLE001  # whatever the reason: a door that cannot be seen is closed
        is_there, error = False, str(failure) or type(failure).__name__
    return awake.check(cluster, DoorSeen(parameter, is_there, error))


async def capacity_alone(candidate: Candidate, reader: Reader) -> tuple[Check, ...]:
    """The check `capacity` alone, as `look` makes it."""
    assert candidate.cluster is not None  # whoever has weight is awake
    return await _fail_closed((CAPACITY,), _capacity(candidate, candidate.cluster, reader, Edges()))


async def _all_reported(
    colour: str, steps: dict[tuple[str, ...], Step], report: Callable[[str], None]
) -> list[tuple[Check, ...]]:
    under_way = {name: None for names in steps for name in names}

    def tell() -> None:
        if under_way:
            report(f"checking {colour}: {', '.join(under_way)} still under way")

    async def run(names: tuple[str, ...], step: Step) -> tuple[Check, ...]:
        found = await _fail_closed(names, step)
        for name in names:
            del under_way[name]
        tell()
        return found

    tell()
    return await all_of(run(names, step) for names, step in steps.items())


async def _fail_closed(names: tuple[str, ...], step: Step) -> tuple[Check, ...]:
    try:
        return await step
    except Exception as error:  # noqa: BLE001  # whatever went wrong, what was to be shown was not
        first: BaseException = error
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        text = f"cannot be read: {str(first) or type(first).__name__}"
        return tuple(Check(name, False, text, "an answer to judge by") for name in names)


async def _read(function: Callable[..., T], *arguments: object) -> T:
    """What `function` returns, from a thread; raises TimeoutError after READ_SECONDS, and what it raises."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await in_thread(function, *arguments)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"no answer within {READ_SECONDS:g} s") from None


async def _capacity(candidate: Candidate, cluster: ClusterFacts, reader: Reader, edges: Edges) -> tuple[Check, ...]:
    wanted, usual = candidate.capacity, candidate.availability_zones
    zones = 1 if candidate.may_lack_zones else usual
    looks: list[CapacitySeen] = []
    while not looks or (len(looks) < candidate.samples and capacity.is_good(looks[-1], wanted, zones)):
        if looks:
            await edges.sleep(capacity.PAUSE_SECONDS)
        looks.append(await _read(reader.capacity, cluster.group, cluster.region))
    return (capacity.check(looks, candidate.samples, wanted, zones, usual),)


async def _settled(cluster: ClusterFacts, reader: Reader) -> tuple[Check, ...]:
    seen = await _read(reader.cluster, cluster.group, cluster.target_group_arn, cluster.region)
    return (settled.check(seen, cluster),)


async def _probes(candidate: Candidate, cluster: ClusterFacts, edges: Edges) -> tuple[Check, ...]:
    times, latency = candidate.probes, candidate.latency_milliseconds
    question = Question(
        candidate.own_name,
        candidate.port,
        candidate.health_path,
        latency / 1000 + LATE_SECONDS,
        ssl.create_default_context() if candidate.certificate_arn else None,
    )
    try:
        addresses = await http_request.addresses_of(cluster.dns_name, candidate.resolvers, edges.glance)
    except LookupError as error:
        asked = probes.check_unasked(str(error), question.url)
        return asked, release.check((), candidate.release_header, cluster.release)
    answers = await edges.ask_all(addresses, question, times, latency)
    return (
        probes.check(answers, addresses, times, latency, question.url),
        release.check(answers, candidate.release_header, cluster.release),
    )


async def _certificate(candidate: Candidate, reader: Reader) -> tuple[Check, ...]:
    if candidate.certificate_arn is None:
        return (certificate.check_none(),)
    seen = await _read(reader.certificate, candidate.certificate_arn)
    return (certificate.check(seen, candidate.names),)


async def _offsite(candidate: Candidate, cluster: ClusterFacts, reader: Reader) -> tuple[Check, ...]:
    async def error_of(reference: str) -> str:
        try:
            return await _read(reader.offsite_error, reference, cluster.region)
        except TimeoutError as error:
            return str(error)

    errors = await all_of(error_of(reference) for reference in candidate.references)
    return (offsite.check(dict(zip(candidate.references, errors, strict=True))),)


async def _records(candidate: Candidate, reader: Reader) -> tuple[Check, ...]:
    live = candidate.live
    wanted = [*candidate.names, *records.between(candidate.names, live.zone)]
    seen = await _read(reader.record_sets, live.zone_id, wanted)
    return (records.check(seen, candidate.names, live.zone, live.zone_id),)


async def _load_test(asked: Asked, cluster: ClusterFacts, reader: Reader) -> tuple[Check, ...]:
    found = await _fail_closed((LOAD_TEST,), _evidence(asked, cluster, reader))
    # Also when it cannot be read.
    return tuple(replace(one, only_warns=not asked.required) for one in found)


async def _evidence(asked: Asked, cluster: ClusterFacts, reader: Reader) -> tuple[Check, ...]:
    if not asked.measure.rps:
        return (load_test.check_unset(asked, cluster.colour),)
    seen = await _read(reader.load_test, asked.parameter, cluster.group, cluster.region)
    return (load_test.check(seen, asked, cluster),)


async def _dns(candidate: Candidate, reader: Reader, edges: Edges) -> tuple[Check, ...]:
    """Those who are watched after the switch, by the same watch."""
    live = candidate.live
    ns_names = await _read(reader.name_servers, live.zone_id)
    carried = dns.carried(candidate.names, live.carriers)
    uncarried = tuple(name for name in candidate.names if name not in carried)
    carriers = carried or {candidate.own_name: frozenset({candidate.colour})}
    names = tuple(carriers)
    expected = dns.choose(names, carriers, frozenset(live.own_names), candidate.colour, uncarried)
    target = Target(
        name=names[0],
        expected=expected.asked_for,
        further=names[1:],
        answers=live.own_names,
        sources=live.load_balancer_names,
        ns_names=ns_names,
        zone=live.zone,
        private=not ns_names,
        resolvers=tuple(candidate.resolvers),
        authoritative_port=live.dns_port,
    )

    def found(outcome: Outcome) -> Check:
        return dns.check(outcome, expected, live.zone, candidate.resolvers)

    return (found(await edges.glance(target, dns.SECONDS, lambda outcome: found(outcome).holds)),)
