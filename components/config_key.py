"""One key of the stack config: how its text is read, what is allowed, where it is set."""

import ipaddress
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# https://docs.docker.com/reference/cli/docker/image/tag/: 128 characters at most.
RELEASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_PART = r"[a-z0-9]+([._-]+[a-z0-9]+)*"
IMAGE = re.compile(rf"([a-z0-9.-]+(:[0-9]+)?/)?{_PART}(/{_PART})*")
PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


@dataclass(frozen=True)
class Key:
    """A config key.

    `parse` turns the engine's text into a value and raises ValueError when it is not `allowed`; `default` is that
    text when neither the project nor the stack sets the key (None: the key is required). `shared` keys are set in
    Pulumi.yaml for all stacks, the others in the stack's own file.
    """

    name: str
    parse: Callable[[str], Any]
    allowed: str
    default: str | None = None
    shared: bool = True
    shown: bool = True
    """Whether a refusal may quote the value; not where a secret may have slipped in."""

    def remedy(self, stack: str, *, overridden: bool) -> str:
        """The next command to type (or edit to make) when this key's value in `stack` was refused.

        `overridden`: the stack's own file has the value, and Pulumi.yaml another.
        """
        if self.shared and overridden:
            return f"pulumi config rm {self.name} -s {stack}"
        if self.shared:
            return f"edit `{self.name}` under `config` in Pulumi.yaml, then pulumi preview -s {stack}"
        return f"pulumi config set {self.name} VALUE -s {stack}"


def matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """A parser that takes the text as it is, if the whole of it fits `pattern`."""

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return parse


def optional(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    """A parser for which the empty text means None."""
    return lambda text: parse(text) if text else None


def boolean(text: str) -> bool:
    """true or false."""
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def whole_number(at_least: int, at_most: int) -> Callable[[str], int]:
    """A parser for a whole number in [at_least, at_most]."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not at_least <= int(text) <= at_most:
            raise ValueError(text)
        return int(text)

    return parse


def list_of(parse: Callable[[str], Any], at_least: int = 1) -> Callable[[str], tuple[Any, ...]]:
    """A parser for a JSON list of different texts, each read by `parse`."""

    def parse_list(text: str) -> tuple[Any, ...]:
        items = json.loads(text)
        if not isinstance(items, list) or len(items) < at_least or not all(isinstance(item, str) for item in items):
            raise ValueError(text)
        parsed = tuple(parse(item) for item in items)
        if len(set(parsed)) != len(parsed):
            raise ValueError(f"{text} (twice the same)")
        return parsed

    return parse_list


def map_of(parse_key: Callable[[str], str], parse: Callable[[str], Any]) -> Callable[[str], dict[str, Any]]:
    """A parser for a JSON object from texts read by `parse_key` to texts, or whole numbers, read by `parse`."""

    def parse_map(text: str) -> dict[str, Any]:
        entries = json.loads(text)
        if not isinstance(entries, dict) or not all(type(value) in (str, int) for value in entries.values()):
            raise ValueError(text)
        return {parse_key(key): parse(str(value)) for key, value in sorted(entries.items())}

    return parse_map


def network(text: str) -> str:
    """An IPv4 network of /16 to /22: what a VPC may be, and room for twelve subnets that hold a load balancer.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    if not re.fullmatch(r"[0-9.]+/[0-9]+", text) or not 16 <= ipaddress.IPv4Network(text).prefixlen <= 22:
        raise ValueError(text)
    return text
