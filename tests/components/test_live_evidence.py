"""Before the live stack declares anything: where it was made, whether Route 53 drifted, whether in-charge is there."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cutover import in_charge
from cutover.in_charge import History, Version
from cutover.owned import Owned
from cutover.refusal import Refusal
from cutover.weighted_set import WeightedSets, alias
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import Declaration
from tests.unit.stack_values import OWN, PROJECT, facts

NAME = "www.shop.example"
PARAMETER = f"/tag-team/{NAME}/in-charge"
AMBER, VIOLET = facts("amber"), facts("violet")
ATTEMPT = {
    "active": "amber",
    "release": "1.0.0",
    "names": [NAME],
    "endpoint": {"dnsName": AMBER.dns_name, "zoneId": AMBER.zone_id},
    "shares": {"amber": 100},
}
WRITTEN = json.dumps({"colour": "amber", "release": "1.0.0"})
GOOD = in_charge.history_of([Version(1, 1.0, WRITTEN)], 1000.0)


def sets(amber: int, violet: int) -> WeightedSets:
    leads = {
        facts.colour: alias(weight, facts.dns_name, facts.zone_id, evaluates_health=False)
        for facts, weight in ((AMBER, amber), (VIOLET, violet))
    }
    return {NAME: leads}


def state(ready: dict[str, Any] = ATTEMPT, region: str = "eu-central-1") -> list[Owned]:
    records = [
        Owned(
            f"{NAME}-{facts.colour}",
            "aws:route53/record:Record",
            {
                "zoneId": pulumi_mocks.ZONE_ID,
                "name": NAME,
                "setIdentifier": facts.colour,
                "weightedRoutingPolicies": [{"weight": weight}],
                "aliases": [{"name": facts.dns_name, "zoneId": facts.zone_id, "evaluateTargetHealth": False}],
            },
        )
        for facts, weight in ((AMBER, 100), (VIOLET, 0))
    ]
    arn = f"arn:aws:ssm:{region}:{pulumi_mocks.ACCOUNT}:parameter{PARAMETER}"
    outputs = {"name": PARAMETER, "insecureValue": WRITTEN, "arn": arn}
    return [
        Owned("ready", "pulumi:index:Stash", {"input": ready, "output": ready}),
        Owned("in-charge", "aws:ssm/parameter:Parameter", outputs),
        *records,
    ]


def declared(
    owned: Sequence[Owned] = (), seen: History = GOOD, weighted_sets: WeightedSets | None = None, **own: str
) -> Declaration:
    clusters = {"amber": AMBER, "violet": VIOLET}
    return pulumi_mocks.declare(
        "live",
        {**OWN["live"], **own},
        PROJECT,
        clusters,
        owned=owned or state(),
        weighted_sets=weighted_sets or sets(100, 0),
        history=seen,
    )


def ready_of(found: Declaration) -> Any:
    return found.one("Stash", "ready").inputs["input"]


def in_charge_of(found: Declaration) -> Any:
    return json.loads(found.one("Parameter").inputs["insecureValue"])


def test_with_nothing_lost_the_declaration_has_nothing_more_than_before() -> None:
    found = declared()
    assert ready_of(found) == ATTEMPT
    assert set(in_charge_of(found)) == {"colour", "release", "group", "attempt", "share", "override"}


def test_a_lost_in_charge_is_an_attempt_of_its_own_and_stays_counted() -> None:
    lost = declared(seen=History(read_at=1000.0))
    assert ready_of(lost) == {**ATTEMPT, "restorations": 1}
    assert in_charge_of(lost)["restored"] == 1
    after = declared(state({**ATTEMPT, "restorations": 1}))
    assert ready_of(after) == ready_of(lost)
    assert in_charge_of(after) == in_charge_of(lost)


def test_a_drift_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(Refusal, match="not as this stack left it"):
        declared(weighted_sets=sets(0, 0))


def test_a_tag_in_over_a_drift_is_not_refused() -> None:
    assert ready_of(declared(weighted_sets=sets(0, 0), active="violet"))["active"] == "violet"


def test_another_region_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(Refusal, match="stack live was made in another region") as refused:
        declared(state(region="us-east-1"))
    assert refused.value.next_step == "pulumi config set aws:region us-east-1 -s live"


@pytest.mark.parametrize("seen", [GOOD, History(read_at=1000.0)], ids=["named", "lost"])
def test_a_share_that_is_there_already_stays(seen: History) -> None:
    ready = {**ATTEMPT, "shares": {"amber": 100, "violet": 5}}
    found = declared(state(ready), seen, sets(100, 5), share='{"violet": 5}')
    assert ready_of(found)["shares"] == {"amber": 100, "violet": 5}


def test_a_share_is_left_out_while_nobody_knows_who_is_in_charge() -> None:
    found = declared(seen=History(read_at=1000.0), share='{"violet": 5}')
    assert ready_of(found)["shares"] == {"amber": 100}
