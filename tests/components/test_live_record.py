"""The live record: raise, then lower, then wait; the order is in the dependencies, and further names only follow."""

import json
from collections.abc import Mapping
from functools import lru_cache

import pytest

from cutover.cluster_facts import ClusterFacts
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import ZONE_ID, Declaration, Declared
from tests.unit.stack_values import OWN, PROJECT, facts, parted

ONE = '["www.shop.example"]'
THREE = '["www.shop.example", "shop.example", "api.shop.example"]'
COLOURS = ("amber", "violet")


@lru_cache
def declared(names: str = ONE, awake: tuple[str, ...] = COLOURS, **changes: str) -> Declaration:
    """What the live stack declares while the colours in `awake` have a cluster."""
    shared, own = parted({"names": names, **changes})
    clusters: Mapping[str, ClusterFacts | None] = {
        colour: facts(colour) if colour in awake else None for colour in COLOURS
    }
    return pulumi_mocks.declare("live", {**OWN["live"], **own}, {**PROJECT, **shared}, clusters)


def records(found: Declaration, colour: str) -> list[Declared]:
    return [record for record in found.of("Record") if record.inputs.get("setIdentifier") == colour]


def aliases(found: Declaration) -> list[Declared]:
    """The records of the further names."""
    return [record for record in found.of("Record") if "setIdentifier" not in record.inputs]


def weight(record: Declared) -> int:
    (policy,) = record.inputs["weightedRoutingPolicies"]
    return int(policy["weight"])


@pytest.mark.parametrize("names", [ONE, THREE], ids=["one name", "three names"])
@pytest.mark.parametrize(("active", "idle"), [COLOURS, COLOURS[::-1]])
def test_the_active_colour_has_all_the_weight_and_the_idle_one_none_on_the_first_name_alone(
    names: str, active: str, idle: str
) -> None:
    found = declared(names, active=active)
    for colour, wanted in ((active, 100), (idle, 0)):
        assert [(record.inputs["name"], weight(record)) for record in records(found, colour)] == [
            (json.loads(names)[0], wanted)
        ]
    assert len(found.of("Record")) == 1 + len(json.loads(names))


def test_every_further_name_is_a_plain_alias_of_the_first_in_its_own_zone_after_the_pair() -> None:
    found, first = declared(THREE, failover="true"), json.loads(THREE)[0]
    to = {"name": first, "zoneId": ZONE_ID, "evaluateTargetHealth": False}
    assert {alias.name for alias in aliases(found)} == set(json.loads(THREE)[1:])
    for alias in aliases(found):
        of = {"zoneId": ZONE_ID, "name": alias.name, "type": "A", "aliases": [to], "allowOverwrite": True}
        assert alias.inputs == of
        assert all(found.depends(alias, record) for colour in COLOURS for record in records(found, colour))
        assert found.depends(found.one("Parameter"), alias)
        assert alias.hooks == {
            "before_create": ("further-name",),
            "before_update": ("further-name",),
            "before_delete": ("keep-further-name",),
        }
        # What is made of an output of a record is replaced together with it, and would be gone meanwhile.
        assert not any(of.urns for of in alias.request.propertyDependencies.values())


@pytest.mark.parametrize("active", COLOURS)
def test_the_aliases_are_the_same_whoever_is_in_charge_and_whoever_sleeps(active: str) -> None:
    both = {alias.key: alias.inputs for alias in aliases(declared(THREE, active=active))}
    one = {alias.key: alias.inputs for alias in aliases(declared(THREE, awake=(active,), active=active))}
    assert both == one == {alias.key: alias.inputs for alias in aliases(declared(THREE))}


@pytest.mark.parametrize("names", [ONE, THREE], ids=["one name", "three names"])
@pytest.mark.parametrize(("active", "idle"), [COLOURS, COLOURS[::-1]])
def test_every_record_of_the_active_colour_is_raised_before_any_of_the_idle_one_is_lowered(
    names: str, active: str, idle: str
) -> None:
    found = declared(names, active=active)
    for lowered in records(found, idle):
        for raised in records(found, active):
            assert found.depends(lowered, raised)
            assert not found.depends(raised, lowered)


@pytest.mark.parametrize("names", [ONE, THREE], ids=["one name", "three names"])
@pytest.mark.parametrize("awake", [COLOURS, ("amber",)], ids=["both awake", "one awake"])
def test_names_then_ready_then_the_records_and_in_charge_after_all_of_them(names: str, awake: tuple[str, ...]) -> None:
    found = declared(names, awake)
    known, ready, in_charge = found.one("Stash", "names"), found.one("Stash", "ready"), found.one("Parameter")
    assert found.depends(ready, known)
    assert found.of("Record")
    for record in found.of("Record"):
        assert found.depends(record, ready)
        assert found.depends(in_charge, record)


@pytest.mark.parametrize("names", [ONE, THREE], ids=["one name", "three names"])
def test_while_the_idle_colour_sleeps_it_has_no_records(names: str) -> None:
    found = declared(names, ("amber",))
    assert records(found, "violet") == []
    assert {weight(record) for record in records(found, "amber")} == {100}


@pytest.mark.parametrize("awake", [("violet",), ()])
def test_a_colour_that_sleeps_cannot_be_made_active(awake: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        declared(ONE, awake)
    assert refused.value.problem == "amber cannot be tagged in: awake"
    assert refused.value.next_step == "pulumi config set awake true -s amber && pulumi up -s amber"


def test_every_step_has_its_condition_as_a_before_hook() -> None:
    found = declared()
    (raised,), (lowered,) = records(found, "amber"), records(found, "violet")
    known = found.one("Stash", "names").hooks
    assert known == {"before_create": ("keep-names",), "before_update": ("keep-names",)}
    assert found.one("Stash", "ready").hooks["before_create"] == ("ready",)
    for record, condition in ((raised, "raise-active"), (lowered, "lower-idle")):
        assert record.hooks["before_create"] == record.hooks["before_update"] == (condition,)
        assert record.hooks["before_delete"] == ("keep-record",)
    in_charge = found.one("Parameter").hooks
    assert in_charge["before_create"] == in_charge["before_update"] == ("dns-has-let-go",)
    assert in_charge["before_delete"] == ("keep-in-charge",)


def test_what_is_identified_by_its_name_is_deleted_before_it_is_replaced() -> None:
    found = declared(THREE)
    named = [*found.of("Record"), found.one("Parameter")]
    assert len(named) == 5
    assert all(resource.request.deleteBeforeReplace for resource in named)
    # The new attempt comes first: its hook is the gate.
    assert not found.one("Stash", "ready").request.deleteBeforeReplace


def test_every_hook_that_the_state_may_name_is_registered_whoever_is_awake() -> None:
    both, one = declared(), declared(awake=("amber",))
    named = {name for resource in both.resources for names in resource.hooks.values() for name in names}
    assert named <= set(both.hooks)
    assert both.hooks == one.hooks


def test_whether_a_tag_in_would_be_refused_shows_in_the_preview_too() -> None:
    hooks = declared().hooks
    assert all(hooks[name] for name in ("ready", "keep-names", "keep-record", "keep-in-charge"))


def test_dns_is_not_waited_for_in_a_preview() -> None:
    assert not declared().hooks["dns-has-let-go"]


def test_every_tag_in_has_an_id_of_its_own_that_in_charge_repeats() -> None:
    found = declared()
    ready = found.one("Stash", "ready")
    assert ready.replace_on_changes == ("input",)
    assert json.loads(found.one("Parameter").inputs["insecureValue"])["attempt"] == "id-of-stash-ready"
    inputs = [declared(THREE, active=active).one("Stash", "ready").inputs["input"] for active in COLOURS]
    assert inputs[0] != inputs[1]
    assert [tag_in["active"] for tag_in in inputs] == list(COLOURS)


def test_a_rebuilt_active_cluster_is_a_new_attempt() -> None:
    endpoint = declared().one("Stash", "ready").inputs["input"]["endpoint"]
    assert endpoint == {"dnsName": "amber.elb.example", "zoneId": "ZONE-OF-AMBER"}


@pytest.mark.parametrize("active", COLOURS)
def test_in_charge_names_the_active_colour_under_a_name_that_anyone_can_read(active: str) -> None:
    found = declared(active=active)
    parameter = found.one("Parameter").inputs
    assert (parameter["name"], parameter["type"]) == ("/tag-team/www.shop.example/in-charge", "String")
    assert json.loads(parameter["insecureValue"])["colour"] == active
    assert found.exports["active"] == active
    assert json.loads(found.exports["in_charge"])["colour"] == active


def test_records_are_aliases_of_the_load_balancers_in_the_zone_of_the_names() -> None:
    found = declared(THREE)
    for record in (*records(found, "amber"), *records(found, "violet")):
        colour = record.inputs["setIdentifier"]
        (alias,) = record.inputs["aliases"]
        assert (alias["name"], alias["zoneId"]) == (f"{colour}.elb.example", f"ZONE-OF-{colour.upper()}")
        assert (record.inputs["type"], record.inputs["zoneId"]) == ("A", ZONE_ID)


@pytest.mark.parametrize("failover", ["false", "true"])
def test_route_53_looks_at_target_health_only_when_failover_is_wanted(failover: str) -> None:
    aliases = [alias for record in declared(failover=failover).of("Record") for alias in record.inputs["aliases"]]
    assert {alias["evaluateTargetHealth"] for alias in aliases} == {failover == "true"}


def test_a_tag_in_changes_only_who_has_the_weight() -> None:
    """The same resources before and after: nothing is created, deleted or renamed by it."""
    before, after = (declared(THREE, active=active) for active in COLOURS)
    assert {resource.key for resource in before.resources} == {resource.key for resource in after.resources}
    for record in before.of("Record"):
        changed = after.find(record.key).inputs
        moved = {"weightedRoutingPolicies"} if "setIdentifier" in changed else set()
        assert {key for key in changed if changed[key] != record.inputs[key]} == moved


def test_the_order_of_the_names_makes_no_difference_to_their_records() -> None:
    turned = json.dumps([json.loads(THREE)[0], *json.loads(THREE)[:0:-1]])
    records_of = [{record.key: record.inputs for record in declared(names).of("Record")} for names in (THREE, turned)]
    assert records_of[0] == records_of[1]


def test_an_update_without_a_wait_keeps_the_outcome_of_the_last() -> None:
    clusters: Mapping[str, ClusterFacts | None] = {colour: facts(colour) for colour in COLOURS}
    last = {"done": False, "expected": "violet"}
    found = pulumi_mocks.declare("live", OWN["live"], PROJECT, clusters, outputs={"propagation": last})
    assert found.exports["propagation"] == last
    assert declared().exports.get("propagation") is None
