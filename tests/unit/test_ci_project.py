"""What the steps know of the project, from its own files."""

import json
from pathlib import Path
from typing import Any

import pytest

from ci import project
from cutover.refusal import Refusal
from tests.unit.sources import ROOT

PROJECT: dict[str, Any] = {
    "name": "shop",
    "config": {
        "cidrs": {"type": "object", "default": {"green": "10.1.0.0/16", "amber": "10.2.0.0/16"}},
        "names": {"default": ["WWW.Shop.example."]},
        "zone": "Shop.example.",
        "shop:zoneId": {"value": "Z1"},
        "aws:region": "eu-west-1",
    },
}


def test_this_projects_own_files_say_what_it_is() -> None:
    found = project.read(ROOT)
    assert (found.stacks, found.names, found.zone) == (("red", "blue", "live"), ["www.shop.example"], "shop.example")
    assert found.active == "red"
    assert found.in_charge_parameter == "/tag-team/www.shop.example/in-charge"
    assert found.zone_id is None


def test_keys_count_with_and_without_a_namespace_as_values_and_as_defaults() -> None:
    found = project.of(PROJECT, {"config": {"active": "amber", "aws:profile": "ops"}})
    assert found.stacks == ("green", "amber", "live")
    assert (found.names, found.zone, found.zone_id) == (["www.shop.example"], "shop.example", "Z1")
    assert found.provider == {"region": "eu-west-1", "profile": "ops"}
    assert found.active == "amber"
    assert project.of(PROJECT, {"config": {"shop:active": "green"}}).active == "green"


def test_what_pulumi_config_set_writes_as_text_is_read_as_what_it_says() -> None:
    config = {**PROJECT["config"], "names": '["www.shop.example"]', "cidrs": '{"green": "10.1.0.0/16"}'}
    assert project.of({**PROJECT, "config": config}, {}).names == ["www.shop.example"]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("config:\n  hotfix: true\n", {"amber"}),
        ("config:\n  shop:hotfix: 'true'\n", {"amber"}),
        ("config:\n  hotfix: false\n", set()),
        ("config: {}\n", set()),
        (None, set()),
    ],
)
def test_a_hotfix_is_what_a_colours_own_file_says(tmp_path: Path, own: str | None, expected: set[str]) -> None:
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(PROJECT))
    if own is not None:
        (tmp_path / "Pulumi.amber.yaml").write_text(own)
    assert project.read(tmp_path).hotfixes == expected


@pytest.mark.parametrize("key", ["cidrs", "names", "zone"])
def test_a_project_that_does_not_say_what_it_is_is_refused(key: str) -> None:
    config = {name: value for name, value in PROJECT["config"].items() if name != key}
    with pytest.raises(Refusal, match="does not say what the colours, the live names and the zone are"):
        project.of({**PROJECT, "config": config}, {})


@pytest.mark.parametrize("text", ["", "[1]", "a: b: c", "\x00"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(Refusal, match=r"Pulumi\.yaml cannot be read"):
        project.read(tmp_path)


def test_without_a_file_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"Pulumi\.yaml cannot be read"):
        project.read(tmp_path)
