"""Which role a command has in the lab, and what is told of the calls that it made."""

import pytest

from iam.roles import ROLES
from lab.messages import Call
from lab.roles import SESSION, Roles, counted

ENVIRONMENTS = {role.name: {"AWS_ACCESS_KEY_ID": role.name} for role in ROLES}


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("preview -s amber", "preview"),
        ("preview -s live --diff", "preview"),
        ("up -s amber --yes --skip-preview", "colour"),
        ("up --stack amber --yes", "colour"),
        ("up -s live --yes --skip-preview", "live"),
        ("refresh -s live --yes --skip-preview", "live"),
        ("destroy -s amber --yes --skip-preview --run-program", "colour"),
        ("destroy -s amber --run-program --preview-only", "preview"),
        ("stack export -s amber", None),
    ],
)
def test_a_command_has_the_role_of_its_stack_and_a_preview_that_of_previews(command: str, role: str | None) -> None:
    assert Roles(ENVIRONMENTS).of(command.split()) == (ENVIRONMENTS[role] if role else {})


def test_calls_are_counted_by_role_and_those_that_were_denied_are_told() -> None:
    def call(role: str, action: str, session: str = SESSION, allowed: bool = True) -> Call:
        caller = f"arn:aws:sts::123456789012:assumed-role/{role}/{session}"
        return Call(0, caller, action, ("*",), allowed, "eu-central-1")

    made = [
        call("tag-team-live", "route53:GetChange"),
        call("tag-team-live", "ec2:DeleteVpc", allowed=False),
        call("tag-team-colour", "ec2:DescribeVpcs"),
        call("amber-1234567", "ssm:GetParameter", session="i-0123456789abcdef0"),
    ]
    assert counted(made) == ({"tag-team-live": 2, "tag-team-colour": 1}, ["tag-team-live: ec2:DeleteVpc on *"])
