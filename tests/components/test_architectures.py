"""EC2 is asked for processors where instances are to be another type or image than they are, and of that image."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cutover.aws_clusters import AwsClusters
from cutover.owned import STASH, TEMPLATE, Owned
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import IMAGE_ID
from tests.unit.stack_values import OWN, PROJECT

OLD = "ami-0fedcba9876543210"
KEPT = Owned("machine-image-1.0.0", STASH, {"output": OLD})
DENIED = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "DescribeImages")


class Unpatched:
    """Takes what the mocks would set."""

    zones_offering = architectures_of = architecture_of_image = None


def built(image: str, instance_type: str = "m7i.large") -> Owned:
    return Owned("amber", TEMPLATE, {"instanceType": instance_type, "imageId": image})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What EC2 was asked about; m7i is x86, and so is every image but OLD."""
    questions: list[str] = []

    def of_type(_: object, instance_type: str) -> tuple[str, ...]:
        questions.append(instance_type)
        return ("x86_64",)

    def of_image(_: object, image: str) -> str:
        questions.append(image)
        return "arm64" if image == OLD else "x86_64"

    monkeypatch.setattr(pulumi_mocks, "AwsClusters", Unpatched)
    monkeypatch.setattr(AwsClusters, "zones_offering", lambda *_: tuple(pulumi_mocks.ZONES))
    monkeypatch.setattr(AwsClusters, "architectures_of", of_type)
    monkeypatch.setattr(AwsClusters, "architecture_of_image", of_image)
    return questions


def declare(*owned: Owned) -> Any:
    return pulumi_mocks.declare("amber", OWN["amber"], PROJECT, owned=owned)


@pytest.mark.parametrize("owned", [(), (built(OLD),), (built(IMAGE_ID, "c7i.large"),)], ids=str)
def test_a_first_build_another_release_and_another_type_ask(asked: list[str], owned: Sequence[Owned]) -> None:
    declare(*owned)
    assert asked == ["m7i.large", IMAGE_ID]


def test_what_is_built_already_is_not_asked_about(asked: list[str]) -> None:
    declare(built(OLD), KEPT)
    assert asked == []


def test_a_release_is_judged_by_the_image_that_it_keeps(asked: list[str]) -> None:
    with pytest.raises(Refusal, match=r"m7i\.large is x86_64, and the machine image is not") as refused:
        declare(KEPT)
    assert asked[:2] == ["m7i.large", OLD]
    assert "1.0.0 keeps the image that it was first built with" in refused.value.next_step


def test_where_only_the_release_is_missing_nothing_else_is_asked_for(asked: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        declare(KEPT)
    assert asked == ["m7i.large", OLD, IMAGE_ID]
    assert refused.value.next_step.startswith("let it be another release, as 1.0.0 keeps the image")


def test_no_answer_is_a_refusal_where_one_is_needed(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> str:
        raise DENIED

    monkeypatch.setattr(AwsClusters, "architecture_of_image", denied)
    declare(built(OLD), KEPT)
    with pytest.raises(Refusal, match=r"EC2 could not be asked which processors m7i\.large has"):
        declare()
    assert asked == ["m7i.large"]
