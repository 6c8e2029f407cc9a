"""What an instance may do: open a Session Manager shell, read its own offsite secrets, pull its own image."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import ecr
from components.offsite import Kind, Offsite
from cutover import places
from cutover.owned import ROLE, Owned

# The least that Session Manager needs: the managed policy AmazonSSMManagedInstanceCore would let an instance read every
# parameter of the account: https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
_SESSION_MANAGER = {
    "Effect": "Allow",
    "Action": [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ],
    # These actions cannot be narrowed to a resource.
    "Resource": "*",
}
_ROOT = "/"
_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def statements(
    offsite: Iterable[Offsite], image: str, partition: str, region: str, account: str
) -> list[dict[str, Any]]:
    """The policy statements of the instance role: exactly the secrets in `offsite`, and the image's ECR repository."""
    allowed = [_SESSION_MANAGER]
    entries = sorted(offsite, key=lambda entry: entry.value)
    parameters = [
        entry.value if entry.region else f"arn:{partition}:ssm:{region}:{account}:parameter{entry.value}"
        for entry in entries
        if entry.kind is Kind.PARAMETER
    ]
    secrets = [entry.value for entry in entries if entry.kind is Kind.SECRET]
    if parameters:
        allowed.append({"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": parameters})
    if secrets:
        allowed.append({"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": secrets})
    found = ecr.repository_of(image)
    if found:
        arn = f"arn:{partition}:ecr:{found.region}:{found.account}:repository/{found.repository}"
        pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        allowed.append({"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"})
        allowed.append({"Effect": "Allow", "Action": pull, "Resource": [arn]})
    return allowed


def document(policy: Sequence[dict[str, Any]]) -> str:
    """The text of the role's policy, of its statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": policy})


def path_of(service: str, colour: str, owned: Iterable[Owned]) -> str | None:
    """Where IAM is to have the role of `colour`: below its `service`, the first of the names; None is the root.

    Whoever writes a policy about the roles of a service can then name them, whatever their names are after the next
    rebuild. A role cannot move, and another one would be a change of a colour that is awake: one that the state has
    stays where it is.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
    """
    known = [one.outputs for one in owned if (one.type, one.name) == (ROLE, colour)]
    if not known:
        return places.of_service(service)
    path = str(known[0].get("path") or _ROOT)
    return None if path == _ROOT else path


@dataclass(frozen=True)
class InstanceRoleArgs:
    """`statements`: of the role's policy. `path`: see `path_of`."""

    statements: Sequence[dict[str, Any]]
    path: str | None
    tags: dict[str, str]


class InstanceRole(pulumi.ComponentResource):
    """The IAM role and instance profile of one cluster's instances."""

    def __init__(self, name: str, args: InstanceRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:InstanceRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(name, path=args.path, assume_role_policy=json.dumps(_ASSUME), tags=args.tags, opts=child)
        self.policy = aws.iam.RolePolicy(name, role=role.id, policy=document(args.statements), opts=child)
        profile = aws.iam.InstanceProfile(name, role=role.name, tags=args.tags, opts=child)
        self.profile_arn = profile.arn
        self.register_outputs({})
