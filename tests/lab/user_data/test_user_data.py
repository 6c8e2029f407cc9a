"""The script an instance is born with, run by a real bash whose commands only write down how they were called."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.lab.user_data.instance import IMAGE, Instance, new_instance, render
from tests.unit.stack_values import OFFSITE

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
LOGS = ["--log-driver", "json-file", "--log-opt", "max-size=100m", "--log-opt", "max-file=5"]
RUN = [
    *("run", "--detach", "--restart", "always", "--pull", "never", "--name", "service", "--publish", "8080:8080"),
    *LOGS,
]
SECRET = "pa$$ 'w\"o\nrd\\"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = new_instance(tmp_path)
    for reference in OFFSITE.values():
        made.keep(reference, SECRET)
    return made


@pytest.mark.parametrize("entries", [{}, OFFSITE], ids=["no offsite data", "offsite data"])
@pytest.mark.parametrize("image", [IMAGE, f"{ECR}/shop/web"])
def test_the_script_is_a_bash_script(entries: Mapping[str, str], image: str) -> None:
    script = render(entries, image)
    assert script.startswith("#!/bin/bash\nset -euo pipefail\n")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_an_instance_installs_and_starts_docker_and_runs_the_release(instance: Instance) -> None:
    assert instance.boot(render({})) == 0
    assert instance.calls == [
        ["dnf", "install", "--assumeyes", "docker"],
        ["systemctl", "enable", "--now", "docker"],
        ["docker", "pull", f"{IMAGE}:1.0.0"],
        ["docker", *RUN, f"{IMAGE}:1.0.0"],
    ]


def test_every_offsite_value_is_in_the_containers_environment_and_only_its_name_on_the_command_line(
    instance: Instance,
) -> None:
    assert instance.boot(render(OFFSITE)) == 0
    passed = [part for name in OFFSITE for part in ("--env", name)]
    assert instance.calls_of("docker")[1:] == [[*RUN, *passed, f"{IMAGE}:1.0.0"]]
    environment = instance.container_environment
    assert environment["QUEUE_URL"] == OFFSITE["QUEUE_URL"]
    assert {environment[name] for name in ("DATABASE_URL", "API_KEY", "SEARCH_URL")} == {SECRET}


def test_secrets_are_asked_for_in_the_region_of_their_reference_or_else_in_the_clusters_own(instance: Instance) -> None:
    instance.boot(render(OFFSITE))
    parameter = ["ssm", "get-parameter", "--with-decryption", "--name"]
    secret = ["secretsmanager", "get-secret-value", "--secret-id"]
    asked = instance.calls_of("aws")
    assert [call[: call.index("--query")] for call in asked] == [
        [*parameter, OFFSITE["DATABASE_URL"]],
        [*secret, OFFSITE["API_KEY"]],
        [*parameter, OFFSITE["SEARCH_URL"]],
    ]
    assert [call[call.index("--region") + 1] for call in asked] == ["eu-central-1", "us-east-1", "eu-west-1"]


def test_the_script_holds_no_secret() -> None:
    script = render(OFFSITE)
    assert SECRET not in script
    assert all(OFFSITE[name] in script for name in OFFSITE)


def test_without_its_secrets_an_instance_runs_nothing(instance: Instance) -> None:
    (instance.home / "values" / OFFSITE["API_KEY"].replace("/", "_")).unlink()
    assert instance.boot(render(OFFSITE)) != 0
    assert instance.calls_of("docker") == []


def test_the_instance_logs_in_to_ecr_with_a_password_that_is_on_no_command_line(instance: Instance) -> None:
    image = f"{ECR}/shop/web"
    assert instance.boot(render({}, image)) == 0
    assert instance.calls_of("aws") == [["ecr", "get-login-password", "--region", "eu-west-1"]]
    login, pull, run = instance.calls_of("docker")
    assert login == ["login", "--username", "AWS", "--password-stdin", ECR]
    assert (instance.home / "docker.stdin").read_text() == "ecr-password\n"
    assert pull == ["pull", f"{image}:1.0.0"]
    assert run == [*RUN, f"{image}:1.0.0"]


@pytest.mark.parametrize("image", [IMAGE, f"evil-{ECR}/web", f"{ECR}.shop.example/web", f"shop.example/{ECR}"])
def test_it_logs_in_nowhere_else(image: str, instance: Instance) -> None:
    assert instance.boot(render({}, image)) == 0
    assert [call[0] for call in instance.calls_of("docker")] == ["pull", "run"]
    assert instance.calls_of("aws") == []


NASTY = [
    "https://shop.example/$(touch${IFS}pwned)",
    "https://shop.example/`touch${IFS}pwned`",
    "https://shop.example/';touch${IFS}pwned;'",
    'https://shop.example/";touch${IFS}pwned;"',
    "https://shop.example/&touch${IFS}pwned&",
    "https://shop.example/#{release}%s%(x)s",
    "https://shop.example/{0}{exports}{{}}",
    "https://shop.example/*?~!$HOME\\",
    "https://shop.example/<pwned>pwned|pwned",
]


@pytest.mark.parametrize("url", NASTY)
def test_a_url_arrives_as_it_is_and_is_never_run(url: str, instance: Instance) -> None:
    assert instance.boot(render({"ORDERS_URL": url})) == 0
    assert instance.container_environment["ORDERS_URL"] == url
    assert not (instance.home / "pwned").exists()


def test_a_release_is_never_run(instance: Instance) -> None:
    assert instance.boot(render({}, release="1.0;touch pwned")) == 0
    assert instance.calls_of("docker") == [["pull", f"{IMAGE}:1.0;touch pwned"], [*RUN, f"{IMAGE}:1.0;touch pwned"]]
    assert not (instance.home / "pwned").exists()


PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)


@hypothesis_settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rest=PRINTABLE)
def test_any_printable_url_arrives_as_it_is(rest: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    instance = new_instance(tmp_path_factory.mktemp("instance"))
    url = f"https://shop.example/{rest}"
    assert instance.boot(render({"ORDERS_URL": url})) == 0
    assert instance.container_environment["ORDERS_URL"] == url


def test_a_variable_of_any_name_arrives_as_it_is(instance: Instance) -> None:
    assert instance.boot(render({"attempt": "https://shop.example"})) == 0
    assert instance.container_environment["attempt"] == "https://shop.example"


def test_the_script_fits_where_user_data_goes() -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB before encoding.
    references = list(OFFSITE.values()) * 15
    many = {f"SERVICE_{number}_URL": reference for number, reference in enumerate(references)}
    assert len(render(many).encode()) < 16 * 1024
