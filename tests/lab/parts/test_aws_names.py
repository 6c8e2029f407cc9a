"""Every name that a program can use with pulumi_aws, against what the bridged provider understands."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pulumi_aws.provider
import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from lab.plugins.aws_names import CONFIG_LISTS, CONFIG_NEWER, FUNCTIONS, RESOURCES, Function, Rename, Resource
from lab.plugins.properties import path_to_bridge, to_bridge
from tests.lab.parts import shapes

BRIDGE = shapes.bridge_shapes()
# Outputs that are always empty in the lab; inputs among them are refused (`newer`), so only pure outputs stand here.
NEVER_FILLED = {
    "aws:ec2/natGateway:NatGateway": {
        "autoProvisionZones",
        "autoScalingIps",
        "regionalNatGatewayAddresses",
        "regionalNatGatewayAutoMode",
        "routeTableId",
    },
    "aws:ec2/getVpc:getVpc": {"ipv6CidrBlockAssociations"},
    "aws:rds/instance:Instance": {"upgradeRolloutOrder"},
    "aws:s3/bucket:Bucket": {"bucketRegion"},
}

Shape = Any
Sdk = Callable[[str], tuple[Shape, Shape]]


def tables() -> Iterator[tuple[str, Resource | Function, Sdk]]:
    for token, resource in RESOURCES.items():
        yield token, resource, shapes.sdk_resource
    for token, function in FUNCTIONS.items():
        yield token, function, shapes.sdk_function


TABLES = list(tables())
IDS = [token for token, _entry, _sdk in TABLES]


def renames_of(entry: Resource | Function) -> Mapping[str, Rename]:
    return entry.renames if isinstance(entry, Resource) else {}


def in_bridge_words(names: Shape, entry: Resource | Function) -> Shape:
    """Top-level properties by the bridge's names, one-element lists opened, JSON documents as the text they become."""
    result = {}
    for name, shape in names.items():
        rename = renames_of(entry).get(name, Rename(name))
        result[rename.bridge] = shape[1] if rename.one else shape
    if isinstance(entry, Resource):
        result |= dict.fromkeys(entry.json, "value")
    return result


def unknown_paths(sdk: Shape, bridge: Shape, path: str = "") -> Iterator[str]:
    """Dotted paths of the SDK that the bridge has not, or has as something else (list, map, object, value)."""
    if isinstance(sdk, dict) and isinstance(bridge, dict):
        for name, shape in sdk.items():
            inner = f"{path}.{name}".removeprefix(".")
            if name in bridge:
                yield from unknown_paths(shape, bridge[name], inner)
            else:
                yield inner
    elif isinstance(sdk, list) and isinstance(bridge, list) and sdk[0] == bridge[0]:
        yield from unknown_paths(sdk[1], bridge[1], path)
    elif sdk != bridge:
        yield f"{path} is {sdk} in the SDK and {bridge} in the bridge"


@pytest.mark.parametrize(("token", "entry", "sdk"), TABLES, ids=IDS)
def test_every_input_of_the_sdk_is_known_to_the_bridge_or_refused(
    token: str, entry: Resource | Function, sdk: Sdk
) -> None:
    inputs = {name: shape for name, shape in sdk(token)[0].items() if name not in entry.newer}
    unknown = set(unknown_paths(in_bridge_words(inputs, entry), BRIDGE[entry.bridge_token][0]))
    nested = {path_to_bridge(path, renames_of(entry)) for path in entry.newer if "." in path}
    assert unknown == nested | ({"region"} if entry.regional else set())


@pytest.mark.parametrize(("token", "entry", "sdk"), TABLES, ids=IDS)
def test_every_input_that_is_refused_is_one_of_the_sdk(token: str, entry: Resource | Function, sdk: Sdk) -> None:
    inputs = sdk(token)[0]
    assert {path.split(".")[0] for path in entry.newer} <= set(inputs)


@pytest.mark.parametrize(("token", "entry", "sdk"), TABLES, ids=IDS)
def test_every_output_of_the_sdk_is_filled_or_known_not_to_be(token: str, entry: Resource | Function, sdk: Sdk) -> None:
    outputs = in_bridge_words(sdk(token)[1], entry)
    missing = set(outputs) - set(BRIDGE[entry.bridge_token][1])
    region = {"region"} if entry.regional and not getattr(entry, "has_region", False) else set()
    refused = {path for path in entry.newer if "." not in path} & set(outputs)
    assert missing == NEVER_FILLED.get(token, set()) | region | (refused - set(BRIDGE[entry.bridge_token][1]))


@pytest.mark.parametrize("token", RESOURCES)
def test_only_a_resource_whose_bridge_has_a_region_of_its_own_keeps_it(token: str) -> None:
    resource = RESOURCES[token]
    assert resource.has_region == ("region" in BRIDGE[resource.bridge_token][1])


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_is_named_by_the_bridge_or_by_the_plugin(token: str) -> None:
    """The bridge names what has a `name`; a pulumi-aws resource whose name is optional must get one either way."""
    resource = RESOURCES[token]
    assert (resource.named is not None) == (
        "name" in shapes.sdk_resource(token)[0] and "name" not in BRIDGE[resource.bridge_token][0]
    )


def test_no_two_types_share_a_token_of_the_bridge() -> None:
    tokens = [entry.bridge_token for _token, entry, _sdk in TABLES]
    assert len(set(tokens)) == len(tokens)


def test_every_setting_of_the_provider_is_known_to_the_bridge_or_refused() -> None:
    settings = shapes.sdk_object(pulumi_aws.provider.ProviderArgs)
    known = BRIDGE["config"][0]
    for name in CONFIG_LISTS:
        settings[name] = ["list", settings[name]]
    # Endpoints of services that terraform-provider-aws 5.100.0 does not have: no program of ours sets one.
    del settings["endpoints"]
    assert set(unknown_paths(settings, known)) == set(CONFIG_NEWER)


def test_a_weighted_alias_record_reaches_the_bridge_whole() -> None:
    record = RESOURCES["aws:route53/record:Record"]
    properties = Struct()
    properties.update(
        {"name": "www", "aliases": [{"name": "lb", "zoneId": "Z"}], "weightedRoutingPolicies": [{"weight": 100}]}
    )
    to_bridge(properties, record)
    assert json_format.MessageToDict(properties) == {
        "name": "www",
        "alias": {"name": "lb", "zoneId": "Z"},
        "weightedRoutingPolicy": {"weight": 100},
    }
