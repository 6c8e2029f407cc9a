"""The AWS command line of a machine: version 2 as Amazon Linux 2023 has it, with the credentials of its role.

It is carried out by the lab's process with botocore, as a process of the Python package (version 1) would take a second
of processor time for each call. What the script may notice of the difference between the versions is as in version 2:
an error of the service is exit code 254, a wrong command line 252, everything else 255, no pager, no `None` for an
absent value but in `--output text`.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import botocore.session
import jmespath  # type: ignore[import-untyped]  # it has no types
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lab.machines.calls import Call, Reply, failed
from lab.messages import RoleCredentials

SERVICE_ERROR, USAGE, OTHER = 254, 252, 255
_GLOBAL_FLAGS = frozenset({"--no-cli-pager", "--no-paginate", "--only-show-errors", "--no-cli-auto-prompt"})
_GLOBAL = frozenset({"--region", "--output", "--query", "--cli-connect-timeout", "--cli-read-timeout"})


class UsageError(ValueError):
    """The command line is not one of the AWS command line's."""


@cache
def _session() -> botocore.session.Session:
    """One for all clients, as it reads each service model once."""
    return botocore.session.Session()


class AwsCommand:
    """`aws` on one machine.

    credentials: of the instance's role; raises ValueError when the instance has none. endpoint: of the embedded AWS.
    """

    def __init__(self, endpoint: str, region: str, credentials: Callable[[], RoleCredentials]) -> None:
        self._endpoint, self._region, self._credentials = endpoint, region, credentials
        self._clients: dict[tuple[str, str], Any] = {}

    async def __call__(self, call: Call) -> Reply:
        """Carry out one command, in a thread of its own."""
        return await asyncio.to_thread(self._run, call)

    def _run(self, call: Call) -> Reply:
        if call.arguments == ("--version",):
            return Reply(output=b"aws-cli/2.17.18 Python/3.9.20 Linux/6.1 source/x86_64.amzn.2023\n")
        try:
            options, words = _split(call.arguments)
            if len(words) < 2:
                raise UsageError("the following arguments are required: command")
            service, operation = words[:2]
            found = self._password(options) if words[:2] == ["ecr", "get-login-password"] else None
            if found is None:
                found = self._called(service, operation, options, words[2:])
            return Reply(output=_shown(found, options))
        except UsageError as wrong:
            return failed(USAGE, f"\naws: [ERROR]: {wrong}")
        except ClientError as refused:
            return failed(SERVICE_ERROR, f"\n{refused}")
        except ValueError as no_credentials:
            return failed(253, f"\nUnable to locate credentials ({no_credentials}).")
        except BotoCoreError as unreachable:
            return failed(OTHER, f"\n{unreachable}")

    def _password(self, options: Mapping[str, Any]) -> str:
        answer = self._client("ecr", options).get_authorization_token()
        token = answer["authorizationData"][0]["authorizationToken"]
        return base64.b64decode(token).decode().partition(":")[2]

    def _called(self, service: str, operation: str, options: dict[str, Any], rest: Sequence[str]) -> Any:
        if service not in _session().get_available_services():
            raise UsageError(f"argument command: Invalid choice: {service!r}")
        client = self._client(service, options)
        names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
        if operation not in names:
            raise UsageError(f"argument operation: Invalid choice: {operation!r}")
        model = client.meta.service_model.operation_model(names[operation])
        asked = _parameters(model.input_shape, rest)
        answer = getattr(client, xform_name(names[operation]))(**asked)
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, options: Mapping[str, Any]) -> Any:
        region = options.get("--region", self._region)
        if (service, region) not in self._clients:
            found = self._credentials()
            self._clients[service, region] = _session().create_client(
                service,
                region_name=region,
                endpoint_url=self._endpoint,
                aws_access_key_id=found.access_key_id,
                aws_secret_access_key=found.secret_access_key,
                aws_session_token=found.session_token,
                config=Config(retries={"mode": "standard"}, proxies={}),
            )
        return self._clients[service, region]


def _split(arguments: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Global options, wherever they are, and all the rest."""
    options: dict[str, Any] = {}
    rest: list[str] = []
    at = 0
    while at < len(arguments):
        option, equals, value = arguments[at].partition("=")
        at += 1
        if option in _GLOBAL_FLAGS:
            continue
        if option not in _GLOBAL:
            rest.append(arguments[at - 1])
            continue
        if not equals:
            if at >= len(arguments):
                raise UsageError(f"argument {option}: expected one argument")
            value = arguments[at]
            at += 1
        options[option] = value
    if options.get("--output", "json") not in ("json", "text"):
        raise UsageError("argument --output: the lab knows json and text")
    return options, rest


def _parameters(shape: Any, rest: Sequence[str]) -> dict[str, Any]:
    """The parameters of an operation from its own options. Raises UsageError."""
    members = {f"--{xform_name(name, '-')}": (name, member) for name, member in shape.members.items()} if shape else {}
    given: dict[str, Any] = {}
    at = 0
    while at < len(rest):
        option, equals, value = rest[at].partition("=")
        at += 1
        negated = option.startswith("--no-") and option not in members
        name, member = members.get(f"--{option[5:]}" if negated else option, ("", None))
        if member is None:
            raise UsageError(f"Unknown options: {option}")
        if member.type_name == "boolean":
            given[name] = not negated
            continue
        values = [value] if equals else []
        while not equals and at < len(rest) and not rest[at].startswith("--"):
            values.append(rest[at])
            at += 1
        if not values:
            raise UsageError(f"argument {option}: expected one argument")
        given[name] = _value(option, member, values)
    return given


def _value(option: str, member: Any, values: list[str]) -> Any:
    if member.type_name == "list":
        return json.loads(values[0]) if values[0].startswith("[") else values
    if len(values) > 1:
        raise UsageError(f"Unknown options: {', '.join(values[1:])}")
    if member.type_name in ("integer", "long"):
        return int(values[0])
    if member.type_name in ("structure", "map"):
        if not values[0].startswith("{"):
            raise UsageError(f"argument {option}: the lab reads JSON only")
        return json.loads(values[0])
    return values[0]


def _shown(found: Any, options: Mapping[str, Any]) -> bytes:
    """What is printed, UTF-8 with a line break at its end."""
    if isinstance(found, str):
        return f"{found}\n".encode()
    if "--query" in options:
        found = jmespath.search(options["--query"], found)
    if options.get("--output") == "text":
        return f"{_text(found)}\n".encode()
    return json.dumps(found, indent=4, ensure_ascii=False, default=str).encode() + b"\n"


def _text(found: Any) -> str:
    if isinstance(found, list):
        return "\t".join(_text(one) for one in found)
    if isinstance(found, dict):
        return "\t".join(_text(found[key]) for key in sorted(found))
    return str(found)
