import base64
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.resource import Resource
from policies.same_shape import as_many_as_the_project, like_the_project, no_colour_in_a_value
from tests.policies.rules.declared import TEMPLATE, UNKNOWN, resource, said_of_stack

TARGETS, GATEWAY = "aws:lb/targetGroup:TargetGroup", "aws:ec2/natGateway:NatGateway"
OURS: dict[str, Any] = {
    "colours": ["amber", "violet"],
    "values": {TEMPLATE: {"instanceType": "m7i.large"}, TARGETS: {"port": 8080.0, "healthCheck.path": "/healthz"}},
    "counts": {GATEWAY: 2.0},
}


def found(*of: Resource) -> list[str]:
    return said_of_stack(no_colour_in_a_value, *of, **OURS)


@pytest.mark.parametrize(
    "props",
    [
        {"name": "amber.www.shop.example", "fqdn": "amber.www.shop.example"},
        {"tags": {"colour": "amber", "Name": "amber-1"}},
        {"tagSpecifications": [{"tags": {"colour": "amber"}}]},
        {"domainName": "www.shop.example", "subjectAlternativeNames": ["amber.www.shop.example"]},
        {"description": "amber can be tagged in"},
        {"arn": "arn:aws:ssm:::parameter/amber", "route53RecordId": "Z_amber_A", "id": "amber"},
        {"loadBalancer": "amber-0a1b2c3", "role": "amber-instances-0a1b2c3"},
        {"userData": "registry/camber:1 hammered"},
    ],
    ids=lambda props: next(iter(props)),
)
def test_names_tags_and_what_pulumi_and_aws_make_of_names_may_have_the_colour(props: dict[str, Any]) -> None:
    assert found(resource(TEMPLATE, **props)) == []


@pytest.mark.parametrize(
    ("props", "path"),
    [
        ({"instanceType": "amber.large"}, "instanceType"),
        (
            {"userData": base64.b64encode(b"#!/bin/bash\nexport SIDE=Amber\necho it is long enough").decode()},
            "userData",
        ),
        ({"healthCheck": {"path": "/healthz?violet"}}, "healthCheck.path"),
        ({"records": ["192.0.2.1", "violet.www.shop.example"]}, "records[1]"),
        ({"policy": '{"Resource": "arn:aws:ssm:::parameter/amber/url"}'}, "policy"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_any_other_value_that_names_a_colour_is_refused_with_its_path(props: dict[str, Any], path: str) -> None:
    (finding,) = found(resource(TEMPLATE, **props))
    assert finding.lower().startswith(f"{path.lower()} of it depends on which colour it is: ")


def test_what_is_made_from_another_resource_is_what_that_one_is_known_or_not() -> None:
    role = resource("aws:iam/role:Role")
    assert found(role, resource(TEMPLATE, made_from={"role": [role]}, role="amber-role", other=UNKNOWN)) == []


def test_stacks_that_are_no_colours_are_left_alone() -> None:
    assert found(resource("aws:ssm/parameter:Parameter", "it", "live", value="amber")) == []


def test_what_the_project_says_for_both_colours_passes_and_anything_else_is_refused() -> None:
    right = (
        resource(TARGETS, port=8080.0, healthCheck={"path": "/healthz"}),
        resource(TEMPLATE, instanceType="m7i.large"),
    )
    assert said_of_stack(like_the_project, *right, **OURS) == []
    wrong = resource(TARGETS, port=8081.0), resource(TEMPLATE, instanceType="t3.micro")
    assert said_of_stack(like_the_project, *wrong, **OURS) == [
        "port of it is not what both colours have: 8081 and not 8080",
        "healthCheck.path of it is not what both colours have: not set and not /healthz",
        "instanceType of it is not what both colours have: t3.micro and not m7i.large",
    ]


def test_a_value_that_is_not_known_yet_cannot_be_compared() -> None:
    with pytest.raises(UnknownValueError):
        said_of_stack(like_the_project, resource(TEMPLATE, instanceType=UNKNOWN), **OURS)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (1, ["the cluster has not as many of NatGateway as both have: 1, not 2"]), (2, [])],
)
def test_an_awake_cluster_has_as_many_parts_as_the_project_says(count: int, expected: list[str]) -> None:
    gateways = [resource(GATEWAY, f"nat-{number}") for number in range(count)]
    assert said_of_stack(as_many_as_the_project, *gateways, **OURS) == expected
