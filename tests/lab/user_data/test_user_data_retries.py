"""A step of the boot that fails is tried again until the deadline, and the console says what failed."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from components import offsite, user_data
from tests.lab.user_data.instance import IMAGE, Instance, new_instance, render
from tests.lab.user_data.test_user_data import NASTY
from tests.unit.stack_values import OFFSITE

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
STEPS = {
    "aws": ("read the secret arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-AbCdEf for API_KEY"),
    "dnf": "install docker",
    "systemctl": "start docker",
    "docker_login": f"log in to {ECR}",
    "docker_pull": f"pull {ECR}/web:1.0.0",
}


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = new_instance(tmp_path)
    for reference in OFFSITE.values():
        made.keep(reference, "value")
    for command in STEPS:
        made.says(command.replace("_", "-"), f"{command} has no network\n")
    return made


ENTRIES, ECR_IMAGE = {"API_KEY": OFFSITE["API_KEY"]}, f"{ECR}/web"
SCRIPT = render(ENTRIES, ECR_IMAGE)


@pytest.mark.parametrize("command", STEPS)
def test_a_step_that_fails_is_tried_again_and_said(command: str, instance: Instance) -> None:
    booted = instance.booted(SCRIPT, **{command: 4})
    assert booted.returncode == 0
    assert instance.container_environment == {"API_KEY": "value"}
    assert instance.calls_of("sleep") == [["1"], ["2"], ["4"], ["8"]]
    said = f"user data: {STEPS[command]}: failed with exit code 1: '{command} has no network'"
    assert booted.stderr.decode().splitlines() == [*[said] * 4, f"user data: started {ECR}/web:1.0.0"]


def test_the_password_for_the_registry_is_asked_for_again_too(instance: Instance) -> None:
    console = instance.console(render({}, f"{ECR}/web"), aws=2)
    assert (
        console[:2] == [f"user data: ask for a password for {ECR}: failed with exit code 1: 'aws has no network'"] * 2
    )
    assert console[2:] == [f"user data: started {ECR}/web:1.0.0"]
    assert (instance.home / "docker.stdin").read_text() == "ecr-password\n"


def test_a_login_that_fails_gets_its_password_each_time(instance: Instance) -> None:
    assert instance.boot(SCRIPT, docker_login=3) == 0
    assert (instance.home / "docker.stdin").read_text() == "ecr-password\n"


@pytest.mark.parametrize("command", ["aws", "docker_pull"])
def test_at_the_deadline_the_boot_ends_and_says_at_what(command: str, instance: Instance) -> None:
    booted = instance.booted(SCRIPT, **{command: 1000})
    assert booted.returncode != 0
    assert "run" not in [call[0] for call in instance.calls_of("docker")]
    pauses = [int(pause) for (pause,) in instance.calls_of("sleep")]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30, 29]
    assert sum(pauses) == user_data.BOOT_TIMEOUT_SECONDS * 9 // 10
    lines = booted.stderr.decode().splitlines()
    assert lines[-2:] == [
        f"user data: {STEPS[command]}: no time left, after 270 s",
        f"user data: ended at: {STEPS[command]}. This instance serves nothing",
    ]
    assert f"'{command} has no network'" in lines[-3]


def test_the_deadline_is_one_for_all_steps_together(instance: Instance) -> None:
    console = instance.console(SCRIPT, dnf=9, docker_pull=1000)
    assert instance.seconds == 270
    assert console[-1].startswith(f"user data: ended at: pull {ECR}/web:1.0.0.")


@pytest.mark.parametrize(("boot_timeout", "seconds"), [(60, 54), (600, 540), (1, 1)])
def test_the_deadline_is_a_little_before_the_group_gives_the_instance_up(
    boot_timeout: int, seconds: int, instance: Instance
) -> None:
    script = user_data.render(IMAGE, "1.0.0", 8080, {}, "eu-central-1", boot_timeout_seconds=boot_timeout)
    assert instance.boot(script, dnf=10_000) != 0
    assert instance.seconds == seconds


def test_a_step_that_hangs_is_ended_at_the_deadline(instance: Instance) -> None:
    # The script's time is virtual and goes on while it hangs; `timeout` has a second of the machine's.
    (instance.home / "bin" / "dnf").write_text(f"#!/bin/bash\necho 1 >clock\nexec {shutil.which('sleep')} 600\n")
    script = user_data.render(IMAGE, "1.0.0", 8080, {}, "eu-central-1", boot_timeout_seconds=1)
    console = instance.console(script)
    assert "install docker: failed with exit code 124: " in console[0]
    assert "sending signal TERM to command" in console[0]
    assert console[-1] == "user data: ended at: install docker. This instance serves nothing"


def test_a_container_that_does_not_start_is_said_and_not_tried_again(instance: Instance) -> None:
    instance.says("docker-run", "port is already allocated")
    console = instance.console(render({}), docker_run=1)
    assert console == [
        f"user data: start {IMAGE}:1.0.0: failed with exit code 1: 'port is already allocated'",
        f"user data: ended at: start {IMAGE}:1.0.0. This instance serves nothing",
    ]
    assert instance.calls_of("sleep") == []


def test_what_a_tool_says_is_escaped_and_cut(instance: Instance) -> None:
    instance.says("dnf", "x" * 5000 + "\x1b[2J\nuser data: started\r\n\x9b \u202e end")
    console = instance.console(render({}), dnf=1)
    assert len(console) == 2
    assert console[0].isprintable()
    assert console[0].isascii()
    assert "\\E[2J\\nuser data: started\\r\\n" in console[0]
    assert len(console[0]) < 600


HOSTILE = {f"VALUE_{number}": url for number, url in enumerate(NASTY)}


@pytest.mark.parametrize("entries", [{}, OFFSITE, HOSTILE], ids=["no offsite data", "offsite data", "hostile"])
@pytest.mark.parametrize("image", [IMAGE, f"{ECR}/web"], ids=["elsewhere", "ECR"])
def test_shellcheck_finds_nothing(entries: Mapping[str, str], image: str, tmp_path: Path) -> None:
    script = tmp_path / "user-data"
    script.write_text(render(entries, image))
    shellcheck = Path(sys.executable).with_name("shellcheck")
    found = subprocess.run([shellcheck, script], capture_output=True, text=True, check=False)
    assert (found.stdout, found.returncode) == ("", 0)


def test_the_logs_of_the_service_do_not_fill_the_disk(instance: Instance) -> None:
    assert instance.boot(render({})) == 0
    (run,) = [call for call in instance.calls_of("docker") if call[0] == "run"]
    options = [value for option, value in pairwise(run) if option == "--log-opt"]
    assert options == ["max-size=100m", "max-file=5"]
    assert run[run.index("--log-driver") + 1] == "json-file"


def test_a_hundred_references_fit_where_user_data_goes() -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB before encoding.
    many = {f"SERVICE_{number}_URL": offsite.parse(OFFSITE["API_KEY"]) for number in range(100)}
    assert len(user_data.render(IMAGE, "1.0.0", 8080, many, "eu-central-1").encode()) < 16 * 1024
