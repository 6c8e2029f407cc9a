"""`sh setup.sh REGION`: the region in Pulumi.yaml, and the stacks, by a `pulumi` that only notes what it is asked."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cutover.refusal import Refusal
from start import __main__ as start
from start import region
from tests.unit.sources import ROOT, nodes, packages, words

PROJECT = (ROOT / "Pulumi.yaml").read_text()
# What `pulumi stack ls` prints is in stacks.json; a stack that is made is added there.
PULUMI = """\
#!/bin/sh
echo "$*" >> calls
case "$1 $2" in
    "whoami --json") [ -z "$NOBODY" ] || { echo "error: PULUMI_ACCESS_TOKEN must be set" >&2; exit 255; }
        echo '{"user": "ann", "url": "file://state"}' ;;
    "stack ls") cat stacks.json ;;
    "stack init") [ "$3" != "$BROKEN" ] || exit 255 ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, and a `pulumi` that is logged in."""
    folder, binaries = tmp_path / "shop", tmp_path / "bin"
    for path in (folder, binaries):
        path.mkdir()
    (binaries / "pulumi").write_text(PULUMI)
    (binaries / "pulumi").chmod(0o755)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "stacks.json").write_text("[]")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{binaries}:{os.environ['PATH']}")
    for name in ("NOBODY", "BROKEN"):
        monkeypatch.delenv(name, raising=False)
    return folder


def made(project: Path) -> list[str]:
    lines = (project / "calls").read_text().splitlines()
    return [line.removeprefix("stack init ") for line in lines if line.startswith("stack init")]


def region_of(project: Path) -> str:
    return str(yaml.safe_load((project / "Pulumi.yaml").read_text())["config"]["aws:region"])


def test_the_region_and_a_stack_for_each_colour_and_live_are_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(["eu-central-1", "--secrets-provider=passphrase"]) == 0
    colours = yaml.safe_load(PROJECT)["config"]["cidrs"]["default"]
    assert made(project) == [f"{stack} --no-select --secrets-provider=passphrase" for stack in (*colours, "live")]
    assert region_of(project) == "eu-central-1"
    said = capsys.readouterr().out
    assert "region: eu-central-1, written into Pulumi.yaml" in said
    assert "state: file://state, as ann" in said


def test_what_is_there_already_is_left_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["eu-central-1"]) == 0
    (project / "stacks.json").write_text(json.dumps([{"name": "live"}, {"name": "dev"}]))
    (project / "calls").unlink()
    before = (project / "Pulumi.yaml").read_text()
    assert start.main([]) == 0
    colours = list(yaml.safe_load(PROJECT)["config"]["cidrs"]["default"])
    assert made(project) == [f"{colour} --no-select" for colour in colours]
    assert (project / "Pulumi.yaml").read_text() == before
    said = capsys.readouterr().out
    assert "stack live: is there already" in said
    assert "stack dev is none of this project's: pulumi stack rm dev" in said


def test_whoever_is_not_logged_in_is_told_so_before_anything_is_done(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOBODY", "1")
    with pytest.raises(Refusal, match="`pulumi whoami --json` does not answer") as refused:
        start.main(["eu-central-1"])
    assert "PULUMI_ACCESS_TOKEN must be set" in refused.value.seen
    assert refused.value.next_step.startswith("pulumi login")
    assert made(project) == []
    assert (project / "Pulumi.yaml").read_text() == PROJECT


def test_without_pulumi_it_is_told_where_to_get_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(Refusal, match="there is no `pulumi` here"):
        start.main(["eu-central-1"])


def test_a_stack_that_cannot_be_made_is_the_last_one_that_was_tried(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = yaml.safe_load(PROJECT)["config"]["cidrs"]["default"]
    monkeypatch.setenv("BROKEN", second)
    with pytest.raises(Refusal, match=f"stack {second} was not made"):
        start.main(["eu-central-1"])
    assert [line.split()[0] for line in made(project)] == [first, second]


@pytest.mark.parametrize(
    ("text", "wanted", "problem"),
    [
        (PROJECT, "", "nothing says in which region"),
        (PROJECT, "eu-centrl-1", "eu-centrl-1 is no region"),
        (PROJECT, "Frankfurt", "Frankfurt is no region"),
        (PROJECT.replace("config:\n", "config:\n  aws:region: eu-west-1\n"), "eu-central-1", "says another region"),
        (PROJECT.replace("config:\n", "config:\n  aws:region: {value: eu-west-1}\n"), "us-east-1", "another region"),
        ("name: shop\nconfig: {names: []}\n", "eu-central-1", "cannot be written into Pulumi.yaml"),
        ("name: shop\n", "eu-central-1", "cannot be written into Pulumi.yaml"),
    ],
)
def test_a_region_that_is_not_certain_is_refused_and_nothing_is_written(
    text: str, wanted: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "Pulumi.yaml"
    file.write_text(text)
    with pytest.raises(Refusal, match=problem):
        region.put(file, wanted)
    assert file.read_text() == text


@given(st.sampled_from(["  ", "    "]), st.sampled_from(["", "# shared\n"]), st.sampled_from(["", "  # ours"]))
def test_a_region_is_added_and_all_else_stays(indent: str, comment: str, beside: str) -> None:
    text = f"name: shop\nconfig:{beside}\n{comment}{indent}names:\n{indent}{indent}default: [a.example]\n"
    try:
        after = region._with(text, "eu-central-1", "Pulumi.yaml")
    except Refusal:
        assert comment
        return
    lines = after.splitlines()
    assert [line for line in lines if "aws:region" not in line] == text.splitlines()
    assert f"{indent}aws:region: eu-central-1" in lines


def test_every_region_of_aws_is_known_and_nothing_else() -> None:
    assert {"eu-central-1", "us-gov-west-1", "cn-north-1"} <= region.known()
    assert not {"", "aws-global", "none"} & region.known()


@pytest.mark.parametrize("code", [0, 1])
def test_half_of_an_environment_is_not_left(code: int, tmp_path: Path) -> None:
    python = tmp_path / "python3"
    own = f"printf '#!/bin/sh\\nexit {code}\\n' > .venv/bin/python"
    python.write_text(f"#!/bin/sh\nmkdir -p .venv/bin\n{own}\nchmod +x .venv/bin/python\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["sh", str(ROOT / "ci" / "setup.sh")], cwd=tmp_path, env={**os.environ, "PYTHON": str(python)}, check=False
    )
    assert done.returncode == code
    assert (tmp_path / ".venv").exists() is (code == 0)


def test_it_knows_neither_the_lab_nor_any_colour() -> None:
    paths = sorted((ROOT / "start").glob("*.py"))
    assert len(paths) == 4
    for path in paths:
        assert not packages(path) & {"lab", "tests", "moto", "release"}, path
        assert not words(nodes(path)) & {"red", "blue"}, path
