"""Secrets that would be written where everybody can read them: user data, tags, plain environment."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping

from ..finding import Finding
from ..launch_types import LAUNCH_TYPES
from ..resource import Resource, Stack, Values, block, blocks, is_known
from ..rule import Parameters

_PARAMETER = "aws:ssm/parameter:Parameter"
_READABLE = "It is readable in the console, and in the history of the parameter for good."
_ENCRYPT = "Make it a SecureString, and keep it outside of the colours' stacks."
# What looks like a secret wherever it is; the names say what was found, as the value is not shown.
_SHAPES = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@'\"]*:[^/\s@'\"$]+@"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10}"),
    "a signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+"),
}
_TELLING = r"(password|passwd|passphrase|secret|token|credentials?|(api|access|private|secret)[_-]?key)"
_TELLING_NAME = re.compile(rf"(^|[^A-Za-z]){_TELLING}$", re.IGNORECASE)
# Not a variable, a command's output, or a reference to where the secret is.
_LITERAL = r"(?![\"']?(\$|/|arn:|\{\{|https?://))[\"']?[^\s\"']{4,}"
_ASSIGNMENT = re.compile(rf"(?<![A-Za-z-]){_TELLING}\s*[=:]\s*{_LITERAL}", re.IGNORECASE)
_ARN = re.compile(r"arn:[^\s\"']+")
_NAMED_LITERAL = re.compile(_LITERAL)


def no_secret_in_the_open(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A value that looks like a secret in user data, a tag or an environment that is not encrypted."""
    for where, name, text in _texts(resource):
        found = next((what for what, shape in _SHAPES.items() if shape.search(text)), None)
        if not found and name and _TELLING_NAME.search(name) and _NAMED_LITERAL.match(text):
            found = f"a value called {name}"
        if not found and not name and (assignment := _ASSIGNMENT.search(_ARN.sub("", text))):
            found = f"a value called {assignment[1]}"
        if found:
            yield Finding(
                f"{where} of {resource.name} holds what looks like a secret",
                f"{found}, not shown",
                "It is readable in the console, in the state, and from inside of every instance.",
                "Keep it in SSM Parameter Store or Secrets Manager, and name it in `offsite`: it is fetched at boot.",
            )


def no_secret_written_in_a_parameter(resource: Resource, _: Stack, __: Parameters) -> Iterator[Finding]:
    """An SSM parameter that is not encrypted, with a value that looks like a secret.

    Only a value that is written there; one made from other resources may not be known in a preview, and is none.
    """
    props = resource.props
    if resource.type != _PARAMETER or props.get("type") == "SecureString" or resource.behind("insecureValue", "value"):
        return
    text = str(props.get("insecureValue") or (props.get("value") if is_known(props, "value") else ""))
    found = next((what for what, shape in _SHAPES.items() if shape.search(text)), None)
    if found:
        yield Finding(
            f"the parameter {resource.name} holds what looks like a secret, and is not encrypted",
            f"{found}, not shown",
            _READABLE,
            _ENCRYPT,
        )


def no_secret_in_a_plain_parameter(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """An SSM parameter that is called a secret and is not encrypted; its value may not be known yet, its name is."""
    if resource.type != _PARAMETER or resource.props.get("type") == "SecureString":
        return
    if _TELLING_NAME.search(resource.props.get("name") or resource.name):
        yield Finding(
            f"the parameter {resource.name} is called a secret, and is not encrypted",
            f"type: {resource.props.get('type', 'not set')}",
            _READABLE,
            _ENCRYPT,
        )


def _texts(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """(Place, name or nothing, text) of everything in a resource that is open to read."""
    props = resource.props
    if resource.type in LAUNCH_TYPES:
        for key in ("userData", "userDataBase64"):
            if props.get(key):
                yield key, "", _decoded(props[key])
    for values in (props, *blocks(props, "tagSpecifications")):
        for name, text in _tags(values):
            yield f"tag {name}", name, text
    for name, text in _environment(resource):
        yield f"environment variable {name}", name, text


def _tags(values: Values) -> Iterator[tuple[str, str]]:
    found = values.get("tags") or {}
    if isinstance(found, Mapping):
        yield from ((name, str(found[name])) for name in found)
    else:
        yield from ((each["key"], str(each["value"])) for each in found)


def _environment(resource: Resource) -> Iterator[tuple[str, str]]:
    props, entries = resource.props, []
    if resource.type == "aws:lambda/function:Function":
        variables = block(props, "environment").get("variables") or {}
        yield from ((name, str(variables[name])) for name in variables)
    elif resource.type == "aws:ecs/taskDefinition:TaskDefinition":
        containers = json.loads(props.get("containerDefinitions") or "[]")
        entries = [entry for container in containers for entry in container.get("environment", [])]
    elif resource.type == "aws:batch/jobDefinition:JobDefinition":
        entries = json.loads(props.get("containerProperties") or "{}").get("environment", [])
    elif resource.type == "aws:codebuild/project:Project":
        variables = blocks(block(props, "environment"), "environmentVariables")
        entries = [each for each in variables if each.get("type", "PLAINTEXT") == "PLAINTEXT"]
    yield from ((entry["name"], str(entry.get("value", ""))) for entry in entries)


def _decoded(text: str) -> str:
    """User data as it is, and once more as what it stands for in base64."""
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return text
