"""The plugins under the real engine, with the real provider; no AWS is called."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.plugins.install import install
from lab.plugins.kept_provider import KeptProvider
from lab.toolchain import ensure
from tests.lab.parts import shapes

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = "name: probe\nruntime: python\n"
# Starts both plugins, then waits in a hook for as long as it takes to be killed.
PROGRAM = """
import asyncio, pathlib, pulumi, pulumi_aws
async def wait(args):
    pathlib.Path("waiting").touch()
    await asyncio.sleep(3600)
pulumi.export("region", pulumi_aws.get_region().region)
hook = pulumi.ResourceHook("wait", wait)
pulumi.Stash("one", input=1, opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
"""


def say(message: str) -> None:
    print(message, file=sys.stderr)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A project in `tmp_path` with a stack `one`, and the environment to run it in."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "state").mkdir()
    variables = install(ensure(say), tmp_path / "home", tmp_path / "bin", Path(sys.executable), CHECKOUT)
    variables = (
        dict(os.environ)
        | variables
        | {
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_OPTION_CWD": str(tmp_path),
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
    )
    pulumi(variables, "stack", "init", "one")
    for name in ("skipCredentialsValidation", "skipRequestingAccountId"):
        pulumi(variables, "config", "set", f"aws:{name}", "true")
    return variables


def pulumi(environment: Mapping[str, str], *arguments: str) -> str:
    home = Path(environment["PULUMI_HOME"])
    done = subprocess.run(
        [home.parent / "bin" / "pulumi", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def processes_of(environment: Mapping[str, str]) -> list[str]:
    """The command of every process that has the PULUMI_HOME of this test in its environment."""
    wanted = f"PULUMI_HOME={environment['PULUMI_HOME']}".encode()
    done = subprocess.run(["ps", "axeww", "-o", "pid=,args="], capture_output=True, check=True)
    return [line.decode(errors="replace") for line in done.stdout.splitlines() if wanted in line]


def test_a_preview_is_quiet_and_knows_the_region(environment: dict[str, str]) -> None:
    shown = pulumi(environment, "preview", "--non-interactive")
    assert "warning" not in shown.lower()
    assert '"eu-central-1"' in shown


def test_commands_go_on_with_one_provider_that_is_kept_for_them(environment: dict[str, str]) -> None:
    kept = KeptProvider(environment)
    for _ in range(2):
        shown = pulumi({**environment, **kept.variables}, "preview", "--non-interactive")
        assert '"eu-central-1"' in shown
        assert "warning" not in shown.lower()
        assert sum("terraform-provider-aws" in command for command in processes_of(environment)) > 0
    kept.end()
    _wait_until_nothing_runs(environment)


def _wait_until_nothing_runs(environment: Mapping[str, str]) -> None:
    deadline = time.monotonic() + 60
    while processes_of(environment) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(environment) == []


def test_nothing_is_left_when_the_command_line_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    command = [str(tmp_path / "bin" / "pulumi"), "up", "--yes", "--skip-preview"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as engine:
        deadline = time.monotonic() + 300
        while not (tmp_path / "waiting").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        running = processes_of(environment)
        assert any("terraform-provider-aws" in command for command in running)
        assert any("pulumi-language-python-exec" in command for command in running)
        engine.kill()
    _wait_until_nothing_runs(environment)


def test_the_committed_shapes_are_those_of_the_bridge() -> None:
    """Otherwise run `python -m tests.lab.parts.shapes`."""
    fetched = shapes.fetch_bridge_shapes(say)
    assert json.loads(json.dumps(fetched)) == shapes.bridge_shapes()
