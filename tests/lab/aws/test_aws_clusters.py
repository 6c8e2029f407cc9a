"""What is read of what a cluster is made of, asked of the lab's AWS."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from cutover.aws import session
from cutover.aws_clusters import KEEP_ALIVE, AwsClusters
from lab.client import ApiFault, LabClient, RunningServer
from lab.workspace import REGION
from tests.lab.aws.in_environment import in_environment_of
from tests.lab.parts.lab_account import Account


@pytest.fixture
def aws(running: RunningServer) -> Iterator[AwsClusters]:
    with in_environment_of(running):
        yield AwsClusters(session({"region": REGION}))


def test_the_keep_alive_of_a_load_balancer_is_what_aws_has_now(
    aws: AwsClusters, account: Account, lab: LabClient
) -> None:
    arn = account.cluster("amber", size=0).load_balancer_arn
    for seconds in (60, 604800):
        attribute = {"Key": KEEP_ALIVE, "Value": str(seconds)}
        account.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])
        assert aws.client_keep_alive_seconds(arn) == seconds
    lab.set_api_faults([ApiFault("elbv2", "DescribeLoadBalancerAttributes", "AccessDenied")])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client_keep_alive_seconds(arn)
    account.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert aws.client_keep_alive_seconds(arn) is None


def test_a_type_and_an_image_say_which_processors_they_are_for(aws: AwsClusters, account: Account) -> None:
    assert aws.architectures_of("m7i.large") == ("x86_64",)
    assert aws.architectures_of("m7g.large") == ("arm64",)
    for architecture in ("x86_64", "arm64"):
        name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
        image = account.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        assert aws.architecture_of_image(image) == architecture
    for ask in (lambda: aws.architectures_of("m99.large"), lambda: aws.architecture_of_image("ami-0123456789abcdef0")):
        with pytest.raises(ClientError):
            ask()


def test_a_type_is_offered_in_some_zones_in_all_or_in_none(aws: AwsClusters) -> None:
    assert aws.zones_offering("m7i.large") == tuple(f"{REGION}{letter}" for letter in "abc")
    assert aws.zones_offering("f2.6xlarge") == tuple(f"{REGION}{letter}" for letter in "bc")
    assert aws.zones_offering("m99.large") == ()
