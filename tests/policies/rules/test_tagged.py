import asyncio
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel, PolicyCustomTimeouts, PolicyResourceOptions, ResourceValidationArgs
from pulumi_policy.deserialize import (
    SPECIAL_SECRET_SIG,
    SPECIAL_SIG_KEY,
    deserialize_properties,
    serialize_properties,
)
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policies.resource import Resource
from policies.tagged import has_the_tags, instances_have_the_tags, tagged
from tests.policies.rules.declared import GROUP, TEMPLATE, UNKNOWN, defaults, resource, said, urn

VPC, RECORD = "aws:ec2/vpc:Vpc", "aws:route53/record:Record"
ALL = {"service": "www.shop.example", "colour": "amber", "release": "1.0.0"}
OURS = defaults(
    tagged,
    colours=["amber", "violet"],
    service="www.shop.example",
    releases={"amber": "1.0.0", "violet": "2.0.0"},
)
OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def pairs(tags: dict[str, str], propagate: bool = True) -> list[dict[str, Any]]:
    """Tags as Auto Scaling groups have them."""
    return [{"key": key, "value": value, "propagateAtLaunch": propagate} for key, value in tags.items()]


def test_what_has_all_tags_passes_and_so_does_what_takes_none() -> None:
    for right in (
        resource(VPC, tags={**ALL, "Name": "amber"}),
        resource(GROUP, tags=pairs(ALL)),
        resource(RECORD, name="amber.www.shop.example"),
    ):
        assert said(has_the_tags, right, **OURS) == []


@pytest.mark.parametrize(
    ("tags", "seen"),
    [
        (None, "no service, no colour, no release"),
        ({**ALL, "colour": ""}, "no colour"),
        ({**ALL, "colour": "violet"}, "colour: violet and not amber"),
        ({**ALL, "release": "0.9.0"}, "release: 0.9.0 and not 1.0.0"),
        ({"service": "other.shop.example", "colour": "amber"}, "no release, service: other.shop.example and not "),
    ],
)
def test_a_missing_and_a_wrong_tag_are_named(tags: dict[str, str] | None, seen: str) -> None:
    props: dict[str, Any] = {} if tags is None else {"tags": tags}
    (finding,) = said(has_the_tags, resource(VPC, **props), **OURS)
    assert finding.startswith(f"it is not tagged as it should be: {seen}")


def test_a_tag_that_is_not_known_yet_cannot_be_checked() -> None:
    for tags in (UNKNOWN, {**ALL, "release": UNKNOWN}):
        with pytest.raises(UnknownValueError):
            said(has_the_tags, resource(VPC, tags=tags), **OURS)


def test_other_stacks_than_those_of_the_colours_are_left_alone_unless_there_are_no_colours() -> None:
    elsewhere = resource(VPC, "it", "live")
    assert said(has_the_tags, elsewhere, **OURS) == []
    assert len(said(has_the_tags, elsewhere, **defaults(tagged))) == 1


def template(*kinds: str, **tags: str) -> Resource:
    return resource(TEMPLATE, tagSpecifications=[{"resourceType": kind, "tags": tags or ALL} for kind in kinds])


def test_instances_and_volumes_get_the_tags_too() -> None:
    assert said(instances_have_the_tags, template("instance", "volume"), **OURS) == []
    assert said(instances_have_the_tags, resource(GROUP, tags=pairs(ALL)), **OURS) == []
    assert said(instances_have_the_tags, template("instance"), **OURS) == [
        "what it launches is not tagged as it should be: tagSpecifications has not all tags for volume"
    ]
    assert len(said(instances_have_the_tags, template("instance", "volume", service="a"), **OURS)) == 1
    assert len(said(instances_have_the_tags, resource(GROUP, tags=pairs(ALL, propagate=False)), **OURS)) == 1


def remediated(kind: str, stack: str = "amber", /, **props: Any) -> Any:
    """The engine's form of what the rule's own remediation makes of properties; empty when it leaves them."""
    given = unknown_checking_proxy(deserialize_properties(props, True))  # as pulumi-policy does it
    awaitable = tagged.remediate(ResourceValidationArgs(kind, given, urn(kind, "it", stack), "it", OPTIONS, None, OURS))
    assert awaitable is not None

    async def wait() -> Any:
        return await awaitable

    return serialize_properties(asyncio.run(wait()))


def test_the_remediation_adds_what_is_missing_and_keeps_what_is_there() -> None:
    changed = remediated(VPC, cidrBlock="10.0.0.0/16", tags={"Name": "a", "colour": "mine"})
    assert changed == {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "a", **ALL, "colour": "mine"}}
    assert remediated(VPC)["tags"] == ALL


def test_the_remediation_keeps_secrets_secret_and_unknown_values_unknown() -> None:
    secret = {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "hunter2"}
    changed = remediated(TEMPLATE, userData=secret, imageId=UNKNOWN, tags={"Name": secret})
    assert changed == {"userData": secret, "imageId": UNKNOWN, "tags": {"Name": secret, **ALL}}
    assert not remediated(VPC, tags=UNKNOWN)


def test_the_remediation_leaves_what_is_right_or_none_of_its_business() -> None:
    assert not remediated(VPC, tags=ALL)
    assert not remediated(VPC, "live")
    assert not remediated(RECORD)
    assert not remediated(GROUP, tags=pairs({}))


def test_the_rule_is_advisory() -> None:
    assert tagged.enforcement_level is EnforcementLevel.ADVISORY
