"""Names that are the same in every release are found, wherever they are set."""

import json
from typing import Any

import pytest

from cutover import autonaming

GROUP = "aws:autoscaling/group:Group"


def provider(naming: dict[str, Any], name: str = "aws") -> dict[str, Any]:
    return {"providers": {name: naming}}


FIXED: list[tuple[Any, tuple[str, ...]]] = [
    ({"mode": "verbatim"}, ("mode: verbatim",)),
    ({"mode": "disabled"}, ("mode: disabled",)),
    ({"mode": "of a later version"}, ("mode: of a later version",)),
    ({"Mode": "verbatim"}, ("mode: verbatim",)),
    ({"pattern": "${stack}-${name}"}, ("pattern: ${stack}-${name}",)),
    ({"pattern": "${name}-${hex(0)}"}, ("pattern: ${name}-${hex(0)}",)),
    ({"pattern": "${name}-${hex(3)}"}, ("pattern: ${name}-${hex(3)}",)),
    ({"pattern": "${name}-${num(4)}"}, ("pattern: ${name}-${num(4)}",)),
    ({"pattern": "${name}-${hex(n)}"}, ("pattern: ${name}-${hex(n)}",)),
    ({"pattern": "${name}-hex(7)"}, ("pattern: ${name}-hex(7)",)),
    ({"pattern": "${name}", "enforce": True}, ("pattern: ${name}",)),
    (provider({"mode": "verbatim"}), ("providers.aws.mode: verbatim",)),
    (provider({"mode": "verbatim"}, "pulumi"), ("providers.pulumi.mode: verbatim",)),
    (provider({"resources": {GROUP: {"mode": "disabled"}}}), (f"providers.aws.resources.{GROUP}.mode: disabled",)),
    (
        {"mode": "default", **provider({"mode": "default", "resources": {GROUP: {"pattern": "${name}"}}})},
        (f"providers.aws.resources.{GROUP}.pattern: ${{name}}",),
    ),
    # The provider's is for the provider's only; the engine's own resources go by the one for all.
    ({"mode": "verbatim", **provider({"mode": "default"})}, ("mode: verbatim",)),
    ({"mode": "verbatim", **provider({"resources": {}})}, ("mode: verbatim",)),
]
UNLIKE = [
    {},
    {"mode": "default"},
    {"pattern": "${name}-${hex(4)}"},
    {"pattern": "${project}-${name}-${alphanum(6)}"},
    {"pattern": "${name}${string(7)}"},
    {"pattern": "${name}-${num(5)}"},
    {"pattern": "${name}-${hex(2)}${hex(2)}"},
    {"pattern": "${name}-${uuid}", "enforce": True},
    {"pattern": "${name}-${hex(99999999999999999999)}"},
    provider({"mode": "verbatim"}, "azure-native"),
    provider({"mode": "default", "resources": {GROUP: {"pattern": "${name}-${hex(7)}"}}}),
    {"mode": "verbatim", "providers": {"aws": {"mode": "default"}, "pulumi": {"mode": "default"}}},
]


@pytest.mark.parametrize(("config", "settings"), FIXED, ids=str)
def test_names_without_enough_that_is_random_are_fixed(config: Any, settings: tuple[str, ...]) -> None:
    assert autonaming.fixed(json.dumps(config)) == settings


@pytest.mark.parametrize("config", UNLIKE, ids=str)
def test_names_with_a_random_part_are_not(config: Any) -> None:
    assert autonaming.fixed(json.dumps(config)) == ()


@pytest.mark.parametrize("text", ["", "verbatim", "[]", "{", '"default"'])
def test_what_cannot_be_understood_counts_as_fixed(text: str) -> None:
    assert autonaming.fixed(text) == (text,)


@pytest.mark.parametrize("config", [{"providers": []}, {"providers": {"aws": "x"}}, {"mode": None}], ids=str)
def test_what_says_nothing_is_the_default(config: Any) -> None:
    assert autonaming.fixed(json.dumps(config)) == ()


TAKEN: list[tuple[Any, tuple[str, ...]]] = [
    ({"pattern": "internal-${name}-${hex(7)}"}, ("pattern: internal-${name}-${hex(7)}",)),
    ({"Pattern": "sg-${name}-${hex(7)}"}, ("pattern: sg-${name}-${hex(7)}",)),
    (provider({"pattern": "${project}-${hex(7)}"}), ("providers.aws.pattern: ${project}-${hex(7)}",)),
    (
        provider({"resources": {GROUP: {"pattern": "${stack}-${hex(7)}"}}}),
        (f"providers.aws.resources.{GROUP}.pattern: ${{stack}}-${{hex(7)}}",),
    ),
]


@pytest.mark.parametrize(("config", "settings"), TAKEN, ids=str)
def test_names_that_begin_like_those_that_aws_keeps_for_itself_are_found(
    config: Any, settings: tuple[str, ...]
) -> None:
    assert autonaming.taken(json.dumps(config), "internal", "sg") == settings
    if "{project}" in settings[0] or "{stack}" in settings[0]:
        assert autonaming.taken(json.dumps(config), "shop", "amber") == ()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"pattern": "internals-${name}"}', '{"pattern": "${name}-sg-${hex(7)}"}', '{"pattern": 1}']
)
def test_all_other_names_are_free(text: str) -> None:
    assert autonaming.taken(text, "internal", "sg") == ()


LONG = "x" * 100
UNFIT: list[tuple[Any, str, tuple[str, ...]]] = [
    ({"pattern": "${project}-${name}-${hex(7)}"}, "shop-of-the-whole-world", ("LoadBalancer", "TargetGroup")),
    ({"pattern": "${project}-${name}-${hex(7)}"}, LONG, ("LoadBalancer", "TargetGroup", "Role")),
    ({"pattern": "${project}-${name}-${hex(7)}"}, "my.shop", ("LoadBalancer", "TargetGroup")),
    ({"pattern": "${project}-${name}-${hex(7)}"}, "my_shop", ("LoadBalancer", "TargetGroup")),
    ({"pattern": "${name}-${hex(7)}-"}, "shop", ("LoadBalancer", "TargetGroup")),
    ({"pattern": "${name}-${uuid}"}, "shop", ("LoadBalancer", "TargetGroup")),
    ({"pattern": "${name}${alphanum(30)}"}, "shop", ("LoadBalancer", "TargetGroup")),
    (provider({"pattern": "${name} ${hex(7)}"}), "shop", ("LoadBalancer", "TargetGroup", "Role", "LaunchTemplate")),
    (
        {"pattern": "${project}-${hex(7)}", **provider({"resources": {"aws:lb/loadBalancer:LoadBalancer": {}}})},
        LONG,
        ("LoadBalancer", "TargetGroup", "Role"),
    ),
]


@pytest.mark.parametrize(("config", "project", "kinds"), UNFIT, ids=str)
def test_names_that_are_too_long_or_have_other_characters_are_found(
    config: Any, project: str, kinds: tuple[str, ...]
) -> None:
    found = autonaming.unfit(json.dumps(config), project, "amber")
    assert [one.partition(" names a ")[2].partition(" ")[0] for one in found] == list(kinds)
    assert all(f"pattern: {'${'}" in one and "characters)" in one for one in found)


@pytest.mark.parametrize("project", ["s", "shop", "My.Shop_2", LONG])
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"mode": "default"},
        {"pattern": "${name}-${hex(7)}"},
        {"pattern": "${name}-${organization}${hex(7)}"},
        # What is not known here is something all the same.
        {"pattern": "${organization}-${name}-${hex(4)}"},
        {"pattern": "${name}-${config.my-key}-${hex(7)}"},
        {"pattern": "${name}-${hex(7)}-${config.shop:env}"},
        {"pattern": "${project}-${hex(7)}", **provider({"mode": "default"})},
        {"pattern": "${project}-${hex(7)}", **provider({"pattern": "${stack}-${hex(9)}"})},
        provider({"resources": {GROUP: {"pattern": "${project}-${hex(7)}"}}}),
    ],
    ids=str,
)
def test_a_project_may_have_any_name_where_none_of_these_has_it(config: Any, project: str) -> None:
    assert autonaming.unfit(json.dumps(config), project, "amber") == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '"default"', '{"providers": []}'])
def test_what_has_no_pattern_makes_no_names(text: str) -> None:
    assert autonaming.unfit(text, LONG, "amber") == ()
