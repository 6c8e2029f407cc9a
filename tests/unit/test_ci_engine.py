"""What is asked of `pulumi`, with a `pulumi` that is a script."""

import os
from pathlib import Path

import pytest

from ci import engine
from cutover.refusal import Refusal


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script, which comes first in PATH."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


def say(program: Path, stdout: str, stderr: str = "", code: int = 0) -> None:
    program.write_text(f"#!/bin/sh\ncat <<'O'\n{stdout}\nO\ncat >&2 <<'E'\n{stderr}\nE\nexit {code}\n")


def test_a_state_is_what_the_backend_exports_without_secrets(pulumi: Path, tmp_path: Path) -> None:
    pulumi.write_text('#!/bin/sh\necho "$*" > args\necho \'{"deployment": {"resources": []}}\'\n')
    assert engine.export(tmp_path, "live") == {"resources": []}
    assert "--show-secrets" not in (tmp_path / "args").read_text()
    say(pulumi, '{"version": 3, "deployment": null}')
    assert engine.export(tmp_path, "live") == {}


def test_a_stack_that_is_not_there_is_told_from_one_that_cannot_be_read(pulumi: Path, tmp_path: Path) -> None:
    say(pulumi, "", "error: no stack named 'live' found", 255)
    assert engine.export(tmp_path, "live") is None
    with pytest.raises(Refusal, match="the state of stack red cannot be read"):
        engine.export(tmp_path, "red")


@pytest.mark.parametrize(
    ("stdout", "stderr", "code"),
    [("", "error: AccessDenied", 255), ("nonsense", "", 0), ("[]", "", 0), ('{"version": 3}', "", 0), ("", "", 0)],
)
def test_a_state_that_cannot_be_read_is_a_refusal(
    pulumi: Path, tmp_path: Path, stdout: str, stderr: str, code: int
) -> None:
    say(pulumi, stdout, stderr, code)
    with pytest.raises(Refusal, match="the state of stack live cannot be read"):
        engine.export(tmp_path, "live")


def test_without_a_policy_pack_nothing_is_previewed(pulumi: Path, tmp_path: Path) -> None:
    say(pulumi, "")
    with pytest.raises(Refusal, match="there is no policy pack"):
        engine.preview(tmp_path, "live")
