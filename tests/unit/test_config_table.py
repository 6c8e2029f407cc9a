"""docs/config.md and Pulumi.yaml say of every key what the settings say, and a new key comes into both by itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components import config_table
from components.config_key import Key
from components.config_table import BEGIN, END, declared, documented
from components.config_value import whole_number
from components.settings import ALL_KEYS, SHARED_KEYS

ROOT = Path(__file__).resolve().parents[2]
PAGE, PROJECT = (ROOT / config_table.DOCS).read_text(), (ROOT / config_table.PROJECT).read_text()
REMEDY = "python -m components.config_table writes it"
NEW = Key("spares", whole_number(0, 9), "a whole | number", "instances beyond these", "2", "two", "less than capacity")


@pytest.fixture
def new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_table, "SHARED_KEYS", (*SHARED_KEYS, NEW))


def config(project: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(project)["config"]
    return found


def test_the_page_is_what_the_keys_say() -> None:
    assert documented(PAGE, PROJECT) == PAGE, REMEDY


def test_the_project_is_what_the_keys_say() -> None:
    assert declared(PROJECT) == PROJECT, REMEDY


def test_every_default_of_the_project_is_of_its_type() -> None:
    types = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    wrong = {
        name: entry for name, entry in config(PROJECT).items() if type(entry["default"]) is not types[entry["type"]]
    }
    assert wrong == {}
    maps = {key.name for key in SHARED_KEYS if key.default == "{}"}
    assert {config(PROJECT)[name]["type"] for name in maps} == {"object"}


def test_every_key_has_one_row() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(ALL_KEYS)


def test_every_key_says_what_it_means_and_what_is_allowed() -> None:
    assert all(key.meaning.strip() and key.allowed.strip() for key in ALL_KEYS.values())


@pytest.mark.usefixtures("new_key")
def test_a_new_key_is_declared_with_its_type_its_default_and_what_it_means() -> None:
    found = declared(PROJECT)
    assert config(found)["spares"] == {
        "type": "integer",
        "default": 2,
        "description": "Instances beyond these (2 = two)",
    }
    assert {key: entry for key, entry in config(found).items() if key != "spares"} == config(PROJECT)
    assert declared(found) == found


@pytest.mark.usefixtures("new_key")
def test_a_new_key_is_on_the_page_without_breaking_its_table() -> None:
    row = "| `spares` | instances beyond these | `2` (two) | a whole &#124; number; less than capacity |"
    assert row in documented(PAGE, declared(PROJECT)).splitlines()


def test_what_a_project_sets_stays_and_is_what_the_page_shows() -> None:
    edited = PROJECT.replace("default: 4\n", "default: 6\n").replace("config:\n", "config:\n  aws:region: eu-west-3\n")
    assert config(declared(edited))["capacity"]["default"] == 6
    assert config(declared(edited))["aws:region"] == "eu-west-3"
    assert "each colour runs exactly so many | `6` |" in documented(PAGE, edited)


def test_a_value_without_a_declaration_stays_as_it_is() -> None:
    lines = PROJECT.splitlines(keepends=True)
    at = lines.index("  zone:\n")
    bare = "".join([*lines[:at], "  zone: shop.example\n", *lines[at + 4 :]])
    assert config(bare)["zone"] == "shop.example"
    assert declared(bare) == bare
    assert documented(PAGE, bare) == PAGE


@pytest.mark.parametrize("page", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_page_without_a_place_for_the_tables_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        documented(page, PROJECT)


def test_the_rest_of_the_page_stays() -> None:
    found = documented(f"above\n{BEGIN}old{END}\nbelow\n", PROJECT)
    assert found.startswith(f"above\n{BEGIN}\n\n| key |")
    assert found.endswith(f"{END}\nbelow\n")
    assert "old" not in found.split("|")[0]
