"""The weighted record sets of the live names, with where they lead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutover import record_set
from cutover.owned import RECORD, Owned
from cutover.printable import printable
from cutover.record_set import RecordSet, plain
from cutover.weights import Weights


@dataclass(frozen=True)
class WeightedSet:
    """One weighted record set: its weight, the alias target (name and zone; empty for plain addresses), and its health.

    `evaluates_health` is the alias's own setting, `health_check` the id of a health check, empty without one.
    """

    weight: int
    target: str = ""
    target_zone: str = ""
    evaluates_health: bool = False
    health_check: str = ""

    def __str__(self) -> str:
        health = " (evaluates target health)" if self.evaluates_health else ""
        check = f" (health check {printable(self.health_check)})" if self.health_check else ""
        return f"weight {self.weight} to {printable(self.target) or 'plain addresses'}{health}{check}"


WeightedSets = Mapping[str, Mapping[str, WeightedSet]]
"""Live name to set identifier (the colour) to record set; a name with no weighted record set has none."""


def weights_of(weighted_sets: WeightedSets) -> Weights:
    """The weights alone."""
    return {name: {colour: one.weight for colour, one in of.items()} for name, of in weighted_sets.items()}


def of_records(records: Mapping[str, Sequence[RecordSet]]) -> WeightedSets:
    """The weighted sets of type A among all record sets of each name."""
    return {
        name: {
            str(one.identifier): of_route53(one.content) for one in of if one.type == "A" and "Weight" in one.content
        }
        for name, of in records.items()
    }


def alias(weight: int, name: str, zone_id: str, *, evaluates_health: bool) -> WeightedSet:
    """A set that leads to a load balancer; Route 53 gives the name in lower case, with a dot, or `dualstack.` first."""
    return WeightedSet(weight, record_set.target(name), zone_id, evaluates_health)


def of_route53(record: Mapping[str, Any]) -> WeightedSet:
    """One of those that ListResourceRecordSets gives with a weight.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
    """
    check, target = record.get("HealthCheckId", ""), record.get("AliasTarget")
    if target is None:
        return WeightedSet(record["Weight"], health_check=check)
    found = alias(
        record["Weight"],
        target["DNSName"],
        target["HostedZoneId"],
        evaluates_health=bool(target.get("EvaluateTargetHealth")),
    )
    return WeightedSet(found.weight, found.target, found.target_zone, found.evaluates_health, check)


def held(owned: Iterable[Owned]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The records in a stack's state, weighted or not: name and set identifier (empty without one) to the outputs."""
    return {
        (plain(str(one.outputs.get("name", ""))), str(one.outputs.get("setIdentifier") or "")): one.outputs
        for one in owned
        if one.type == RECORD
    }


def of_state(outputs: Mapping[str, Any]) -> WeightedSet | None:
    """The set that a stack's state has, of the outputs of its resource; None when it is no weighted alias."""
    policies: Sequence[Any] = outputs.get("weightedRoutingPolicies") or []
    aliases: Sequence[Any] = outputs.get("aliases") or []
    if len(policies) != 1 or len(aliases) != 1:
        return None
    policy, to = policies[0], aliases[0]
    found = alias(
        int(policy["weight"]), to["name"], to["zoneId"], evaluates_health=bool(to.get("evaluateTargetHealth"))
    )
    check = outputs.get("healthCheckId") or ""
    return WeightedSet(found.weight, found.target, found.target_zone, found.evaluates_health, check)
