"""A stack is changed from where it was made, or not at all."""

import pytest

from cutover import provenance
from cutover.owned import Owned
from cutover.provenance import Place
from cutover.refusal import Refusal
from tests.unit.stack_values import facts

HERE = Place("123456789012", "eu-central-1")
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/amber/1"
ROLE = "arn:aws:iam::123456789012:role/amber"
ZONE = "arn:aws:route53:::hostedzone/Z1"
HOW = "export AWS_REGION={}"


def owned(*arns: object, kind: str = "aws:lb/loadBalancer:LoadBalancer") -> list[Owned]:
    return [Owned(f"one-{number}", kind, {"arn": arn}) for number, arn in enumerate(arns)]


@pytest.mark.parametrize(
    ("arn", "place"),
    [
        (ARN, HERE),
        (ARN.replace("arn:aws:", "arn:aws-cn:"), HERE),
        (ROLE, Place("123456789012", "")),
        (ZONE, Place()),
        ("arn:of:loadbalancer:amber", Place()),
        ("", Place()),
        (None, Place()),
        (7, Place()),
    ],
)
def test_an_arn_says_where_something_is(arn: object, place: Place) -> None:
    assert provenance.of_arn(arn) == place


def test_a_stack_was_made_where_most_of_it_is() -> None:
    elsewhere = ARN.replace("eu-central-1", "us-east-1")
    assert provenance.of_stack(owned(ARN, ROLE, ARN, elsewhere)) == HERE
    assert provenance.of_stack(owned(ARN, kind="pulumi:index:Stash")) == Place()
    assert provenance.of_stack([]) == Place()


def test_in_the_same_place_and_before_there_is_anything_nothing_is_refused() -> None:
    provenance.refuse_another(owned(ARN, ROLE), HERE, "amber", HOW)
    provenance.refuse_another([], Place("999999999999", "us-east-1"), "amber", HOW)
    provenance.refuse_another(owned(ROLE), Place("123456789012", "us-east-1"), "amber", HOW)


def test_another_region_is_refused_with_both_and_the_command() -> None:
    with pytest.raises(Refusal) as refused:
        provenance.refuse_another(owned(ARN), Place("123456789012", "us-east-1"), "amber", HOW)
    assert refused.value.problem == "stack amber was made in another region; nothing was touched"
    assert "eu-central-1, account 123456789012; today: us-east-1" in refused.value.seen
    assert refused.value.next_step == "export AWS_REGION=eu-central-1"


def test_another_account_or_no_region_at_all_is_refused() -> None:
    with pytest.raises(Refusal, match="another account"):
        provenance.refuse_another(owned(ROLE), Place("999999999999", "eu-central-1"), "amber", HOW)
    with pytest.raises(Refusal, match="another region and account") as refused:
        provenance.refuse_another(owned(ARN), Place(), "amber", HOW)
    assert "no region, account unknown" in refused.value.seen


def test_a_cluster_in_another_region_or_account_than_in_charge_is_refused_by_name() -> None:
    provenance.refuse_clusters_elsewhere({"amber": facts("amber")}, Place("1", "eu-central-1"), HOW)
    with pytest.raises(Refusal, match="the cluster of amber is in another region"):
        provenance.refuse_clusters_elsewhere({"amber": facts("amber")}, Place("1", "us-east-1"), HOW)


@pytest.mark.parametrize("region", [None, ""])
def test_without_a_region_nothing_is_done(region: str | None) -> None:
    with pytest.raises(Refusal, match="no AWS region is set"):
        provenance.require_region(region)
    provenance.require_region("eu-central-1")
