"""Parsers of config values: each takes the engine's text, and raises ValueError with what is wrong with it."""

import ipaddress
import json
import re
from collections.abc import Callable
from typing import TypeVar

# A colour's stack has its name, and the third stack is called live.
COLOUR = re.compile(r"[a-z]{1,12}")
NO_COLOURS = {
    "live": "the third stack is called so",
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    "internal": "AWS takes no load balancer whose name begins with internal-",
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    "sg": "AWS takes no security group whose name begins with sg-",
}
CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+")
# 32 characters at most: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html; with a slash only between names.
POLICY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy(/[A-Za-z0-9_+=,.@-]+)+")
# A token of RFC 9110 section 5.6.2.
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
INSTANCE_TYPE = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9-]+")
# https://docs.docker.com/reference/cli/docker/image/tag/: 128 characters at most.
RELEASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_PART = r"[a-z0-9]+([._-]+[a-z0-9]+)*"
# With a hyphen in front docker would take it for an option.
IMAGE = re.compile(rf"([a-z0-9][a-z0-9.-]*(:[0-9]+)?/)?{_PART}(/{_PART})*")
# 1024 characters at most: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1023}")
# Addresses that no host can have: https://www.iana.org/assignments/iana-ipv4-special-registry
NO_NETWORKS = {
    "0.0.0.0/8": "this network",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}

T = TypeVar("T")


def matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """A parser that takes the text as it is, if the whole of it fits `pattern`."""

    def parse(text: str) -> str:
        if pattern.fullmatch(text):
            return text
        lower = text.lower()
        raise ValueError(f"{text}; in lower case it is allowed: {lower}" if pattern.fullmatch(lower) else text)

    return parse


def colour_with_a_stack(text: str) -> str:
    """A parser for the name of a colour, which its stack and, in front of others, its resources have too."""
    if text in NO_COLOURS:
        raise ValueError(f"{text}: {NO_COLOURS[text]}")
    return matching(COLOUR)(text)


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


def one_of(*words: str) -> Callable[[str], str]:
    """A parser that takes one of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return parse


def per_cent(at_least: int) -> Callable[[str], float]:
    """A parser for a number in [at_least, 100], with at most three places."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or not at_least <= float(text) <= 100:
            raise ValueError(text)
        return float(text)

    return parse


def list_of(parse: Callable[[str], T], at_least: int = 1) -> Callable[[str], tuple[T, ...]]:
    """A parser for a JSON list of different texts, each read by `parse`."""

    def parse_list(text: str) -> tuple[T, ...]:
        items = json.loads(text)
        if not isinstance(items, list) or len(items) < at_least or not all(isinstance(item, str) for item in items):
            raise ValueError(text)
        parsed = tuple(parse(item) for item in items)
        if len(set(parsed)) != len(parsed):
            raise ValueError(f"{text} (twice the same)")
        return parsed

    return parse_list


def map_of(parse_key: Callable[[str], str], parse: Callable[[str], T]) -> Callable[[str], dict[str, T]]:
    """A parser for a JSON object from texts read by `parse_key` to texts, or whole numbers, read by `parse`."""

    def parse_map(text: str) -> dict[str, T]:
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
    for no_network, called in NO_NETWORKS.items():
        if ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(no_network)):
            raise ValueError(f"{text}, which is {called}")
    return text
