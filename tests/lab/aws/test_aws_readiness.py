"""What readiness reads from AWS, asked of the lab's AWS."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from cutover.aws import session
from cutover.aws_readiness import AwsReadiness
from cutover.checks import offsite, settled
from cutover.checks.candidate import Candidate, LiveNames
from cutover.checks.look import look
from cutover.cluster_facts import ClusterFacts
from cutover.printable import printable
from lab.client import ApiFault, FrontFault, LabClient, RunningServer, ServerFault
from propagation import Endpoint
from tests.lab.aws.in_environment import in_environment_of
from tests.lab.aws.tls_server import Authority
from tests.lab.parts.lab_account import Account, Cluster, alias, simple, weighted
from tests.unit.stack_values import facts

REGION, HOOKS_REGION = "eu-central-1", "us-east-1"


@pytest.fixture(scope="module")
def aws(running: RunningServer) -> Iterator[AwsReadiness]:
    with in_environment_of(running):
        yield AwsReadiness(session({"region": HOOKS_REGION}))


@pytest.fixture(scope="module")
def cluster(account: Account) -> Cluster:
    return account.cluster("amber", size=2)


def facts_of(made: Cluster, size: int = 2) -> ClusterFacts:
    return replace(
        facts("amber", size),
        region=REGION,
        group=made.auto_scaling_group,
        target_group_arn=made.target_group_arn,
        dns_name=made.dns_name,
    )


def problems(aws: AwsReadiness, cluster: Cluster, size: int = 2) -> str:
    seen = aws.cluster(cluster.auto_scaling_group, cluster.target_group_arn, REGION)
    found = settled.check(seen, facts_of(cluster, size))
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


def test_a_group_that_is_kept_from_healing_is_not_settled(aws: AwsReadiness, account: Account) -> None:
    made = account.cluster("amber", size=2)
    group, name = account.autoscaling, {"AutoScalingGroupName": made.auto_scaling_group}
    group.suspend_processes(**name, ScalingProcesses=["Launch", "AZRebalance"])
    group.start_instance_refresh(**name)
    group.put_warm_pool(**name, MinSize=1)
    group.put_scheduled_update_group_action(
        **name, ScheduledActionName="night", DesiredCapacity=1, Recurrence="0 1 * * *"
    )
    group.update_auto_scaling_group(**name, MinSize=1, HealthCheckType="EC2")
    found = problems(aws, made)
    for said in (
        "Launch is suspended (User suspended at 20",
        "an instance refresh is InProgress",
        "it has a warm pool",
        "the scheduled action night is to change its size",
        "its size is min 1, max 2, desired 2, and not 2",
        "its health checks are EC2",
    ):
        assert said in found, said
    assert "AZRebalance" not in found

    group.resume_processes(**name)
    group.cancel_instance_refresh(**name)
    group.delete_warm_pool(**name)
    group.delete_scheduled_action(**name, ScheduledActionName="night")
    group.update_auto_scaling_group(**name, MinSize=2, HealthCheckType="ELB")
    assert problems(aws, made) == ""


def test_scheduled_actions_are_all_read_however_many_pages_they_are(aws: AwsReadiness, account: Account) -> None:
    made = account.cluster("amber", size=1)
    for number in range(60):
        account.autoscaling.put_scheduled_update_group_action(
            AutoScalingGroupName=made.auto_scaling_group, ScheduledActionName=f"action-{number}", DesiredCapacity=1
        )
    seen = aws.cluster(made.auto_scaling_group, made.target_group_arn, REGION)
    assert seen.group is not None
    assert len(seen.group.scheduled) == 60


def test_a_group_that_was_detached_from_its_target_group_is_not_settled(aws: AwsReadiness, account: Account) -> None:
    made = account.cluster("amber", size=1)
    account.autoscaling.detach_load_balancer_target_groups(
        AutoScalingGroupName=made.auto_scaling_group, TargetGroupARNs=[made.target_group_arn]
    )
    assert f"its new instances do not become targets of {made.target_group_arn}" in problems(aws, made, 1)


@pytest.mark.parametrize("action", ["DescribeInstanceRefreshes", "DescribeScheduledActions"])
def test_what_may_not_be_read_of_a_group_is_an_error(
    aws: AwsReadiness, cluster: Cluster, lab: LabClient, action: str
) -> None:
    lab.set_api_faults([ApiFault("autoscaling", action, "AccessDenied", count=-1)])
    with pytest.raises(ClientError, match="AccessDenied"):
        problems(aws, cluster)


def test_record_sets_are_read_with_their_type_routing_and_value(aws: AwsReadiness, account: Account) -> None:
    zone_id, zone = account.zone()
    www, old, balancer = f"www.{zone}", f"old.{zone}", account.load_balancer()
    latency = {key: value for key, value in weighted(old, "eu", 1, "192.0.2.1").items() if key != "Weight"}
    account.change(
        zone_id,
        ("CREATE", alias(www, "amber", 100, balancer)),
        ("CREATE", simple(www, "2001:db8::1", kind="AAAA")),
        ("CREATE", simple(www, '"text"', kind="TXT")),
        ("CREATE", latency | {"Region": "eu-central-1"}),
    )
    found = aws.record_sets(zone_id, [www, old, f"none.{zone}"])
    assert {name: [(one.routing, one.in_short) for one in of] for name, of in found.items()} == {
        www: [
            ("weighted", printable(f"A (weighted amber) alias {balancer}.", 80)),
            ("simple", "AAAA 2001:db8::1"),
            ("simple", 'TXT "text"'),
        ],
        old: [("latency", "A (latency eu) 192.0.2.1")],
        f"none.{zone}": [],
    }
    assert (found[www][0].target, found[www][0].identifier) == (balancer, "amber")
    assert found[www][0].content["AliasTarget"]["HostedZoneId"] == "Z2P70J7EXAMPLE"


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


def test_a_secret_of_bytes_only_cannot_be_read(aws: AwsReadiness, account: Account) -> None:
    secrets = account.client("secretsmanager")
    arn = secrets.create_secret(Name="shop/keystore", SecretBinary=b"\xca\xfe\xba\xbe")["ARN"]
    assert aws.offsite_error(arn, REGION).startswith("holds bytes only (SecretBinary)")
    secrets.put_secret_value(SecretId=arn, SecretString="text")
    assert aws.offsite_error(arn, REGION) == ""


def test_a_secret_that_may_only_be_described_is_told_from_one_that_is_broken(
    aws: AwsReadiness, account: Account, lab: LabClient
) -> None:
    arn = account.client("secretsmanager").create_secret(Name="shop/closed", SecretString="hunter2")["ARN"]
    lab.set_api_faults([ApiFault("secretsmanager", "GetSecretValue", "AccessDeniedException", count=1)])
    assert aws.offsite_error(arn, REGION) == offsite.UNOPENED
    lab.set_api_faults([ApiFault("secretsmanager", "GetSecretValue", "DecryptionFailure", count=1)])
    assert "DecryptionFailure" in aws.offsite_error(arn, REGION)


def test_a_secret_that_is_gone_is_an_error_in_words(aws: AwsReadiness) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:shop/none-AbCdEf"
    assert "ResourceNotFoundException" in aws.offsite_error(arn, REGION)


# All of it at once, with real DNS and HTTPS.

NAMES = ("www.shop.example", "amber.www.shop.example")
DOOR = "/tag-team/www.shop.example/amber/can-be-tagged-in"
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
    # Of the hooks' own region, as all that is the live stack's.
    Account(account.endpoint, HOOKS_REGION).client("ssm").put_parameter(Name=DOOR, Type="String", Value="1.0.0")
    zone_id = account.route53.create_hosted_zone(Name="shop.example", CallerReference="shop")["HostedZone"]["Id"]
    for name, weight in ((NAMES[0], 100), (NAMES[1], 1)):
        account.change(zone_id, ("CREATE", alias(name, "amber", weight, made.dns_name)))
    return Candidate(
        colour="amber",
        other_colour="violet",
        cluster=facts_of(made),
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
        door_parameter=DOOR,
        resolvers=tuple(Endpoint(address, running.addresses.dns_port) for address in running.addresses.resolvers),
        live=LiveNames(
            "shop.example",
            zone_id.removeprefix("/hostedzone/"),
            {NAMES[0]: frozenset({"amber"})},
            {"amber": NAMES[1]},
            {"amber": made.dns_name},
            running.addresses.dns_port,
        ),
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


@pytest.mark.parametrize("fault", ["drop", "servfail", "nodata"])
def test_a_name_server_that_does_not_answer_well_fails_dns_alone(
    aws: AwsReadiness, candidate: Candidate, lab: LabClient, running: RunningServer, fault: str
) -> None:
    bad_one = running.addresses.server_addresses()[1]
    lab.set_server_fault(bad_one, ServerFault(fault=fault))
    found = bad(aws, candidate)
    assert list(found) == ["dns"]
    assert bad_one in found["dns"]
    assert NAMES[0] in found["dns"]


def test_an_aaaa_record_fails_records_alone(aws: AwsReadiness, account: Account, candidate: Candidate) -> None:
    other = simple(NAMES[0], "2001:db8::1", kind="AAAA")
    account.change(candidate.live.zone_id, ("CREATE", other))
    try:
        assert bad(aws, candidate) == {"records": f"{NAMES[0]} has AAAA 2001:db8::1"}
    finally:
        account.change(candidate.live.zone_id, ("DELETE", other))


def test_a_live_name_that_is_a_zone_of_its_own_is_told_by_its_records_and_by_dns(
    aws: AwsReadiness, account: Account, candidate: Candidate
) -> None:
    cut = simple(NAMES[0], "ns-1.other.example.", kind="NS")
    account.change(candidate.live.zone_id, ("CREATE", cut))
    try:
        found = bad(aws, candidate)
    finally:
        account.change(candidate.live.zone_id, ("DELETE", cut))
    assert list(found) == ["records", "dns"]
    assert f"{NAMES[0]} is a zone of its own (NS ns-1.other.example.)" in found["records"]
    assert f"lame: refers to the zone {NAMES[0]}, which ns-1.other.example. serve" in found["dns"]


def test_a_name_server_that_only_the_parent_names_has_to_answer_too(
    aws: AwsReadiness, candidate: Candidate, lab: LabClient, running: RunningServer
) -> None:
    lab.set_delegation([*running.addresses.name_servers, "ns.elsewhere.example"])
    found = bad(aws, candidate)
    assert list(found) == ["dns"]
    assert "name server ns.elsewhere.example: no known address" in found["dns"]


def test_a_resolver_that_is_silent_is_left_out_and_one_that_fails_is_not(
    aws: AwsReadiness, candidate: Candidate, lab: LabClient, running: RunningServer
) -> None:
    one = running.addresses.resolvers[0]
    lab.set_resolver_fault(one, ServerFault(fault="drop"))
    assert bad(aws, candidate) == {}
    lab.set_resolver_fault(one, ServerFault(fault="servfail"))
    found = bad(aws, candidate)
    assert list(found) == ["dns"]
    assert f"resolver {one} port {running.addresses.dns_port}: SERVFAIL" in found["dns"]
