"""The working copy of a project that is rehearsed on an account of the user's own."""

from pathlib import Path

import pytest
import yaml

from lab import own_project
from lab.own_project import SMALLEST
from lab.workspace import CHECKOUT

NAME = "rehearsal-1.shop.example"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A project that was renamed, and is in use."""
    folder = tmp_path / "origin"
    folder.mkdir()
    project = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
    project |= {"name": "shop", "secretsprovider": "awskms://x"}
    project["config"]["aws:region"] = "eu-west-1"
    project["config"]["certificateArn"]["default"] = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
    del project["config"]["natGateways"]
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    own = {
        "red": {"release": "1.4.1", "shop:hotfix": True, "awake": False},
        "blue": {"shop:release": "1.4.2"},
        "live": {"active": "blue", "shop:share": {"red": 5}, "override": {"attempt": "x"}, "dnsPort": 5353},
    }
    for stack, config in own.items():
        content = {"config": config, "encryptionsalt": "v1:x"}
        (folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(content))
    return folder


def config_of(made: own_project.OwnAccount, stack: str) -> dict[str, object]:
    content = yaml.safe_load((made.directory / f"Pulumi.{stack}.yaml").read_text())
    assert set(content) == {"config"}
    found: dict[str, object] = content["config"]
    return found


def test_it_is_as_small_as_can_be_and_has_another_name(origin: Path, tmp_path: Path) -> None:
    made = own_project.lay_out(tmp_path / "copy", origin, NAME, {"PATH": ""})
    assert made.project_config("names") == [NAME]
    assert {key: made.project_config(key) for key in SMALLEST} == dict(SMALLEST)
    assert made.project_config("image") == "registry.shop.example/web"
    assert made.session().region_name == "eu-west-1"
    assert (made.directory / "components").resolve() == CHECKOUT / "components"


def test_the_stack_files_say_nothing_of_the_traffic_of_today(origin: Path, tmp_path: Path) -> None:
    made = own_project.lay_out(tmp_path / "copy", origin, NAME, {"PATH": ""})
    assert config_of(made, "red") == {"release": "1.4.1"}
    assert config_of(made, "blue") == {"shop:release": "1.4.2"}
    assert config_of(made, "live") == {"dnsPort": 5353}
    assert own_project.live_config(made, "dnsPort", 53) == 5353
    assert own_project.live_config(made, "resolvers", ["1.1.1.1"]) == ["1.1.1.1"]
    made.edit_stack("live", dnsPort="5454", resolvers='["192.0.2.1"]')  # as `pulumi` writes them
    assert own_project.live_config(made, "dnsPort", 53) == 5454
    assert own_project.live_config(made, "resolvers", []) == ["192.0.2.1"]
    made.edit_stack("live", dnsPort=5353, resolvers=None)
    made.edit_stack("live", active="red")
    assert config_of(made, "live") == {"dnsPort": 5353, "active": "red"}


def test_the_project_itself_is_left_as_it_is(origin: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_text() for file in origin.iterdir()}
    own_project.lay_out(tmp_path / "copy", origin, NAME, {"PATH": ""})
    assert {file.name: file.read_text() for file in origin.iterdir()} == before


def test_without_a_release_there_is_nothing_to_run(origin: Path, tmp_path: Path) -> None:
    (origin / "Pulumi.blue.yaml").unlink()
    with pytest.raises(LookupError, match="pulumi config set release RELEASE -s blue"):
        own_project.lay_out(tmp_path / "copy", origin, NAME, {"PATH": ""})


def test_its_state_is_its_own_whatever_the_environment_says(tmp_path: Path) -> None:
    said = {
        "PATH": "/bin",
        "AWS_PROFILE": "shop",
        "PULUMI_BACKEND_URL": "s3://the-real-one",
        "PULUMI_STACK": "live",
        "PULUMI_OPTION_CWD": "/the/real/one",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/secret",
        "PULUMI_HOME": "/home",
    }
    assert own_project.of(tmp_path, said).environment == {
        "PATH": "/bin",
        "AWS_PROFILE": "shop",
        "PULUMI_HOME": "/home",
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "rehearsal",
    }
    assert own_project.source(said) == Path("/the/real/one")
    assert own_project.source({}) == CHECKOUT


def test_no_name_comes_twice() -> None:
    assert len({own_project.throw_away("shop.example") for _ in range(100)}) == 100
