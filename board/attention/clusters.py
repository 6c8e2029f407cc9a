"""The clusters: can who carries the traffic carry it, and could the other one?"""

import shlex
from collections.abc import Iterator
from dataclasses import replace

from board.attention.seen import Seen
from board.facts import ColourFacts, Known, value_of
from board.reason import Reason
from board.standing import GOING, GONE, PARTLY
from components.shape import shape
from cutover.checks import capacity, current, settled
from cutover.checks.certificate import ISSUED
from cutover.checks.check import Check
from cutover.cluster_facts import ClusterFacts
from cutover.cost import Overlap, last_tag_in, of_overlap
from cutover.provenance import of_arn

CERTIFICATE_DAYS = 21
HOUR_SECONDS, DAY_SECONDS = 3600, 86400
# A tag-in looks three times in a row; the board once.
ONE_LOOK = ", in look 1 of 1"


def carriers(seen: Seen) -> Iterator[Reason]:
    """Whoever carries the traffic and is not whole."""
    for colour, _ in seen.up():
        if colour.colour in seen.carriers:
            for check in _failing(seen, colour):
                text = f"{colour.colour} carries traffic and is not whole: {check.name}: {check.seen}"
                yield Reason("carrier-not-whole", text, _rescue(seen, colour, check), colour.colour)


def idle(seen: Seen) -> Iterator[Reason]:
    """Whoever is up, carries nothing and is not whole."""
    for name, standing in seen.standings.items():
        colour = seen.facts.colours[name]
        if name in seen.carriers:
            continue
        if standing.word == GONE:
            text = f"{name} can be tagged in by its door, and has no cluster any more: it was taken down by hand"
            yield Reason("idle-gone", text, f"pulumi up --refresh -s {name}", name)
        elif standing.word in (GOING, PARTLY):
            text = f"{name} is {standing.word}: its door is not there, so it cannot be tagged in"
            yield Reason("idle-not-whole", text, f"pulumi up -s {name}", name)
        elif standing.is_up:
            for check in _failing(seen, colour):
                step = check.next_step or f"pulumi up --refresh -s {name}"
                yield Reason("idle-not-whole", f"{name} is idle and not whole: {check.name}: {check.seen}", step, name)


def certificates(seen: Seen) -> Iterator[Reason]:
    """Certificates that end soon, or do not count."""
    for colour, _ in seen.up():
        found = value_of(colour.certificate)
        if isinstance(colour.certificate, Known) and found is None:
            if seen.facts.shared.https and colour.balancer != Known(None):
                text = f"the load balancer of {colour.colour} shows no certificate"
                yield Reason("certificate", text, f"pulumi up --refresh -s {colour.colour}", colour.colour)
        elif found:
            left = (found.not_after - found.read_at).total_seconds() if found.not_after else None
            which = f"--certificate-arn {shlex.quote(found.arn)} --region {_region(found.arn)}"
            step = f"aws acm describe-certificate {which} --query 'Certificate.[Status,RenewalSummary]'"
            if found.status != ISSUED or left is None:
                yield Reason(
                    "certificate", f"the certificate of {colour.colour} is {found.status}", step, colour.colour
                )
            elif left < CERTIFICATE_DAYS * DAY_SECONDS:
                text = f"the certificate of {colour.colour} ends in {left / DAY_SECONDS:.1f} days"
                yield Reason("certificate", f"{text} ({found.not_after:%Y-%m-%d})", step, colour.colour)


def shapes(seen: Seen) -> Iterator[Reason]:
    """Colours that are built with something else than the project declares, or than the other one."""
    built = {
        colour.colour: stack.cluster
        for colour, _ in seen.up()
        if (stack := value_of(colour.stack)) and stack.cluster is not None
    }
    declared = shape(seen.facts.shared)
    for name, cluster in built.items():
        found = current.check(cluster.shape, declared)
        if not found.holds:
            yield Reason("shape", f"{name} is not built as the project says: {found.seen}", _rebuild(seen, name), name)
    if len(built) == 2:
        (one, first), (other, second) = built.items()
        alike = current.check_alike(first.shape, second.shape, other)
        if not alike.holds:
            yield Reason("shape", f"{one} and {other} differ in shape: {alike.seen}", _rebuild(seen, one))


def overlap(seen: Seen) -> Iterator[Reason]:
    """Both awake for longer than the project allows."""
    since = both_awake_since(seen)
    allowed = seen.facts.shared.overlap_hours * HOUR_SECONDS
    if since is not None and seen.facts.read_at - since > allowed and seen.idle:
        hours = (seen.facts.read_at - since) / HOUR_SECONDS
        text = f"both colours are awake for {hours:.1f} hours, longer than overlapHours ({allowed // HOUR_SECONDS})"
        step = f"pulumi config set awake false -s {seen.idle} && pulumi up -s {seen.idle} && pulumi up -s live"
        yield Reason("overlap", text, step, seen.idle)


def leftovers(seen: Seen) -> Iterator[Reason]:
    """What carries a colour's tags beside its one group and its one load balancer."""
    for name, colour in seen.facts.colours.items():
        if colour.leftovers and colour.lock == Known(None):
            text = f"{name} has more than one cluster needs: {', '.join(colour.leftovers)}"
            step = f"pulumi stack export -s {name} | .venv/bin/python -m cutover.orphans {name}"
            yield Reason("leftovers", text, step, name)


def both_awake_since(seen: Seen) -> float | None:
    """Since when both are awake (Unix time), by their doors; None when they are not, or it is not known."""
    doors = [value_of(colour.door) for colour, _ in seen.up()]
    since = [door.awake_since for door in doors if door and door.awake_since is not None]
    return max(since) if len(since) == len(seen.facts.colours) else None


def overlap_of(seen: Seen) -> Overlap | None:
    """What the idle colour has cost since the last tag-in; None where there is none, or its cost is not known."""
    history = seen.traffic.value.state.history if isinstance(seen.traffic, Known) else ()
    tagged_in = last_tag_in(history)
    if not seen.idle or tagged_in is None or not seen.standings[seen.idle].is_up:
        return None
    idle = seen.facts.colours[seen.idle]
    cost, door = value_of(idle.cost), value_of(idle.door)
    return of_overlap(cost, tagged_in, door.awake_since if door else None, seen.facts.read_at) if cost else None


def _failing(seen: Seen, colour: ColourFacts) -> Iterator[Check]:
    """The checks of a tag-in that can be told from what was read, and do not hold."""
    shared, group, balancer = seen.facts.shared, value_of(colour.group), value_of(colour.balancer)
    if isinstance(colour.group, Known) and group is None:
        yield Check("capacity", False, "it has no Auto Scaling group any more", "a group")
    if isinstance(colour.balancer, Known) and balancer is None:
        yield Check("settled", False, "it has no load balancer any more", "a load balancer")
    if group is None or balancer is None:
        return
    stack = value_of(colour.stack)
    built = stack.cluster if stack else None
    wanted = built.capacity if built else shared.capacity
    if seen_capacity := value_of(colour.capacity):
        found = capacity.check([seen_capacity], 1, wanted, shared.availability_zones)
        yield from _not_holding(replace(found, seen=found.seen.removesuffix(ONE_LOOK)))
    if seen_cluster := value_of(colour.cluster):
        arn = next(iter(group.target_group_arns), "")
        facts = ClusterFacts(
            colour.colour, group.release, "", wanted, group.name, arn, balancer.dns_name, balancer.zone_id, {}
        )
        yield from _not_holding(settled.check(seen_cluster, facts))


def _region(arn: str) -> str:
    return shlex.quote(of_arn(arn).region or "REGION")


def _not_holding(check: Check) -> Iterator[Check]:
    if not check.holds:
        yield check


def _rescue(seen: Seen, sick: ColourFacts, check: Check) -> str:
    """What to type when the colour with the traffic is not whole: to the other one, if that is whole."""
    traffic = value_of(seen.traffic)
    for other, _ in seen.up():
        door = value_of(other.door)
        whole = door and door.is_open and not list(_failing(seen, other)) and isinstance(other.capacity, Known)
        if other.colour not in seen.carriers and whole:
            return f"pulumi up -s live -c active={other.colour}"
    group = value_of(sick.group)
    if check.next_step or traffic is None or group is None:
        return check.next_step or f"pulumi up --refresh -s {sick.colour}"
    return (
        f"aws autoscaling describe-scaling-activities --auto-scaling-group-name {shlex.quote(group.name)} --max-items 5"
    )


def _rebuild(seen: Seen, name: str) -> str:
    """The idle colour is built anew; the one in charge is frozen, so the other one comes first."""
    idle = seen.idle
    return f"pulumi up -s {idle}" if name != idle and idle else f"pulumi up -s {name}"
