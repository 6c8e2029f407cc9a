"""A newcomer who types what docs/first-time.md says, on an AWS that has nothing but the zone, gets there."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lab import workspace
from lab.client import start
from lab.pulumi_command import Result
from lab.workspace import CHECKOUT, Workspace
from tests.lab.building import report
from tests.lab.typed import CONFIRMING, missing, type_in, typed
from tests.lab.world import ALIAS_TTL_SECONDS, FIRST, LIVE, READINESS_MILLISECONDS, SECOND, World
from tests.pages import FIRST_TIME

# What the page shows of a file, written into it.
_EDITOR = """\
import sys
from pathlib import Path
import yaml
file = Path(sys.argv[1])
content, shown = yaml.safe_load(file.read_text()), yaml.safe_load(Path(__file__).with_name("shown.yaml").read_text())
for key, value in shown["config"].items():
    content["config"][key] = {**content["config"][key], **value} if isinstance(value, dict) else value
file.write_text(yaml.safe_dump(content, sort_keys=False))
"""


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[World]:
    """A folder like a clone that nobody has worked in, without stacks, and who types there."""
    with start(tmp_path / "server", alias_ttl=ALIAS_TTL_SECONDS, health_seconds=1) as server:
        made = workspace.lay_out(tmp_path, server.addresses, report)
        made.edit_project(readinessLatency=READINESS_MILLISECONDS)
        _forget_stacks(made)
        _lay_out_make(made.directory)
        environment = {
            **{name: value for name, value in made.environment.items() if name != "PULUMI_BACKEND_URL"},
            **CONFIRMING,
            # What the page wants to be seen before, it previews.
            "PULUMI_OPTION_SKIP_PREVIEW": "true",
            "STATE": _empty(tmp_path / "backend").as_uri(),
            "EDITOR": str(_editor(_empty(tmp_path / "editor"))),
        }
        nothing = Result(1, 0.0, (), "")
        yield World(replace(made, environment=environment), server.addresses, server.client, nothing)


def _forget_stacks(made: Workspace) -> None:
    """The workspace has made them in a backend of its own, which the newcomer does not know."""
    for stack in (FIRST, SECOND, LIVE):
        content = yaml.safe_load(made.stack_file(stack))
        content.pop("encryptionsalt")
        made.restore_stack_file(stack, yaml.safe_dump(content))


def _lay_out_make(folder: Path) -> None:
    """What `make setup` needs, with nothing for it to do: a .venv that is newer than what it was made from."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        (folder / name).write_bytes((CHECKOUT / name).read_bytes())
        os.utime(folder / name, (0, 0))
    venv = folder / ".venv"
    venv.unlink()
    _empty(venv)
    for path in Path(sys.prefix).iterdir():
        (venv / path.name).symlink_to(path)
    (venv / ".ready").unlink(missing_ok=True)
    (venv / ".ready").touch()


def _editor(folder: Path) -> Path:
    """What writes into a file what the page shows of it; one word, as a shell takes $EDITOR apart at spaces."""
    (shown,) = [block.text for block in FIRST_TIME.blocks if block.language == "yaml"]
    (folder / "shown.yaml").write_text("\n".join(line for line in shown.splitlines() if line.strip() != "…"))
    (folder / "editor.py").write_text(_EDITOR)
    editor = folder / "editor"
    editor.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(folder / "editor.py")])} "$@"\n')
    editor.chmod(0o755)
    return editor


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_whoever_types_what_the_page_says_has_the_first_colour_in_charge(newcomer: World) -> None:
    commands = typed(FIRST_TIME)
    printed = type_in(commands, newcomer.workspace.directory, newcomer.workspace.environment)
    left = {one.command: missing(one.shown, text) for one, text in zip(commands, printed, strict=True)}
    assert not any(left.values()), f"not printed: {left}\n{printed}"
    assert newcomer.weights() == {FIRST: 100, SECOND: 0}
    assert newcomer.in_charge() == FIRST
    newcomer.assert_nothing_half_done()
    newcomer.assert_always_carried()
