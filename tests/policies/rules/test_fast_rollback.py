from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.fast_rollback import fast_rollback, no_chain, no_failover_by_itself, short_ttl
from policies.resource import Resource
from tests.policies.rules.declared import RECORD, UNKNOWN, defaults, resource, said

DEFAULTS = defaults(fast_rollback)
ALIAS = {"name": "amber.elb.example", "zoneId": "ZELB", "evaluateTargetHealth": False}


def record(**props: Any) -> Resource:
    weighted = {"setIdentifier": "amber", "weightedRoutingPolicies": [{"weight": 100.0}]}
    return resource(
        RECORD, "www", "live", **{"name": "www.shop.example", "type": "A", "zoneId": "ZONE", **weighted, **props}
    )


def test_an_alias_to_a_load_balancer_and_a_short_ttl_pass() -> None:
    for right in (record(aliases=[ALIAS]), record(ttl=60.0, records=["192.0.2.1"])):
        for check in fast_rollback_checks():
            assert said(check, right, **DEFAULTS) == []


def fast_rollback_checks() -> list[Any]:
    return [short_ttl, no_chain, no_failover_by_itself]


@pytest.mark.parametrize(("ttl", "seen"), [(61.0, "ttl: 61 s"), (3600.0, "ttl: 3600 s"), (None, "ttl: not set")])
def test_a_record_that_caches_keep_for_longer_is_refused_with_its_ttl(ttl: float | None, seen: str) -> None:
    assert said(short_ttl, record(ttl=ttl, records=["192.0.2.1"]), **DEFAULTS) == [
        f"the record www.shop.example may be cached too long: {seen}"
    ]


def test_the_longest_ttl_is_a_parameter() -> None:
    assert said(short_ttl, record(ttl=120.0), **defaults(fast_rollback, longestTtlSeconds=120)) == []


def test_records_that_are_not_weighted_are_left_alone() -> None:
    plain = resource(RECORD, name="_proof.shop.example", type="CNAME", ttl=300.0)
    for check in fast_rollback_checks():
        assert said(check, plain, **DEFAULTS) == []


@pytest.mark.parametrize(
    "chain",
    [
        record(type="CNAME", ttl=30.0, records=["amber.www.shop.example"]),
        record(aliases=[{**ALIAS, "name": "amber.www.shop.example", "zoneId": "ZONE"}]),
    ],
)
def test_a_record_that_leads_to_another_name_is_refused(chain: Resource) -> None:
    (finding,) = said(no_chain, chain, **DEFAULTS)
    assert finding.startswith("the record www.shop.example starts a chain of names: ")
    assert "amber.www.shop.example" in finding


@pytest.mark.parametrize(
    "watched", [{"aliases": [{**ALIAS, "evaluateTargetHealth": True}]}, {"healthCheckId": UNKNOWN}]
)
def test_a_record_that_route_53_moves_by_itself_is_refused_or_cannot_be_checked_yet(watched: dict[str, Any]) -> None:
    if "healthCheckId" in watched:
        with pytest.raises(UnknownValueError):
            said(no_failover_by_itself, record(**watched), **DEFAULTS)
    else:
        assert len(said(no_failover_by_itself, record(**watched), **DEFAULTS)) == 1
    assert said(no_failover_by_itself, record(**watched), **defaults(fast_rollback, failover=True)) == []


def test_a_ttl_that_is_not_known_yet_cannot_be_checked() -> None:
    with pytest.raises(UnknownValueError):
        said(short_ttl, record(ttl=UNKNOWN), **DEFAULTS)
