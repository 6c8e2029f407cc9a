"""The shape of a cluster changes with what makes it, and with nothing else."""

import json

import pytest

from components.shape import shape
from tests.unit.stack_values import OFFSITE, colour

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def differing(**changes: str) -> list[str]:
    before, after = shape(colour().shared), shape(colour(**changes).shared)
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("capacity", "6"),
        ("instanceType", "m7i.xlarge"),
        ("availabilityZones", "3"),
        ("names", '["www.shop.example", "shop.example"]'),
        ("image", "registry.shop.example/shop"),
        ("machineImage", "/aws/service/other"),
        ("port", "8081"),
        ("healthPath", "/up"),
        ("https", "false"),
        ("httpsPort", "8443"),
        ("certificateArn", CERTIFICATE),
        ("natGateways", "2"),
        ("loadBalancerCapacityUnits", "500"),
    ],
)
def test_what_makes_a_cluster_is_in_it_under_the_name_of_its_config_key(key: str, text: str) -> None:
    assert differing(**{key: text}) == [key]


def test_every_offsite_value_is_in_it_by_its_variable() -> None:
    assert differing(offsite=json.dumps(OFFSITE)) == [f"offsite {name}" for name in sorted(OFFSITE)]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("release", "9.9.9"),
        ("awake", "false"),
        ("keepAddresses", "false"),
        ("fullCapacityTimeout", "60"),
        ("bootTimeout", "60"),
        ("clientKeepAlive", "600"),
        ("readinessProbes", "3"),
        ("readinessLatency", "5"),
        ("releaseHeader", "X-Release"),
    ],
)
def test_what_may_differ_or_does_not_show_is_not_in_it(key: str, text: str) -> None:
    assert differing(**{key: text}) == []


def test_both_colours_have_the_same_though_their_address_ranges_differ() -> None:
    assert shape(colour("amber").shared) == shape(colour("violet").shared)


def test_it_is_texts_only_so_that_an_exported_one_compares_equal() -> None:
    found = shape(colour(offsite=json.dumps(OFFSITE)).shared)
    assert json.loads(json.dumps(found)) == found
    assert all(isinstance(text, str) for text in found.values())
