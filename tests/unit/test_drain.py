"""How long clients may stay after a tag-out: by what AWS says now, or by the longest there is."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.drain_look import DrainLook
from cutover import drain
from cutover.aws_clusters import KEEP_ALIVE, AwsClusters
from cutover.drain import Drain
from cutover.owned import BALANCER, Owned

ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/red-1/0123456789abcdef"


def balancer(known: object = None, name: str = "red", arn: str = ARN) -> Owned:
    outputs: dict[str, Any] = {"arn": arn} | ({} if known is None else {"clientKeepAlive": known})
    return Owned(name, BALANCER, outputs)


def says(answer: int | None) -> Callable[[str], int | None]:
    return lambda _: answer


def fails(_: str) -> int:
    raise RuntimeError("AccessDenied\x1b[2J")


def test_without_a_load_balancer_only_dns_counts() -> None:
    found = drain.of_colour([Owned("red", "aws:ec2/vpc:Vpc", {"arn": ARN})], fails)
    assert (found.keep_alive_seconds, found.seconds) == (0, 120)


def test_what_aws_says_now_counts() -> None:
    assert drain.of_colour([balancer()], says(600)).seconds == 720


@pytest.mark.parametrize(("known", "today", "counts"), [(3600.0, 60, 3600), (60.0, 600, 600), ("no number", 60, 60)])
def test_where_the_last_update_set_more_that_counts(known: object, today: int, counts: int) -> None:
    assert drain.of_colour([balancer(known)], says(today)).keep_alive_seconds == counts


def test_a_load_balancer_that_aws_knows_no_more_holds_no_connection() -> None:
    assert drain.of_colour([balancer(3600.0)], says(None)) == Drain(0)


@pytest.mark.parametrize(("known", "counts"), [(None, 3600), (60.0, 3600), (604800.0, 604800)])
def test_what_cannot_be_read_is_the_longest_and_says_why_without_control_characters(known: object, counts: int) -> None:
    found = drain.of_colour([balancer(known)], fails)
    assert found.keep_alive_seconds == counts
    assert "cannot be read (AccessDenied\\x1b[2J)" in str(found)


def test_of_several_load_balancers_the_longest_counts() -> None:
    two = [balancer(arn=f"{ARN}1"), balancer(name="old", arn=f"{ARN}2")]
    assert drain.of_colour(two, lambda arn: 60 if arn.endswith("1") else 900).keep_alive_seconds == 900


def test_it_is_looked_at_once_in_an_update_so_that_the_rest_may_go_after_the_load_balancer() -> None:
    answers = iter([600, None])
    aws = AwsClusters.__new__(AwsClusters)
    aws.client_keep_alive_seconds = lambda arn: next(answers) if arn else 0  # type: ignore[method-assign]
    look = DrainLook([balancer()], aws)
    assert look.read() == look.read() == Drain(600)


def test_a_shorter_one_is_told_from_a_longer_one_and_absent_is_the_longest() -> None:
    assert drain.shortened({"clientKeepAlive": 600.0}, {"clientKeepAlive": 60}) == "600 s => 60 s"
    assert drain.shortened({}, {"clientKeepAlive": 60}) == "3600 s => 60 s"
    assert drain.shortened({"clientKeepAlive": 60}, {"clientKeepAlive": 60}) == ""
    assert drain.shortened({"clientKeepAlive": 60}, {}) == ""


class Balancing:
    """A client that gives one answer about attributes, or fails with a code."""

    def __init__(self, answer: Mapping[str, Any] | str) -> None:
        self._answer = answer

    def describe_load_balancer_attributes(self, LoadBalancerArn: str) -> Mapping[str, Any]:  # boto3's
        assert LoadBalancerArn == ARN
        if isinstance(self._answer, str):
            raise ClientError({"Error": {"Code": self._answer, "Message": ""}}, "DescribeLoadBalancerAttributes")
        return self._answer


def read(answer: Mapping[str, Any] | str) -> int | None:
    aws = AwsClusters.__new__(AwsClusters)
    asked: list[tuple[str, str | None]] = []

    def client(service: str, region: str | None = None) -> Balancing:
        asked.append((service, region))
        return Balancing(answer)

    aws._client = client  # type: ignore[assignment]
    found = aws.client_keep_alive_seconds(ARN)
    assert asked == [("elbv2", "eu-central-1")]
    return found


def test_the_attribute_is_read_in_the_region_of_the_load_balancer() -> None:
    others = {"Key": "idle_timeout.timeout_seconds", "Value": "60"}
    assert read({"Attributes": [others, {"Key": KEEP_ALIVE, "Value": "600"}]}) == 600
    assert read("LoadBalancerNotFound") is None


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Attributes": []},
        {"Attributes": [{"Key": KEEP_ALIVE}]},
        {"Attributes": [{"Key": KEEP_ALIVE, "Value": "-1"}]},
    ],
    ids=["nothing", "no attributes", "no value", "no number"],
)
def test_an_answer_without_the_attribute_is_none(answer: Mapping[str, Any]) -> None:
    with pytest.raises(LookupError, match="client_keep_alive"):
        read(answer)


def test_another_error_is_no_answer_either() -> None:
    with pytest.raises(ClientError):
        read("AccessDenied")
