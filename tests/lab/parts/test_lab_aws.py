"""Where moto is kinder than AWS, and that the lab is not: with boto3, on bare moto and on the lab's server.

A test on bare moto that fails says that moto has learnt it: the correction can go.
"""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lab.client import ApiFault, LabClient, RunningServer
from tests.lab.parts.lab_account import Account, Cluster, alias, simple, weighted

AMI_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture(scope="module")
def cluster(account: Account) -> Cluster:
    return account.cluster("amber")


def half_a_batch(account: Account) -> tuple[list[dict[str, Any]], str]:
    """What is left of a batch whose second change is refused, and the message."""
    zone_id, zone = account.zone()
    with pytest.raises(ClientError) as refused:
        account.change(
            zone_id,
            ("CREATE", simple(f"a.{zone}", "192.0.2.1")),
            ("CREATE", simple("elsewhere.example", "192.0.2.1")),
        )
    return account.record_sets(zone_id), str(refused.value)


def test_moto_leaves_half_of_a_refused_batch(moto: Account) -> None:
    assert len(half_a_batch(moto)[0]) == 1


def test_a_refused_batch_leaves_nothing_and_no_history(account: Account, lab: LabClient) -> None:
    before = lab.history()
    left, message = half_a_batch(account)
    assert left == []
    assert "(InvalidChangeBatch) when calling the ChangeResourceRecordSets operation: [RRSet with DNS name" in message
    assert lab.history() == before


def create_twice(account: Account) -> list[dict[str, Any]]:
    zone_id, zone = account.zone()
    account.change(zone_id, ("UPSERT", simple(f"a.{zone}", "192.0.2.1")))
    account.change(zone_id, ("CREATE", simple(f"a.{zone}", "192.0.2.2")))
    return account.record_sets(zone_id)


def test_moto_creates_a_record_set_that_exists(moto: Account) -> None:
    assert len(create_twice(moto)) == 2


def test_creating_a_record_set_that_exists_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match=r"InvalidChangeBatch.*but it already exists"):
        create_twice(account)


def delete_one_of_two_types(account: Account) -> list[str]:
    zone_id, zone = account.zone()
    first, second = weighted(f"a.{zone}", "one", 1, "192.0.2.1"), weighted(f"a.{zone}", "one", 1, "x", kind="TXT")
    second["ResourceRecords"] = [{"Value": '"text"'}]
    account.change(zone_id, ("CREATE", first), ("CREATE", second))
    account.change(zone_id, ("DELETE", first))
    return [item["Type"] for item in account.record_sets(zone_id)]


def test_moto_deletes_both_types_with_the_same_identifier(moto: Account) -> None:
    assert delete_one_of_two_types(moto) == []


def test_only_the_named_type_is_deleted(account: Account) -> None:
    assert delete_one_of_two_types(account) == ["TXT"]


def weight_of_300(account: Account) -> None:
    zone_id, zone = account.zone()
    account.change(zone_id, ("CREATE", weighted(f"a.{zone}", "one", 300, "192.0.2.1")))


def test_moto_takes_any_weight(moto: Account) -> None:
    weight_of_300(moto)


def test_a_weight_over_255_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match=r"InvalidInput.*less than or equal to 255"):
        weight_of_300(account)


def weighted_beside_simple(account: Account) -> None:
    zone_id, zone = account.zone()
    account.change(zone_id, ("CREATE", simple(f"a.{zone}", "192.0.2.1")))
    account.change(zone_id, ("CREATE", weighted(f"a.{zone}", "one", 1, "192.0.2.1")))


def test_moto_takes_a_weighted_record_set_beside_a_simple_one(moto: Account) -> None:
    weighted_beside_simple(moto)


def test_a_weighted_record_set_beside_a_simple_one_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="as a non-weighted set exists with the same name and type"):
        weighted_beside_simple(account)


def soa_value(account: Account) -> str:
    zone_id, _ = account.zone()
    found = account.route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return next(str(item["ResourceRecords"][0]["Value"]) for item in found if item["Type"] == "SOA")


def test_moto_makes_an_soa_record_that_is_none(moto: Account) -> None:
    assert soa_value(moto).startswith("{'Value'")


def test_a_new_zone_has_an_soa_record(account: Account) -> None:
    assert soa_value(account).startswith("ns-")


def test_moto_knows_changes_that_never_were(moto: Account) -> None:
    assert moto.route53.get_change(Id="CNEVER")["ChangeInfo"]["Status"] == "INSYNC"


def test_a_change_is_pending_until_it_is_in_sync(account: Account, lab: LabClient) -> None:
    lab.set_insync_seconds(60)
    zone_id, zone = account.zone()
    change = account.change(zone_id, ("CREATE", simple(f"a.{zone}", "192.0.2.1")))["ChangeInfo"]
    assert change["Status"] == "PENDING"
    assert account.route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == "PENDING"
    lab.set_insync_seconds(0)
    assert account.route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_a_change_of_a_zone_that_does_not_exist_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        account.change("ZNONE", ("CREATE", simple("a.example", "192.0.2.1")))


def test_every_change_batch_is_in_the_history_with_its_weights(account: Account, lab: LabClient) -> None:
    (zone_id, zone), one, two = account.zone(), account.load_balancer(), account.load_balancer()
    before = time.time()
    account.change(zone_id, ("CREATE", alias(f"w.{zone}", "one", 100, one)))
    account.change(zone_id, ("CREATE", alias(f"W.{zone}", "two", 0, two)))
    states = [state for state in lab.history() if state.zone_id == zone_id]
    weights = [{r.set_identifier: r.weight for r in state.records if r.type == "A"} for state in states]
    assert weights == [{"one": 100}, {"one": 100, "two": 0}]
    assert before <= states[0].at <= states[1].at <= time.time()
    assert {(r.name, r.alias) for r in states[1].records if r.set_identifier == "two"} == {(f"w.{zone}.", f"{two}.")}


def test_the_record_sets_listed_can_be_deleted_as_they_are(account: Account) -> None:
    zone_id, zone = account.zone()
    account.change(zone_id, ("CREATE", alias(f"w.{zone}", "one", 100, account.load_balancer().title())))
    account.change(zone_id, ("DELETE", account.record_sets(zone_id)[0]))
    assert account.record_sets(zone_id) == []


def test_a_batch_of_another_thread_is_never_seen_half_done(account: Account) -> None:
    zone_id, zone = account.zone()
    names = [f"n{number}.{zone}" for number in range(3)]
    account.change(zone_id, *(("CREATE", simple(name, "192.0.2.1")) for name in names))
    done = threading.Event()

    def change_back_and_forth() -> None:
        for number in range(30):
            account.change(zone_id, *(("UPSERT", simple(name, f"192.0.2.{number % 2}")) for name in names))
        done.set()

    threading.Thread(target=change_back_and_forth, daemon=True).start()
    other = Account(account.endpoint)
    while not done.is_set():
        seen = {item["ResourceRecords"][0]["Value"] for item in other.record_sets(zone_id)}
        assert len(seen) == 1


def test_moto_finds_every_target_healthy_at_once(moto: Account) -> None:
    made = moto.cluster("amber", with_listener=False)
    assert moto.target_states(made.target_group_arn) == [("healthy", None)] * 2


def test_targets_are_initial_before_they_are_healthy(account: Account, lab: LabClient, cluster: Cluster) -> None:
    lab.set_health_seconds(3600)
    assert account.target_states(cluster.target_group_arn) == [("initial", "Elb.InitialHealthChecking")] * 2
    lab.set_health_seconds(0)
    assert account.target_states(cluster.target_group_arn) == [("healthy", None)] * 2


def test_targets_with_a_broken_release_are_unhealthy(account: Account, lab: LabClient, cluster: Cluster) -> None:
    lab.set_broken_releases(["1.0.0"])
    assert account.target_states(cluster.target_group_arn) == [("unhealthy", "Target.FailedHealthChecks")] * 2


def test_a_single_instance_can_be_unhealthy(account: Account, lab: LabClient, cluster: Cluster) -> None:
    sick, well = account.instance_ids(cluster)
    lab.set_unhealthy_instances([sick])
    assert account.target_states(cluster.target_group_arn, sick, well) == [
        ("unhealthy", "Target.FailedHealthChecks"),
        ("healthy", None),
    ]


def test_targets_no_listener_forwards_to_are_unused(account: Account) -> None:
    made = account.cluster("amber", with_listener=False)
    assert account.target_states(made.target_group_arn) == [("unused", "Target.NotInUse")] * 2
    account.forward(made.load_balancer_arn, made.target_group_arn)
    assert account.target_states(made.target_group_arn) == [("healthy", None)] * 2


def test_stopped_and_terminated_instances_are_not_healthy(account: Account) -> None:
    made = account.cluster("amber")
    stopped, terminated = account.instance_ids(made)
    account.ec2.stop_instances(InstanceIds=[stopped])
    assert account.target_states(made.target_group_arn, stopped) == [("unused", "Target.InvalidState")]
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=made.auto_scaling_group, DesiredCapacity=0)
    assert account.target_states(made.target_group_arn) == []
    assert [state for state, _ in account.target_states(made.target_group_arn, terminated)] == ["draining"]


def test_the_health_of_a_target_group_that_does_not_exist_is_an_error(account: Account) -> None:
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        account.target_states("arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/none/0")


@pytest.mark.parametrize(
    ("service", "action", "call"),
    [
        ("route53", "ListHostedZones", lambda client: client.list_hosted_zones()),
        ("elbv2", "DescribeTargetGroups", lambda client: client.describe_target_groups()),
        ("ec2", "DescribeVpcs", lambda client: client.describe_vpcs()),
        ("ssm", "GetParameter", lambda client: client.get_parameter(Name=AMI_PARAMETER)),
    ],
)
def test_an_action_fails_as_often_as_it_was_told_to(
    account: Account, lab: LabClient, service: str, action: str, call: Any
) -> None:
    client = account.client(service)
    impatient = client.meta.config.merge(Config(retries={"total_max_attempts": 1}))
    client._client_config = impatient
    lab.set_api_faults([ApiFault(service, action, "AccessDenied", count=1)])
    with pytest.raises(ClientError) as refused:
        call(client)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    call(client)


def test_throttling_is_retried_by_the_sdk(account: Account, lab: LabClient) -> None:
    lab.set_api_faults([ApiFault("route53", "ListHostedZones", "Throttling", count=1)])
    answer = account.route53.list_hosted_zones()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_the_parameter_of_the_current_image_exists(account: Account, region: str) -> None:
    value = Account(account.endpoint, region).client("ssm").get_parameter(Name=AMI_PARAMETER)["Parameter"]["Value"]
    assert value.startswith("ami-")


def test_instances_are_born_with_the_tags_of_their_group(account: Account, cluster: Cluster) -> None:
    reservations = account.ec2.describe_instances(InstanceIds=account.instance_ids(cluster))["Reservations"]
    tags = [{tag["Key"]: tag["Value"] for tag in item["Tags"]} for r in reservations for item in r["Instances"]]
    assert [(item["release"], item["aws:autoscaling:groupName"]) for item in tags] == [
        ("1.0.0", cluster.auto_scaling_group)
    ] * 2


def test_policies_managed_by_aws_exist(account: Account) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert account.client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_what_somebody_made_is_a_leftover_until_it_is_deleted(account: Account, lab: LabClient) -> None:
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert vpc in lab.leftovers()["vpcs"]
    account.ec2.delete_vpc(VpcId=vpc)
    assert vpc not in lab.leftovers().get("vpcs", [])


def test_the_log_names_what_was_changed(running: RunningServer, cluster: Cluster) -> None:  # noqa: ARG001  # made it
    assert "elasticloadbalancing CreateLoadBalancer" in Path(running.log).read_text()
