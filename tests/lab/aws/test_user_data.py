"""The script of the program on instances of the lab: what arrives in the container, and what a boot is denied."""

import json
from collections.abc import Iterator, Mapping

import pytest

from components import ecr, instance_role, user_data
from components.offsite import parse
from lab.client import MachineState, start
from tests.lab.parts.lab_account import Account
from tests.lab.parts.machines.fleet import IMAGE, PORT, Fleet

REGION, OWNER = "eu-central-1", "123456789012"
ECR_HOSTS = (
    f"{OWNER}.dkr.ecr.{REGION}.amazonaws.com",
    f"{OWNER}.dkr.ecr-fips.us-east-1.amazonaws.com",
    f"{OWNER}.dkr-ecr.{REGION}.on.aws",
)
VALUES = {
    "OPTIND": "PATH[$(touch pwned)0]",
    "LINES_OF_IT": "\nfirst\nsecond\r\n\n",
    "QUOTES": "'\"`\\$(touch pwned)${HOME}{a,b}",
    "UNICODE": "\u00e9\u4e2d\u6587 \U0001f680",
    "PYTHONPATH": "/nowhere",
    "LONG": "x'$(id)\n" * 512,
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with start(tmp_path_factory.mktemp("lab"), machines=True) as server:
        fleet = Fleet(server, Account(server.addresses.endpoint))
        fleet.lab.set_machines(pace=50)
        yield fleet


def booted(fleet: Fleet, image: str, offsite: Mapping[str, str], *, without: str = "") -> MachineState:
    """An instance of the program with its own role, of which the statements that allow `without` are missing."""
    entries = {name: parse(reference) for name, reference in offsite.items()}
    allowed = instance_role.statements(entries.values(), image, "aws", REGION, OWNER)
    kept = [one for one in allowed if without not in one["Action"]]
    script = user_data.render(image, "1.0.0", PORT, entries, REGION, boot_timeout_seconds=3 if without else 60)
    return fleet.booted(fleet.group(script, profile=_profile(fleet, instance_role.document(kept))))


def _profile(fleet: Fleet, document: str) -> str:
    iam = fleet.account.client("iam")
    name = f"role-{len(iam.list_roles()['Roles'])}"
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document)
    profile: str = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return profile


def kept(fleet: Fleet, kind: str, name: str, value: str) -> str:
    """Keep a value as a parameter or a secret; returns the reference to it."""
    if kind == "secret":
        made = fleet.account.client("secretsmanager").create_secret(Name=f"shop/{name}", SecretString=value)
        return str(made["ARN"])
    fleet.account.client("ssm").put_parameter(Name=f"/shop/{name}", Type="SecureString", Value=value, Overwrite=True)
    return f"/shop/{name}"


@pytest.mark.parametrize("kind", ["parameter", "secret"])
def test_values_arrive_in_the_container_byte_for_byte_and_nowhere_else(fleet: Fleet, kind: str) -> None:
    machine = booted(fleet, IMAGE, {name: kept(fleet, kind, name, value) for name, value in VALUES.items()})
    assert machine.exit_code == 0, machine.console
    (container,) = machine.containers
    assert container["environment"] == VALUES
    assert (container["restart"], container["publish"]) == ("always", [[PORT, PORT]])
    assert container["log_options"]["max-file"] == "5"
    assert "touch pwned" not in machine.console


def test_a_secret_of_bytes_only_starts_nothing(fleet: Fleet) -> None:
    made = fleet.account.client("secretsmanager").create_secret(Name="shop/bytes", SecretBinary=b"\x00\xff")
    machine = booted(fleet, IMAGE, {"BYTES": made["ARN"]})
    assert (machine.exit_code, machine.containers) == (1, [])
    assert "the secret has no text, only bytes" in machine.console


@pytest.mark.parametrize("host", ECR_HOSTS)
def test_an_image_in_ecr_is_pulled_after_a_login_at_each_of_its_hosts(fleet: Fleet, host: str) -> None:
    image = f"{host}/web"
    assert ecr.repository_of(image) is not None
    machine = booted(fleet, image, {})
    assert machine.exit_code == 0, machine.console
    assert machine.containers[0]["image"] == f"{image}:1.0.0"


@pytest.mark.parametrize("without", ["ssm:GetParameter", "secretsmanager:GetSecretValue", "ecr:GetAuthorizationToken"])
def test_a_role_without_one_of_its_statements_is_denied_at_boot_in_awss_words(fleet: Fleet, without: str) -> None:
    kind = "secret" if without.startswith("secrets") else "parameter"
    machine = booted(fleet, f"{ECR_HOSTS[0]}/web", {"VALUE": kept(fleet, kind, f"denied-{kind}", "v")}, without=without)
    assert (machine.exit_code, machine.containers) == (1, [])
    assert "AccessDenied" in machine.console
    assert f"is not authorized to perform: {without}" in machine.console
    assert "This instance serves nothing" in machine.console
