"""Whether a colour may be load-tested now: it is up and whole, and no client can come to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from components import zone
from components.traffic_state import TrafficLook
from cutover import drain, freeze
from cutover.asking import asking
from cutover.aws_load_test import AwsLoadTest, Behind
from cutover.checks import awake, capacity, settled
from cutover.checks.awake import DoorSeen
from cutover.checks.check import Check
from cutover.cluster_facts import ClusterFacts
from cutover.freeze import TrafficState
from cutover.load_evidence import Evidence, Figures
from cutover.owned import BALANCER, Owned
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from load_test.config import Config


@dataclass(frozen=True)
class Tested:
    """The cluster as AWS has it: its load balancer, and how many `instances` its group is to have."""

    cluster: ClusterFacts
    balancer_arn: str
    instances: int

    def evidence(self, figures: Figures, at: datetime, by: str, *, writes: bool) -> Evidence:
        """What a test of it has shown, that ended `at` and was run `by` an ARN."""
        cluster, instances, balancer = self.cluster, self.instances, self.balancer_arn
        return Evidence(cluster.colour, cluster.release, cluster.group, instances, balancer, figures, writes, at, by)


def leads_to(colour: str, own_name: str, records: Sequence[RecordSet]) -> str:
    """The name of the load balancer that the colour's own name leads to; raises Refusal when there is not one."""
    leading = [one for one in records if one.leads_clients]
    targets = [one.target for one in leading if one.type == "A" and one.target]
    if len(leading) == len(targets) == 1:
        return targets[0]
    raise _no_test(
        f"its own name leads to no load balancer of its own: it is asleep or was never built, or {own_name} is "
        "somebody else's",
        f"{own_name}: {'; '.join(one.in_short for one in leading) or 'no record'}",
        f"one record, an alias of the load balancer of {colour}",
        colour,
        f"pulumi config set awake true -s {colour} && pulumi up -s {colour}",
    )


def cluster_of(config: Config, name: str, found: Behind | None, region: str) -> ClusterFacts:
    """The cluster behind the load balancer called `name`; raises Refusal when it is not one, and this colour's.

    `shape` and `zone_id` are empty: AWS does not tell them.
    """
    colour, shared = config.colour, config.shared
    groups = found.groups if found else ()
    ours = [one for one in groups if (one.service, one.colour) == (shared.names[0], colour)]
    if found is None or len(found.target_group_arns) != 1 or len(groups) != 1 or not ours:
        seen = f"no load balancer {name} in {region}"
        if found:
            said = "; ".join(
                f"{one.name} of {one.colour or 'no colour'}@{one.service or 'no service'}" for one in groups
            )
            seen = f"{name}: {len(found.target_group_arns)} target groups, and behind them {said or 'no group'}"
        raise _no_test(
            "what is behind its own name is not one group of its own, at rest",
            seen,
            f"one load balancer with one target group, and one Auto Scaling group of {colour}@{shared.names[0]}",
            colour,
            f"pulumi up -s {colour}",
        )
    if not ours[0].release or ours[0].release != config.release:
        raise _no_test(
            "another release is behind it than its file declares",
            f"{ours[0].name} has release {ours[0].release or '(no tag)'}; Pulumi.{colour}.yaml: {config.release}",
            f"release {config.release}",
            colour,
            f"pulumi up -s {colour}",
        )
    return ClusterFacts(
        colour=colour,
        release=ours[0].release,
        region=region,
        capacity=shared.capacity,
        group=ours[0].name,
        target_group_arn=found.target_group_arns[0],
        dns_name=found.dns_name,
        zone_id="",
        shape={},
    )


def refuse_clients(config: Config, traffic: TrafficState) -> None:
    """Raise Refusal when clients are sent to the colour, or may still be, or nothing says since when they are not."""
    colour = config.colour
    if reason := freeze.frozen_because(colour, traffic, traffic.read_at):
        others = [one for one in config.shared.colours if one != colour]
        raise _no_test(
            "clients are sent to it, or may still be",
            reason,
            "a colour that carries nothing, once DNS has let go of it",
            colour,
            f"pulumi preview -s live to see who is in charge; .venv/bin/python -m load_test {' or '.join(others)}",
        )


def refuse_unfit(colour: str, checks: Sequence[Check]) -> None:
    """Raise Refusal when a check does not hold: a test of half a colour says nothing of the whole."""
    bad = [check for check in checks if not check.holds]
    if bad:
        steps = dict.fromkeys(check.next_step or f"pulumi up -s {colour}" for check in bad)
        raise _no_test(
            f"it is not whole: {', '.join(check.name for check in bad)}",
            "; ".join(f"{check.name}: {check.said}" for check in bad),
            "; ".join(f"{check.name}: {check.allowed}" for check in bad),
            colour,
            "; ".join(steps),
        )


def refuse_no_place(colour: str, parameter: str) -> None:
    """Raise the Refusal for a colour that has no place for the evidence of a test."""
    raise _no_test(
        "there is no place for the evidence: it is being taken down, or was built before there was one",
        f"{parameter} is not there",
        "a colour whose stack has made it",
        colour,
        f"pulumi up -s {colour}",
    )


def _no_test(why: str, seen: str, allowed: str, colour: str, next_step: str) -> Refusal:
    return Refusal(
        f"{colour} cannot be load-tested: {why}",
        seen=seen,
        allowed=allowed,
        next_step=f"{next_step}, then .venv/bin/python -m load_test {colour}",
    )


class ColourLook:
    """Looks at the colour, before its test, meanwhile and after; every method raises Refusal when it may not be.

    `sleep` passes between looks at its capacity; `warn` is told what of the history of `in-charge` cannot be read.
    """

    def __init__(
        self, config: Config, aws: AwsLoadTest, sleep: Callable[[float], object], warn: Callable[[str], None]
    ) -> None:
        self._config, self._aws, self._sleep = config, aws, sleep
        self._zone_id = zone.id_of(config.shared, config.colour, (), aws)
        self._traffic = TrafficLook(aws, self._zone_id, config.shared, 0, warn)

    def tested(self) -> Tested:
        """Which cluster would be tested, once it is clear that it may be."""
        config, own_name = self._config, self._config.shared.own_name(self._config.colour)
        with asking("AWS", f"what is behind {own_name}"):
            records = self._aws.record_sets(self._zone_id, [own_name])[own_name]
            name = leads_to(config.colour, own_name, records)
            found = self._aws.behind(name)
        cluster = cluster_of(config, name, found, self._aws.region or "")
        assert found is not None  # else there would be no cluster
        (group,) = found.groups
        tested = Tested(cluster, found.balancer_arn, group.instances)
        self.require_idle(tested)
        return tested

    def require_idle(self, tested: Tested) -> None:
        """That no client can come to it."""
        with asking("AWS", "who is in charge"):
            kept = drain.of_colour(
                [Owned("", BALANCER, {"arn": tested.balancer_arn})], self._aws.client_keep_alive_seconds
            )
            traffic = replace(self._traffic.read(), drain=kept)
        refuse_clients(self._config, traffic)

    def require_whole(self, tested: Tested) -> None:
        """That it is awake, at its capacity, and at rest, and has a place for the evidence."""
        config, cluster, shared = self._config, tested.cluster, self._config.shared
        door, place = shared.door_parameter(config.colour), shared.load_test_parameter(config.colour)
        with asking("AWS", f"whether {config.colour} is whole"):
            looks = []
            for number in range(capacity.SAMPLES):
                if number:
                    self._sleep(capacity.PAUSE_SECONDS)
                looks.append(self._aws.capacity(cluster.group, cluster.region))
            checks = [
                awake.check(cluster, DoorSeen(door, self._aws.exists(door))),
                capacity.check(looks, capacity.SAMPLES, shared.capacity, shared.availability_zones),
                settled.check(self._aws.cluster(cluster.group, cluster.target_group_arn, cluster.region), cluster),
            ]
            has_place = self._aws.exists(place)
        refuse_unfit(config.colour, checks)
        if not has_place:
            refuse_no_place(config.colour, place)
