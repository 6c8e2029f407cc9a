"""What a load test asks of AWS, and the one thing that it writes, at the lab's AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cutover.aws import session
from cutover.aws_load_test import AwsLoadTest
from lab.client import RunningServer
from tests.lab.aws.in_environment import in_environment_of
from tests.lab.parts.lab_account import Account, Cluster

REGION = "eu-central-1"
PLACE = "/tag-team/www.shop.example/amber/load-test"


@pytest.fixture(scope="module")
def aws(running: RunningServer) -> Iterator[AwsLoadTest]:
    with in_environment_of(running):
        yield AwsLoadTest(session({"region": REGION}))


@pytest.fixture(scope="module")
def cluster(account: Account) -> Cluster:
    return account.cluster("amber", size=1)


def test_what_is_behind_a_load_balancer_is_its_target_group_and_the_group_with_its_tags(
    aws: AwsLoadTest, cluster: Cluster, account: Account
) -> None:
    account.cluster("violet", size=1)
    found = aws.behind(f"dualstack.{cluster.dns_name.upper()}.")
    assert found is not None
    assert found.dns_name == cluster.dns_name
    assert found.target_group_arns == [cluster.target_group_arn]
    assert [(one.name, one.colour) for one in found.groups] == [(cluster.auto_scaling_group, "amber")]
    assert (found.balancer_arn, [one.instances for one in found.groups]) == (cluster.load_balancer_arn, [1])


def test_behind_a_name_that_is_no_load_balancer_there_is_nothing(aws: AwsLoadTest) -> None:
    assert aws.behind("nobody.elb.example") is None


def test_it_is_said_who_asks_and_when_by_awss_clock(aws: AwsLoadTest) -> None:
    by, at = aws.who_and_when()
    assert by.startswith("arn:aws:")
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_parameter_that_is_not_there_is_not_made(aws: AwsLoadTest) -> None:
    assert not aws.overwrite(PLACE, "{}")
    assert not aws.exists(PLACE)


def test_one_that_is_there_is_overwritten(aws: AwsLoadTest, account: Account) -> None:
    account.client("ssm").put_parameter(Name=PLACE, Type="String", Value="before")
    assert aws.overwrite(PLACE, "after")
    assert account.client("ssm").get_parameter(Name=PLACE)["Parameter"]["Value"] == "after"
    account.client("ssm").delete_parameter(Name=PLACE)


def test_one_that_goes_at_this_very_moment_is_not_left_behind(
    aws: AwsLoadTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists, seen = aws.exists, iter([True])
    monkeypatch.setattr(aws, "exists", lambda name: next(seen, None) or exists(name))
    assert not aws.overwrite(PLACE, "{}")
    monkeypatch.undo()
    assert not aws.exists(PLACE)


def test_a_group_behind_nothing_is_behind_no_load_balancer_also_where_there_are_some(
    aws: AwsLoadTest, account: Account
) -> None:
    alone = account.cluster("green", size=1)
    account.autoscaling.detach_load_balancer_target_groups(
        AutoScalingGroupName=alone.auto_scaling_group, TargetGroupARNs=[alone.target_group_arn]
    )
    account.client("ssm").put_parameter(Name=PLACE, Type="String", Value="what it says")
    seen = aws.load_test(PLACE, alone.auto_scaling_group, REGION)
    account.client("ssm").delete_parameter(Name=PLACE)
    assert seen.group is not None
    assert list(seen.group.load_balancers) == []


def test_the_place_is_read_with_the_time_of_the_answer_and_the_group_as_it_is_now(
    aws: AwsLoadTest, account: Account, cluster: Cluster
) -> None:
    assert aws.load_test(PLACE, cluster.auto_scaling_group, REGION).text is None
    account.client("ssm").put_parameter(Name=PLACE, Type="String", Value="what it says")
    seen = aws.load_test(PLACE, cluster.auto_scaling_group, REGION)
    assert seen.text == "what it says"
    assert seen.group is not None
    assert seen.group.created_at <= seen.read_at.timestamp() + 1
    assert (seen.group.instances, seen.group.load_balancers) == (1, [cluster.load_balancer_arn])
    assert aws.load_test(PLACE, "no-such-group", REGION).group is None
    account.client("ssm").delete_parameter(Name=PLACE)
