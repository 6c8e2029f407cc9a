"""The command line of `docker run`, as far as user data may go with it.

https://docs.docker.com/reference/cli/docker/container/run/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.machines.calls import Call

_FLAGS = frozenset({"--detach", "--init", "--read-only", "--rm", "--quiet", "--privileged", "--interactive", "--tty"})
_SHORT = {
    "-d": "--detach",
    "-p": "--publish",
    "-e": "--env",
    "-v": "--volume",
    "-q": "--quiet",
    "-i": "--interactive",
    "-t": "--tty",
    "-m": "--memory",
    "-u": "--user",
    "-l": "--label",
    "-h": "--hostname",
    "-w": "--workdir",
}
_WITH_VALUE = frozenset(
    {
        *(
            "--name",
            "--publish",
            "--env",
            "--env-file",
            "--restart",
            "--log-driver",
            "--log-opt",
            "--network",
            "--pull",
        ),
        *("--stop-timeout", "--ulimit", "--cap-add", "--cap-drop", "--security-opt", "--user", "--memory", "--volume"),
        *("--mount", "--label", "--hostname", "--workdir", "--entrypoint", "--cidfile", "--platform", "--tmpfs"),
        *("--memory-swap", "--cpus", "--pids-limit", "--add-host", "--dns", "--stop-signal", "--health-cmd", "--ipc"),
    }
)
LOG_OPTIONS = {
    # https://docs.docker.com/engine/logging/drivers/json-file/
    "json-file": {"max-size", "max-file", "labels", "labels-regex", "env", "env-regex", "compress", "tag", "mode"}
    | {"max-buffer-size"},
    # https://docs.docker.com/engine/logging/drivers/local/
    "local": {"max-size", "max-file", "compress", "mode", "max-buffer-size"},
    "journald": {"tag", "labels", "labels-regex", "env", "env-regex", "mode", "max-buffer-size"},
    "awslogs": {"awslogs-region", "awslogs-group", "awslogs-stream", "awslogs-create-group", "tag", "mode"},
    "none": set(),
}


class UsageError(ValueError):
    """Docker's own words about a command line that it does not take."""


@dataclass(frozen=True)
class ContainerSpec:
    """What `docker run` was asked for; `options` are those that the lab only takes note of."""

    image: str
    name: str = ""
    publish: tuple[tuple[int, int], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    restart: str = "no"
    log_driver: str = "json-file"
    log_options: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = 10.0
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The image's tag."""
        return tag_of(self.image)


def tag_of(image: str) -> str:
    """The tag of an image, `latest` if it has none."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2] or "latest"


def read(call: Call, arguments: tuple[str, ...]) -> ContainerSpec:
    """What `docker run` or `docker create` with these arguments asks for. Raises UsageError."""
    given, rest = _options(arguments)
    if not rest:
        raise UsageError("docker: 'docker run' requires at least 1 argument")
    environment: dict[str, str] = {}
    for path in given.get("--env-file", ()):
        if path not in call.files:
            raise UsageError(f"docker: open {path}: no such file or directory")
        environment |= _env_file(call.files[path], call.environment)
    for item in given.get("--env", ()):
        name, equals, value = item.partition("=")
        if equals:
            environment[name] = value
        elif name in call.environment:
            environment[name] = call.environment[name]
    log_options = dict(item.partition("=")[::2] for item in given.get("--log-opt", ()))
    driver = given.get("--log-driver", ("json-file",))[-1]
    _check_log(driver, log_options)
    restart = given.get("--restart", ("no",))[-1]
    if restart.partition(":")[0] not in ("no", "always", "unless-stopped", "on-failure"):
        raise UsageError(f"docker: invalid restart policy: unknown policy '{restart}'")
    return ContainerSpec(
        rest[0],
        given.get("--name", ("",))[-1],
        tuple(_published(item) for item in given.get("--publish", ())),
        environment,
        restart,
        driver,
        log_options,
        float(given.get("--stop-timeout", ("10",))[-1]),
        given,
    )


def _options(arguments: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Options up to the image, and the rest."""
    given: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        option, equals, value = arguments[at].partition("=")
        option = _SHORT.get(option, option)
        at += 1
        if option == "--":
            break
        if option in _FLAGS:
            given[option] = (value or "true",)
        elif option in _WITH_VALUE:
            if not equals:
                if at >= len(arguments):
                    raise UsageError(f"docker: flag needs an argument: {option}")
                value = arguments[at]
                at += 1
            given[option] = (*given.get(option, ()), value)
        else:
            raise UsageError(f"docker: unknown flag: {option}")
    return given, arguments[at:]


def _env_file(content: bytes, client: Mapping[str, str]) -> dict[str, str]:
    """One variable a line: a value ends with its line. A name alone is taken from docker's own environment."""
    found = {}
    for line in content.decode("utf-8", "surrogateescape").split("\n"):
        text = line.removesuffix("\r").lstrip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if " " in name or not name:
            raise UsageError(f"docker: invalid env file: variable '{name}' contains whitespaces")
        if equals:
            found[name] = value
        elif name in client:
            found[name] = client[name]
    return found


def _published(item: str) -> tuple[int, int]:
    """Port of the host and port of the container."""
    host, _, container = item.rpartition(":")
    outer = host.rpartition(":")[2]
    inner = container.partition("/")[0]
    if not inner.isdigit() or not outer.isdigit():
        raise UsageError(f"docker: invalid publish opts format (should be name=value but got '{item}')")
    return int(outer), int(inner)


def _check_log(driver: str, options: Mapping[str, str]) -> None:
    if driver not in LOG_OPTIONS:
        raise UsageError(f"docker: Error response from daemon: logger: no log driver named '{driver}' is registered")
    for name in options:
        if name not in LOG_OPTIONS[driver]:
            raise UsageError(f"docker: Error response from daemon: unknown log opt '{name}' for {driver} log driver")
