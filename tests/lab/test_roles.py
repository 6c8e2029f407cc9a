"""The roles of docs/permissions.md: all is done with them, none may do more, and nothing in them is idle."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from iam import cloudformation, values
from iam.roles import BOARD, COLOUR, LIVE, LOAD_TEST, PREVIEW, ROLES, Role
from iam.values import Values
from lab import roles, written_table
from lab.aws.iam.definition import action
from lab.client import Call, Judged
from lab.workspace import CHECKOUT, REGION
from tests.lab import proof
from tests.lab.board.command import ran
from tests.lab.load_testing import PEAK_RPS, SECONDS, load_test
from tests.lab.one_world import Copy, with_roles
from tests.lab.unseen import UNSEEN
from tests.lab.world import FIRST, NAME, SECOND, SECRET, World
from tests.lab.world import LIVE as LIVE_STACK

PAGE, COMMAND = CHECKOUT / "docs" / "permissions.md", "tests/lab/test_roles.py"
PROJECT = "tag-team"
READING = ("Read", "List")
ACCOUNT = roles.ACCOUNT
_SESSION = boto3.session.Session()


@pytest.fixture(scope="module")
def lived(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which everything has been done once, each command with its role; with the calls of its building."""
    with copy_of_the_world(tmp_path_factory.mktemp("lived")) as built:
        world = with_roles(built)
        for stack in (SECOND, LIVE_STACK):
            previewed = world.preview(stack, "--refresh")
            assert previewed.exit_code == 0, previewed.output
        world.workspace.edit_stack(SECOND, release="1.2.0")
        world.must_up(SECOND)
        world.workspace.edit_project(peakRps=PEAK_RPS, loadTestSeconds=SECONDS)
        tested = load_test(world, SECOND)
        assert tested.exit_code == 0, tested.stderr
        world.must_tag_in(SECOND)
        # With no price that was kept from before.
        ran(world, "--json", XDG_CACHE_HOME=str(tmp_path_factory.mktemp("cache")))
        world.must_tag_in(FIRST)
        world.wait_until_drained()
        grown = {"availabilityZones": 3, "capacity": 3, "healthPath": "/ready", "loadBalancerCapacityUnits": 500}
        # Another port is another target group, to which the listeners then forward.
        moved = {"natGateways": 2, "port": 8090}
        for project, own in ((grown, {}), (moved, {}), ({}, {"awake": False}), ({"keepAddresses": False}, {})):
            world.workspace.edit_project(**project)
            world.workspace.edit_stack(SECOND, **own)
            world.must_up(SECOND)
        yield world


@pytest.fixture(scope="module")
def filled(lived: World) -> Values:
    """What the policies of the world were made with."""
    return values.of(*roles.known(lived.workspace))


@pytest.fixture(scope="module")
def calls(lived: World) -> Sequence[Call]:
    return lived.faults.calls()


@pytest.fixture
def act(lived: World) -> Callable[[Role, str], Any]:
    """A client of a service with the credentials of a role."""

    def client(role: Role, service: str) -> Any:
        keys = lived.workspace.environment_as(role.name)
        return _SESSION.client(  # type: ignore[call-overload]  # the service is a variable
            service,
            endpoint_url=lived.addresses.endpoint,
            region_name=REGION,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
        )

    return client


def denied(call: Callable[..., Any], **arguments: Any) -> str:
    """The message of a call that is denied, and for no other reason."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response["Error"]
    assert said["Code"] in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), said
    assert "the lab cannot tell" not in said["Message"], said
    return str(said["Message"])


def test_nothing_that_was_done_was_denied(calls: Sequence[Call]) -> None:
    by_role, refused = roles.counted(calls)
    assert set(by_role) == {cloudformation.role_name(PROJECT, role) for role in ROLES}
    assert refused == []


def record(name: str, kind: str = "A", **others: Any) -> dict[str, Any]:
    change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60, **others}}
    return {"Changes": [change]}


def plain(name: str, kind: str = "A", value: str = "192.0.2.1") -> dict[str, Any]:
    return record(name, kind, ResourceRecords=[{"Value": value}])


def test_the_colours_cannot_touch_the_live_records_or_who_is_in_charge(
    lived: World, act: Callable[[Role, str], Any]
) -> None:
    change, ssm = act(COLOUR, "route53").change_resource_record_sets, act(COLOUR, "ssm")
    (first, *_) = [one for one in lived.records_at(NAME) if "Weight" in one]
    for batch in (
        {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {**first, "Weight": 0}}]},
        {"Changes": [{"Action": "DELETE", "ResourceRecordSet": first}]},
        plain(NAME, "CNAME", "elsewhere.example"),
        plain(f"{FIRST}.{NAME}", "CNAME", "elsewhere.example"),
        {"Changes": [*plain(f"{FIRST}.{NAME}")["Changes"], *plain(NAME)["Changes"]]},
    ):
        assert "route53:ChangeResourceRecordSets" in denied(change, HostedZoneId=lived.zone_id, ChangeBatch=batch)
    in_charge = f"/tag-team/{NAME}/in-charge"
    assert "ssm:PutParameter" in denied(ssm.put_parameter, Name=in_charge, Value="x", Overwrite=True)
    assert "ssm:DeleteParameter" in denied(ssm.delete_parameter, Name=in_charge)


def test_the_colours_cannot_make_more_of_themselves(lived: World, act: Callable[[Role, str], Any]) -> None:
    iam, admin = act(COLOUR, "iam"), lived.workspace.aws("iam")
    path, own = f"/tag-team/{NAME}/", cloudformation.role_name(PROJECT, COLOUR)
    trust = '{"Version": "2012-10-17", "Statement": []}'
    boundary = lived.workspace.project_config("permissionsBoundary")
    tags = [{"Key": "service", "Value": NAME}]
    wanted = {"RoleName": "x", "AssumeRolePolicyDocument": trust, "Tags": tags}
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert "iam:CreateRole" in denied(iam.create_role, **wanted, Path=path)
    assert "iam:CreateRole" in denied(iam.create_role, **wanted, Path=path, PermissionsBoundary=everything)
    assert "iam:CreateRole" in denied(iam.create_role, **wanted, PermissionsBoundary=boundary)
    theirs = next(one["RoleName"] for one in admin.list_roles()["Roles"] if one["Path"] == path)
    policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    assert denied(iam.put_role_policy, RoleName=own, PolicyName="x", PolicyDocument=policy)
    assert denied(iam.attach_role_policy, RoleName=own, PolicyArn=everything)
    assert denied(iam.attach_role_policy, RoleName=theirs, PolicyArn=everything)
    assert denied(iam.delete_role_permissions_boundary, RoleName=theirs)
    assert denied(iam.put_role_permissions_boundary, RoleName=theirs, PermissionsBoundary=everything)
    assert denied(iam.create_policy_version, PolicyArn=boundary, PolicyDocument=policy, SetAsDefault=True)
    profile = next(
        one["InstanceProfileName"]
        for one in admin.list_instance_profiles()["InstanceProfiles"]
        if one["InstanceProfileName"].startswith(f"{FIRST}-")
    )
    passed = denied(iam.add_role_to_instance_profile, InstanceProfileName=profile, RoleName=own)
    assert f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/{own}" in passed


def test_the_colours_cannot_touch_what_is_another_services(lived: World, act: Callable[[Role, str], Any]) -> None:
    ec2, admin = act(COLOUR, "ec2"), lived.workspace.aws("ec2")
    tags = [{"Key": "service", "Value": "www.other.example"}, {"Key": "colour", "Value": FIRST}]
    specified = [{"ResourceType": "vpc", "Tags": tags}]
    theirs = admin.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=specified)["Vpc"]["VpcId"]
    try:
        assert denied(ec2.delete_vpc, VpcId=theirs)
        assert denied(ec2.create_tags, Resources=[theirs], Tags=[{"Key": "service", "Value": NAME}])
        assert denied(ec2.create_vpc, CidrBlock="10.98.0.0/16", TagSpecifications=specified)
        assert denied(ec2.create_vpc, CidrBlock="10.98.0.0/16")
        ours = [{"ResourceType": "subnet", "Tags": [{"Key": "service", "Value": NAME}, tags[1]]}]
        assert denied(ec2.create_subnet, VpcId=theirs, CidrBlock="10.99.1.0/24", TagSpecifications=ours)
    finally:
        admin.delete_vpc(VpcId=theirs)


@pytest.fixture
def another_services(lived: World) -> Iterator[Mapping[str, str]]:
    """A group, an instance profile and a certificate that are called as a colour's, with the tag of another service."""
    admin, name = lived.workspace.aws, f"{FIRST}-another"
    scaling, iam, acm = admin("autoscaling"), admin("iam"), admin("acm")
    tag = {"Key": "service", "Value": "www.other.example"}
    ours = lived.outputs(FIRST)["cluster"]["group"]
    (group,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[ours])["AutoScalingGroups"]
    template = {key: group["LaunchTemplate"][key] for key in ("LaunchTemplateId", "Version")}
    of_group = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=0,
        LaunchTemplate=template,
        VPCZoneIdentifier=group["VPCZoneIdentifier"],
        Tags=[{**tag, **of_group}],
    )
    iam.create_instance_profile(InstanceProfileName=name, Tags=[tag])
    certificate = acm.request_certificate(DomainName="www.other.example", ValidationMethod="DNS", Tags=[tag])
    yield {"name": name, "certificate": certificate["CertificateArn"]}
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    iam.delete_instance_profile(InstanceProfileName=name)
    acm.delete_certificate(CertificateArn=certificate["CertificateArn"])


def test_the_colours_cannot_claim_another_services_group_profile_or_certificate(
    another_services: Mapping[str, str], act: Callable[[Role, str], Any]
) -> None:
    name, certificate = another_services["name"], another_services["certificate"]
    scaling, iam, acm = act(COLOUR, "autoscaling"), act(COLOUR, "iam"), act(COLOUR, "acm")
    tag = {"Key": "service", "Value": NAME}
    of_group = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    assert denied(scaling.create_or_update_tags, Tags=[{**tag, **of_group}])
    assert denied(scaling.update_auto_scaling_group, AutoScalingGroupName=name, MaxSize=1)
    assert denied(scaling.delete_auto_scaling_group, AutoScalingGroupName=name)
    assert denied(iam.tag_instance_profile, InstanceProfileName=name, Tags=[tag])
    assert denied(iam.delete_instance_profile, InstanceProfileName=name)
    assert denied(acm.add_tags_to_certificate, CertificateArn=certificate, Tags=[tag])
    assert denied(acm.delete_certificate, CertificateArn=certificate)


def test_the_live_role_cannot_touch_clusters_or_other_records(lived: World, act: Callable[[Role, str], Any]) -> None:
    cluster = lived.outputs(FIRST)["cluster"]
    scaling = act(LIVE, "autoscaling")
    group = cluster["group"]
    assert denied(scaling.update_auto_scaling_group, AutoScalingGroupName=group, MinSize=0)
    assert denied(scaling.delete_auto_scaling_group, AutoScalingGroupName=group)
    assert denied(act(LIVE, "elbv2").delete_target_group, TargetGroupArn=cluster["target_group_arn"])
    assert denied(act(LIVE, "ec2").terminate_instances, InstanceIds=lived.instances(FIRST))
    change = act(LIVE, "route53").change_resource_record_sets
    for batch in (plain(f"{FIRST}.{NAME}"), plain(NAME, "AAAA", "2001:db8::1"), plain("mail.shop.example")):
        assert denied(change, HostedZoneId=lived.zone_id, ChangeBatch=batch)
    door = f"/tag-team/{NAME}/{FIRST}/can-be-tagged-in"
    assert denied(act(LIVE, "ssm").put_parameter, Name=door, Value="x", Overwrite=True)


@pytest.mark.parametrize("role", [PREVIEW, BOARD], ids=lambda role: role.name)
def test_who_only_looks_can_write_nothing_that_anybody_has_written(
    role: Role, calls: Sequence[Call], filled: Values
) -> None:
    held = proof.statements(role, filled)
    everybody = {one.caller for one in calls}
    written = [
        Judged(call.action, resource, {})
        for call in calls
        for resource in call.resources
        if action(call.action).access_level not in READING
    ]
    written += [one for call in calls for one in call.judged if action(one.action).access_level not in READING]
    assert len({one.action for one in written}) > 40
    assert everybody
    assert sorted({(one.action, one.resource) for one in written if proof.allows(held, one)}) == []


@pytest.mark.parametrize("role", [PREVIEW, BOARD, LIVE, COLOUR, LOAD_TEST], ids=lambda role: role.name)
def test_no_role_itself_can_read_a_secret(role: Role, lived: World, act: Callable[[Role, str], Any]) -> None:
    secrets = lived.workspace.aws("secretsmanager")
    made = secrets.create_secret(Name=f"secret-{role.name}", SecretString="hunter2")["ARN"]
    ssm = act(role, "ssm")
    assert denied(act(role, "secretsmanager").get_secret_value, SecretId=made)
    said = denied(ssm.get_parameter, Name=SECRET, WithDecryption=True)
    if role in (BOARD, LOAD_TEST):
        assert "ssm:GetParameter" in said
    else:
        # That it is there is what a preview has to know.
        assert "kms:Decrypt" in said
        assert "explicit deny" in said
        assert ssm.get_parameter(Name=SECRET)["Parameter"]["Value"].startswith("kms:")


def test_whoever_tests_the_load_writes_the_evidence_and_nothing_else(
    act: Callable[[Role, str], Any],
) -> None:
    ssm = act(LOAD_TEST, "ssm")
    for name in ("in-charge", f"{FIRST}/can-be-tagged-in", f"{FIRST}/other"):
        assert denied(ssm.put_parameter, Name=f"/tag-team/{NAME}/{name}", Value="x", Overwrite=True)


def test_every_statement_and_every_action_in_it_is_needed_by_a_call(
    lived: World, filled: Values, act: Callable[[Role, str], Any]
) -> None:
    for role in (PREVIEW, LIVE, COLOUR):
        denied(act(role, "ssm").get_parameter, Name=SECRET, WithDecryption=True)
    calls = lived.faults.calls()
    asked = {role: proof.of_role(role, PROJECT, calls) for role in ROLES}
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    idle: set[tuple[str, str, str]] | None = None
    idle_in: dict[str, set[tuple[str, str, str]]] = {}
    for role in ROLES:
        held = proof.statements(role, filled)
        for where, actions in proof.needed(held, asked[role]).items():
            found.setdefault(where, {})[role.name] = actions
        for document, sid, name in proof.superfluous(held, asked[role]):
            idle_in.setdefault(role.name, set()).add((document, sid, name))
    documents = proof.by_document()
    idle = {
        one
        for named in idle_in.values()
        for one in named
        if all(one in idle_in.get(role.name, set()) for role in documents[one[0]])
    }
    _write(found)
    unseen = {(document, sid, name) for (document, sid, name) in UNSEEN}
    assert sorted(idle - unseen) == []
    assert sorted(unseen - idle) == [], "these are needed after all"
    without = [where for where, by in found.items() if not any(by.values())]
    assert [one for one in without if not any(one == (document, sid) for document, sid, _ in UNSEEN)] == []


def _write(found: Mapping[tuple[str, str], Mapping[str, set[str]]]) -> None:
    lines = ["| document | statement | role: what it is needed for |", "| --- | --- | --- |"]
    for (document, sid), by in found.items():
        said = [
            f"{role}: {', '.join(f'`{one}`' for one in sorted(actions))}" for role, actions in by.items() if actions
        ]
        lines.append(f"| {document} | {sid} | {'; '.join(said) or 'no call, see [above](#what-no-call-shows)'} |")
    PAGE.write_text(written_table.written(PAGE.read_text(), COMMAND, lines))
