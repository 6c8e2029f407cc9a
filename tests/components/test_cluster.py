"""What a colour's stack declares: the same for both colours, whole, and closed to everyone but its load balancer."""

import base64
import json
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Any

import pytest

from cutover.cluster_facts import awake
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import IMAGE_ID, REGION, ZONE_ID, ZONES, Declaration, Declared
from tests.unit.stack_values import OFFSITE, OWN, PROJECT, parted

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
EVERYWHERE = {"0.0.0.0/0", "::/0"}
# Few different configs, each with much in it: declaring one takes a tenth of a second.
RICH = {
    "names": '["www.shop.example", "shop.example"]',
    "capacity": "7",
    "availabilityZones": "3",
    "natGateways": "2",
    "loadBalancerCapacityUnits": "500",
    "image": ECR,
    "port": "9090",
    "healthPath": "/ready",
    "offsite": json.dumps(OFFSITE),
}


@lru_cache
def declared(colour: str = "amber", **changes: str) -> Declaration:
    """What the stack of `colour` declares with `changes` in the project or in its own file."""
    shared, own = parted(changes)
    return pulumi_mocks.declare(colour, {**OWN[colour], **own}, {**PROJECT, **shared})


def whole(inputs: Any, change: Callable[[str], str]) -> Any:
    """`inputs` with `change` made to every text in it, user data decoded."""
    if isinstance(inputs, dict):
        return {
            change(key): whole(base64.b64decode(value).decode() if key == "userData" else value, change)
            for key, value in inputs.items()
        }
    if isinstance(inputs, list):
        return [whole(item, change) for item in inputs]
    return change(inputs) if isinstance(inputs, str) else inputs


def shape(colour: str, cidr: str, **changes: str) -> dict[str, tuple[Any, ...]]:
    """Everything declared, without the three things that may differ."""

    release = changes.get("release", OWN[colour]["release"])

    def change(text: str) -> str:
        network = cidr.rpartition(".0.0/")[0] + "."
        return text.replace(colour, "COLOUR").replace(network, "RANGE.").replace(release, "RELEASE")

    found: dict[str, tuple[Any, ...]] = {}
    for resource in declared(colour, **changes).resources:
        key = change(resource.key)
        assert key not in found, f"{key} is declared twice"
        found[key] = (
            whole(dict(resource.inputs), change),
            resource.custom,
            change(resource.parent or ""),
            resource.guarded,
            {change(other) for other in resource.after},
            resource.retain_on_delete,
            resource.ignore_changes,
            resource.replace_on_changes,
            resource.hooks,
        )
    return found


@pytest.mark.parametrize(
    "changes",
    [{}, RICH, {"https": "false"}, {"certificateArn": CERTIFICATE}, {"awake": "false"}],
    ids=["as it comes", "rich", "without https", "own certificate", "asleep"],
)
def test_both_colours_are_the_same_but_for_names_tags_addresses_and_release(changes: dict[str, str]) -> None:
    amber = shape("amber", "10.10.0.0/16", **changes)
    violet = shape("violet", "10.20.0.0/16", **changes)
    assert amber == violet


def test_of_a_colours_own_file_only_the_release_changes_what_is_declared() -> None:
    assert shape("amber", "10.10.0.0/16") == shape("amber", "10.10.0.0/16", release="9.9.9")


def test_everything_a_colour_declares_but_its_two_parameters_is_guarded_by_the_freeze() -> None:
    found = declared()
    unguarded = []
    for resource in found.resources:
        around = resource
        while not around.guarded and around.parent is not None:
            around = found.find(around.parent)
        if not around.guarded:
            unguarded.append(resource.key)
    assert unguarded == [found.one("Parameter", name).key for name in ("load-test", "door")]


def test_the_place_for_a_load_test_is_made_whoever_is_in_charge_and_changed_or_deleted_of_no_frozen_colour() -> None:
    found = declared()
    evidence = found.one("Parameter", "load-test")
    assert evidence.hooks == {"before_update": ("frozen-update",), "before_delete": ("frozen-delete",)}
    assert evidence.ignore_changes == ("insecureValue",), "what a test wrote stays"
    assert found.depends(evidence, found.one("Cluster"))
    assert found.depends(found.one("Parameter", "door"), evidence), "a refused sleep has closed the door only"


def test_the_door_goes_first_when_a_colour_is_taken_down_and_not_while_the_colour_is_frozen() -> None:
    found = declared()
    door = found.one("Parameter", "door")
    assert door.hooks == {"before_delete": ("frozen-delete",), "after_delete": ("door-closed",)}
    inside = [
        resource
        for resource in found.resources
        if resource.custom and resource.type not in (door.type, "aws:ec2/eip:Eip")
    ]
    assert [resource.key for resource in inside if not found.depends(door, resource)] == []


def test_a_colour_that_sleeps_keeps_its_addresses_and_registers_every_hook_that_its_state_may_name() -> None:
    asleep, awake = declared(awake="false"), declared()
    assert [resource.type for resource in asleep.resources if resource.custom] == ["aws:ec2/eip:Eip"]
    assert asleep.one("Eip").inputs == awake.one("Eip").inputs
    cost = asleep.exports["costPerHour"]
    assert asleep.exports == {"awake": False, "addresses": awake.exports["addresses"], "costPerHour": cost}
    assert asleep.hooks == awake.hooks
    assert {name for resource in awake.resources for names in resource.hooks.values() for name in names} <= set(
        awake.hooks
    )


def test_a_colour_that_sleeps_without_its_addresses_is_nothing_at_all() -> None:
    asleep = declared(awake="false", keepAddresses="false")
    assert list(asleep.resources) == []
    assert asleep.exports == {"awake": False, "costPerHour": asleep.exports["costPerHour"]}


def test_the_exported_facts_are_what_the_live_stack_needs() -> None:
    exported = declared().exports["cluster"]
    assert exported | {"shape": {}} == {
        "colour": "amber",
        "release": "1.0.0",
        "region": REGION,
        "capacity": 4,
        "group": "group-amber",
        "target_group_arn": "arn:of:targetgroup:amber",
        "dns_name": "amber.elb.example",
        "zone_id": "ZBALANCER",
        "certificate_arn": "arn:of:certificate:amber",
        "shape": {},
    }
    assert awake({"amber": exported})["amber"].capacity == 4


def test_both_colours_export_the_same_shape() -> None:
    shapes = [declared(colour, **RICH).exports["cluster"]["shape"] for colour in ("amber", "violet")]
    assert shapes[0] == shapes[1]
    assert shapes[0]["capacity"] == "7"


@pytest.mark.parametrize(("changes", "url"), [({}, "https://"), ({"https": "false"}, "http://")])
def test_the_exported_url_is_the_colours_own(changes: dict[str, str], url: str) -> None:
    assert declared(**changes).exports["url"] == f"{url}amber.www.shop.example"


# Instances.


def test_a_group_always_runs_exactly_its_capacity() -> None:
    for found, capacity in ((declared(), 4), (declared(**RICH), 7)):
        group = found.one("Group").inputs
        assert [group[size] for size in ("minSize", "desiredCapacity", "maxSize")] == [capacity] * 3


def test_a_group_replaces_what_its_load_balancer_finds_unhealthy_and_the_provider_does_not_wait() -> None:
    group = declared().one("Group")
    assert group.inputs["healthCheckType"] == "ELB"
    assert group.inputs["waitForCapacityTimeout"] == "0"
    assert "minElbCapacity" not in group.inputs
    assert group.inputs["targetGroupArns"] == ["arn:of:targetgroup:amber"]


def test_a_change_of_the_template_replaces_the_group() -> None:
    group = declared().one("Group")
    assert group.replace_on_changes == ("launchTemplate",)
    assert group.inputs["launchTemplate"] == {"id": "id-of-launchtemplate-amber", "version": "1"}


def test_instances_and_their_volumes_carry_service_colour_and_release() -> None:
    tags = {"service": "www.shop.example", "colour": "amber", "release": "1.0.0"}
    found = declared()
    specifications = found.one("LaunchTemplate").inputs["tagSpecifications"]
    assert {item["resourceType"] for item in specifications} == {"instance", "volume"}
    assert all(tags.items() <= item["tags"].items() for item in specifications)
    propagated = [tag for tag in found.one("Group").inputs["tags"] if tag["propagateAtLaunch"]]
    assert {tag["key"]: tag["value"] for tag in propagated} == tags


def test_an_instance_has_encrypted_storage_no_public_address_and_metadata_only_with_a_token() -> None:
    template = declared().one("LaunchTemplate").inputs
    (disk,) = template["blockDeviceMappings"]
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volumeType"]) == ("true", "gp3")
    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    (interface,) = template["networkInterfaces"]
    assert interface["associatePublicIpAddress"] == "false"
    assert interface["securityGroups"] == ["id-of-securitygroup-amber-instances"]
    assert "keyName" not in template


def test_the_image_is_pinned_for_as_long_as_the_release_is_the_same() -> None:
    found = declared()
    pin = found.one("Stash", "machine-image-1.0.0")
    assert (pin.inputs["input"], pin.ignore_changes) == (IMAGE_ID, ("input",))
    assert pin.key in found.one("LaunchTemplate").after
    assert declared(release="9.9.9").one("Stash", "machine-image-9.9.9")


def test_the_user_data_runs_the_release() -> None:
    script = base64.b64decode(declared(release="9.9.9").one("LaunchTemplate").inputs["userData"]).decode()
    assert "registry.shop.example/web:9.9.9" in script


def test_the_user_data_tries_within_the_time_that_a_boot_may_take() -> None:
    script = base64.b64decode(declared(bootTimeout="600").one("LaunchTemplate").inputs["userData"]).decode()
    assert "\nretry_seconds=540\n" in script


def test_full_capacity_is_waited_for_before_its_marker_is_written() -> None:
    found = declared()
    marker = found.one("Stash", "full-capacity")
    assert marker.hooks == {"before_create": ("full-capacity",), "before_update": ("full-capacity",)}
    assert marker.inputs["input"] == {"group": "group-amber", "templateVersion": 1, "release": "1.0.0", "capacity": 4}
    assert found.depends(marker, found.one("Group"))


def test_instances_are_born_after_their_way_out_their_permissions_and_their_way_in() -> None:
    found = declared()
    needed = [
        resource
        for kind in ("Route", "RouteTableAssociation", "NatGateway", "RolePolicy", "InstanceProfile", "Listener")
        for resource in found.of(kind)
    ]
    assert len(needed) > 10
    assert [resource.key for resource in needed if not found.depends(found.one("Group"), resource)] == []


def test_the_roles_policy_reads_exactly_the_secrets_in_the_config() -> None:
    policy = json.loads(declared(**RICH).one("RolePolicy").inputs["policy"])
    on = {
        action: statement["Resource"]
        for statement in policy["Statement"]
        for action in statement["Action"]
        if not action.startswith(("ssmmessages:", "ssm:Update", "ecr:"))
    }
    assert on == {
        "ssm:GetParameter": [
            "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/database-url",
            OFFSITE["SEARCH_URL"],
        ],
        "secretsmanager:GetSecretValue": [OFFSITE["API_KEY"]],
    }
    (trust,) = json.loads(declared().one("Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ec2.amazonaws.com"}


# What is open to whom.


def rules(found: Declaration, direction: str, group: str) -> list[Declared]:
    return [
        rule
        for rule in found.of(f"SecurityGroup{direction}Rule")
        if rule.inputs["securityGroupId"] == f"id-of-securitygroup-{group}"
    ]


def open_to_the_world(found: Declaration) -> set[tuple[int, int]]:
    return {
        (int(rule.inputs["fromPort"]), int(rule.inputs["toPort"]))
        for rule in found.of("SecurityGroupIngressRule")
        if {rule.inputs.get("cidrIpv4"), rule.inputs.get("cidrIpv6")} & EVERYWHERE
    }


def test_only_ports_80_and_443_of_the_load_balancer_are_open_to_the_world() -> None:
    found = declared()
    assert open_to_the_world(found) == {(80, 80), (443, 443)}
    assert {
        rule.inputs["securityGroupId"] for rule in found.of("SecurityGroupIngressRule") if "cidrIpv4" in rule.inputs
    } == {"id-of-securitygroup-amber-lb"}
    assert open_to_the_world(declared(https="false")) == {(80, 80)}


def test_instances_take_calls_only_from_the_load_balancer_and_only_on_the_services_port() -> None:
    (rule,) = rules(declared(**RICH), "Ingress", "amber-instances")
    assert rule.inputs["referencedSecurityGroupId"] == "id-of-securitygroup-amber-lb"
    assert (rule.inputs["fromPort"], rule.inputs["toPort"], rule.inputs["ipProtocol"]) == (9090, 9090, "tcp")


def test_the_load_balancer_calls_only_the_instances_and_only_on_the_services_port() -> None:
    (rule,) = rules(declared(**RICH), "Egress", "amber-lb")
    assert rule.inputs["referencedSecurityGroupId"] == "id-of-securitygroup-amber-instances"
    assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (9090, 9090)


def test_no_port_for_ssh_is_open_to_anyone() -> None:
    for rule in declared().of("SecurityGroupIngressRule"):
        assert not rule.inputs["fromPort"] <= 22 <= rule.inputs["toPort"]
        assert rule.inputs["ipProtocol"] == "tcp"


def test_security_groups_have_no_rules_but_those() -> None:
    assert not any({"ingress", "egress"} & set(group.inputs) for group in declared().of("SecurityGroup"))


# The way in.


def listeners(found: Declaration) -> dict[int, Declared]:
    return {int(listener.inputs["port"]): listener for listener in found.of("Listener")}


def test_https_is_served_with_tls_1_3_and_port_80_redirects_to_it() -> None:
    found = listeners(declared())
    assert set(found) == {80, 443}
    https = found[443].inputs
    assert https["protocol"] == "HTTPS"
    assert https["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-")
    assert https["defaultActions"] == [{"type": "forward", "targetGroupArn": "arn:of:targetgroup:amber"}]
    (action,) = found[80].inputs["defaultActions"]
    assert action == {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}


def test_without_https_port_80_serves_and_there_is_no_certificate() -> None:
    found = declared(https="false")
    assert found.of("Certificate") == []
    (listener,) = found.of("Listener")
    assert (listener.inputs["port"], listener.inputs["defaultActions"][0]["type"]) == (80, "forward")
    assert "sslPolicy" not in listener.inputs


def test_the_load_balancer_is_in_the_public_subnets_and_drops_malformed_headers() -> None:
    balancer = declared().one("lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["subnets"] == ["id-of-subnet-amber-public-1", "id-of-subnet-amber-public-2"]
    assert balancer.inputs["dropInvalidHeaderFields"] is True
    assert balancer.inputs["clientKeepAlive"] == 60
    assert balancer.inputs.get("internal") in (None, False)


def test_capacity_units_are_reserved_only_when_there_are_any() -> None:
    assert "minimumLoadBalancerCapacity" not in declared().one("lb/loadBalancer:LoadBalancer").inputs
    reserved = declared(**RICH).one("lb/loadBalancer:LoadBalancer").inputs["minimumLoadBalancerCapacity"]
    assert reserved == {"capacityUnits": 500}


def test_a_target_is_healthy_when_the_health_path_answers_200() -> None:
    check = declared(**RICH).one("TargetGroup").inputs["healthCheck"]
    assert (check["path"], check["matcher"]) == ("/ready", "200")


def test_the_colours_own_name_points_to_its_load_balancer_and_has_no_weight() -> None:
    record = declared(**RICH).one("Record", "amber").inputs
    assert (record["name"], record["zoneId"], record["type"]) == ("amber.www.shop.example", ZONE_ID, "A")
    assert record["aliases"] == [{"name": "amber.elb.example", "zoneId": "ZBALANCER", "evaluateTargetHealth": False}]
    assert "weightedRoutingPolicies" not in record


# The certificate.


def test_the_certificate_covers_every_live_name_and_the_colours_own() -> None:
    found = declared(**RICH)
    certificate = found.one("acm/certificate:Certificate")
    assert certificate.inputs["domainName"] == "www.shop.example"
    assert certificate.inputs["subjectAlternativeNames"] == ["shop.example", "amber.www.shop.example"]
    assert certificate.inputs["validationMethod"] == "DNS"


def test_a_proof_that_both_colours_share_is_taken_over_and_outlives_the_colour() -> None:
    proofs = [record for record in declared().of("Record") if record.inputs["type"] == "CNAME"]
    assert {proof.inputs["name"] for proof in proofs} == {"_proof.www.shop.example", "_proof.amber.www.shop.example"}
    assert all(proof.inputs["allowOverwrite"] for proof in proofs)
    assert all(proof.retain_on_delete for proof in proofs)
    assert not any(resource.retain_on_delete for resource in declared().resources if resource not in proofs)


def test_https_is_not_served_before_the_certificate_is_valid() -> None:
    found = declared()
    assert found.depends(listeners(found)[443], found.one("CertificateValidation"))


def test_a_certificate_of_ones_own_is_used_as_it_is() -> None:
    found = declared(certificateArn=CERTIFICATE)
    assert found.of("Certificate") == []
    assert found.of("CertificateValidation") == []
    assert listeners(found)[443].inputs["certificateArn"] == CERTIFICATE


@pytest.mark.parametrize("owner", ["123456789012", "aws"])
def test_the_role_of_the_instances_has_the_boundary_that_the_project_says_and_by_default_none(owner: str) -> None:
    arn = f"arn:aws:iam::{owner}:policy/tag-team/instances"
    assert "permissionsBoundary" not in declared().one("Role").inputs
    assert declared(permissionsBoundary=arn).one("Role").inputs["permissionsBoundary"] == arn


def test_a_boundary_of_another_account_is_refused() -> None:
    arn = "arn:aws:iam::210987654321:policy/instances"
    with pytest.raises(Refusal, match="the role of amber's instances could not have this boundary") as refused:
        declared(permissionsBoundary=arn)
    assert arn in refused.value.seen
    assert "permissionsBoundary" in refused.value.next_step


# The network.


def test_every_zone_has_a_public_and_a_private_subnet_in_the_colours_range() -> None:
    subnets = declared(**RICH).of("Subnet")
    assert sorted(subnet.inputs["availabilityZone"] for subnet in subnets) == sorted(ZONES * 2)
    assert all(IPv4Network(subnet.inputs["cidrBlock"]).subnet_of(IPv4Network("10.10.0.0/16")) for subnet in subnets)
    assert not any(subnet.inputs.get("mapPublicIpOnLaunch") for subnet in subnets)


@pytest.mark.parametrize(
    ("gateways", "through"), [("1", ["1", "1", "1"]), ("2", ["1", "2", "2"]), ("3", ["1", "2", "3"])]
)
def test_private_traffic_leaves_through_the_nat_gateways_there_are(gateways: str, through: list[str]) -> None:
    found = declared(**{**RICH, "natGateways": gateways})
    assert len(found.of("NatGateway")) == len(found.of("Eip")) == int(gateways)
    routes = [found.one("Route", f"amber-private-{number}").inputs for number in (1, 2, 3)]
    assert [route["natGatewayId"] for route in routes] == [f"id-of-natgateway-amber-{number}" for number in through]
    assert all("gatewayId" not in route for route in routes)


def test_public_traffic_leaves_through_the_internet_gateway() -> None:
    assert declared().one("Route", "amber-public").inputs["gatewayId"] == "id-of-internetgateway-amber"


def test_adding_a_zone_changes_no_subnet_that_is_there() -> None:
    two, three = declared(), declared(**RICH)
    for subnet in two.of("Subnet"):
        assert three.one("Subnet", subnet.name).inputs == subnet.inputs


def zones_used(names: list[str]) -> list[str]:
    answer = {"aws:index/getAvailabilityZones:getAvailabilityZones": {"names": names}}
    found = pulumi_mocks.declare("amber", OWN["amber"], PROJECT, answers=answer)
    return sorted({subnet.inputs["availabilityZone"] for subnet in found.of("Subnet")})


def test_the_zones_do_not_depend_on_the_order_in_which_aws_lists_them() -> None:
    assert zones_used(ZONES[::-1]) == ZONES[:2]


def test_only_real_zones_are_asked_for() -> None:
    arguments = dict(declared().calls)["aws:index/getAvailabilityZones:getAvailabilityZones"]
    assert {"name": "opt-in-status", "values": ["opt-in-not-required"]} in arguments.get("filters", [])


def test_a_region_with_too_few_zones_is_refused() -> None:
    with pytest.raises(Refusal):
        zones_used(ZONES[:1])


# Names.


def test_nothing_has_a_physical_name_that_would_collide_when_it_is_replaced() -> None:
    named = [resource for resource in declared().resources if "name" in resource.inputs]
    assert {resource.type for resource in named} == {"aws:route53/record:Record", "aws:ssm/parameter:Parameter"}


def test_what_is_identified_by_its_name_is_deleted_before_it_is_replaced() -> None:
    """Replaced new-first, the new one would be the old one, and gone after the delete."""
    found = declared()
    named = [*found.of("Parameter"), *(one for one in found.of("Record") if not one.retain_on_delete)]
    assert len(named) == 3
    assert all(one.request.deleteBeforeReplace for one in named)


def test_logical_names_leave_room_for_the_random_ending_that_load_balancers_and_target_groups_get() -> None:
    longest = json.dumps({"abcdefghijkl": "10.10.0.0/16", "violet": "10.20.0.0/16"})
    found = pulumi_mocks.declare("abcdefghijkl", {"release": "1.0.0"}, {**PROJECT, "cidrs": longest})
    for resource in [*found.of("lb/loadBalancer:LoadBalancer"), *found.of("TargetGroup")]:
        assert len(resource.name) <= 24


def test_everything_that_can_be_tagged_says_whose_it_is() -> None:
    for resource in declared().resources:
        tags = resource.inputs.get("tags")
        if isinstance(tags, dict):
            assert (tags["colour"], tags["service"]) == ("amber", "www.shop.example"), resource.key
    untagged = {resource.type.rpartition(":")[2] for resource in declared().resources if resource.custom} - {
        resource.type.rpartition(":")[2] for resource in declared().resources if "tags" in resource.inputs
    }
    assert untagged == {"CertificateValidation", "Record", "RolePolicy", "Route", "RouteTableAssociation", "Stash"}


@pytest.mark.parametrize("seconds", [300, 1200])
def test_an_instance_is_left_in_peace_for_as_long_as_it_may_boot(seconds: int) -> None:
    assert declared(bootTimeout=str(seconds)).one("Group").inputs["healthCheckGracePeriod"] == seconds


def test_clients_keep_their_connections_as_long_as_the_project_says() -> None:
    assert declared(clientKeepAlive="600").one("lb/loadBalancer:LoadBalancer").inputs["clientKeepAlive"] == 600


@pytest.mark.parametrize(("region", "account"), [("us-east-1", "123456789012"), ("eu-central-1", "210987654321")])
def test_a_certificate_that_no_load_balancer_of_this_place_can_have_is_refused(region: str, account: str) -> None:
    arn = f"arn:aws:acm:{region}:{account}:certificate/12345678-1234-1234-1234-123456789012"
    with pytest.raises(Refusal, match="no load balancer of amber could have this certificate") as refused:
        declared(certificateArn=arn)
    assert arn in refused.value.seen
    assert declared(certificateArn=arn, https="false")
    assert declared(certificateArn=CERTIFICATE)
