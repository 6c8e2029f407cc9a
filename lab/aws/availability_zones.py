"""The Availability Zones of Auto Scaling groups: where instances are born, and which ones go first."""

import copy
from collections import Counter
from collections.abc import Iterable, Sequence

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances
_set_desired_capacity = FakeAutoScalingGroup.set_desired_capacity


def spread_instances() -> None:
    """Let every Auto Scaling group of this process keep its instances evenly spread over its zones, as AWS does.

    moto 5.2.5 launches all instances into the group's first subnet, and scales in whichever instances come first.
    What moto launches with is a method of the group, called from several places: it is replaced for good.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
    """
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _spread_launch  # type: ignore[method-assign]
    FakeAutoScalingGroup.set_desired_capacity = _even_scale_in  # type: ignore[method-assign]


def subnets_for(count: int, subnets: Sequence[tuple[str, str]], taken: Iterable[str]) -> list[str]:
    """The subnet of each of `count` new instances; subnets: (id, zone); taken: subnets of the present instances."""
    zone_of = dict(subnets)
    in_subnet = Counter(subnet for subnet in taken if subnet in zone_of)
    chosen = []
    for _ in range(count):
        in_zone = Counter(dict.fromkeys(zone_of.values(), 0))
        for subnet, number in in_subnet.items():
            in_zone[zone_of[subnet]] += number
        chosen.append(min(zone_of, key=lambda subnet: (in_zone[zone_of[subnet]], in_subnet[subnet])))
        in_subnet[chosen[-1]] += 1
    return chosen


def scale_in_order(zones: Sequence[str]) -> list[int]:
    """Indices of instances in the zones given, so that those left stay evenly spread when the first ones go."""
    seen: Counter[str] = Counter()
    ranks = []
    for zone in zones:
        ranks.append(seen[zone])
        seen[zone] += 1
    return sorted(range(len(zones)), key=lambda index: -ranks[index])


def _spread_launch(self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]) -> None:
    if not self.vpc_zone_identifier:
        _launch(self, count_needed, propagated_tags)
        return
    ids = self.vpc_zone_identifier.split(",")
    found = self.autoscaling_backend.ec2_backend.describe_subnets(subnet_ids=ids)
    zone_of = {subnet.id: subnet.availability_zone for subnet in found}
    present = [state.instance.subnet_id or "" for state in self.instance_states]
    chosen = Counter(subnets_for(count_needed, [(subnet, zone_of[subnet]) for subnet in ids], present))
    for subnet, count in chosen.items():
        # A look-alike with one subnet: nobody who asks meanwhile sees the group itself with fewer than it has.
        look_alike = copy.copy(self)
        look_alike.vpc_zone_identifier, look_alike.availability_zones = subnet, [zone_of[subnet]]
        look_alike.instance_states = []
        _launch(look_alike, count, propagated_tags)
        for state in look_alike.instance_states:
            state.auto_scaling_group = state.instance.autoscaling_group = self  # type: ignore[attr-defined]  # moto's
        self.instance_states += look_alike.instance_states


def _even_scale_in(self: FakeAutoScalingGroup, new_capacity: int | None) -> None:
    states: list[InstanceState] = self.instance_states
    self.instance_states = [
        states[index] for index in scale_in_order([state.availability_zone or "" for state in states])
    ]
    _set_desired_capacity(self, new_capacity)
