"""The lab, its shell and its tests in an environment that is set up for everything else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.environment import is_foreign
from lab.workspace import CHECKOUT, REGION
from tests.lab import clones
from tests.lab.hostile import hostile

# As the Makefile starts it: what is in PYTHONPATH and the like counts for this process too.
PYTHON = (sys.executable, "-E", "-X", "utf8")
_SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
# As strict as a shell can be, with a field separator of its own.
_SOURCE = 'set -eu; IFS=:; . "$0" >/dev/null; IFS=" "; "$@"'


@dataclass(frozen=True)
class Shell:
    """A lab that was started by `lab up` in a clone of its own, and the environment of whoever uses it."""

    clone: Path
    environment: dict[str, str]

    @property
    def script(self) -> Path:
        return self.clone / ".lab" / "env"

    def run(self, *command: str, code: str = _SOURCE, shell: str = "sh") -> "subprocess.CompletedProcess[str]":
        """`command` in a shell that has sourced the script."""
        return subprocess.run(
            [shell, "-c", code, str(self.script), *command],
            cwd=self.clone.parent,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """`make lab` and `make lab-down` in a hostile environment."""
    root = tmp_path_factory.mktemp("any-shell")
    clone = clones.clone(root)
    # Shells write these themselves.
    own = ("LAB_USER_ENVIRONMENT", "PWD", "OLDPWD", "SHLVL", "_")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment |= hostile(root / "foreign")

    def lab(command: str) -> None:
        # What builds the engine, where it is not yet, takes the way that the user names.
        with_go = {name: value for name, value in environment.items() if name not in ("HTTPS_PROXY", "https_proxy")}
        done = subprocess.run(
            [*PYTHON, "-m", "lab", command], cwd=clone, env=with_go, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    lab("up")
    try:
        yield Shell(clone, environment)
    finally:
        lab("down")


@pytest.mark.parametrize("name", ["bash", "dash", "zsh"])
def test_a_shell_that_sources_the_script_has_nothing_of_its_own_left(shell: Shell, name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    shown = shell.run(sys.executable, "-E", "-c", _SHOW, shell=name)
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)
    foreign = {variable: value for variable, value in found.items() if is_foreign(variable)}
    assert not {variable for variable, value in foreign.items() if shell.environment.get(variable) == value}
    assert sorted(foreign) == sorted(
        (
            *("AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED"),
            *("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE"),
            *("NO_PROXY", "no_proxy", "PYTHONUTF8", "SSL_CERT_FILE"),
            *("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"),
            *("PULUMI_HOME", "PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_OPTION_CWD", "PULUMI_SKIP_UPDATE_CHECK"),
        )
    )
    assert (foreign["AWS_REGION"], foreign["AWS_DEFAULT_REGION"]) == (REGION, REGION)
    assert {variable: found.get(variable) for variable in ("HOME", "LANG", "LC_ALL")} == {
        variable: shell.environment.get(variable) for variable in ("HOME", "LANG", "LC_ALL")
    }
    assert found["PATH"] == f"{shell.clone}/.lab/bin:{shell.environment['PATH']}"


@pytest.mark.parametrize("name", ["bash", "dash", "zsh"])
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_REGION"])
def test_a_shell_that_cannot_let_go_is_left_as_it_was_and_told_of_what(shell: Shell, name: str, variable: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    code = f'readonly {variable}; . "$0" || echo "ended with $?"; "$@"'
    kept = shell.run(sys.executable, "-E", "-c", _SHOW, code=code, shell=name)
    said, shown = kept.stdout.splitlines()
    assert said == "ended with 1"
    assert f"this shell does not let go of {variable} (read-only)" in kept.stderr
    found = json.loads(shown)
    assert {key: found.get(key) for key in shell.environment} == shell.environment


def test_in_such_a_shell_pulumi_previews_and_boto3_needs_nothing_more(shell: Shell) -> None:
    listed = json.loads(shell.run("pulumi", "stack", "ls", "--json").stdout)
    assert sorted(stack["name"] for stack in listed) == ["blue", "live", "red"]
    preview = shell.run("pulumi", "preview", "-s", "red", "--json", "--non-interactive")
    assert preview.returncode == 0, preview.stderr + preview.stdout
    assert json.loads(preview.stdout)["changeSummary"]["create"] > 30
    zones = "import boto3; print(len(boto3.client('route53').list_hosted_zones()['HostedZones']))"
    asked = shell.run(sys.executable, "-c", zones)
    assert (asked.stdout, asked.stderr) == ("1\n", "")


def test_the_tests_do_not_notice_either(shell: Shell) -> None:
    tests = ("tests/lab/parts/test_lab_parameters.py", "tests/lab/parts/test_lab_offsite.py", "tests/unit/test_zone.py")
    done = subprocess.run(
        [*PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=CHECKOUT,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
