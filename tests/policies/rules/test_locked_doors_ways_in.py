from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.locked_doors import locked_doors_ways_in
from policies.locked_doors.ways_in import (
    instances_only_from_the_load_balancer,
    no_rule_in_plain_text,
    world_only_at_the_load_balancer,
)
from policies.resource import Resource
from tests.policies.rules.declared import TEMPLATE, UNKNOWN, defaults, resource, said_of_stack

DEFAULTS = defaults(locked_doors_ways_in)
GROUP, INGRESS = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LISTENER, RULE = "aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule"
# In a first preview, what a group lets in besides its own rules is not known, as AWS computes it.
FRONT, BACK = (
    resource(GROUP, "front", arn="arn:aws:ec2:::security-group/sg-front", ingress=UNKNOWN),
    resource(GROUP, "back", ingress=UNKNOWN),
)
BALANCER = resource("aws:lb/loadBalancer:LoadBalancer", "lb", made_from={"securityGroups": [FRONT]})
BORN = resource(TEMPLATE, "born", made_from={"networkInterfaces": [BACK]})


def rule(of: Resource, source: Resource | None = None, **props: Any) -> Resource:
    """An ingress rule of the group `of`, from another group or from what `props` say."""
    made_from = {"securityGroupId": [of]} | ({"referencedSecurityGroupId": [source]} if source else {})
    given = {"referencedSecurityGroupId": UNKNOWN} if source else {}
    return resource(
        INGRESS, "rule", made_from=made_from, ipProtocol="tcp", fromPort=8080.0, toPort=8080.0, **{**given, **props}
    )


def found(check: Any, *more: Resource) -> list[str]:
    return said_of_stack(check, FRONT, BACK, BALANCER, BORN, *more, **DEFAULTS)


def test_the_world_at_the_load_balancer_and_the_load_balancer_at_the_instances_pass() -> None:
    right = rule(FRONT, cidrIpv4="0.0.0.0/0"), rule(BACK, FRONT)
    assert found(world_only_at_the_load_balancer, *right) == []
    assert found(instances_only_from_the_load_balancer, *right) == []


def test_the_world_at_any_other_group_is_refused() -> None:
    assert found(world_only_at_the_load_balancer, rule(BACK, cidrIpv4="0.0.0.0/0")) == [
        "rule lets everybody in past the load balancer: port 8080 from 0.0.0.0/0"
    ]


@pytest.mark.parametrize(
    "way",
    [
        rule(BACK, cidrIpv4="10.10.0.0/16"),
        rule(BACK, cidrIpv4="192.0.2.7/32"),
        rule(BACK, prefixListId="pl-1"),
        rule(BACK, BACK),
        rule(BACK, referencedSecurityGroupId="sg-elsewhere"),
        rule(BACK, FRONT, prefixListId="pl-1"),
    ],
)
def test_any_other_way_to_the_instances_is_refused(way: Resource) -> None:
    (finding,) = found(instances_only_from_the_load_balancer, way)
    assert finding.startswith("rule lets others than the load balancer reach the instances: port 8080 from ")


def test_the_load_balancers_group_may_be_named_by_its_id() -> None:
    by_id = rule(BACK, referencedSecurityGroupId="sg-front")
    assert found(instances_only_from_the_load_balancer, by_id) == []


def test_rules_that_are_written_into_the_group_of_the_instances_are_looked_at() -> None:
    def inline(**source: Any) -> Resource:
        rules = [{"protocol": "tcp", "fromPort": 8080.0, "toPort": 8080.0, **source}]
        return resource(GROUP, "own", ingress=rules)

    for own, findings in ((inline(securityGroups=["sg-front"]), 0), (inline(cidrBlocks=["10.0.0.0/8"]), 1)):
        born = resource(TEMPLATE, "other", made_from={"vpcSecurityGroupIds": [own]})
        assert len(found(instances_only_from_the_load_balancer, own, born)) == findings


def test_groups_that_are_neither_the_load_balancers_nor_the_instances_are_left_alone() -> None:
    endpoints = resource(GROUP, "endpoints", ingress=UNKNOWN)
    assert found(instances_only_from_the_load_balancer, endpoints, rule(endpoints, cidrIpv4="10.10.0.0/16")) == []


def test_a_source_that_is_not_known_yet_cannot_be_checked() -> None:
    for check in (world_only_at_the_load_balancer, instances_only_from_the_load_balancer):
        with pytest.raises(UnknownValueError):
            found(check, rule(BACK, cidrIpv4=UNKNOWN))
        made = resource(GROUP, "own", made_from={"ingress": [BALANCER]}, ingress=UNKNOWN)
        born = resource(TEMPLATE, "other", made_from={"vpcSecurityGroupIds": [made]})
        with pytest.raises(UnknownValueError):
            found(check, made, born)


@pytest.mark.parametrize(("protocol", "findings"), [("HTTP", 1), ("HTTPS", 0)])
def test_a_rule_that_serves_on_a_listener_without_tls_is_refused(protocol: str, findings: int) -> None:
    listener = resource(LISTENER, "listener", protocol=protocol)
    serves = resource(RULE, made_from={"listenerArn": [listener]}, actions=[{"type": "forward"}])
    assert len(found(no_rule_in_plain_text, listener, serves)) == findings
    redirects = resource(RULE, made_from={"listenerArn": [listener]}, actions=[{"type": "redirect"}])
    assert found(no_rule_in_plain_text, listener, redirects) == []
    unknown = resource(LISTENER, "listener", protocol=UNKNOWN)
    with pytest.raises(UnknownValueError):
        found(no_rule_in_plain_text, unknown, serves)
