"""What readiness reads from AWS, asked of the lab's AWS."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from cutover.aws import session
from cutover.aws_readiness import AwsReadiness
from cutover.checks import settled
from cutover.checks.candidate import Candidate
from cutover.checks.look import look
from cutover.propagation.answer import Endpoint
from lab.client import ApiFault, FrontFault, LabClient, RunningServer, aws_environment
from tests.lab.parts.lab_account import Account, Cluster
from tests.lab.parts.tls_server import Authority
from tests.unit.stack_values import facts

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def aws(running: RunningServer) -> Iterator[AwsReadiness]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws_environment(running.addresses).items():
            environment.setenv(name, value)
        yield AwsReadiness(session({"region": "us-east-1"}))


@pytest.fixture(scope="module")
def cluster(account: Account) -> Cluster:
    return account.cluster("amber", size=2)


def problems(aws: AwsReadiness, cluster: Cluster) -> str:
    seen = aws.cluster(cluster.auto_scaling_group, cluster.target_group_arn, REGION)
    found = settled.check(seen, cluster.dns_name, cluster.auto_scaling_group)
    return "" if found.holds else found.seen


def test_a_cluster_that_is_up_is_settled(aws: AwsReadiness, account: Account, cluster: Cluster) -> None:
    seen = aws.cluster(cluster.auto_scaling_group, cluster.target_group_arn, REGION)
    assert dict.fromkeys(account.instance_ids(cluster), "InService") == seen.lifecycle
    assert {name.lower(): state for name, state in seen.balancers.items()} == {cluster.dns_name.lower(): "active"}
    assert (seen.group_status, seen.strangers) == ("", {})
    assert problems(aws, cluster) == ""


def test_a_target_of_no_instance_of_the_group_is_a_stranger(aws: AwsReadiness, account: Account) -> None:
    made, other = account.cluster("amber", size=1), account.cluster("amber", size=1)
    (stranger,) = account.instance_ids(other)
    account.elbv2.register_targets(TargetGroupArn=made.target_group_arn, Targets=[{"Id": stranger}])
    assert f"{stranger} is a target but not in {made.auto_scaling_group}" in problems(aws, made)


def test_a_group_that_is_gone_is_missing(aws: AwsReadiness, account: Account) -> None:
    made = account.cluster("amber", size=1)
    account.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=made.auto_scaling_group, ForceDelete=True)
    assert f"Auto Scaling group {made.auto_scaling_group}: missing" in problems(aws, made)


def test_a_target_group_that_no_load_balancer_uses_has_no_load_balancer(aws: AwsReadiness, account: Account) -> None:
    made = account.cluster("amber", size=1, with_listener=False)
    assert f"load balancer {made.dns_name}: missing" in problems(aws, made)


def test_a_target_group_that_is_gone_is_an_error(aws: AwsReadiness, cluster: Cluster) -> None:
    arn = cluster.target_group_arn.replace("targetgroup/", "targetgroup/no")
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        aws.cluster(cluster.auto_scaling_group, arn, REGION)


def test_a_certificate_is_read_with_its_names_in_the_region_of_its_arn(aws: AwsReadiness, account: Account) -> None:
    names = ["www.shop.example", "*.shop.example"]
    arn = account.client("acm").request_certificate(
        DomainName=names[0], SubjectAlternativeNames=names, ValidationMethod="DNS"
    )["CertificateArn"]
    seen = aws.certificate(arn)
    assert (seen.arn, seen.names) == (arn, frozenset(names))
    assert seen.status in ("ISSUED", "PENDING_VALIDATION")
    assert seen.not_after is None or seen.not_after > datetime.now(UTC)


def test_a_certificate_that_is_gone_is_an_error(aws: AwsReadiness) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        aws.certificate(f"arn:aws:acm:{REGION}:123456789012:certificate/12345678-1234-1234-1234-123456789012")


@pytest.mark.parametrize("kind", ["String", "SecureString"])
def test_a_parameter_can_be_read_by_name_in_the_clusters_region_and_by_arn_in_its_own(
    aws: AwsReadiness, account: Account, kind: str
) -> None:
    name = f"/shop/{kind}"
    parameters = account.client("ssm")
    parameters.put_parameter(Name=name, Value="hunter2", Type=kind)
    arn = parameters.get_parameter(Name=name)["Parameter"]["ARN"]
    assert aws.offsite_error(name, REGION) == ""
    assert aws.offsite_error(arn, "us-west-2") == ""
    assert "ParameterNotFound" in aws.offsite_error(name, "us-west-2")


def test_a_parameter_that_may_not_be_read_is_an_error_in_words(aws: AwsReadiness, lab: LabClient) -> None:
    lab.set_api_faults([ApiFault("ssm", "GetParameter", "AccessDeniedException", count=1)])
    assert "AccessDeniedException" in aws.offsite_error("/shop/any", REGION)


def test_a_secret_can_be_read_while_it_has_a_version_and_is_not_to_be_deleted(
    aws: AwsReadiness, account: Account
) -> None:
    secrets = account.client("secretsmanager")
    arn = secrets.create_secret(Name="shop/api-key", SecretString="hunter2")["ARN"]
    assert aws.offsite_error(arn, "us-west-2") == ""
    secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    assert aws.offsite_error(arn, REGION).startswith("is to be deleted")


def test_a_secret_without_a_version_cannot_be_read(aws: AwsReadiness, account: Account) -> None:
    arn = account.client("secretsmanager").create_secret(Name="shop/empty")["ARN"]
    assert aws.offsite_error(arn, REGION) == "has no current version (AWSCURRENT)"


def test_a_secret_that_is_gone_is_an_error_in_words(aws: AwsReadiness) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:shop/none-AbCdEf"
    assert "ResourceNotFoundException" in aws.offsite_error(arn, REGION)


# All of it at once, with real DNS and HTTPS.

NAMES = ("www.shop.example", "amber.www.shop.example")
HTTPS_PORT = 8444


@pytest.fixture(scope="module")
def candidate(running: RunningServer, account: Account, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    made = account.cluster("amber", release="1.0.0", size=2)
    # Imported: moto issues those that are asked for after a minute only.
    key, certificate = Authority(tmp_path_factory.mktemp("authority")).certify(*NAMES, days=365)
    colour = [{"Key": "colour", "Value": "amber"}]
    arn = account.client("acm").import_certificate(Certificate=certificate, PrivateKey=key, Tags=colour)[
        "CertificateArn"
    ]
    account.listen(made, HTTPS_PORT, certificate_arn=arn)
    return Candidate(
        colour="amber",
        other_colour="violet",
        cluster=replace(
            facts("amber", 2),
            region=REGION,
            group=made.auto_scaling_group,
            target_group_arn=made.target_group_arn,
            dns_name=made.dns_name,
        ),
        names=NAMES[:1],
        own_name=NAMES[1],
        capacity=2,
        availability_zones=2,
        built={},
        declared={},
        other_built=None,
        certificate_arn=arn,
        port=HTTPS_PORT,
        health_path="/healthz",
        probes=5,
        latency_milliseconds=60_000,
        release_header="X-Release",
        references=(),
        resolvers=tuple(Endpoint(address, running.addresses.dns_port) for address in running.addresses.resolvers),
        samples=1,
    )


def bad(aws: AwsReadiness, candidate: Candidate) -> dict[str, str]:
    checks = asyncio.run(look(candidate, aws, lambda _: None))
    return {check.name: check.seen for check in checks if not check.holds}


def test_a_colour_that_serves_is_ready(aws: AwsReadiness, candidate: Candidate) -> None:
    assert bad(aws, candidate) == {}


def test_a_colour_that_answers_with_an_error_fails_its_probes(
    aws: AwsReadiness, candidate: Candidate, lab: LabClient
) -> None:
    lab.set_front("amber", FrontFault(status=500))
    found = bad(aws, candidate)
    assert list(found) == ["probes", "release"]
    assert "answered 500 after" in found["probes"]


def test_a_colour_that_is_slow_fails_its_probes_alone(aws: AwsReadiness, candidate: Candidate, lab: LabClient) -> None:
    lab.set_front("amber", FrontFault(milliseconds=150))
    found = bad(aws, replace(candidate, latency_milliseconds=100))
    assert list(found) == ["probes"]
    assert "answered 200 after" in found["probes"]


def test_an_instance_of_another_release_is_seen(aws: AwsReadiness, candidate: Candidate) -> None:
    assert candidate.cluster is not None
    found = bad(aws, replace(candidate, cluster=replace(candidate.cluster, release="2.0.0")))
    assert list(found) == ["release"]
    assert found["release"].endswith("answered X-Release: 1.0.0")


def test_a_certificate_that_soon_expires_is_seen(aws: AwsReadiness, candidate: Candidate, lab: LabClient) -> None:
    lab.set_certificate_days("amber", 13)
    found = bad(aws, candidate)
    assert list(found) == ["certificate"]
    assert "valid until" in found["certificate"]
