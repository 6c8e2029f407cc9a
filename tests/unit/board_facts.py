"""Facts of the board as a healthy world gives them, and the states of a tag-in, for tests that judge and show them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from board.facts import (
    Authored,
    Balancer,
    ColourFacts,
    DnsFacts,
    Door,
    Facts,
    Group,
    InCharge,
    Known,
    LoadTest,
    Lock,
    Requests,
    Stack,
    Unknown,
    Update,
    ZoneFacts,
)
from components.settings import ColourSettings, LiveSettings
from components.shape import shape
from cutover import in_charge
from cutover.checks.certificate import CertificateSeen
from cutover.checks.healing import GroupSeen, Size
from cutover.checks.settled import ClusterSeen
from cutover.cluster_facts import ClusterFacts
from cutover.cost import ColourCost, Kind
from cutover.drain import Drain
from cutover.group_capacity import CapacitySeen, TargetHealth
from cutover.in_charge import Value, Version
from cutover.owned import PARAMETER, RECORD, Owned
from cutover.provenance import Place
from cutover.record_set import RecordSet
from propagation import Outcome
from tests.unit.outcomes import outcome
from tests.unit.stack_values import load

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
AT = NOW.timestamp()
SWITCH, ZONE_ID, REGION = "www.shop.example", "ZSHOP", "eu-central-1"
FIRST, SECOND = "amber", "violet"
RELEASES = {FIRST: "1.4.1", SECOND: "1.4.2"}
DAY = 86400.0
SERVERS, RESOLVERS = ("ns1.example (192.0.2.1)", "ns2.example (192.0.2.2)"), ("1.1.1.1", "9.9.9.9")
NOT_READ = Unknown(
    "Route 53 could not be asked for the zone shop.example: Throttling: Rate exceeded",
    "the same command again in a minute",
)


class Scene:
    """The facts of two colours, put together step by step; every method gives another scene."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def colour(self, name: str, **changes: Any) -> "Scene":
        """With other facts of one colour."""
        changed = replace(self.facts.colours[name], **changes)
        return Scene(replace(self.facts, colours={**self.facts.colours, name: changed}))

    def but(self, **changes: Any) -> "Scene":
        """With other facts that are of no colour."""
        return Scene(replace(self.facts, **changes))

    def weights(self, weights: Mapping[str, int], *others: RecordSet, by_state: bool = True) -> "Scene":
        """With these weights in Route 53, and `others` beside them; by_state: also in the state of the live stack."""
        zone = ZoneFacts(ZONE_ID, False, ("ns1.example", "ns2.example"), {SWITCH: (*_sets(weights), *others)})
        scene = self.but(zone=Known(zone))
        return scene.live_state(weights) if by_state else scene

    def live_state(self, weights: Mapping[str, int]) -> "Scene":
        """With these record sets in the state of the live stack, and what in-charge says now."""
        latest = self.facts.in_charge.value.history.latest if isinstance(self.facts.in_charge, Known) else None
        written = [Owned("in-charge", PARAMETER, {"insecureValue": latest})] if latest else []
        return self.but(live_stack=Known(Stack(True, (*map(_owned, weights.items()), *written))))

    def history(self, *versions: tuple[float, Value | str], by: str = "arn:aws:iam::123456789012:user/ada") -> "Scene":
        """With these versions of in-charge: seconds ago, and what it said; the live stack's state has the newest."""
        return self.but(in_charge=Known(charge(*versions, by=by)))

    def asleep(self, name: str) -> "Scene":
        """With nothing of this colour."""
        nothing = Known(None)
        return self.colour(
            name,
            door=Known(Door(False)),
            group=nothing,
            balancer=nothing,
            capacity=nothing,
            cluster=nothing,
            certificate=nothing,
            requests=nothing,
            stragglers=nothing,
            load_test=nothing,
            drain=Known(Drain(0)),
            cost=Known(cost("0.01")),
            stack=Known(Stack(True)),
        )


def charge(*versions: tuple[float, Value | str], by: str = "") -> InCharge:
    """The parameter in-charge with these versions: seconds ago, and what it said."""
    texts = [(ago, value if isinstance(value, str) else value.to_json()) for ago, value in versions]
    numbered = [Version(number, AT - ago, text) for number, (ago, text) in enumerate(texts, start=1)]
    authored = tuple(Authored(one.number, one.at, one.value, by) for one in numbered)
    return InCharge(in_charge.history_of(numbered, AT), authored)


def value(colour: str, **changes: Any) -> Value:
    """What in-charge says of a colour at its release and with its group."""
    return Value(**{"colour": colour, "release": RELEASES[colour], "group": f"{colour}-1", "attempt": "a", **changes})


def healthy(first: str = FIRST, second: str = SECOND) -> Scene:
    """The first in charge for two days, the second idle with the next release, all of it well."""
    RELEASES.setdefault(first, RELEASES[FIRST])
    RELEASES.setdefault(second, RELEASES[SECOND])
    cidrs = json.dumps({first: "10.10.0.0/16", second: "10.20.0.0/16"})
    live = load("live", cidrs=cidrs, active=first, overlapHours="96")
    assert isinstance(live, LiveSettings)
    colours = {name: colour(name, live, cidrs, carries=name == first) for name in sorted((first, second))}
    facts = Facts(
        shared=live.shared,
        live=Known(live),
        read_at=AT,
        place=Known(Place("123456789012", REGION)),
        zone=NOT_READ,
        in_charge=Known(InCharge(in_charge.history_of((), AT))),
        colours=colours,
        live_stack=Known(Stack(True)),
        live_lock=Known(None),
        updates=Known((update(2 * DAY, first),)),
        dns=Known(dns_of(first)),
    )
    weights = {first: 100, second: 0}
    return Scene(facts).history((2 * DAY, value(first))).weights(weights)


def colour(name: str, live: LiveSettings, cidrs: str, *, carries: bool) -> ColourFacts:
    """A colour that is up, whole and at its release."""
    shared = live.shared
    settings = load(name, cidrs=cidrs, release=RELEASES[name])
    assert isinstance(settings, ColourSettings)
    group, arn, dns_name = f"{name}-1", f"arn:targets-of-{name}", f"{name}.elb.example"
    ids = [f"i-{name}{number}" for number in range(shared.capacity)]
    zones = {one: f"{REGION}{'ab'[number % 2]}" for number, one in enumerate(ids)}
    seen = CapacitySeen(group, frozenset(ids), {one: TargetHealth("healthy") for one in ids}, zones)
    size = Size(shared.capacity, shared.capacity, shared.capacity)
    facts = ClusterFacts(name, RELEASES[name], REGION, shared.capacity, group, arn, dns_name, "ZELB", shape(shared))
    certificate_arn = f"arn:aws:acm:{REGION}:123456789012:certificate/{name}"
    return ColourFacts(
        colour=name,
        config=Known(settings),
        door=Known(Door(True, RELEASES[name], AT - 3 * DAY, AT - DAY, "arn:aws:iam::123456789012:user/ada")),
        group=Known(Group(group, RELEASES[name], AT - 3 * DAY, shared.capacity, (arn,), shared.instance_type)),
        balancer=Known(
            Balancer(
                f"arn:of-{name}", dns_name, "ZELB", "active", tuple(sorted(set(zones.values()))), (certificate_arn,)
            )
        ),
        leftovers=(),
        capacity=Known(seen),
        cluster=Known(
            ClusterSeen({dns_name: "active"}, "", dict.fromkeys(ids, "InService"), {}, GroupSeen(size, "ELB", (arn,)))
        ),
        drain=Known(Drain(60)),
        certificate=Known(
            CertificateSeen(certificate_arn, "ISSUED", frozenset({SWITCH}), NOW + timedelta(days=200), NOW)
        ),
        stack=Known(Stack(True, (), facts)),
        lock=Known(None),
        requests=Known(Requests({AT - 120: 1400.0 if carries else 0.0, AT - 60: 1432.0 if carries else 0.0})),
        cost=Known(cost("0.71")),
        load_test=Known(LoadTest("30000 requests at 100.0 a second, 100 % answered well, 2.0 h ago", True)),
        stragglers=Known(None),
    )


def cost(amount: str, *unknown: Kind) -> ColourCost:
    """What a colour costs an hour, all of it for instances; `unknown` kinds have no price."""
    kinds: dict[Kind, Decimal | None] = {Kind.INSTANCES: Decimal(amount), **dict.fromkeys(unknown)}
    return ColourCost(REGION, "USD", kinds, dict.fromkeys(unknown, "the price list has no such product"))


def update(ago: float, active: str, result: str = "succeeded", seconds: float = 84.0, by: str = "Ada") -> Update:
    """One update of the stack live that ended so many seconds ago."""
    return Update("update", result, AT - ago - seconds, AT - ago, by, active)


def dns_of(colour: str, *stale: str, ttl_left: float = 41.0) -> DnsFacts:
    """Two name servers and two resolvers that answer a colour; `stale` ones of the four answer something else."""
    return DnsFacts(
        outcome(
            names=(SWITCH,),
            servers=tuple(_server(one, colour, one in stale) for one in SERVERS),
            resolvers=tuple(_resolver(one, colour, ttl_left, one in stale) for one in RESOLVERS),
            said_by_servers=tuple(_said(one, colour, one in stale) for one in SERVERS),
            said_by_resolvers=tuple(_said(one, colour, one in stale) for one in RESOLVERS),
        ),
        colour,
    )


def locked() -> Known[Lock]:
    """Somebody works on a stack."""
    return Known(Lock("by ada@laptop, process 4711, since 2026-11-26T02:58:00Z"))


def _server(name: str, colour: str, is_stale: bool) -> Any:
    said = _said(name, colour, is_stale)
    return SimpleNamespace(
        server=name, status=said.status, verdict=said.verdict, records=said.records, ttl_seconds=60.0
    )


def _resolver(name: str, colour: str, ttl_left: float, is_stale: bool) -> Any:
    said = _said(name, colour, is_stale)
    return SimpleNamespace(
        resolver=name, status=said.status, verdict=said.verdict, records=said.records, ttl_left_seconds=ttl_left
    )


def _said(name: str, colour: str, is_stale: bool) -> Outcome.Said:
    if is_stale:
        return Outcome.Said(name, SWITCH, "other", "answers something else", ("192.0.2.99",))
    return Outcome.Said(name, SWITCH, "expected", f"answers {colour}", ("192.0.2.10", "192.0.2.11"))


def _sets(weights: Mapping[str, int]) -> Sequence[RecordSet]:
    return [
        RecordSet.of(
            {
                "Name": f"{SWITCH}.",
                "Type": "A",
                "SetIdentifier": name,
                "Weight": weight,
                "AliasTarget": {
                    "DNSName": f"dualstack.{name}.elb.example.",
                    "HostedZoneId": "ZELB",
                    "EvaluateTargetHealth": False,
                },
            }
        )
        for name, weight in weights.items()
    ]


def _owned(of: tuple[str, int]) -> Owned:
    name, weight = of
    outputs = {
        "name": SWITCH,
        "setIdentifier": name,
        "weightedRoutingPolicies": [{"weight": weight}],
        "aliases": [{"name": f"{name}.elb.example", "zoneId": "ZELB", "evaluateTargetHealth": False}],
    }
    return Owned(f"{SWITCH}-{name}", RECORD, outputs)
