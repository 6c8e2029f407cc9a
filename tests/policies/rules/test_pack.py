import json
from pathlib import Path

import pytest
import yaml
from pulumi_policy import EnforcementLevel

from components.settings import SHARED_KEYS
from cutover import weights
from policies import document, pack, project_config

ROOT = Path(__file__).resolve().parents[3]
PROJECT = {
    "names": {"type": "array", "default": ["www.shop.example", "api.shop.example"]},
    "capacity": {"value": 7},
    "availabilityZones": 3,
    "cidrs": {"default": {"amber": "10.10.0.0/16", "violet": "10.20.0.0/16"}},
    "https": {"default": True},
    "httpsPort": {"default": 8443},
    "port": {"default": 8080},
    "healthPath": {"default": "/healthz"},
    "instanceType": {"default": "m7i.large"},
    "natGateways": {"default": 2},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the colours amber and violet."""
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "shop", "config": PROJECT}))
    (tmp_path / "Pulumi.amber.yaml").write_text(yaml.safe_dump({"config": {"shop:release": "1.4.2"}}))
    (tmp_path / "Pulumi.live.yaml").write_text(
        yaml.safe_dump({"config": {"shop:active": "amber", "shop:failover": True}})
    )
    return tmp_path


def test_the_rules_take_their_parameters_from_the_project_beside_the_pack(root: Path) -> None:
    given = project_config.initial(root)
    colours = ["amber", "violet"]
    assert given["full-capacity"] == {"capacity": 7, "zones": 3}
    assert given["full-capacity-zones"] == {"zones": 3}
    assert given["one-in-charge"] == {"names": ["www.shop.example", "api.shop.example"], "colours": colours}
    assert given["fast-rollback"] == {"failover": True}
    assert given["locked-doors"] == {"openPorts": [80, 8443], "plainHttp": False}
    assert given["same-shape"]["values"]["aws:lb/targetGroup:TargetGroup"] == {
        "port": 8080,
        "healthCheck.path": "/healthz",
    }
    assert given["same-shape"]["counts"]["aws:ec2/subnet:Subnet"] == 6
    assert given["tagged"] == {"colours": colours, "service": "www.shop.example", "releases": {"amber": "1.4.2"}}


@pytest.mark.parametrize("percent", range(1, 51))
def test_the_weight_of_a_share_is_the_one_that_the_program_gives_it(root: Path, percent: int) -> None:
    live = {"config": {"shop:active": "amber", "shop:share": {"violet": percent}}}
    (root / "Pulumi.live.yaml").write_text(yaml.safe_dump(live))
    assert project_config.initial(root)["one-in-charge"]["shareWeight"] == weights.of_share(percent)


def test_texts_are_read_as_what_they_say_because_pulumi_config_set_writes_texts(root: Path) -> None:
    live = {"config": {"shop:failover": "false", "shop:share": '{"violet": 50}'}}
    (root / "Pulumi.live.yaml").write_text(yaml.safe_dump(live))
    (root / "Pulumi.amber.yaml").write_text(yaml.safe_dump({"config": {"shop:release": "1.10"}}))
    project = {**PROJECT, "capacity": {"value": "7"}, "https": "false", "names": '["www.shop.example"]'}
    (root / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "shop", "config": project}))
    given = project_config.initial(root)
    assert given["fast-rollback"] == {"failover": False}
    assert given["one-in-charge"]["shareWeight"] == 100
    assert given["one-in-charge"]["names"] == ["www.shop.example"]
    assert given["full-capacity"]["capacity"] == 7
    assert given["locked-doors"]["plainHttp"] is True
    assert given["tagged"]["releases"] == {"amber": "1.10"}


def test_names_and_keys_are_read_in_every_way_that_the_program_reads_them_in(root: Path) -> None:
    project = {"shop:names": ["WWW.Shop.example."], "shop:capacity": {"default": 7}, "cidrs": PROJECT["cidrs"]}
    (root / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "shop", "config": project}))
    given = project_config.initial(root)
    assert given["one-in-charge"]["names"] == ["www.shop.example"]
    assert given["tagged"]["service"] == "www.shop.example"
    assert given["full-capacity"]["capacity"] == 7


@pytest.mark.parametrize("release", ["7", "yes", "true", "'1.10'"])
def test_a_release_is_a_text_whatever_it_looks_like(root: Path, release: str) -> None:
    (root / "Pulumi.amber.yaml").write_text(f"config:\n  shop:release: {release}\n")
    assert project_config.initial(root)["tagged"]["releases"]["amber"] == release.strip("'")


def test_a_pack_that_lies_beside_no_project_starts_with_the_defaults_of_its_rules(tmp_path: Path) -> None:
    assert pack.initial_config(tmp_path) == {}


def test_what_a_project_does_not_say_is_left_to_the_rules(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "shop", "runtime": "python"}))
    given = project_config.initial(tmp_path)
    assert not given.keys() & {"full-capacity", "locked-doors", "fast-rollback"}


def test_parameters_of_the_project_do_not_change_the_level_of_a_rule(root: Path) -> None:
    levels = {rule.name: rule.enforcement_level for rule in pack.RULES}
    for name, given in pack.initial_config(root).items():
        assert isinstance(given, dict)
        assert given["enforcementLevel"] is levels[name]


@pytest.mark.parametrize("folder", ["here", "project"])
def test_parameters_are_those_that_the_rules_have(root: Path, folder: str) -> None:
    schemas = {rule.name: rule.config_schema.properties if rule.config_schema else {} for rule in pack.RULES}
    for name, given in project_config.initial(root if folder == "here" else ROOT).items():
        assert given.keys() <= schemas[name].keys()


def test_keys_of_the_project_are_called_as_the_program_calls_them() -> None:
    assert PROJECT.keys() <= {key.name for key in SHARED_KEYS}


def test_every_rule_has_a_kebab_case_name_a_reason_a_remedy_and_a_default_for_each_parameter() -> None:
    names = [rule.name for rule in pack.RULES]
    assert len(set(names)) == len(names)
    for rule in pack.RULES:
        assert rule.name == rule.name.lower().replace("_", "-")
        assert rule.display_name
        assert rule.remediation_steps
        for schema in (rule.config_schema.properties if rule.config_schema else {}).values():
            assert {"type", "default", "description"} <= schema.keys()
            assert json.dumps(schema)


def test_all_rules_are_mandatory_but_those_that_say_why_not() -> None:
    advisory = {rule.name for rule in pack.RULES if rule.enforcement_level is EnforcementLevel.ADVISORY}
    assert advisory == {"unreviewed-type", "tagged"}
    assert {rule.enforcement_level for rule in pack.RULES} == {EnforcementLevel.ADVISORY, EnforcementLevel.MANDATORY}


def test_the_page_about_the_rules_is_what_the_rules_say() -> None:
    page = (ROOT / "docs" / "policies.md").read_text()
    assert page == document.text(), "run: python -m policies.document > docs/policies.md"
