"""Finding and building the engine, with a Go and providers that are made up in a folder."""

import threading
from pathlib import Path

import pytest

from lab import go_build, terraform_provider, toolchain
from lab.go_build import BuildFailed, GoTool, MissingPrerequisite
from lab.terraform_provider import find_provider, linked

NAME = "terraform-provider-aws_v5.100.0_x5"
NOTHING = Path("/nonexistent")
# A Go that answers as the real one; what it builds holds its arguments, its environment and a line per call.
FAKE_GO = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$1" in
  env) echo go1.26.8 ;;
  list) if [ "$2" = -deps ]; then echo fmt; echo os; echo main; else echo "$SDK"; fi ;;
  build)
    echo fmt >&2
    while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
    echo "GOFLAGS=$GOFLAGS GOPROXY=$GOPROXY" > "$out" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with a working Go and a provider, and nothing in the cache."""
    (tmp_path / "bin").mkdir()
    sdk = tmp_path / "sdk" / "python" / "cmd"
    sdk.mkdir(parents=True)
    (sdk / "pulumi-language-python-exec").write_text("the runner")
    provider(tmp_path / "mirror")
    write_go(tmp_path, FAKE_GO)
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TF_PLUGIN_DIR": str(tmp_path / "mirror"),
        "CALLS": str(tmp_path / "calls"),
        "SDK": str(tmp_path / "sdk"),
        "GOPROXY": "https://proxy.example",
    }


def write_go(home: Path, script: str) -> None:
    (home / "bin" / "go").write_text(script)
    (home / "bin" / "go").chmod(0o755)


def provider(mirror: Path, version: str = "5.100.0", platform: str | None = None) -> Path:
    platform = platform or terraform_provider._platform()
    folder = mirror / "registry.terraform.io" / "hashicorp" / "aws" / version / platform
    folder.mkdir(parents=True)
    (folder / NAME).write_text("#!/bin/sh\n")
    (folder / NAME).chmod(0o755)
    return folder / NAME


def calls(machine: dict[str, str]) -> list[str]:
    return Path(machine["CALLS"]).read_text().splitlines()


def no_report(_message: str) -> None:
    pass


def test_the_first_use_builds_both_programs(machine: dict[str, str]) -> None:
    tools = toolchain.ensure(no_report, machine)
    assert tools.engine_version == "3.259.0"
    assert tools.language_exec.read_text() == "the runner"
    assert tools.pulumi.parent == tools.bridge.parent == tools.language_exec.parent
    built = [call for call in calls(machine) if call.startswith("build")]
    assert [call.split()[-1] for call in built] == [
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic",
    ]
    assert "version.Version=v3.259.0" in built[0]


def test_the_second_use_does_not_call_go(machine: dict[str, str]) -> None:
    first = toolchain.ensure(no_report, machine)
    before = calls(machine)
    assert toolchain.ensure(no_report, machine) == first
    assert calls(machine) == before


def test_once_built_no_go_is_needed_at_all(machine: dict[str, str]) -> None:
    first = toolchain.ensure(no_report, machine)
    assert toolchain.ensure(no_report, machine | {"PATH": "/nonexistent"}) == first


def test_the_modules_are_locked_and_come_from_where_the_user_says(machine: dict[str, str]) -> None:
    built = toolchain.ensure(no_report, machine | {"GOFLAGS": "-mod=mod"}).pulumi.read_text()
    assert "-mod=readonly" in built
    assert "GOPROXY=https://proxy.example" in built


def test_progress_says_how_many_packages_there_are(machine: dict[str, str]) -> None:
    said: list[str] = []
    toolchain.ensure(said.append, machine)
    assert any("pulumi v3.259.0: 1 of at most 3 packages compiled" in line for line in said)


def test_two_first_uses_build_once(machine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_LOOK_AGAIN_SECONDS", 0.01)
    go_on = Path(machine["HOME"], "go-on")
    write_go(Path(machine["HOME"]), FAKE_GO.replace("build)", f"build) until [ -e {go_on} ]; do sleep 0.05; done;"))
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        if "waiting for another build" in line:
            go_on.touch()

    uses = [threading.Thread(target=toolchain.ensure, args=(report, machine)) for _ in range(2)]
    for use in uses:
        use.start()
    for use in uses:
        use.join()
    assert len([call for call in calls(machine) if call.startswith("build")]) == 2
    assert any("waiting for another build of the engine" in line for line in said)


def test_a_build_that_fails_leaves_nothing_that_looks_finished(machine: dict[str, str]) -> None:
    write_go(Path(machine["HOME"]), FAKE_GO.replace("build)", "build) echo no space left >&2; exit 1;"))
    with pytest.raises(BuildFailed, match="no space left"):
        toolchain.ensure(no_report, machine)
    write_go(Path(machine["HOME"]), FAKE_GO)
    assert toolchain.ensure(no_report, machine).bridge.exists()


def test_a_missing_go_is_one_line_that_says_what_to_install(machine: dict[str, str]) -> None:
    with pytest.raises(MissingPrerequisite) as caught:
        toolchain.ensure(no_report, machine | {"PATH": "/nonexistent"})
    assert "install Go" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("echo go1.21.0", "go1.21.0"),
        (
            "echo 'go: go.mod requires go >= 1.25.11 (running go 1.22; GOTOOLCHAIN=local)' >&2; exit 1",
            "GOTOOLCHAIN=local",
        ),
        ("exit 1", "no answer"),
    ],
)
def test_an_old_go_is_named_with_the_version_that_is_needed(machine: dict[str, str], answer: str, shown: str) -> None:
    write_go(Path(machine["HOME"]), f"#!/bin/sh\n{answer}\n")
    with pytest.raises(MissingPrerequisite) as caught:
        toolchain.ensure(no_report, machine)
    assert shown in str(caught.value)
    assert "1.25.11 or newer" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1)])
def test_a_python_that_is_new_enough_is_taken(version: tuple[int, ...]) -> None:
    toolchain.require_python(version)


def test_an_old_python_is_named() -> None:
    with pytest.raises(MissingPrerequisite, match=r"Python 3\.10\.4 is too old: install Python 3\.11"):
        toolchain.require_python((3, 10, 4))


def test_other_locked_modules_are_another_engine(machine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = toolchain.engine_key()
    other = Path(machine["HOME"]) / "cli"
    other.mkdir()
    (other / "go.mod").write_text("module x\n\ngo 1.25.11\n\nrequire github.com/pulumi/pulumi/pkg/v3 v3.259.0\n")
    (other / "go.sum").write_text("")
    monkeypatch.setattr(toolchain, "_CLI", GoTool(other, "github.com/pulumi/pulumi/pkg/v3", "cmd/pulumi", "pulumi"))
    assert toolchain.engine_key().split("-")[:2] == before.split("-")[:2]
    assert toolchain.engine_key() != before


@pytest.mark.parametrize(
    ("named", "folder"), [("/c", "/c/tag-team"), ("", "/h/.cache/tag-team"), ("c", "/h/.cache/tag-team")]
)
def test_the_cache_is_where_the_desktop_specification_says(named: str, folder: str) -> None:
    assert toolchain.cache_folder({"XDG_CACHE_HOME": named, "HOME": "/h"}) == Path(folder)


@pytest.mark.parametrize("place", [".terraform.d/plugins", ".local/share/terraform/plugins"])
def test_the_provider_is_found_where_terraform_looks_by_itself(tmp_path: Path, place: str) -> None:
    expected = provider(tmp_path / place)
    assert find_provider({"HOME": str(tmp_path), "XDG_DATA_DIRS": "/nonexistent"}, opt=NOTHING) == expected


def test_the_provider_is_found_in_a_data_folder_of_the_machine(tmp_path: Path) -> None:
    expected = provider(tmp_path / "share" / "terraform" / "plugins")
    environment = {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": f"/nonexistent:{tmp_path / 'share'}"}
    assert find_provider(environment, opt=NOTHING) == expected


def test_the_provider_is_found_in_any_folder_under_opt(tmp_path: Path) -> None:
    expected = provider(tmp_path / "opt" / "some-plugins")
    (tmp_path / "opt" / "a-file").write_text("")
    assert find_provider({"HOME": "/nonexistent", "XDG_DATA_DIRS": "/nonexistent"}, opt=tmp_path / "opt") == expected


def test_the_folder_that_the_user_names_comes_first(tmp_path: Path) -> None:
    expected = provider(tmp_path / "named")
    provider(tmp_path / ".terraform.d" / "plugins")
    assert find_provider({"HOME": str(tmp_path), "TF_PLUGIN_DIR": str(tmp_path / "named")}, opt=NOTHING) == expected


def test_another_version_or_platform_is_no_substitute(tmp_path: Path) -> None:
    provider(tmp_path / "a", version="6.0.0")
    provider(tmp_path / "b", platform="plan9_mips")
    for name in "ab":
        assert find_provider({"HOME": "/nonexistent", "TF_PLUGIN_DIR": str(tmp_path / name)}, opt=NOTHING) is None


def test_a_file_that_cannot_be_run_is_no_provider(tmp_path: Path) -> None:
    provider(tmp_path).chmod(0o644)
    assert find_provider({"HOME": "/nonexistent", "TF_PLUGIN_DIR": str(tmp_path)}, opt=NOTHING) is None


def test_the_link_to_the_provider_has_the_name_that_the_bridge_needs(tmp_path: Path) -> None:
    target = provider(tmp_path / "mirror")
    link = linked(target, tmp_path / "cache")
    assert link.name == "terraform-provider-aws"
    assert link.resolve() == target
    assert linked(target, tmp_path / "cache") == link


def test_two_providers_have_two_links(tmp_path: Path) -> None:
    links = {linked(provider(tmp_path / name), tmp_path / "cache") for name in "ab"}
    assert len(links) == 2


def test_what_the_bridge_has_downloaded_before_is_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "registry.opentofu.org/hashicorp/aws/5.100.0" / terraform_provider._platform()
    folder.mkdir(parents=True)
    (folder / "terraform-provider-aws").write_text("#!/bin/sh\n")
    (folder / "terraform-provider-aws").chmod(0o755)
    assert terraform_provider.downloaded_provider(tmp_path) == folder / "terraform-provider-aws"


def test_numbers_of_a_go_version_are_compared_as_numbers() -> None:
    assert go_build._numbers("go1.9.2") < go_build._numbers("1.25.11") < go_build._numbers("go1.26rc1")
