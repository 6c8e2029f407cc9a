"""The requests of load balancers, as CloudWatch has them, asked of the lab's AWS."""

import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from cutover.aws import session
from cutover.aws_requests import AwsRequests, dimension
from lab.client import ApiFault, LabClient, RunningServer
from lab.workspace import REGION
from tests.lab.aws.in_environment import in_environment_of
from tests.lab.parts.lab_account import Account

BEGIN = int(time.time()) // 60 * 60 - 3600


@pytest.fixture
def aws(running: RunningServer) -> Iterator[AwsRequests]:
    with in_environment_of(running):
        yield AwsRequests(session({"region": REGION}))


def test_each_minute_has_the_requests_of_that_load_balancer_and_one_without_any_is_not_there(
    aws: AwsRequests, account: Account, lab: LabClient
) -> None:
    arn, other = (account.cluster("amber", size=0).load_balancer_arn for _ in range(2))
    lab.put_requests(arn, {BEGIN - 60: 1, BEGIN: 10, BEGIN + 120: 30, BEGIN + 600: 2})
    lab.put_requests(arn, {BEGIN: 5})
    lab.put_requests(other, {BEGIN: 7})
    assert aws.requests_by_minute(arn, BEGIN, BEGIN + 600) == {BEGIN: 15.0, BEGIN + 120: 30.0}
    assert aws.requests_by_minute(other, BEGIN, BEGIN + 600) == {BEGIN: 7.0}


def test_a_load_balancer_that_never_had_a_request_is_an_empty_answer_and_no_error(
    aws: AwsRequests, account: Account
) -> None:
    arn = account.cluster("amber", size=0).load_balancer_arn
    assert aws.requests_by_minute(arn, BEGIN, BEGIN + 86400) == {}


def test_who_may_not_read_metrics_gets_no_empty_answer(aws: AwsRequests, account: Account, lab: LabClient) -> None:
    arn = account.cluster("amber", size=0).load_balancer_arn
    lab.set_api_faults([ApiFault("cloudwatch", "GetMetricData", "AccessDenied")])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.requests_by_minute(arn, BEGIN, BEGIN + 600)


def test_a_load_balancer_is_found_by_its_name_in_dns(aws: AwsRequests, account: Account) -> None:
    one, other = account.cluster("amber", size=0), account.cluster("green", size=0)
    names = [f"dualstack.{one.dns_name.upper()}.", other.dns_name]
    assert aws.load_balancers_called(names) == dict(
        zip(names, (one.load_balancer_arn, other.load_balancer_arn), strict=True)
    )
    with pytest.raises(LookupError, match=r"there is no load balancer gone\.elb\.example"):
        aws.load_balancers_called([other.dns_name, "gone.elb.example"])


@pytest.mark.parametrize("arn", ["", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/x/1", "amber"])
def test_only_an_application_load_balancer_has_such_a_dimension(arn: str) -> None:
    with pytest.raises(ValueError, match="no ARN of an application load balancer"):
        dimension(arn)
