"""A cluster is built in zones that have its instances, and is never sent where they are not to be had."""

from collections.abc import Sequence

import pytest
from botocore.exceptions import ClientError

from cutover import instance_types
from cutover.aws_clusters import AwsClusters
from cutover.owned import Owned
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import ZONES
from tests.unit.stack_values import OWN, PROJECT

A, B, C = ZONES


def built(instance_type: str = "m7i.large", zones: Sequence[str] = (A, B)) -> list[Owned]:
    """What amber's state has of its zones and its launch template."""
    subnets = [
        Owned(f"amber-{side}-{number}", "aws:ec2/subnet:Subnet", {"availabilityZone": zone})
        for number, zone in enumerate(zones, start=1)
        for side in ("public", "private")
    ]
    return [*subnets, Owned("amber", "aws:ec2/launchTemplate:LaunchTemplate", {"instanceType": instance_type})]


def zones_of(
    monkeypatch: pytest.MonkeyPatch, offering: Sequence[str] | Exception, owned: Sequence[Owned] = (), **changes: str
) -> set[str]:
    """The zones in which amber is declared, when EC2 says that these have its type."""

    def offer(*_: object) -> Sequence[str]:
        if isinstance(offering, Exception):
            raise offering
        return offering

    monkeypatch.setattr(pulumi_mocks, "AwsClusters", Unpatched)
    monkeypatch.setattr(AwsClusters, "zones_offering", offer)
    monkeypatch.setattr(AwsClusters, "architectures_of", lambda *_: ("x86_64",))
    monkeypatch.setattr(AwsClusters, "architecture_of_image", lambda *_: "x86_64")
    found = pulumi_mocks.declare("amber", OWN["amber"], {**PROJECT, **changes}, owned=owned)
    return {subnet.inputs["availabilityZone"] for subnet in found.of("Subnet")}


class Unpatched:
    """Takes what the mocks would set."""

    zones_offering = architectures_of = architecture_of_image = None


DENIED = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "DescribeInstanceTypeOfferings")


def test_a_colour_is_built_in_the_first_zones_that_have_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zones_of(monkeypatch, [A, B, C]) == {A, B}
    assert zones_of(monkeypatch, [B, C]) == {B, C}
    assert zones_of(monkeypatch, [C, A]) == {A, C}


@pytest.mark.parametrize("offering", [[B], []], ids=["one zone", "none"])
def test_a_type_that_too_few_zones_have_is_refused(monkeypatch: pytest.MonkeyPatch, offering: Sequence[str]) -> None:
    with pytest.raises(Refusal, match=r"too few availability zones that offer m7i\.large") as refused:
        zones_of(monkeypatch, offering)
    assert (", ".join(offering) or "no zones") in refused.value.seen
    assert refused.value.allowed == "2 zones, as availabilityZones says"
    assert "describe-instance-type-offerings" in refused.value.next_step


def test_what_is_built_stays_and_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zones_of(monkeypatch, DENIED, built(zones=(C, A))) == {A, C}


def test_a_zone_more_is_one_that_has_the_type(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match=r"too few availability zones that offer m7i\.large"):
        zones_of(monkeypatch, [A, B], built(), availabilityZones="3")
    assert zones_of(monkeypatch, [A, B, C], built(), availabilityZones="3") == {A, B, C}


def test_another_type_is_refused_where_a_zone_of_the_colour_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match=f"instances of amber could not be launched in {A}") as refused:
        zones_of(monkeypatch, [B, C], built("m6i.large"))
    assert f"m7i.large, which {B}, {C} offer; amber lies in {A}, {B}" in refused.value.seen
    assert "awake false -s amber" in refused.value.next_step
    assert zones_of(monkeypatch, [A, B], built("m6i.large")) == {A, B}


@pytest.mark.parametrize("owned", [(), built("m6i.large"), built()[:-1], built(zones=(A,))])
def test_no_answer_is_a_refusal_where_one_is_needed(monkeypatch: pytest.MonkeyPatch, owned: Sequence[Owned]) -> None:
    with pytest.raises(Refusal, match=r"EC2 could not be asked which zones offer m7i\.large"):
        zones_of(monkeypatch, DENIED, owned)


def test_the_type_of_a_colour_is_that_of_its_own_launch_template() -> None:
    other = Owned("violet", "aws:ec2/launchTemplate:LaunchTemplate", {"instanceType": "m5.large"})
    assert instance_types.of_colour("amber", [other, *built()]) == "m7i.large"
    assert instance_types.of_colour("amber", [other]) == ""
