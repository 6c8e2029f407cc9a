"""What the role of a colour's instances may do, as the embedded AWS judges calls with its credentials."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lab.roles import SESSION
from lab.workspace import REGION
from tests.lab.world import FIRST, NAME, SECRET, World

INSTANCE = "i-0123456789abcdef0"


def _as_instance(world: World, service: str) -> Any:
    """A client with the credentials that an instance of the first colour has."""
    roles = [role["RoleName"] for role in world.workspace.aws("iam").list_roles()["Roles"]]
    (name,) = [role for role in roles if role.startswith(f"{FIRST}-")]
    keys = world.faults.role_credentials(name, INSTANCE)
    return boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=world.addresses.endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
    )


def test_an_instance_reads_its_own_offsite_values_and_nothing_else(first_in_charge: World) -> None:
    world = first_in_charge
    ssm = _as_instance(world, "ssm")
    assert ssm.get_parameter(Name=SECRET, WithDecryption=True)["Parameter"]["Value"]
    in_charge = f"/tag-team/{NAME}/in-charge"
    denied: tuple[tuple[Any, dict[str, Any]], ...] = (
        (ssm.get_parameter, {"Name": in_charge}),
        (ssm.put_parameter, {"Name": in_charge, "Value": "x", "Type": "String", "Overwrite": True}),
        (_as_instance(world, "secretsmanager").get_secret_value, {"SecretId": "another"}),
        (_as_instance(world, "ec2").describe_instances, {}),
        (_as_instance(world, "route53").list_hosted_zones, {}),
        (_as_instance(world, "iam").list_roles, {}),
    )
    for call, arguments in denied:
        with pytest.raises(
            ClientError, match=f"/{INSTANCE} is not authorized to perform: .* because no identity-based"
        ):
            call(**arguments)


def test_no_call_of_program_and_provider_is_denied_and_each_says_what_it_is_about(first_in_charge: World) -> None:
    # Each world is built with the roles of the project, and gone on with by the lab's own key.
    by_program = (":user/moto", f"/{SESSION}")
    calls = [call for call in first_in_charge.faults.calls() if call.caller.endswith(by_program)]
    assert calls
    assert all(call.allowed for call in calls)
    about = {call.action: call.resources for call in calls}
    assert about["iam:PutRolePolicy"][0].startswith("arn:aws:iam::123456789012:role/")
    assert about["route53:ChangeResourceRecordSets"] == (f"arn:aws:route53:::hostedzone/{first_in_charge.zone_id}",)
