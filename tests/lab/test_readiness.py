"""Each readiness check alone refuses a tag-in by its name; a tag-back is refused by two of them; an override waives."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from lab.client import ApiFault, FrontFault, ServerFault
from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, READINESS_MILLISECONDS, RELEASES, SECOND, SECRET, World

NEW_RELEASE = "2.0.0"
OTHER = {"Name": NAME, "TTL": 60}
Fault = Callable[[World, str], ExitStack]


def _undone(undo: Callable[[], object]) -> ExitStack:
    stack = ExitStack()
    stack.callback(undo)
    return stack


def closed_door(world: World, colour: str) -> ExitStack:
    parameters, name = world.workspace.aws("ssm"), world.door(colour)
    door = {"Name": name, "Type": "String", "Value": parameters.get_parameter(Name=name)["Parameter"]["Value"]}
    # As it was, with all that Pulumi gave it: another test would find it changed.
    door["Description"] = parameters.describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}]
    )["Parameters"][0]["Description"]
    tags = parameters.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    parameters.delete_parameter(Name=name)
    return _undone(lambda: parameters.put_parameter(**door, Tags=tags))


def sick_target(world: World, colour: str) -> ExitStack:
    world.faults.set_unhealthy_instances([world.instances(colour)[0]])
    return _undone(lambda: world.faults.set_unhealthy_instances([]))


def other_measure(world: World, _colour: str) -> ExitStack:
    before = world.workspace.project_config("instanceType")
    world.workspace.edit_project(instanceType="m7i.xlarge")
    return _undone(lambda: world.workspace.edit_project(instanceType=before))


def stranger(world: World, colour: str) -> ExitStack:
    balancing = world.workspace.aws("elbv2")
    arn = world.outputs(colour)["cluster"]["target_group_arn"]
    other = next(one for one in (FIRST, SECOND) if one != colour)
    targets = [{"Id": world.instances(other)[0]}]
    balancing.register_targets(TargetGroupArn=arn, Targets=targets)
    return _undone(lambda: balancing.deregister_targets(TargetGroupArn=arn, Targets=targets))


def failing_front(world: World, colour: str) -> ExitStack:
    world.faults.set_front(colour, FrontFault(status=500))
    return _undone(lambda: world.faults.set_front(colour, FrontFault()))


def slow_front(world: World, colour: str) -> ExitStack:
    world.workspace.edit_project(readinessLatency=200)
    world.faults.set_front(colour, FrontFault(milliseconds=400))
    stack = _undone(lambda: world.faults.set_front(colour, FrontFault()))
    stack.callback(lambda: world.workspace.edit_project(readinessLatency=READINESS_MILLISECONDS))
    return stack


def expiring_certificate(world: World, colour: str) -> ExitStack:
    world.faults.set_certificate_days(colour, 13)
    return _undone(lambda: world.faults.set_certificate_days(colour, None))


def unnamed_release(world: World, _colour: str) -> ExitStack:
    world.workspace.edit_project(releaseHeader="X-Not-There")
    return _undone(lambda: world.workspace.edit_project(releaseHeader=""))


def missing_secret(world: World, _colour: str) -> ExitStack:
    parameters = world.workspace.aws("ssm")
    parameters.delete_parameter(Name=SECRET)
    return _undone(lambda: parameters.put_parameter(Name=SECRET, Type="SecureString", Value="postgres://db"))


def _with_record_set(world: World, record_set: dict[str, Any]) -> ExitStack:
    route53 = world.workspace.aws("route53")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]

    def change(action: str) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record_set}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE")
    return _undone(lambda: change("DELETE"))


def aaaa_record(world: World, _colour: str) -> ExitStack:
    return _with_record_set(world, {**OTHER, "Type": "AAAA", "ResourceRecords": [{"Value": "2001:db8::1"}]})


def https_record(world: World, _colour: str) -> ExitStack:
    return _with_record_set(world, {**OTHER, "Type": "HTTPS", "ResourceRecords": [{"Value": "1 . alpn=h2"}]})


def child_zone(world: World, _colour: str) -> ExitStack:
    return _with_record_set(world, {**OTHER, "Type": "NS", "ResourceRecords": [{"Value": "ns-1.other.example."}]})


def _group(world: World, colour: str) -> dict[str, str]:
    return {"AutoScalingGroupName": world.outputs(colour)["cluster"]["group"]}


def suspended_launches(world: World, colour: str) -> ExitStack:
    scaling, group = world.workspace.aws("autoscaling"), _group(world, colour)
    scaling.suspend_processes(**group, ScalingProcesses=["Launch", "ReplaceUnhealthy"])
    return _undone(lambda: scaling.resume_processes(**group))


def instance_refresh(world: World, colour: str) -> ExitStack:
    scaling, group = world.workspace.aws("autoscaling"), _group(world, colour)
    scaling.start_instance_refresh(**group)
    return _undone(lambda: scaling.cancel_instance_refresh(**group))


def warm_pool(world: World, colour: str) -> ExitStack:
    scaling, group = world.workspace.aws("autoscaling"), _group(world, colour)
    scaling.put_warm_pool(**group, MinSize=1)
    return _undone(lambda: scaling.delete_warm_pool(**group))


def scheduled_action(world: World, colour: str) -> ExitStack:
    scaling, action = world.workspace.aws("autoscaling"), {**_group(world, colour), "ScheduledActionName": "night"}
    scaling.put_scheduled_update_group_action(**action, MinSize=0, DesiredCapacity=0, Recurrence="0 22 * * *")
    return _undone(lambda: scaling.delete_scheduled_action(**action))


def silent_name_server(world: World, _colour: str) -> ExitStack:
    return _silent(world, world.addresses.server_addresses()[-1:])


def silent_name_servers(world: World, _colour: str) -> ExitStack:
    return _silent(world, world.addresses.server_addresses())


def _silent(world: World, addresses: Sequence[str]) -> ExitStack:
    stack = ExitStack()
    for address in addresses:
        world.faults.set_server_fault(address, ServerFault(fault="drop"))
        stack.callback(world.faults.set_server_fault, address, ServerFault())
    return stack


def _wait_until_resolvers_forget_load_balancers(world: World) -> None:
    """They would still tell their addresses, which the test before may have asked for a moment ago."""
    balancers = world.workspace.aws("elbv2").describe_load_balancers()["LoadBalancers"]
    names = [f"{one['DNSName'].lower()}." for one in balancers]
    while any(held for name in names for held in world.faults.truth(name).resolvers.values()):
        time.sleep(0.5)


FAULTS: dict[str, Fault] = {
    "awake": closed_door,
    "capacity": sick_target,
    "current": other_measure,
    "settled": stranger,
    "probes": failing_front,
    "probes ": slow_front,
    "certificate": expiring_certificate,
    "release": unnamed_release,
    "offsite": missing_secret,
    "records": aaaa_record,
    "settled ": suspended_launches,
    "dns": silent_name_server,
}


@contextmanager
def _active(world: World, colour: str) -> Iterator[None]:
    """`active: colour` for as long as it takes, whatever comes of it."""
    before = world.in_charge()
    world.workspace.edit_stack(LIVE, active=colour)
    try:
        yield
    finally:
        world.workspace.edit_stack(LIVE, active=before)


def _refused_by(result: Result) -> str:
    message = next(text for text in result.messages("error") if "is not ready to carry the traffic" in text)
    return message.partition("is not ready to carry the traffic: ")[2].splitlines()[0]


@pytest.fixture(scope="module")
def new_release(built_world: World) -> str:
    """A release of the second colour that was never in charge, so that to tag it in is no tag-back."""
    built_world.put_in_charge(FIRST)
    built_world.wait_until_drained()
    built_world.workspace.edit_stack(SECOND, release=NEW_RELEASE)
    built_world.must_up(SECOND)
    return NEW_RELEASE


@pytest.fixture
def first_in_charge(shared_world: World, new_release: str) -> World:
    """The first colour in charge, and the second at a release that has not been so before this module."""
    assert new_release
    shared_world.put_in_charge(FIRST)
    return shared_world


@pytest.mark.parametrize("check", FAULTS)
def test_each_check_failing_alone_refuses_the_tag_in_by_its_name(first_in_charge: World, check: str) -> None:
    before = first_in_charge.weights()
    with FAULTS[check](first_in_charge, SECOND), _active(first_in_charge, SECOND):
        refused = first_in_charge.up(LIVE)
    assert refused.failed == ("ready",)
    assert _refused_by(refused) == check.strip()
    assert first_in_charge.weights() == before
    first_in_charge.assert_nothing_half_done()


def test_the_preview_prints_every_check_and_warns_of_what_would_be_refused(first_in_charge: World) -> None:
    with failing_front(first_in_charge, SECOND), _active(first_in_charge, SECOND):
        preview = first_in_charge.preview(LIVE)
    assert preview.exit_code == 0
    said = "\n".join(preview.messages("info"))
    for name in ("awake", "capacity", "current", "settled", "certificate", "release", "offsite"):
        assert f"{name}: ok" in said
    assert "probes: NOT READY" in said
    assert any("would be refused" in warning for warning in preview.messages("warning"))


def test_the_preview_says_what_would_make_a_switch_go_wrong_and_the_next_one_says_nothing(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    with ExitStack() as faults, _active(world, SECOND):
        for one in (https_record, instance_refresh, warm_pool, scheduled_action, child_zone):
            faults.enter_context(one(world, SECOND))
        preview, refused = world.preview(LIVE), world.up(LIVE)
        faults.close()
        healed = world.preview(LIVE)
    (would,) = [text for text in preview.messages("warning") if "would be refused" in text]
    for said in (
        f"{SECOND} is not ready to carry the traffic: settled, records, dns",
        "an instance refresh is InProgress",
        "it has a warm pool",
        "the scheduled action night is to change its size",
        f"{NAME} has HTTPS 1 . alpn=h2",
        f"{NAME} is a zone of its own (NS ns-1.other.example.)",
        f"lame: refers to the zone {NAME}, which ns-1.other.example. serve",
        "aws autoscaling cancel-instance-refresh --auto-scaling-group-name",
        "aws route53 list-resource-record-sets --hosted-zone-id",
        f"python -m propagation {NAME} --port {world.addresses.dns_port}",
    ):
        assert said in would, said
    assert refused.failed == ("ready",)
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert not [text for text in healed.messages("warning") if "refused" in text]
    world.assert_nothing_half_done()


def test_a_secret_of_bytes_only_refuses_the_tag_in_and_one_that_is_a_text_does_not(first_in_charge: World) -> None:
    world, secrets = first_in_charge, first_in_charge.workspace.aws("secretsmanager")
    arn = secrets.create_secret(Name="shop/keystore", SecretBinary=b"\xca\xfe\xba\xbe")["ARN"]
    before = world.workspace.project_config("offsite")
    try:
        # No colour was built with it yet, so `current` refuses both.
        world.workspace.edit_project(offsite={**before, "KEYSTORE": arn})
        with _active(world, SECOND):
            refused = world.up(LIVE)
            secrets.put_secret_value(SecretId=arn, SecretString="text")
            text = world.up(LIVE)
    finally:
        world.workspace.edit_project(offsite=before)
        secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    assert _refused_by(refused) == "current, offsite"
    assert f"{arn}: holds bytes only (SecretBinary)" in "\n".join(refused.messages("error"))
    assert _refused_by(text) == "current"
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.assert_nothing_half_done()


def test_name_servers_that_cannot_be_asked_refuse_a_tag_in_before_the_switch(first_in_charge: World) -> None:
    world = first_in_charge
    with silent_name_servers(world, SECOND), _active(world, SECOND):
        _wait_until_resolvers_forget_load_balancers(world)
        refused = world.up(LIVE)
    assert refused.failed == ("ready",)
    # The lab's resolvers ask the same servers for the names of load balancers, so there are no probes either.
    assert _refused_by(refused) == "probes, dns"
    message = "\n".join(refused.messages("error"))
    for address in world.addresses.server_addresses():
        assert f"({address} port {world.addresses.dns_port}): no answer over UDP in 2 s ({NAME})" in message
    assert f"open port {world.addresses.dns_port} (UDP and TCP)" in message
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert world.in_charge() == FIRST
    world.assert_nothing_half_done()


def test_an_override_waives_named_checks_for_one_colour_and_release(first_in_charge: World) -> None:
    world, attempt = first_in_charge, f"{SECOND}@{NEW_RELEASE}"
    try:
        with failing_front(world, SECOND):
            for override in (
                {"attempt": f"{SECOND}@0.0.0", "checks": ["probes"]},
                {"attempt": attempt, "checks": ["certificate"]},
            ):
                world.workspace.edit_stack(LIVE, override=override)
                with _active(world, SECOND):
                    assert _refused_by(world.up(LIVE)) == "probes"
            world.workspace.edit_stack(LIVE, override={"attempt": attempt, "checks": ["probes"]})
            waived = world.tag_in(SECOND)
        assert waived.exit_code == 0, waived.output
        assert any("OVERRIDE in force" in warning for warning in waived.messages("warning"))
        assert world.outputs(LIVE)["override"] == f"probes for {attempt}"
    finally:
        world.workspace.edit_stack(LIVE, override=None)


def test_with_nothing_wrong_the_colour_is_tagged_in_and_a_tag_back_is_easier(first_in_charge: World) -> None:
    allowed = first_in_charge.tag_in(SECOND)
    assert allowed.exit_code == 0, allowed.output

    for check, fault in {"awake": closed_door, "capacity": sick_target}.items():
        with fault(first_in_charge, FIRST), _active(first_in_charge, FIRST):
            refused = first_in_charge.up(LIVE)
        assert _refused_by(refused) == check
        assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}

    with ExitStack() as faults:
        for other in (
            *(other_measure, stranger, failing_front, expiring_certificate, missing_secret),
            *(aaaa_record, suspended_launches),
        ):
            faults.enter_context(other(first_in_charge, FIRST))
        back = first_in_charge.tag_in(FIRST)
    assert back.exit_code == 0, back.output
    warnings = "\n".join(back.messages("warning"))
    for check in ("current", "settled", "probes", "certificate", "offsite", "records"):
        assert f"{check} does not hold" in warnings
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}


def test_with_an_override_a_tag_back_works_when_the_health_api_is_down(first_in_charge: World) -> None:
    world = first_in_charge
    world.must_tag_in(SECOND)
    try:
        world.faults.set_api_faults([ApiFault("elbv2", "DescribeTargetHealth", "AccessDenied", count=-1)])
        with _active(world, FIRST):
            assert _refused_by(world.up(LIVE)) == "capacity"
        override = {"attempt": f"{FIRST}@{RELEASES[FIRST]}", "checks": ["capacity"]}
        world.workspace.edit_stack(LIVE, override=override)
        back = world.tag_in(FIRST)
        assert back.exit_code == 0, back.output
        assert world.weights(NAME) == {FIRST: 100, SECOND: 0}
    finally:
        world.workspace.edit_stack(LIVE, override=None)
