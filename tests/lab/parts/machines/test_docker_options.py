"""The command line of `docker run`, as the stand-in reads it."""

import pytest

from lab.machines import docker_options
from lab.machines.calls import Call
from lab.machines.docker_options import UsageError

CLIENT = {"ONE": "1", "PATH": "/bin"}


def read(*arguments: str, files: dict[str, bytes] | None = None) -> docker_options.ContainerSpec:
    return docker_options.read(Call("docker", ("run", *arguments), CLIENT, files=files or {}), arguments)


def test_options_are_read_in_each_of_their_forms() -> None:
    spec = read(
        "-d", "--name=web", "-p", "8080:80", "--restart", "always", "--log-opt", "max-size=1m", "repo/web:1", "x"
    )
    assert (spec.image, spec.tag, spec.name, spec.restart) == ("repo/web:1", "1", "web", "always")
    assert (spec.publish, spec.log_options) == (((8080, 80),), {"max-size": "1m"})


def test_a_variable_without_a_value_is_taken_from_dockers_own_environment() -> None:
    assert read("--env", "ONE", "-e", "TWO=2=2", "-e", "NONE", "i").environment == {"ONE": "1", "TWO": "2=2"}


def test_a_file_has_a_variable_on_each_line_and_gives_way_to_options() -> None:
    file = b"# comment\n\n  THREE= 3 \nONE\nNONE\nTWO=file\n"
    spec = read("--env-file", "f", "--env", "TWO=option", "i", files={"f": file})
    assert spec.environment == {"THREE": " 3 ", "ONE": "1", "TWO": "option"}


@pytest.mark.parametrize(
    ("image", "tag"),
    [("web", "latest"), ("web:1.0", "1.0"), ("host:5000/web", "latest"), ("host:5000/a/web:2@sha256:ab", "2")],
)
def test_the_tag_is_told_from_a_port_and_a_digest(image: str, tag: str) -> None:
    assert docker_options.tag_of(image) == tag


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "requires at least 1 argument"),
        (("--name",), "flag needs an argument: --name"),
        (("--publish", "web", "i"), "invalid publish opts format"),
        (("--log-driver", "nothing", "i"), "no log driver named 'nothing'"),
        (("--log-driver", "journald", "--log-opt", "max-size=1m", "i"), "unknown log opt 'max-size' for journald"),
        (("--env-file", "f", "i"), "open f: no such file or directory"),
    ],
)
def test_what_docker_does_not_take_is_refused_in_its_words(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(*arguments)


def test_a_name_with_a_blank_in_a_file_is_refused() -> None:
    with pytest.raises(UsageError, match="variable 'A B' contains whitespaces"):
        read("--env-file", "f", "i", files={"f": b"A B=1"})
