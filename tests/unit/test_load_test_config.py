"""What the project's files say of the colour that is to be tested, without an engine."""

from pathlib import Path

import pytest

from cutover.refusal import Refusal
from load_test import config
from load_test.config import Config
from propagation import Endpoint

PROJECT = """\
name: shop
runtime: python
config:
  names: {type: array, default: [www.shop.example]}
  zone: {type: string, default: shop.example}
  cidrs: {type: object, default: {amber: 10.10.0.0/16, violet: 10.20.0.0/16}}
  image: {type: string, default: registry.shop.example/web}
  httpsPort: {type: integer, default: 8443}
  peakRps: {type: integer, default: 40}
  loadTestSuccess: {type: string, default: "99.5"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.violet.yaml").write_text('config:\n  shop:release: "1.10"\n  aws:region: eu-west-3\n')
    (tmp_path / "Pulumi.live.yaml").write_text(
        'config:\n  active: amber\n  resolvers: ["192.0.2.53"]\n  dnsPort: 5353\n'
    )
    return tmp_path


def read(folder: Path, colour: str = "violet") -> Config:
    return config.read(str(folder), colour)


def refusal(folder: Path, colour: str = "violet") -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(folder, colour)
    return refused.value


def test_shared_keys_the_colours_own_and_the_resolvers_of_live_are_read(folder: Path) -> None:
    found = read(folder)
    assert (found.colour, found.release, found.provider) == ("violet", "1.10", {"region": "eu-west-3"})
    assert found.resolvers == (Endpoint("192.0.2.53", 5353),)
    measure = found.shared.load_test_measure
    assert (measure.rps, measure.seconds, measure.success, measure.p99) == (40, 300, 99.5, 1000)
    assert found.shared.own_url("violet") == "https://violet.www.shop.example:8443"
    assert found.shared.load_test_parameter("violet") == "/tag-team/www.shop.example/violet/load-test"


def test_a_release_that_is_read_as_another_one_is_refused_as_the_engine_would_make_it(folder: Path) -> None:
    (folder / "Pulumi.violet.yaml").write_text("config:\n  shop:release: 1.10\n")
    assert "was written 1.10 and is read as 1.1" in refusal(folder).problem


def test_a_colour_that_is_asleep_is_refused(folder: Path) -> None:
    (folder / "Pulumi.violet.yaml").write_text('config: {release: "1.0", awake: false}\n')
    refused = refusal(folder)
    assert refused.problem == "violet cannot be tested: it is asleep"
    assert refused.next_step == "pulumi config set awake true -s violet && pulumi up -s violet"


@pytest.mark.parametrize(
    ("colour", "problem"), [("live", "live is no colour"), ("green", "there is no stack green"), ("../x", "no stack")]
)
def test_what_is_no_colour_is_refused(folder: Path, colour: str, problem: str) -> None:
    assert problem in refusal(folder, colour).problem


def test_bad_and_unknown_keys_are_refused_as_in_a_preview(folder: Path) -> None:
    (folder / "Pulumi.violet.yaml").write_text('config: {release: "1.0", relase: "1.1"}\n')
    assert "config key relase of stack violet is unknown" in refusal(folder).problem
    (folder / "Pulumi.violet.yaml").write_text('config: {release: "1.0", peakRps: 4}\n')
    assert "stack violet overrides peakRps" in refusal(folder).problem
    (folder / "Pulumi.yaml").write_text(PROJECT.replace("default: 40", "default: many"))
    assert "peakRps: many" in refusal(folder).seen


def test_a_key_that_stands_twice_or_is_of_another_project_is_refused(folder: Path) -> None:
    (folder / "Pulumi.violet.yaml").write_text('config: {release: "1.0", "shop:release": "1.1"}\n')
    assert "stands twice" in refusal(folder).problem
    (folder / "Pulumi.violet.yaml").write_text('config: {"store:release": "1.0"}\n')
    assert "of the project store" in refusal(folder).problem


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    assert "Pulumi.yaml cannot be read" in refusal(tmp_path).problem
