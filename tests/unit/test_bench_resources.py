"""The bench: everybody makes the same resources, of the same values."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench import blueprint, counts
from bench.open_tofu import TOFU, command_line_settings

HCL = Path("bench/hcl/cluster/main.tf").read_text(encoding="utf-8")
BARE = Path("bench/bare/cluster/__main__.py").read_text(encoding="utf-8")


def resource(kind: str, name: str, **inputs: Any) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn:pulumi:red::tag-team::{kind}::{name}", "inputs": inputs}


def deployment() -> dict[str, Any]:
    """The state of a colour, as far as it is read."""
    return {
        "resources": [
            resource(
                "aws:ec2/launchTemplate:LaunchTemplate",
                "red",
                imageId="ami-1",
                instanceType="m7i.large",
                userData="eA==",
            ),
            resource("aws:iam/role:Role", "red", path="/tag-team/", assumeRolePolicy="{}"),
            resource("aws:iam/rolePolicy:RolePolicy", "red", policy="{}"),
            resource("aws:autoscaling/group:Group", "red", desiredCapacity=2.0, healthCheckGracePeriod=300.0),
            resource("aws:lb/targetGroup:TargetGroup", "red", port=8080.0, healthCheck={"path": "/healthz"}),
            resource("aws:lb/listener:Listener", "red-https", port=8443.0, sslPolicy="TLS"),
            resource("aws:lb/loadBalancer:LoadBalancer", "red", clientKeepAlive=60.0),
            resource("aws:ec2/vpc:Vpc", "red", cidrBlock="10.10.0.0/16", tags={"colour": "red", "release": "1.0.0"}),
            resource("aws:ec2/natGateway:NatGateway", "red-1"),
            resource("aws:route53/record:Record", "red", zoneId="Z1"),
            *(
                resource(
                    "aws:ec2/subnet:Subnet",
                    f"red-{kind}-{number}",
                    cidrBlock=f"10.10.{number}.0/24",
                    availabilityZone=f"z{number}",
                )
                for kind in ("public", "private")
                for number in (10, 2, 1)
            ),
        ]
    }


def test_the_others_build_with_the_values_of_ours() -> None:
    values = blueprint.cluster(deployment(), "red", "bare-red", "shop.example")
    assert values["zones"] == ["z1", "z2", "z10"]
    assert (values["port"], values["https_port"], values["capacity"], values["keep_alive"]) == (8080, 8443, 2, 60)
    assert values["names"] == ["bare-red.shop.example", "red.bare-red.shop.example"]
    assert values["tags"] == {
        "colour": "red",
        "release": "1.0.0",
        "service": "bare-red.shop.example",
        "Name": "bare-red",
    }


def test_every_value_has_a_variable_and_every_variable_a_value() -> None:
    values = blueprint.cluster(deployment(), "red", "tofu-red", "shop.example")
    declared = re.search(r"object\(\{(.*?)\}\)", HCL, re.DOTALL)
    assert declared is not None
    assert set(re.findall(r"^\s+(\w+)\s+= ", declared.group(1), re.MULTILINE)) == set(values)
    assert set(re.findall(r"var\.cluster\.(\w+)", HCL)) == set(values)
    # Both parameters are named in one loop.
    assert set(re.findall(r'wanted\["(\w+)"\]', BARE)) | {"door", "load_test"} == set(values)


def test_a_colour_that_is_not_built_cannot_be_copied() -> None:
    with pytest.raises(LookupError, match="no aws:ec2/launchTemplate"):
        blueprint.cluster({"resources": []}, "red", "bare-red", "shop.example")


def test_resources_are_counted_by_type_in_either_state() -> None:
    stash = {"type": "pulumi:index:Stash", "urn": "urn:pulumi:red::tag-team::pulumi:index:Stash::x"}
    gone = {**resource("aws:ec2/eip:Eip", "old"), "delete": True}
    pulumi = {"resources": [stash, gone, resource("aws:ec2/vpc:Vpc", "red"), resource("aws:lb/listener:Listener", "a")]}
    terraform = {
        "resources": [
            {"mode": "managed", "type": "aws_vpc", "instances": [{}]},
            {"mode": "managed", "type": "aws_lb_listener", "instances": [{}, {}]},
            {"mode": "data", "type": "aws_region", "instances": [{}]},
        ]
    }
    ours, theirs = counts.of_pulumi(pulumi), counts.of_terraform(terraform)
    assert ours == {"aws_vpc": 1, "aws_lb_listener": 1}
    assert counts.differences(ours, theirs) == ["aws_lb_listener: 2 instead of 1"]
    assert counts.differences(ours, ours) == []


def test_the_provider_is_the_one_of_the_lab() -> None:
    assert command_line_settings(Path("/cache/with space")) == (
        'provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = "/cache/with space"\n  }\n  direct {}\n}\n'
    )


def test_opentofu_is_pinned() -> None:
    assert TOFU.version() == "v1.12.6"
    assert TOFU.go_version() >= (1, 26)
