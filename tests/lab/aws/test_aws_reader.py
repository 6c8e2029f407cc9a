"""What the hooks read from AWS, asked of the lab's AWS: every answer is plain data about what is really there."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from botocore.retries.adaptive import ClientRateLimiter
from botocore.retries.standard import ExponentialBackoff

from cutover.aws import Aws, session
from cutover.group_capacity import CapacitySeen
from cutover.provenance import Place
from cutover.weighted_set import WeightedSet
from lab.client import ApiFault, LabClient, RunningServer
from tests.lab.parts.lab_account import Account, Cluster, alias, simple, weighted


@pytest.fixture(scope="module")
def running(lab_alone: RunningServer) -> RunningServer:
    return lab_alone


@pytest.fixture(scope="module")
def account(running: RunningServer) -> Account:
    return Account(running.addresses.endpoint)


@pytest.fixture
def lab(running: RunningServer) -> Iterator[LabClient]:
    yield running.client
    running.client.clear_faults()


@pytest.fixture
def aws(running: RunningServer) -> Aws:  # noqa: ARG001  # it has set the environment
    return Aws(session({"region": "eu-central-1"}))


@pytest.fixture(scope="module")
def cluster(account: Account) -> Cluster:
    return account.cluster("amber", size=2)


def test_a_group_that_is_up_has_all_its_instances_in_service_and_healthy(
    aws: Aws, account: Account, cluster: Cluster
) -> None:
    seen = aws.capacity(cluster.auto_scaling_group)
    assert seen.group == cluster.auto_scaling_group
    assert seen.in_service == seen.healthy == frozenset(account.instance_ids(cluster))
    assert len(seen.healthy) == 2


def test_a_target_that_is_not_healthy_is_seen_with_its_reason(
    aws: Aws, account: Account, cluster: Cluster, lab: LabClient
) -> None:
    sick, well = account.instance_ids(cluster)
    lab.set_unhealthy_instances([sick])
    seen = aws.capacity(cluster.auto_scaling_group)
    assert seen.healthy == {well}
    assert seen.in_service == {sick, well}
    assert seen.targets[sick].state == "unhealthy"
    assert seen.targets[sick].reason.startswith("Target.")
    assert seen.targets[sick].reason in str(seen)


def test_a_target_that_one_of_its_target_groups_does_not_find_healthy_is_not(aws: Aws, account: Account) -> None:
    made, unused = account.cluster("amber", size=1), account.cluster("amber", size=0, with_listener=False)
    (instance,), name = account.instance_ids(made), {"AutoScalingGroupName": made.auto_scaling_group}
    attach = account.autoscaling.attach_load_balancer_target_groups
    attach(**name, TargetGroupARNs=[unused.target_group_arn])
    for _ in range(2):  # in the one order, then in the other
        seen = aws.capacity(made.auto_scaling_group)
        assert seen.targets[instance].reason == "Target.NotInUse"
        assert seen.healthy == frozenset()
        account.autoscaling.detach_load_balancer_target_groups(**name, TargetGroupARNs=[made.target_group_arn])
        attach(**name, TargetGroupARNs=[made.target_group_arn])


NO_ROOM = "We currently do not have sufficient t3.micro capacity. Launching EC2 instance failed."


def test_a_group_whose_instances_cannot_be_launched_says_awss_own_reason(
    aws: Aws, account: Account, lab: LabClient
) -> None:
    lab.set_launch_failure("grey", NO_ROOM)
    group = account.cluster("grey", size=2).auto_scaling_group
    seen = aws.capacity(group)
    assert (seen.in_service, seen.targets) == (frozenset(), {})
    (reason,) = seen.failures
    assert reason.startswith("Failed at 20")
    assert reason.endswith(NO_ROOM)

    lab.set_launch_failure("grey", None)
    assert len(aws.capacity(group).healthy) == 2
    assert aws.capacity(group).failures == ()


def test_reasons_that_may_not_be_read_do_not_hide_what_was_seen(aws: Aws, account: Account, lab: LabClient) -> None:
    group = account.cluster("blank", size=2).auto_scaling_group
    lab.terminate_instances("blank")
    lab.set_api_faults([ApiFault("autoscaling", "DescribeScalingActivities", "AccessDenied", count=-1)])
    seen = aws.capacity(group)
    assert len(seen.healthy) == 1
    assert "AccessDenied" in seen.failures[0]


def test_a_target_that_has_just_been_registered_is_not_healthy_yet(aws: Aws, account: Account, lab: LabClient) -> None:
    lab.set_health_seconds(60)
    seen = aws.capacity(account.cluster("violet", size=1).auto_scaling_group)
    assert len(seen.in_service) == 1
    assert seen.healthy == frozenset()
    assert {target.state for target in seen.targets.values()} == {"initial"}


def test_a_group_without_instances_or_that_is_not_there_has_no_capacity(aws: Aws, account: Account) -> None:
    empty = account.cluster("amber", size=0).auto_scaling_group
    assert aws.capacity(empty) == CapacitySeen(empty, frozenset(), {})
    assert aws.capacity("nowhere") == CapacitySeen("nowhere", frozenset(), {})


def test_a_group_is_looked_for_in_the_region_that_is_asked_for(running: RunningServer, cluster: Cluster) -> None:
    elsewhere = Aws(session({"region": "us-east-1"}))
    assert running.process.poll() is None
    assert not elsewhere.capacity(cluster.auto_scaling_group).in_service
    assert len(elsewhere.capacity(cluster.auto_scaling_group, "eu-central-1").healthy) == 2


def test_the_weights_of_each_name_are_those_of_its_weighted_a_records_and_nothing_else(
    aws: Aws, account: Account
) -> None:
    zone_id, zone = account.zone()
    www, balancer = f"www.{zone}", account.load_balancer()
    account.change(
        zone_id,
        ("CREATE", alias(www, "amber", 100, balancer)),
        ("CREATE", alias(www, "violet", 0, balancer)),
        ("CREATE", weighted(www, "white", 7, "2001:db8::1", kind="AAAA")),
        ("CREATE", simple(www, '"text"', kind="TXT")),
        ("CREATE", weighted(zone, "amber", 255, "192.0.2.1")),
        ("CREATE", simple(f"plain.{zone}", "192.0.2.1")),
        ("CREATE", weighted(f"wwww.{zone}", "amber", 3, "192.0.2.1")),
    )
    names = [www, zone, f"plain.{zone}", f"none.{zone}", f"zzz.{zone}"]
    assert aws.weights(zone_id, names) == {
        www: {"amber": 100, "violet": 0},
        zone: {"amber": 255},
        f"plain.{zone}": {},
        f"none.{zone}": {},
        f"zzz.{zone}": {},
    }
    assert list(aws.weights(zone_id, names)) == names


@pytest.fixture
def zone_of_fifty(account: Account) -> tuple[str, list[str]]:
    """A zone with fifty weighted names, each with a record of another type too, and in no order: its id, the names."""
    (zone_id, zone), balancer = account.zone(), account.load_balancer()
    names = [f"{label}-{number}.{zone}" for number in range(25) for label in ("www", "api")]
    for name in names:
        account.change(
            zone_id,
            ("CREATE", alias(name, "amber", 100, balancer)),
            ("CREATE", alias(name, "violet", 0, balancer)),
            ("CREATE", simple(name, '"text"', kind="TXT")),
        )
    return zone_id, names


def test_the_weights_of_fifty_names_are_one_call(
    running: RunningServer,  # noqa: ARG001  # it has set the environment
    zone_of_fifty: tuple[str, list[str]],
) -> None:
    zone_id, names = zone_of_fifty
    made, calls = session({"region": "eu-central-1"}), list[object]()
    made.events.register("before-send.route53.ListResourceRecordSets", lambda request, **_: calls.append(request))
    assert Aws(made).weights(zone_id, names) == {name: {"amber": 100, "violet": 0} for name in names}
    assert len(calls) == 1


def test_many_names_without_a_record_are_two_calls(
    running: RunningServer,  # noqa: ARG001  # it has set the environment
    zone_of_fifty: tuple[str, list[str]],
    account: Account,
) -> None:
    zone_id, zone = account.zone()
    made, calls = session({"region": "eu-central-1"}), list[object]()
    made.events.register("before-send.route53.ListResourceRecordSets", lambda request, **_: calls.append(request))
    account.change(zone_id, ("CREATE", alias(f"b.{zone}", "amber", 100, account.load_balancer())))
    names = [f"{label}.{zone}" for label in ("a", "b", "b-c", "d.b")]
    assert Aws(made).weights(zone_id, names) == {name: {"amber": 100} if name == f"b.{zone}" else {} for name in names}
    assert len(calls) == 2
    calls.clear()
    many = [f"none-{number}.{zone_of_fifty[1][0]}" for number in range(50)]
    assert Aws(made).weights(zone_of_fifty[0], many) == {name: {} for name in many}
    assert len(calls) == 2


@pytest.mark.parametrize("on_a_page", [2, 4, 7, 100])
def test_a_name_that_ends_on_the_next_page_has_all_its_weights(
    aws: Aws, zone_of_fifty: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, on_a_page: int
) -> None:
    monkeypatch.setattr("cutover.aws.RECORD_SETS_ON_A_PAGE", str(on_a_page))
    zone_id, names = zone_of_fifty
    assert aws.weights(zone_id, names) == {name: {"amber": 100, "violet": 0} for name in names}


def test_a_page_that_leads_to_itself_is_an_error_and_not_the_end(
    aws: Aws, zone_of_fifty: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutover.aws.RECORD_SETS_ON_A_PAGE", "1")  # moto knows no StartRecordIdentifier
    zone_id, names = zone_of_fifty
    with pytest.raises(LookupError, match="go on where they began"):
        aws.weights(zone_id, names)


def test_the_name_servers_are_those_of_the_zones_delegation(aws: Aws, account: Account, running: RunningServer) -> None:
    zone_id, _zone = account.zone()
    assert sorted(aws.name_servers(zone_id)) == sorted(name.rstrip(".") for name in running.addresses.name_servers)


def test_before_the_first_tag_in_nobody_was_in_charge(aws: Aws) -> None:
    assert aws.in_charge_history("/tag-team/nowhere/in-charge").entries == ()


def test_the_history_of_in_charge_has_every_tag_in_oldest_first(aws: Aws, account: Account) -> None:
    parameters, name = account.client("ssm"), "/tag-team/www.shop.example/in-charge"
    said = [("amber", "1.0.0", ""), ("violet", "2.0.0", "probes for violet@2.0.0"), ("amber", "1.0.1", "")]
    for colour, release, override in said:
        value = json.dumps({"colour": colour, "release": release, "attempt": "1", "override": override})
        parameters.put_parameter(Name=name, Type="String", Value=value, Overwrite=True)
    history = aws.in_charge_history(name).entries
    assert [(named.colour, named.release, named.override) for named in history] == [
        ("amber", "1.0.0", ""),
        ("violet", "2.0.0", "probes for violet@2.0.0"),
        ("amber", "1.0.1", ""),
    ]
    last = parameters.get_parameter(Name=name)["Parameter"]["LastModifiedDate"].timestamp()
    assert [named.at for named in history] == sorted(named.at for named in history)
    assert history[-1].at == pytest.approx(last)


def test_a_version_that_says_nothing_is_put_aside_and_the_time_is_that_of_the_answer(
    aws: Aws, account: Account
) -> None:
    parameters, name = account.client("ssm"), "/tag-team/hand.shop.example/in-charge"
    for value in ("amber", json.dumps({"colour": "violet"})):
        parameters.put_parameter(Name=name, Type="String", Value=value, Overwrite=True)
    found = aws.in_charge_history(name)
    assert [named.colour for named in found.entries] == ["violet"]
    assert found.unreadable == ("version 1 is 'amber' (no JSON)",)
    assert found.latest_unreadable == ""
    # A Date has whole seconds.
    assert int(found.entries[-1].at) <= found.read_at
    assert aws.in_charge_history("/tag-team/nowhere/in-charge").read_at >= found.read_at


def test_a_group_says_when_it_was_created_and_one_that_is_not_there_nothing(aws: Aws, account: Account) -> None:
    before = int(aws.in_charge_history("/tag-team/nowhere/in-charge").read_at)
    group = account.cluster("violet", size=0).auto_scaling_group
    created_at = aws.group_created_at(group, "eu-central-1")
    assert created_at is not None
    assert before <= created_at <= aws.in_charge_history("/tag-team/nowhere/in-charge").read_at + 1
    assert aws.group_created_at(group, "us-east-1") is None


def test_who_calls_is_an_account_and_a_region(aws: Aws) -> None:
    assert aws.caller() == Place("123456789012", "eu-central-1")


def test_a_record_set_leads_to_its_alias(aws: Aws, account: Account) -> None:
    (zone_id, zone), balancer = account.zone(), account.load_balancer()
    account.change(zone_id, ("CREATE", alias(f"to.{zone}", "amber", 100, balancer.title())))
    account.change(zone_id, ("CREATE", weighted(f"plain.{zone}", "before", 0, "192.0.2.1")))
    leads = WeightedSet(100, balancer, "Z2P70J7EXAMPLE")
    assert aws.weighted_sets(zone_id, [f"to.{zone}", f"plain.{zone}"]) == {
        f"to.{zone}": {"amber": leads},
        f"plain.{zone}": {"before": WeightedSet(0)},
    }


def test_a_throttled_call_is_tried_again(
    aws: Aws, account: Account, lab: LabClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
    monkeypatch.setattr(ClientRateLimiter, "on_sending_request", lambda *_, **__: None)
    zone_id, zone = account.zone()
    lab.set_api_faults([ApiFault("route53", "ListResourceRecordSets", "Throttling", count=3)])
    assert aws.weights(zone_id, [zone]) == {zone: {}}
    assert lab.faults().api == ()


def test_a_call_that_is_not_allowed_is_an_error_and_never_an_empty_answer(
    aws: Aws, account: Account, cluster: Cluster, lab: LabClient
) -> None:
    zone_id, zone = account.zone()
    denied = ("route53", "ListResourceRecordSets"), ("ssm", "GetParameterHistory"), ("elbv2", "DescribeTargetHealth")
    lab.set_api_faults([ApiFault(service, action, "AccessDenied", count=-1) for service, action in denied])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.weights(zone_id, [zone])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.in_charge_history("/tag-team/nowhere/in-charge")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.capacity(cluster.auto_scaling_group)


def test_a_zone_that_does_not_exist_is_an_error(aws: Aws) -> None:
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        aws.weights("Z00NOWHERE", ["www.shop.example"])


def test_questions_asked_at_the_same_time_are_all_answered(aws: Aws, account: Account, cluster: Cluster) -> None:
    zone_id, zone = account.zone()
    with ThreadPoolExecutor(6) as threads:
        weights = [threads.submit(aws.weights, zone_id, [zone]) for _ in range(3)]
        capacities = [threads.submit(aws.capacity, cluster.auto_scaling_group) for _ in range(3)]
    assert [answer.result() for answer in weights] == [{zone: {}}] * 3
    assert [len(answer.result().healthy) for answer in capacities] == [2, 2, 2]
