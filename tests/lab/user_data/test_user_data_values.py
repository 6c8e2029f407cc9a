"""Values from outside reach the container as they are, and nothing but the container."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from components.offsite import VARIABLE
from tests.lab.user_data.instance import IMAGE, Instance, new_instance, render

PARAMETER = "/shop/database-url"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-AbCdEf"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return new_instance(tmp_path)


# Assigned in bash, each of these would be evaluated: it is an integer there.
EVALUATED_BY_BASH = ("OPTIND", "HISTCMD", "SRANDOM")


@pytest.mark.parametrize("name", EVALUATED_BY_BASH)
@pytest.mark.parametrize("reference", [PARAMETER, SECRET], ids=["parameter", "secret"])
def test_a_value_of_a_variable_that_bash_evaluates_is_not_evaluated(
    name: str, reference: str, instance: Instance
) -> None:
    assert VARIABLE.fullmatch(name)
    value = "PATH[$(touch pwned)0]"
    instance.keep(reference, value)
    assert instance.boot(render({name: reference})) == 0
    assert not (instance.home / "pwned").exists()
    assert instance.container_environment == {name: value}


def test_a_number_of_a_variable_that_bash_counts_by_itself_stays(instance: Instance) -> None:
    instance.keep(PARAMETER, "1")
    assert instance.boot(render(dict.fromkeys(EVALUATED_BY_BASH, PARAMETER))) == 0
    assert instance.container_environment == dict.fromkeys(EVALUATED_BY_BASH, "1")


def test_a_url_of_a_variable_that_bash_evaluates_is_not_evaluated(instance: Instance) -> None:
    url = "https://shop.example/PATH[$(touch${IFS}pwned)0]"
    assert instance.boot(render(dict.fromkeys(EVALUATED_BY_BASH, url))) == 0
    assert not (instance.home / "pwned").exists()
    assert instance.container_environment == dict.fromkeys(EVALUATED_BY_BASH, url)


# The four kilobytes of a parameter's standard tier, and the 64 of a secret.
HOSTILE = {
    "quotes": """'"`'"'"'`\\'\\\"""",
    "line breaks": "first\nsecond\r\nthird\n",
    "line breaks at both ends": "\n\n\nmiddle\n\n\n",
    "only a line break": "\n",
    "commands": "$(touch pwned)`touch pwned`;touch pwned;&touch pwned&|touch pwned|>pwned",
    "braces": "{0}{image}{{}}${HOME}${x:=$(touch pwned)}{a,b}",
    "patterns": "* ? [a-z] ~ !! #{x} %s %(x)s \\n \\x41 \\",
    "blanks": " \t  both ends \t ",
    "an option": "--env=X=Y",
    "an assignment": "=A=B=C",
    "a marker of the script": "OFFSITE\nPYTHON\nplain X https://shop.example\n",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "unicode": "\u00e9\u4e2d\u6587 \U0001f680 e\u0301 \u202e \u2028 \ufeff \ufffd",
    "JSON": '["a", null, {"b": "\\u0000"}]',
    "the word None": "None",
    "the word null": "null",
    "4 KB": "\u00e9'$(touch pwned)\n" * 215,
    "64 KB": "k" * 65536,
}


@pytest.mark.parametrize("reference", [PARAMETER, SECRET], ids=["parameter", "secret"])
def test_hostile_values_arrive_byte_for_byte(reference: str, instance: Instance) -> None:
    names = {f"VALUE_{number}": value for number, value in enumerate(HOSTILE.values())}
    references = {name: reference.replace("shop/", f"shop/{name}/") for name in names}
    for name, value in names.items():
        instance.keep(references[name], value)
    assert instance.boot(render(references)) == 0
    assert instance.container_environment == names
    assert not (instance.home / "pwned").exists()


@hypothesis_settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_value_arrives_as_it_is(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    instance = new_instance(tmp_path_factory.mktemp("instance"))
    instance.keep(SECRET, value)
    assert instance.boot(render({"API_KEY": SECRET})) == 0
    assert instance.container_environment == {"API_KEY": value}


@pytest.mark.parametrize(
    "text", ["a b", "$(touch pwned)", "`touch pwned`", "';touch pwned;'", '"', "{image}{0}", "a\nb"]
)
def test_image_and_release_are_never_run(text: str, instance: Instance) -> None:
    image = f"{IMAGE}{text}"
    assert instance.boot(render({}, image, f"1{text}")) == 0
    pull, run = instance.calls_of("docker")
    assert pull == ["pull", f"{image}:1{text}"]
    assert run[-1] == f"{image}:1{text}"
    assert not (instance.home / "pwned").exists()


CANARY = "the-canary-\u00e9"
VALUES = {"DATABASE_URL": PARAMETER, "API_KEY": SECRET}


@pytest.fixture
def with_canary(instance: Instance) -> Instance:
    for reference in VALUES.values():
        instance.keep(reference, CANARY)
    return instance


ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web"


def test_only_the_start_of_the_container_has_the_secrets_in_its_environment(with_canary: Instance) -> None:
    assert with_canary.boot(render(VALUES, ECR)) == 0
    environments = with_canary.environments()
    assert set(environments) >= {"dnf", "systemctl", "aws", "docker-login", "docker-pull", "docker-run"}
    having = {command for command, all_of in environments.items() if CANARY.encode() in b"".join(all_of)}
    assert having == {"docker-run"}


def test_no_secret_is_on_a_command_line_or_on_the_console(with_canary: Instance) -> None:
    booted = with_canary.booted(render(VALUES, ECR), docker_run=1)
    assert booted.returncode != 0
    assert CANARY.encode() not in booted.stdout + booted.stderr
    assert CANARY not in (with_canary.home / "calls").read_text()


@pytest.mark.parametrize("failures", [{}, {"docker_run": 1}, {"dnf": 1000}], ids=["booted", "not started", "given up"])
def test_nothing_that_the_script_wrote_is_left(with_canary: Instance, failures: dict[str, int]) -> None:
    with_canary.boot(render(VALUES, ECR), **failures)
    assert list((with_canary.home / "tmp").iterdir()) == []


def test_the_files_of_the_values_are_for_root_alone(with_canary: Instance) -> None:
    look = with_canary.home / "bin" / "systemctl"
    look.write_text('#!/bin/bash\nstat -c %a "$TMPDIR"/*/ >modes\nls "$TMPDIR"/*/values >>modes\n')
    assert with_canary.boot(render(VALUES)) == 0
    assert (with_canary.home / "modes").read_text().split() == ["700", "API_KEY.json", "DATABASE_URL.json"]


# Names by which the tools of the script go: a value under such a name reaches the container, and none of them.
OBEYED_BY_TOOLS = ("ALL_PROXY", "PYTHONPATH", "PYTHONSTARTUP", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def test_names_that_the_tools_go_by_are_harmless_to_the_script(with_canary: Instance) -> None:
    assert all(VARIABLE.fullmatch(name) for name in OBEYED_BY_TOOLS)
    # What Python would import from there.
    for module in ("sitecustomize", "json", "os"):
        (with_canary.home / f"{module}.py").write_text("open('pwned', 'w')")
    value = str(with_canary.home)
    with_canary.keep(SECRET, value)
    assert with_canary.boot(render({**dict.fromkeys(OBEYED_BY_TOOLS, SECRET), "DATABASE_URL": PARAMETER}, ECR)) == 0
    assert not (with_canary.home / "pwned").exists()
    assert with_canary.container_environment == {**dict.fromkeys(OBEYED_BY_TOOLS, value), "DATABASE_URL": CANARY}
    for command, environments in with_canary.environments().items():
        variables = {pair.partition(b"=")[0].decode() for each in environments for pair in each.split(b"\0")}
        assert command == "docker-run" or variables.isdisjoint(OBEYED_BY_TOOLS), command


def test_the_containers_start_has_no_other_variables_than_its_values(with_canary: Instance) -> None:
    assert with_canary.boot(render(VALUES)) == 0
    (environment,) = with_canary.environments()["docker-run"]
    names = {pair.partition(b"=")[0].decode() for pair in environment.split(b"\0")[:-1]}
    assert names == {"PATH", "DOCKER_CONFIG", *VALUES}


def test_a_secret_that_has_bytes_only_ends_the_boot_in_words(instance: Instance) -> None:
    instance.keep(SECRET, None)
    console = instance.console(render({"API_KEY": SECRET}))
    assert "run" not in [call[0] for call in instance.calls_of("docker")]
    assert f"start {IMAGE}:1.0.0: failed with exit code 1: 'API_KEY: the secret has no text, only bytes" in console[-2]
    assert console[-1] == f"user data: ended at: start {IMAGE}:1.0.0. This instance serves nothing"


def test_a_value_that_no_environment_can_hold_ends_the_boot_in_words(instance: Instance) -> None:
    instance.keep(SECRET, "a\0canary")
    console = instance.console(render({"API_KEY": SECRET}))
    assert "run" not in [call[0] for call in instance.calls_of("docker")]
    assert "API_KEY: the value has a NUL character" in console[-2]
    assert "canary" not in json.dumps(console)


def test_a_name_is_as_long_as_a_file_can_be_called(instance: Instance) -> None:
    longest = "A" * 250
    assert VARIABLE.fullmatch(longest)
    assert not VARIABLE.fullmatch(longest + "A")
    instance.keep(SECRET, "value")
    assert instance.boot(render({longest: SECRET})) == 0
    assert instance.container_environment == {longest: "value"}
