"""What cannot move once a colour is built stays what it is by its own state, whatever a look-up says by now."""

from collections.abc import Sequence

import pytest

from cutover.owned import ROLE, Owned
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import IMAGE_ID, ZONES
from tests.unit.stack_values import OWN, PROJECT

STASHED = Owned("machine-image-1.0.0", "pulumi:index:Stash", {"output": "ami-0fedcba9876543210"})


@pytest.mark.parametrize("value", ["", "no image", '{"image_id": "ami-0123456789abcdef0"}'])
def test_a_release_stays_with_its_image_when_the_parameter_names_none_any_more(value: str) -> None:
    answers = {"aws:ssm/getParameter:getParameter": {"insecureValue": value}}
    found = pulumi_mocks.declare("amber", OWN["amber"], PROJECT, answers=answers, owned=[STASHED])
    assert found.one("Stash", "machine-image-1.0.0").inputs["input"] == STASHED.outputs["output"]


@pytest.mark.parametrize(
    "owned",
    [
        (),
        (Owned("machine-image-0.9.0", "pulumi:index:Stash", {"output": IMAGE_ID}),),
        (Owned("machine-image-1.0.0", "pulumi:index:Stash", {}),),
        (Owned("machine-image-1.0.0", "aws:ec2/ami:Ami", {"output": IMAGE_ID}),),
    ],
)
def test_a_release_without_an_image_of_its_own_needs_one(owned: Sequence[Owned]) -> None:
    answers = {"aws:ssm/getParameter:getParameter": {"insecureValue": "no image"}}
    with pytest.raises(Refusal, match="machineImage names no image") as refused:
        pulumi_mocks.declare("amber", OWN["amber"], PROJECT, answers=answers, owned=owned)
    assert "'no image'" in refused.value.seen


def test_a_parameter_that_cannot_be_looked_up_is_refused_unless_the_release_has_its_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pulumi_aws.ssm.get_parameter", fails)
    with pytest.raises(Refusal, match="machineImage names no image") as refused:
        pulumi_mocks.declare("amber", OWN["amber"], PROJECT)
    assert "AccessDenied" in refused.value.seen
    found = pulumi_mocks.declare("amber", OWN["amber"], PROJECT, owned=[STASHED])
    assert found.one("Stash", "machine-image-1.0.0").inputs["input"] == STASHED.outputs["output"]


def fails(**_: object) -> None:
    raise RuntimeError("AccessDenied")


def subnets(*zones: str) -> list[Owned]:
    return [
        Owned(f"amber-{side}-{number}", "aws:ec2/subnet:Subnet", {"availabilityZone": zone})
        for number, zone in enumerate(zones, start=1)
        for side in ("public", "private")
    ]


def zones_kept(offered: list[str], *pinned: str, **changes: str) -> list[str]:
    answer = {"aws:index/getAvailabilityZones:getAvailabilityZones": {"names": offered}}
    found = pulumi_mocks.declare("amber", OWN["amber"], {**PROJECT, **changes}, answers=answer, owned=subnets(*pinned))
    zones = {resource.name: resource.inputs["availabilityZone"] for resource in found.of("Subnet")}
    assert all(zones[name] == zones[name.replace("private", "public")] for name in zones)
    return [zones[f"amber-public-{number}"] for number in range(1, len(zones) // 2 + 1)]


def test_a_cluster_stays_in_its_zones_whatever_the_region_offers_by_now() -> None:
    assert zones_kept(ZONES[1:], *ZONES[:2]) == ZONES[:2]
    assert zones_kept([], *ZONES[:2]) == ZONES[:2]
    assert zones_kept(ZONES, ZONES[2], ZONES[0]) == [ZONES[2], ZONES[0]]


def test_only_a_further_zone_is_chosen_anew() -> None:
    three = {"availabilityZones": "3"}
    assert zones_kept(ZONES, ZONES[2], ZONES[0], **three) == [ZONES[2], ZONES[0], ZONES[1]]
    with pytest.raises(Refusal, match="too few availability zones"):
        zones_kept(ZONES[:2], *ZONES[:2], **three)


def test_zones_that_cannot_be_looked_up_are_refused_unless_all_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_aws.get_availability_zones", fails)
    assert zones_kept(ZONES, *ZONES[:2]) == ZONES[:2]
    for pinned in ([], ZONES[:1]):
        with pytest.raises(Refusal, match="cannot be looked up") as refused:
            zones_kept(ZONES, *pinned)
        assert "AccessDenied" in refused.value.seen


@pytest.mark.parametrize(
    ("owned", "path"),
    [
        ((), "/tag-team/www.shop.example/"),
        ((Owned("violet", ROLE, {"path": "/"}), Owned("amber", "aws:iam/user:User", {"path": "/"})), "as above"),
        ((Owned("amber", ROLE, {"path": "/tag-team/www.shop.example/"}),), "/tag-team/www.shop.example/"),
        ((Owned("amber", ROLE, {"path": "/other/"}),), "/other/"),
        ((Owned("amber", ROLE, {"path": "/"}),), None),
        ((Owned("amber", ROLE, {}),), None),
    ],
)
def test_the_role_is_below_its_service_unless_it_is_somewhere_already(owned: Sequence[Owned], path: str | None) -> None:
    """As long as there is one, its input is the one that it was made with, so that nothing changes in a preview."""
    found = pulumi_mocks.declare("amber", OWN["amber"], PROJECT, owned=owned)
    wanted = "/tag-team/www.shop.example/" if path == "as above" else path
    assert found.one("Role", "amber").inputs.get("path") == wanted
