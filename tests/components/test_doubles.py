"""What a state has twice, AWS has once."""

import pytest

from cutover import doubles
from cutover.owned import Owned
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.unit.stack_values import OWN, PROJECT, facts


def record(label: str, name: str = "www.shop.example", colour: str = "amber", **outputs: str) -> Owned:
    said = {"zoneId": "Z1", "name": name, "type": "A", "setIdentifier": colour} | outputs
    return Owned(label, "aws:route53/record:Record", said)


def parameter(label: str, name: str) -> Owned:
    return Owned(label, "aws:ssm/parameter:Parameter", {"name": name})


ONCE = (
    record("www-amber"),
    record("www-violet", colour="violet"),
    record("api-amber", name="api.shop.example"),
    record("www-amber-elsewhere", zoneId="Z2"),
    parameter("in-charge", "/tag-team/in-charge"),
    parameter("door", "/tag-team/door"),
    Owned("names", "pulumi:index:Stash", {"input": []}),
    Owned("ready", "pulumi:index:Stash", {"input": []}),
    record("proof-one", type="CNAME", setIdentifier=""),
    record("proof-two", type="CNAME", setIdentifier=""),
)


def test_each_once_is_as_it_should_be() -> None:
    doubles.refuse(ONCE, "live")
    doubles.refuse((), "live")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (record("imported"), "the record set www.shop.example amber twice"),
        (record("imported", name="WWW.shop.example."), "the record set www.shop.example amber twice"),
        (parameter("renamed", "/tag-team/in-charge"), "the parameter /tag-team/in-charge twice"),
    ],
)
def test_twice_is_refused_with_both_names(second: Owned, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        doubles.refuse((*ONCE, second), "live")
    assert said in refused.value.problem
    assert second.name in refused.value.seen
    assert "pulumi state delete 'URN' -s live" in refused.value.next_step


def test_a_colour_without_a_set_identifier_has_its_own_name_once() -> None:
    own = record("amber", name="amber.www.shop.example", setIdentifier="")
    with pytest.raises(Refusal, match=r"the record set amber\.www\.shop\.example twice"):
        doubles.refuse((own, record("mine", name="amber.www.shop.example", setIdentifier="")), "amber")


def test_it_is_refused_before_anything_is_declared() -> None:
    clusters = {colour: facts(colour) for colour in ("amber", "violet")}
    with pytest.raises(Refusal, match="twice"):
        pulumi_mocks.declare("live", OWN["live"], PROJECT, clusters, owned=(record("one"), record("other")))
