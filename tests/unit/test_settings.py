"""A value that is not allowed is refused with what was seen, what is allowed and what to type; its neighbours pass."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from components import settings_reader, stack_config
from components.offsite import Kind, Offsite
from components.settings import COLOUR_KEYS, LIVE_KEYS, SHARED_KEYS, ColourSettings, LiveSettings
from cutover.refusal import Refusal
from tests.unit import stack_values
from tests.unit.stack_values import OWN, PROJECT, colour, live, load

ROOT = Path(__file__).resolve().parents[2]
ALL_KEYS = {key.name: key for key in (*SHARED_KEYS, *COLOUR_KEYS, *LIVE_KEYS)}
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


class Refused(NamedTuple):
    """A stack with one value changed, and what of it the refusal must show beside the key."""

    stack: str
    key: str
    text: str
    allowed: str
    next_step: str = "pulumi preview -s amber"
    seen: str | None = None


def cidrs(*ranges: str) -> str:
    return json.dumps(dict(zip(("amber", "violet", "white"), ranges, strict=False)))


def with_offsite(text: str) -> str:
    return json.dumps({"ORDERS_URL": text})


SET_ACTIVE = "pulumi config set active VALUE -s live"
ONE_IN_ZONE = '["www.shop.example", "www.other.example"]'
REFUSED = [
    Refused("live", "active", "green", "amber or violet", SET_ACTIVE),
    Refused("live", "active", "live", "amber or violet", SET_ACTIVE),
    Refused("live", "active", "Amber", "one of the colours", SET_ACTIVE),
    Refused("live", "active", "", "one of the colours", SET_ACTIVE),
    Refused("amber", "capacity", "0", "from 2 to 1000"),
    Refused("amber", "capacity", "1", "from 2 to 1000"),
    Refused("amber", "capacity", "1001", "from 2 to 1000"),
    Refused("amber", "capacity", "4.0", "from 2 to 1000"),
    Refused("amber", "capacity", "four", "from 2 to 1000"),
    Refused("amber", "capacity", "9" * 5000, "from 2 to 1000", seen="999"),
    Refused("amber", "availabilityZones", "1", "from 2 to 6"),
    Refused("amber", "availabilityZones", "7", "from 2 to 6"),
    Refused("amber", "natGateways", "0", "from 1 to"),
    Refused("amber", "natGateways", "3", "1 to 2"),
    Refused("amber", "names", "[]", "a list of host names"),
    Refused("amber", "names", "www.shop.example", "a list of host names"),
    Refused("amber", "names", '["*.shop.example"]', "a list of host names", seen="*.shop.example"),
    Refused("amber", "names", '["www.shop.example.."]', "a list of host names", seen="nothing between two dots"),
    Refused("amber", "names", '["b\u00fccher.shop.example"]', "a list", seen="write xn--bcher-kva.shop.example"),
    Refused("amber", "names", '["my_shop.shop.example"]', "a list of host names", seen="there is no '_'"),
    Refused("amber", "names", '["www.shop.example", "WWW.Shop.Example."]', "a list", seen="twice the same"),
    Refused("amber", "names", '["www.shop.example", "VIOLET.www.shop.example."]', "names", seen="violet.www"),
    Refused("amber", "names", '["www.shop.example", "www.shop.example"]', "a list", seen="twice the same"),
    Refused("amber", "names", ONE_IN_ZONE, "names in the zone shop.example", seen="www.other.example"),
    Refused("amber", "names", '["www.myshop.example"]', "names in the zone shop.example", seen="www.myshop.example"),
    Refused("amber", "names", stack_values.names(10), "at most 9", seen="10 names"),
    Refused("amber", "zone", "sh\u00f6p.example", "hosted zone", seen="write xn--shp-tna.example"),
    Refused("amber", "cidrs", cidrs("10.10.0.0/16", "10.10.128.0/17"), "each with its own"),
    Refused("amber", "cidrs", cidrs("10.10.0.0/16"), "two colours"),
    Refused("amber", "cidrs", cidrs("10.10.0.0/16", "10.20.0.0/16", "10.30.0.0/16"), "two colours"),
    Refused("amber", "cidrs", cidrs("10.10.0.0/15", "10.20.0.0/16"), "/16 to /22", seen="10.10.0.0/15"),
    Refused("amber", "cidrs", cidrs("10.10.0.0/23", "10.20.0.0/16"), "/16 to /22", seen="10.10.0.0/23"),
    Refused("amber", "cidrs", cidrs("10.10.0.1/16", "10.20.0.0/16"), "/16 to /22", seen="10.10.0.1/16"),
    Refused("amber", "cidrs", cidrs("fd00::/16", "10.20.0.0/16"), "/16 to /22", seen="fd00::/16"),
    Refused("amber", "cidrs", cidrs("ten", "10.20.0.0/16"), "/16 to /22", seen="ten"),
    Refused("amber", "cidrs", '["10.10.0.0/16"]', "two colours"),
    # A colour that could never be built: its stack would be the live one.
    Refused("amber", "cidrs", '{"live": "10.10.0.0/16", "amber": "10.20.0.0/16"}', "two colours", seen="live"),
    Refused("amber", "cidrs", "{", "two colours"),
    Refused(
        "amber", "offsite", with_offsite("shop.example/orders"), "a URL without user or password", seen="ORDERS_URL"
    ),
    Refused("amber", "offsite", with_offsite("https://"), "a URL without user or password", seen="ORDERS_URL"),
    Refused("amber", "offsite", with_offsite("https://[::1"), "a URL without user or password", seen="ORDERS_URL"),
    Refused(
        "amber",
        "offsite",
        with_offsite("https://shop.example/a b"),
        "a URL without user or password",
        seen="ORDERS_URL",
    ),
    Refused(
        "amber", "offsite", with_offsite("https://shop.example/\n"), "a URL without user or password", seen="ORDERS_URL"
    ),
    Refused(
        "amber", "offsite", with_offsite("arn:aws:s3:::orders"), "a URL without user or password", seen="ORDERS_URL"
    ),
    Refused("amber", "offsite", '{"ORDERS-URL": "https://shop.example"}', "environment variable", seen="ORDERS-URL"),
    Refused("amber", "offsite", '{"ORDERS_URL": 1}', "environment variable", seen="ORDERS_URL"),
    Refused("amber", "certificateArn", "arn:aws:iam::123456789012:server-certificate/x", "ARN of an ACM certificate"),
    Refused("amber", "permissionsBoundary", "arn:aws:iam::123456789012:role/x", "ARN of an IAM policy"),
    Refused("amber", "permissionsBoundary", "instances", "ARN of an IAM policy"),
    Refused("amber", "image", "registry.shop.example/web@sha256:0123", "without a tag"),
    Refused("amber", "image", "registry.shop.example/web:1.0.0", "without a tag"),
    Refused("amber", "port", "0", "from 1 to 65535"),
    Refused("amber", "port", "65536", "from 1 to 65535"),
    Refused("amber", "healthPath", "healthz", "a path that starts with /"),
    Refused("amber", "https", "yes", "true or false"),
    Refused("amber", "instanceType", "large", "an EC2 instance type"),
    Refused("amber", "fullCapacityTimeout", "0", "from 1 to 7200"),
    Refused("amber", "fullCapacityTimeout", "7201", "from 1 to 7200"),
    Refused("amber", "bootTimeout", "0", "from 1 to 7200"),
    Refused("amber", "bootTimeout", "7201", "from 1 to 7200"),
    Refused("amber", "clientKeepAlive", "59", "from 60 to 3600"),
    Refused("amber", "clientKeepAlive", "3601", "from 60 to 3600"),
    Refused("amber", "loadTest", "true", "required, optional or off"),
    Refused("amber", "peakRps", "1000001", "from 0 to 1000000"),
    Refused("amber", "peakRps", "40.5", "from 0 to 1000000"),
    Refused("amber", "loadTestSeconds", "0", "from 1 to 7200"),
    Refused("amber", "loadTestMaxAge", "8761", "from 1 to 8760"),
    Refused("amber", "loadTestSuccess", "0", "from 1 to 100"),
    Refused("amber", "loadTestSuccess", "100.1", "from 1 to 100"),
    Refused("amber", "loadTestSuccess", "nan", "from 1 to 100"),
    Refused("amber", "loadTestSuccess", "99,9", "from 1 to 100"),
    Refused("amber", "awake", "maybe", "true or false", "pulumi config set awake VALUE -s amber"),
    Refused("amber", "release", "", "a tag of the container image", "pulumi config set release VALUE -s amber"),
    Refused("amber", "release", "1.0 .0", "a tag of the container image", "pulumi config set release VALUE -s amber"),
    Refused("amber", "release", "1.0.0\n", "a tag of the container image", "pulumi config set release VALUE -s amber"),
    Refused("amber", "release", "x" * 129, "a tag of the container image", "pulumi config set release VALUE -s amber"),
    Refused("live", "resolvers", '["dns.shop.example"]', "IP addresses", "pulumi config set resolvers VALUE -s live"),
    Refused(
        "live", "resolvers", '["http://dns.google/dns-query"]', "HTTPS", "pulumi config set resolvers VALUE -s live"
    ),
    Refused("live", "resolvers", "[]", "IP addresses", "pulumi config set resolvers VALUE -s live"),
    Refused("live", "dnsPort", "0", "from 1 to 65535", "pulumi config set dnsPort VALUE -s live"),
    Refused("live", "propagationTimeout", "0", "seconds", "pulumi config set propagationTimeout VALUE -s live"),
    Refused("live", "failover", "True", "true or false", "pulumi config set failover VALUE -s live"),
]


FAILS_AT_AWS_ONLY = [
    *(
        Refused(
            "amber",
            "cidrs",
            cidrs(network, "10.20.0.0/16"),
            f"none of it in {of}",
            seen=f"{network}, which is {called}",
        )
        for network, called, of in (
            ("0.1.0.0/16", "this network", "0.0.0.0/8"),
            ("127.10.0.0/16", "loopback", "0.0.0.0/8, 127.0.0.0/8"),
            ("169.254.0.0/16", "link-local", "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16"),
            ("169.254.4.0/22", "link-local", "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16"),
            ("224.0.0.0/16", "multicast", "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4"),
            ("239.255.0.0/16", "multicast", "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4"),
            ("240.0.0.0/16", "reserved", "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 240.0.0.0/4"),
            ("255.255.0.0/16", "reserved", "0.0.0.0/8"),
        )
    ),
    Refused(
        "amber", "cidrs", '{"internal": "10.10.0.0/16", "amber": "10.20.0.0/16"}', "two", seen="begins with internal-"
    ),
    Refused("amber", "cidrs", '{"sg": "10.10.0.0/16", "amber": "10.20.0.0/16"}', "two", seen="begins with sg-"),
    Refused("amber", "image", "-registry.shop.example/web", "without a tag"),
    Refused("amber", "image", "--privileged/web", "without a tag"),
    Refused("amber", "image", "-web", "without a tag"),
    Refused("amber", "instanceType", "-m7i.large", "an EC2 instance type"),
    Refused("amber", "healthPath", "/" + "x" * 1024, "a path that starts with /"),
]
# With a network of their own, since the first thing that does not fit is refused.
NARROW = {"cidrs": cidrs("10.10.0.0/16", "10.20.0.0/22")}


@pytest.mark.parametrize(("zones", "most"), [(2, 58), (3, 87), (6, 174)])
def test_a_capacity_that_the_subnets_do_not_hold_twice_is_refused(zones: int, most: int) -> None:
    spread = {**NARROW, "availabilityZones": str(zones)}
    assert colour(capacity=str(most), **spread).shared.capacity == most
    with pytest.raises(Refusal) as refused:
        colour(capacity=str(most + 1), **spread)
    assert refused.value.seen == f"capacity: {most + 1}"
    assert refused.value.allowed.startswith(f"at most {most}: {zones} subnets of 10.20.0.0/22")
    assert "edit `capacity` under `config` in Pulumi.yaml" in refused.value.next_step


EASILY_OVERLOOKED = [
    # int() reads more than digits.
    Refused("amber", "capacity", "\u0664", "from 2 to 1000"),
    Refused("amber", "capacity", "1_0", "from 2 to 1000"),
    Refused("amber", "capacity", " 4\n", "from 2 to 1000"),
    # A mask is not what EC2 takes for a network.
    Refused("amber", "cidrs", cidrs("10.10.0.0/255.255.0.0", "10.20.0.0/16"), "/16 to /22"),
    # The tag looks like a port.
    Refused("amber", "image", "web:2024", "without a tag"),
    # The colour's own name would be both a simple and a weighted record set.
    Refused(
        "amber", "names", '["www.shop.example", "violet.www.shop.example"]', "names", seen="violet.www.shop.example"
    ),
    # What is wrong with it is said, not only what would be right.
    Refused("live", "active", "AMBER", "one of the colours", SET_ACTIVE, "in lower case it is allowed: amber"),
    Refused("amber", "cidrs", '{"Amber": "10.10.0.0/16", "violet": "10.20.0.0/16"}', "two colours", seen="case"),
    Refused("amber", "image", "Shop/Web", "without a tag", seen="in lower case it is allowed: shop/web"),
    Refused("amber", "names", '["B\u00fccher.Shop.example"]', "a list", seen=", which is its punycode"),
    # 253 characters at most in DNS, 64 for the subject of a certificate.
    Refused("amber", "names", json.dumps([f"{'a' * 60}.shop.example"]), "names", seen="a" * 60),
    # What no script and no container can take.
    Refused(
        "amber",
        "offsite",
        with_offsite("https://shop.example/\x00"),
        "a URL without user or password",
        seen="ORDERS_URL",
    ),
    Refused(
        "amber",
        "offsite",
        with_offsite("https://shop.example/\x1b[2J"),
        "a URL without user or password",
        seen="ORDERS_URL",
    ),
    Refused(
        "amber",
        "offsite",
        with_offsite("https://shop.example/\ud800"),
        "a URL without user or password",
        seen="ORDERS_URL",
    ),
    # The script that hands the value over needs these itself.
    *(
        Refused("amber", "offsite", json.dumps({name: "https://shop.example"}), "environment variable", seen=name)
        for name in ("PATH", "UID", "AWS_ENDPOINT_URL", "DOCKER_HOST", "LD_PRELOAD", "HOME", "BASH_ENV", "GODEBUG", "_")
    ),
    # One address twice.
    Refused(
        "live", "resolvers", '["::1", "0:0:0:0:0:0:0:1"]', "IP", "pulumi config set resolvers VALUE -s live", "::1"
    ),
]


def refused_id(case: object) -> str:
    assert isinstance(case, Refused)
    return f"{case.stack}-{case.key}-{case.text[:40]}"


@pytest.mark.parametrize("case", [*REFUSED, *FAILS_AT_AWS_ONLY, *EASILY_OVERLOOKED], ids=refused_id)
def test_a_value_that_is_not_allowed_is_refused_with_key_value_allowed_values_and_next_command(case: Refused) -> None:
    with pytest.raises(Refusal) as refused:
        load(case.stack, **{case.key: case.text})
    refusal = refused.value
    assert case.key in refusal.problem
    assert f"of stack {case.stack} " in refusal.problem
    assert (case.text if case.seen is None else case.seen) in refusal.seen
    assert refusal.seen.startswith(f"{case.key}: ")
    assert case.allowed in refusal.allowed
    assert refusal.next_step.endswith(case.next_step)
    if case.next_step == Refused._field_defaults["next_step"]:
        assert f"`{case.key}` under `config` in Pulumi.yaml" in refusal.next_step


def test_a_refusal_is_four_lines() -> None:
    with pytest.raises(Refusal) as refused:
        load("amber", capacity="0")
    labels = [line.split()[0] for line in str(refused.value).splitlines()]
    assert labels == ["refused:", "seen:", "allowed:", "next:"]


ALLOWED: list[tuple[str, Mapping[str, str]]] = [
    ("live", {"active": "violet"}),
    ("amber", {"capacity": "2"}),
    ("amber", {"capacity": "1000"}),
    ("amber", {"availabilityZones": "6", "capacity": "6", "natGateways": "6"}),
    ("amber", {"natGateways": "2"}),
    ("amber", {"names": '["shop.example"]'}),
    ("amber", {"names": '["a.b.shop.example", "shop.example"]'}),
    ("amber", {"names": '["WWW.shop.example."]', "zone": "Shop.Example."}),
    ("amber", {"names": '["xn--bcher-kva.shop.example"]'}),
    ("amber", {"names": stack_values.names(9)}),
    ("amber", {"names": stack_values.names(10), "certificateArn": CERTIFICATE}),
    ("amber", {"names": stack_values.names(10), "https": "false"}),
    ("amber", {"cidrs": cidrs("10.10.0.0/17", "10.10.128.0/17")}),
    ("amber", {"cidrs": cidrs("10.10.0.0/22", "10.10.4.0/22")}),
    ("amber", {"offsite": with_offsite("https://shop.example:8443/a?b=c#d")}),
    ("amber", {"offsite": with_offsite("postgresql://[2001:db8::1]:5432/orders")}),
    ("amber", {"offsite": with_offsite("/shop/orders-url")}),
    ("amber", {"certificateArn": CERTIFICATE}),
    ("amber", {"image": "registry.shop.example:5000/team/web"}),
    ("amber", {"port": "65535"}),
    ("amber", {"healthPath": "/"}),
    ("amber", {"instanceType": "u-12tb1.112xlarge"}),
    ("amber", {"fullCapacityTimeout": "7200"}),
    ("amber", {"bootTimeout": "7200"}),
    ("amber", {"cidrs": cidrs("100.64.0.0/16", "223.255.0.0/16")}),
    ("amber", {"cidrs": cidrs("1.0.0.0/16", "169.253.0.0/16")}),
    ("amber", {"cidrs": '{"internally": "10.10.0.0/16", "amber": "10.20.0.0/16"}'}),
    ("amber", {"image": "web-.registry.shop.example/web"}),
    ("amber", {"healthPath": "/" + "x" * 1023}),
    ("amber", {"clientKeepAlive": "60"}),
    ("amber", {"clientKeepAlive": "3600"}),
    ("amber", {"loadTest": "required", "peakRps": "1"}),
    ("amber", {"loadTest": "off"}),
    ("amber", {"loadTestSuccess": "100"}),
    ("amber", {"loadTestSuccess": "99.995"}),
    ("amber", {"awake": "false"}),
    ("amber", {"release": "x" * 128}),
    ("live", {"resolvers": '["2001:4860:4860::8888"]'}),
    ("live", {"resolvers": '["9.9.9.9", "https://dns.google/dns-query"]'}),
    ("live", {"dnsPort": "5353"}),
    ("live", {"propagationTimeout": "7200"}),
    ("live", {"failover": "true"}),
]


@pytest.mark.parametrize(("stack", "changes"), ALLOWED, ids=lambda part: str(part)[:60])
def test_its_neighbours_are_allowed(stack: str, changes: Mapping[str, str]) -> None:
    assert load(stack, **changes)


def test_a_name_is_the_same_in_capitals_and_with_a_dot_at_its_end() -> None:
    assert colour(names='["WWW.Shop.Example.", "shop.example"]', zone="SHOP.example.") == colour(
        names='["www.shop.example", "shop.example"]'
    )


def test_a_name_in_capitals_in_one_file_is_no_override_of_the_other() -> None:
    values = {**PROJECT, **OWN["amber"], "names": '["WWW.shop.example."]'}
    assert settings_reader.load("amber", values, PROJECT) == colour()


def test_a_load_test_can_only_be_required_where_it_is_known_how_much_there_is_to_carry() -> None:
    for stack in ("amber", "live"):
        with pytest.raises(Refusal, match="config key peakRps") as refused:
            load(stack, loadTest="required")
        assert refused.value.seen == "peakRps: 0, with loadTest: required"
        assert refused.value.allowed.startswith("a whole number from 1 to 1000000")
        assert refused.value.next_step.startswith("edit `peakRps` under `config` in Pulumi.yaml")
        assert load(stack, loadTest="required", peakRps="1")


def test_a_zone_needs_an_instance_of_its_own() -> None:
    with pytest.raises(Refusal, match=r"capacity: 3\n.*at least 4, one for each zone"):
        load("amber", availabilityZones="4", capacity="3")
    assert load("amber", availabilityZones="4", capacity="4")


@pytest.mark.parametrize("user", ["shop:hunter2@", "shop@", ":hunter2@", "@"])
def test_a_url_with_a_user_or_a_password_is_refused(user: str) -> None:
    with pytest.raises(Refusal) as refused:
        load("amber", offsite=with_offsite(f"https://{user}db.shop.example"))
    assert "a URL without user or password" in refused.value.allowed


def test_a_password_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(Refusal) as refused:
        load("amber", offsite=with_offsite("https://shop:hunter2@db.shop.example"))
    assert "ORDERS_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        load("amber", relase="1.0.0")
    assert refused.value.problem == "config key relase of stack amber is unknown"
    assert refused.value.seen == "relase: 1.0.0"
    assert "release, awake" in refused.value.allowed
    assert refused.value.next_step == "pulumi config rm relase -s amber"


def test_an_unknown_key_of_the_project_is_reported_for_the_project() -> None:
    project = {**PROJECT, "capcity": "4"}
    with pytest.raises(Refusal) as refused:
        settings_reader.load("amber", {**project, **OWN["amber"]}, project)
    assert refused.value.problem == "config key capcity in Pulumi.yaml is unknown"
    assert "capacity" in refused.value.allowed
    assert refused.value.next_step == "take `capcity` out of `config` in Pulumi.yaml, then pulumi preview -s amber"


@pytest.mark.parametrize(("stack", "key", "text"), [("amber", "active", "amber"), ("live", "release", "1.0.0")])
def test_a_key_of_another_stacks_file_is_refused_as_such(stack: str, key: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        load(stack, **{key: text})
    assert refused.value.problem.endswith("is unknown (a key of another stack's file)")
    assert refused.value.next_step == f"pulumi config rm {key} -s {stack}"


@pytest.mark.parametrize("stack", ["amber", "violet", "live"])
def test_a_shared_key_that_one_stack_overrides_is_refused(stack: str) -> None:
    with pytest.raises(Refusal) as refused:
        settings_reader.load(stack, {**PROJECT, **OWN[stack], "capacity": "8"}, PROJECT)
    assert f"stack {stack} overrides capacity" in refused.value.problem
    assert refused.value.seen == "capacity: 8"
    assert refused.value.allowed.startswith("4,")
    assert refused.value.next_step == f"pulumi config rm capacity -s {stack}"


@pytest.mark.parametrize(("key", "text"), [("capacity", "0"), ("capacity", "1"), ("natGateways", "3")])
def test_a_wrong_override_is_refused_as_an_override(key: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        settings_reader.load("amber", {**PROJECT, **OWN["amber"], key: text}, PROJECT)
    assert refused.value.next_step == f"pulumi config rm {key} -s amber"


def test_a_shared_key_that_only_one_stack_sets_is_refused() -> None:
    project = {key: text for key, text in PROJECT.items() if key != "instanceType"}
    with pytest.raises(Refusal) as refused:
        settings_reader.load("amber", {**project, **OWN["amber"], "instanceType": "t3.nano"}, project)
    assert refused.value.next_step == "pulumi config rm instanceType -s amber"


def test_the_same_value_in_other_words_is_no_override() -> None:
    values = {**PROJECT, "names": '[ "www.shop.example" ]', "cidrs": PROJECT["cidrs"].replace(" ", "")}
    assert settings_reader.load("amber", {**values, **OWN["amber"]}, PROJECT) == colour()


def test_a_stack_that_is_neither_a_colour_nor_live_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        load("staging", release="1.0.0")
    assert refused.value.seen == "staging"
    assert refused.value.allowed == "amber, violet, live"
    assert refused.value.next_step == "pulumi stack select live"


@pytest.mark.parametrize(
    ("stack", "key"), [("amber", "release"), ("live", "active"), ("amber", "names"), ("live", "cidrs")]
)
def test_a_required_key_that_is_not_set_is_refused(stack: str, key: str) -> None:
    project = {name: text for name, text in PROJECT.items() if name != key}
    own = {name: text for name, text in OWN[stack].items() if name != key}
    with pytest.raises(Refusal) as refused:
        settings_reader.load(stack, {**project, **own}, project)
    assert refused.value.seen == f"{key}: (not set)"


def test_a_colour_is_read_whole() -> None:
    found = colour(
        names='["www.shop.example", "shop.example"]',
        offsite=json.dumps(stack_values.OFFSITE),
        machineImage="/aws/service/image-x86_64",
    )
    assert (found.colour, found.release, found.awake) == ("amber", "1.0.0", True)
    shared = found.shared
    assert shared.names == ("www.shop.example", "shop.example")
    assert (shared.zone, shared.capacity, shared.availability_zones, shared.nat_gateways) == ("shop.example", 4, 2, 1)
    assert (shared.instance_type, shared.machine_image) == ("m7i.large", "/aws/service/image-x86_64")
    assert shared.cidrs == {"amber": "10.10.0.0/16", "violet": "10.20.0.0/16"}
    assert (shared.keep_addresses, shared.https, shared.certificate_arn) == (True, True, None)
    assert (shared.image, shared.port, shared.health_path) == ("registry.shop.example/web", 8080, "/healthz")
    assert (shared.load_balancer_capacity_units, shared.full_capacity_timeout_seconds) == (0, 900)
    assert (shared.client_keep_alive_seconds, shared.boot_timeout_seconds) == (60, 300)
    assert shared.offsite["API_KEY"] == Offsite(Kind.SECRET, stack_values.OFFSITE["API_KEY"])
    assert shared.own_name("amber") == "amber.www.shop.example"


def test_the_wait_for_full_capacity_is_never_shorter_than_the_boot() -> None:
    assert colour().shared.capacity_wait_seconds == 900
    assert colour(bootTimeout="1200").shared.capacity_wait_seconds == 1200
    assert colour(fullCapacityTimeout="20").shared.capacity_wait_seconds == 300


def test_live_is_read_whole_and_its_idle_colour_is_the_other_one() -> None:
    found = live()
    assert (found.active, found.idle, live(active="violet").idle) == ("amber", "violet", "amber")
    assert found.resolvers == ("1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222")
    assert (found.dns_port, found.propagation_timeout_seconds, found.failover) == (53, 300, False)


def test_the_order_of_the_colours_in_the_file_does_not_matter() -> None:
    turned = '{"violet": "10.20.0.0/16", "amber": "10.10.0.0/16"}'
    assert load("live", cidrs=turned) == live()
    assert live(cidrs=turned).shared.colours == ("amber", "violet")


def test_without_a_value_in_the_project_the_default_is_read() -> None:
    required = {key.name: PROJECT[key.name] for key in SHARED_KEYS if key.default is None}
    found = settings_reader.load("amber", {**required, **OWN["amber"]}, required)
    assert isinstance(found, ColourSettings)
    assert (found.shared.capacity, found.shared.port, found.shared.https, found.awake) == (4, 8080, True, True)


# The checkout's own files.


def pulumi_yaml() -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert isinstance(content, dict)
    return content


def stack_file(stack: str) -> dict[str, str]:
    content = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix("tag-team:"): as_text(value) for key, value in content.items()}


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_the_stacks_of_this_checkout_load() -> None:
    project = stack_config.of_project(str(ROOT))
    stacks = [path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")]
    loaded = {stack: settings_reader.load(stack, {**project, **stack_file(stack)}, project) for stack in stacks}
    of_live = loaded.pop("live")
    assert isinstance(of_live, LiveSettings)
    assert sorted(loaded) == sorted(of_live.shared.colours)
    assert all(isinstance(found, ColourSettings) for found in loaded.values())
    assert all(found.shared == of_live.shared for found in loaded.values())


def test_the_project_declares_exactly_the_shared_keys_each_with_a_description() -> None:
    declared = pulumi_yaml()["config"]
    assert set(declared) == {key.name for key in SHARED_KEYS}
    assert all(entry["description"].strip() for entry in declared.values())


@pytest.mark.parametrize("key", [key for key in SHARED_KEYS if key.default is not None], ids=lambda key: key.name)
def test_the_default_in_the_project_is_the_default_in_the_code(key: Any) -> None:
    assert key.parse(as_text(pulumi_yaml()["config"][key.name]["default"])) == key.parse(key.default)


def test_the_project_asks_for_an_engine_that_has_hooks() -> None:
    assert re.fullmatch(r">=3\.(23[89]|2[4-9]\d|[3-9]\d\d)\.\d+", pulumi_yaml()["requiredPulumiVersion"])


# Whatever the engine hands over.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)
NEAR_MISSES = st.sampled_from([key.default or PROJECT.get(key.name, "amber") for key in ALL_KEYS.values()])
TEXT = st.text(max_size=40) | JSON | NEAR_MISSES | st.integers().map(str) | st.floats().map(str)
OFFSITE_TEXT = (st.text(max_size=20) | st.from_regex(r"https?://.{0,12}")).map(with_offsite)


@hypothesis_settings(max_examples=100, deadline=None, derandomize=True)
@given(stack=st.sampled_from(["amber", "live"]), key=st.sampled_from(sorted(ALL_KEYS)), text=TEXT | OFFSITE_TEXT)
@example(stack="amber", key="capacity", text="9" * 10_000)
@example(stack="amber", key="offsite", text=with_offsite("https://\u2100"))
@example(stack="live", key="resolvers", text='["::1%\\u0000"]')
@example(stack="amber", key="cidrs", text='{"amber": "10.0.0.0/16/16", "violet": ""}')
@example(stack="amber", key="names", text="[" * 100_000)
def test_any_text_is_loaded_or_refused(stack: str, key: str, text: str) -> None:
    found, message = None, ""
    try:
        found = load(stack, **{key: text})
    except Refusal as refusal:
        message = str(refusal)
    if found is None:
        assert key in message or "there is no stack" in message  # without cidrs there is no colour
    else:
        assert isinstance(found, LiveSettings if stack == "live" else ColourSettings)


def test_a_wrong_value_of_the_project_is_no_override_in_whichever_words_the_engine_passes_it_on() -> None:
    wrong = {"DB": "postgres://shop:hunter2@db"}
    project = {**PROJECT, "offsite": json.dumps(wrong)}
    values = {**project, **OWN["amber"], "offsite": json.dumps(wrong, separators=(",", ":"))}
    with pytest.raises(Refusal) as refused:
        settings_reader.load("amber", values, project)
    assert "Pulumi.yaml" in refused.value.next_step
