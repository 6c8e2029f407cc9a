"""Properties and paths on their way to the bridge and back, as the engine writes them."""

import json
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from lab.plugins.aws_names import RESOURCES
from lab.plugins.properties import (
    OUTPUT,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    TooMany,
    path_to_bridge,
    path_to_pulumi,
    paths_set,
    to_bridge,
    to_pulumi,
)

RECORD = RESOURCES["aws:route53/record:Record"]
ROLE = RESOURCES["aws:iam/role:Role"]
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}


def struct(properties: dict[str, Any]) -> Struct:
    result = Struct()
    result.update(properties)
    return result


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def through_bridge(properties: dict[str, Any]) -> Any:
    result = struct(properties)
    to_bridge(result, RECORD)
    return json_format.MessageToDict(result)


def back(properties: dict[str, Any]) -> Any:
    result = struct(properties)
    to_pulumi(result, RECORD.renames)
    return json_format.MessageToDict(result)


@pytest.mark.parametrize(
    ("pulumi", "bridge"),
    [
        ({"aliases": [{"name": "lb"}]}, {"alias": {"name": "lb"}}),
        ({"aliases": [{"name": UNKNOWN}]}, {"alias": {"name": UNKNOWN}}),
        ({"aliases": UNKNOWN}, {"alias": UNKNOWN}),
        ({"aliases": None}, {"alias": None}),
        ({"aliases": secret([{"name": "lb"}])}, {"alias": secret({"name": "lb"})}),
        ({"aliases": [secret({"name": "lb"})]}, {"alias": secret({"name": "lb"})}),
        ({"aliases": {SIGNATURE: OUTPUT}}, {"alias": {SIGNATURE: OUTPUT}}),
        ({"aliases": []}, {}),
        ({"ttl": 60, "records": ["192.0.2.1"]}, {"ttl": 60, "records": ["192.0.2.1"]}),
    ],
)
def test_a_list_of_at_most_one_becomes_what_it_holds(pulumi: dict[str, Any], bridge: dict[str, Any]) -> None:
    assert through_bridge(pulumi) == bridge


@pytest.mark.parametrize(
    ("bridge", "pulumi"),
    [
        ({"alias": {"name": "lb"}}, {"aliases": [{"name": "lb"}]}),
        ({"alias": secret({"name": "lb"})}, {"aliases": secret([{"name": "lb"}])}),
        ({"alias": UNKNOWN}, {"aliases": UNKNOWN}),
        ({"alias": None}, {"aliases": None}),
    ],
)
def test_an_object_of_the_bridge_becomes_a_list_of_one(bridge: dict[str, Any], pulumi: dict[str, Any]) -> None:
    assert back(bridge) == pulumi


def test_two_blocks_where_one_is_allowed_are_refused() -> None:
    with pytest.raises(TooMany, match="aliases takes at most one block"):
        through_bridge({"aliases": [{"name": "a"}, {"name": "b"}]})


def test_two_blocks_in_a_secret_are_refused_as_well() -> None:
    with pytest.raises(TooMany, match="aliases"):
        through_bridge({"aliases": secret([{"name": "a"}, {"name": "b"}])})


VALUES = st.recursive(
    st.none() | st.booleans() | st.text("abc-é", max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from([*RECORD.renames, "name", "ttl", "records"]), VALUES))
def test_what_goes_to_the_bridge_comes_back_as_it_was(properties: dict[str, Any]) -> None:
    blocks = {
        name: [{"x": value}] if name in RECORD.renames and RECORD.renames[name].one else value
        for name, value in properties.items()
    }
    assert back(through_bridge(blocks)) == blocks


@pytest.mark.parametrize(
    ("pulumi", "bridge"),
    [
        ("aliases[0].name", "alias.name"),
        ("aliases", "alias"),
        ("weightedRoutingPolicies[0].weight", "weightedRoutingPolicy.weight"),
        ("records[1]", "records[1]"),
        ("name", "name"),
    ],
)
def test_paths_are_translated_both_ways(pulumi: str, bridge: str) -> None:
    assert path_to_bridge(pulumi, RECORD.renames) == bridge
    assert path_to_pulumi(bridge, RECORD.renames) == pulumi


@pytest.mark.parametrize("path", ["aliases[*].name", '["aliases"][0].name', "aliases[0].name"])
def test_ignore_changes_may_be_written_in_every_way_that_pulumi_allows(path: str) -> None:
    assert path_to_bridge(path, RECORD.renames) == "alias.name"


def policy_sent(value: Any) -> Any:
    properties = struct({"assumeRolePolicy": value})
    to_bridge(properties, ROLE)
    return json_format.MessageToDict(properties)["assumeRolePolicy"]


def test_a_policy_given_as_an_object_is_sent_as_json() -> None:
    assert json.loads(policy_sent(POLICY)) == POLICY


def test_a_policy_given_as_text_is_sent_as_it_is() -> None:
    assert policy_sent('{"Version": "2012-10-17"}') == '{"Version": "2012-10-17"}'


def test_a_policy_with_an_unknown_part_is_unknown() -> None:
    assert policy_sent({"Resource": UNKNOWN}) == UNKNOWN


def test_a_policy_with_a_secret_part_is_a_secret() -> None:
    sent = policy_sent({"Resource": secret("arn")})
    assert sent[SIGNATURE] == SECRET
    assert json.loads(sent["value"]) == {"Resource": "arn"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"a": {"b": "x"}}, ["a.b"]),
        ({"a": [{"b": 1}, {"c": 1}, {"b": 2}]}, ["a[0].b", "a[2].b"]),
        ({"a": secret({"b": "x"})}, ["a.b"]),
        ({"a": {"b": UNKNOWN}}, ["a.b"]),
        ({"a": {"b": None}}, []),
        ({"a": {"b": False}}, []),
        ({"a": {"b": []}}, []),
        ({"a": {}}, []),
        ({}, []),
    ],
)
def test_an_input_that_is_given_a_value_is_found_wherever_it_is(value: dict[str, Any], found: list[str]) -> None:
    assert paths_set(struct(value), ["a.b"]) == found
