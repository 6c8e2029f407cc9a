from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.locked_doors import locked_doors
from policies.locked_doors.instances import encrypted_volumes, metadata_with_a_token, no_key_pair, no_public_address
from policies.locked_doors.load_balancers import current_tls_policy, https_only, invalid_headers_dropped
from policies.locked_doors.openings import no_login, open_only_for_the_web
from policies.resource import Resource
from tests.policies.rules.declared import TEMPLATE, UNKNOWN, defaults, resource, said

DEFAULTS = defaults(locked_doors)
LISTENER, BALANCER = "aws:lb/listener:Listener", "aws:lb/loadBalancer:LoadBalancer"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OLD_RULE, GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:ec2/securityGroup:SecurityGroup"
INSTANCE = "aws:ec2/instance:Instance"


@pytest.mark.parametrize(
    "options", [{"httpTokens": "required", "httpPutResponseHopLimit": 1.0}, {"httpEndpoint": "disabled"}]
)
def test_metadata_that_needs_a_token_passes(options: dict[str, Any]) -> None:
    assert said(metadata_with_a_token, resource(TEMPLATE, metadataOptions=options), **DEFAULTS) == []


@pytest.mark.parametrize("kind", [TEMPLATE, INSTANCE, "aws:ec2/launchConfiguration:LaunchConfiguration"])
def test_metadata_without_a_token_or_with_more_hops_is_refused(kind: str) -> None:
    options = {"httpTokens": "optional", "httpPutResponseHopLimit": 2.0}
    assert said(metadata_with_a_token, resource(kind, metadataOptions=options), **DEFAULTS) == [
        "it answers metadata requests without a token: httpTokens: optional",
        "the metadata of it can be read from inside of its container: httpPutResponseHopLimit: 2",
    ]
    assert len(said(metadata_with_a_token, resource(kind), **DEFAULTS)) == 2


def test_metadata_options_that_are_not_known_yet_cannot_be_checked() -> None:
    with pytest.raises(UnknownValueError):
        said(metadata_with_a_token, resource(TEMPLATE, metadataOptions={"httpTokens": UNKNOWN}), **DEFAULTS)


@pytest.mark.parametrize(
    "private",
    [
        resource(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "false", "securityGroups": [UNKNOWN]}]),
        resource(INSTANCE, associatePublicIpAddress=False),
        resource("aws:ec2/subnet:Subnet", cidrBlock="10.0.0.0/20"),
        resource("aws:ec2/eip:Eip", domain="vpc"),
    ],
    ids=lambda of: of.type,
)
def test_an_instance_without_a_public_address_passes(private: Resource) -> None:
    assert said(no_public_address, private) == []


@pytest.mark.parametrize(
    "public",
    [
        resource(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "true"}]),
        resource(TEMPLATE, networkInterfaces=[{"securityGroups": [UNKNOWN]}]),
        resource(TEMPLATE, vpcSecurityGroupIds=[UNKNOWN]),
        resource(INSTANCE),
        resource("aws:ec2/subnet:Subnet", mapPublicIpOnLaunch=True),
        resource("aws:ec2/eip:Eip", instance=UNKNOWN),
        resource("aws:ec2/eipAssociation:EipAssociation", instanceId="i-1"),
    ],
)
def test_an_instance_that_has_or_may_get_a_public_address_is_refused(public: Resource) -> None:
    assert len(said(no_public_address, public)) == 1


def test_an_address_of_which_is_not_known_whether_it_is_public_cannot_be_checked_yet() -> None:
    with pytest.raises(UnknownValueError):
        said(no_public_address, resource(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": UNKNOWN}]))


def test_a_key_to_log_in_with_is_refused() -> None:
    assert said(no_key_pair, resource(TEMPLATE)) == []
    assert said(no_key_pair, resource(TEMPLATE, keyName="ops")) == ["it lets people in by SSH: keyName: ops"]
    assert len(said(no_key_pair, resource("aws:ec2/keyPair:KeyPair"))) == 1
    with pytest.raises(UnknownValueError):
        said(no_key_pair, resource(TEMPLATE, keyName=UNKNOWN))


def mapped(**ebs: Any) -> Resource:
    return resource(TEMPLATE, blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20.0, **ebs}}])


def test_an_encrypted_volume_passes_and_any_other_is_named() -> None:
    assert said(encrypted_volumes, mapped(encrypted="true")) == []
    assert said(encrypted_volumes, mapped(encrypted="false")) == [
        "the volume /dev/xvda of it is not encrypted: encrypted: false"
    ]
    assert len(said(encrypted_volumes, mapped())) == 1
    assert len(said(encrypted_volumes, resource(TEMPLATE))) == 1
    assert len(said(encrypted_volumes, resource(INSTANCE, rootBlockDevice={"encrypted": False}))) == 1
    with pytest.raises(UnknownValueError):
        said(encrypted_volumes, mapped(encrypted=UNKNOWN))


def listener(protocol: str, policy: str | None = None, **action: Any) -> Resource:
    props: dict[str, Any] = {"sslPolicy": policy} if policy else {}
    return resource(LISTENER, protocol=protocol, defaultActions=[{"type": "forward", **action}], **props)


def test_a_listener_in_plain_text_may_only_redirect_to_https() -> None:
    assert said(https_only, listener("HTTPS"), **DEFAULTS) == []
    assert said(https_only, listener("HTTP", type="redirect", redirect={"protocol": "HTTPS"}), **DEFAULTS) == []
    assert said(https_only, listener("HTTP"), **DEFAULTS) == [
        "listener it serves in plain text: protocol HTTP, action forward"
    ]
    assert len(said(https_only, listener("HTTP", type="redirect", redirect={"protocol": "HTTP"}), **DEFAULTS)) == 1
    assert said(https_only, listener("HTTP"), **defaults(locked_doors, plainHttp=True)) == []
    with pytest.raises(UnknownValueError):
        said(https_only, listener("HTTP", type=UNKNOWN), **DEFAULTS)


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    ],
)
def test_a_current_tls_policy_passes(policy: str) -> None:
    assert said(current_tls_policy, listener("HTTPS", policy), **DEFAULTS) == []


@pytest.mark.parametrize(
    "policy",
    [
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-TLS-1-2-2017-01",
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
        "ELBSecurityPolicy-FS-2018-06",
        None,
    ],
)
def test_an_old_tls_policy_is_refused(policy: str | None) -> None:
    assert len(said(current_tls_policy, listener("HTTPS", policy), **DEFAULTS)) == 1


def test_a_tls_policy_that_is_not_known_yet_cannot_be_checked() -> None:
    with pytest.raises(UnknownValueError):
        said(current_tls_policy, listener("HTTPS", UNKNOWN), **DEFAULTS)


def test_a_load_balancer_has_to_drop_invalid_headers() -> None:
    assert said(invalid_headers_dropped, resource(BALANCER, dropInvalidHeaderFields=True)) == []
    assert said(invalid_headers_dropped, resource(BALANCER, loadBalancerType="network")) == []
    assert len(said(invalid_headers_dropped, resource(BALANCER, dropInvalidHeaderFields=False))) == 1
    assert len(said(invalid_headers_dropped, resource(BALANCER))) == 1
    with pytest.raises(UnknownValueError):
        said(invalid_headers_dropped, resource(BALANCER, dropInvalidHeaderFields=UNKNOWN))


def ingress(first: float, last: float | None = None, protocol: str = "tcp", **source: Any) -> Resource:
    return resource(INGRESS, ipProtocol=protocol, fromPort=first, toPort=first if last is None else last, **source)


@pytest.mark.parametrize("port", [80.0, 443.0])
def test_the_web_ports_may_be_open_to_everybody(port: float) -> None:
    for check in (no_login, open_only_for_the_web):
        assert said(check, ingress(port, cidrIpv4="0.0.0.0/0"), **DEFAULTS) == []


@pytest.mark.parametrize(
    "opened",
    [
        ingress(8080.0, cidrIpv4="0.0.0.0/0"),
        ingress(8080.0, cidrIpv6="::/0"),
        ingress(80.0, 443.0, cidrIpv4="0.0.0.0/0"),
        ingress(8080.0, cidrIpv4="128.0.0.0/1"),
        resource(INGRESS, ipProtocol="-1", cidrIpv4="0.0.0.0/0"),
        resource(OLD_RULE, type="ingress", protocol="tcp", fromPort=5432.0, toPort=5432.0, cidrBlocks=["0.0.0.0/0"]),
        resource(GROUP, ingress=[{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "ipv6CidrBlocks": ["::/0"]}]),
    ],
)
def test_any_other_port_that_is_open_to_everybody_is_refused(opened: Resource) -> None:
    assert len(said(open_only_for_the_web, opened, **DEFAULTS)) == 1


@pytest.mark.parametrize(
    "opened",
    [
        ingress(22.0, cidrIpv4="192.0.2.7/32"),
        ingress(0.0, 1024.0, referencedSecurityGroupId=UNKNOWN),
        resource(INGRESS, ipProtocol="-1", referencedSecurityGroupId=UNKNOWN),
        resource(GROUP, ingress=[{"protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "securityGroups": [UNKNOWN]}]),
    ],
)
def test_ssh_is_refused_from_wherever_it_comes(opened: Resource) -> None:
    assert any("lets SSH in" in finding for finding in said(no_login, opened))


def test_private_ranges_and_outgoing_rules_are_not_the_world() -> None:
    assert said(open_only_for_the_web, ingress(8080.0, cidrIpv4="10.0.0.0/8"), **DEFAULTS) == []
    out = resource(OLD_RULE, type="egress", protocol="-1", fromPort=0.0, toPort=0.0, cidrBlocks=["0.0.0.0/0"])
    assert said(open_only_for_the_web, out, **DEFAULTS) == []
    assert said(no_login, out) == []


def test_a_port_or_a_range_that_is_not_known_yet_cannot_be_checked() -> None:
    for unknown in (ingress(80.0, cidrIpv4=UNKNOWN), resource(INGRESS, ipProtocol="tcp", fromPort=UNKNOWN)):
        with pytest.raises(UnknownValueError):
            said(open_only_for_the_web, unknown, **DEFAULTS)
    with pytest.raises(UnknownValueError):
        said(no_login, resource(GROUP, ingress=UNKNOWN))


def test_where_the_world_may_come_in_is_a_parameter() -> None:
    elsewhere = defaults(locked_doors, openPorts=[80.0, 8443.0])
    assert said(open_only_for_the_web, ingress(8443.0, cidrIpv4="0.0.0.0/0"), **elsewhere) == []
    assert len(said(open_only_for_the_web, ingress(443.0, cidrIpv4="0.0.0.0/0"), **elsewhere)) == 1
