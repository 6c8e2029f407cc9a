"""What is known of the resource types of pulumi-aws: aws_types.toml and taggable_types.toml, read once."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any


@cache
def stateful_groups() -> Sequence[tuple[str, Sequence[str]]]:
    """(Reason, types as MODULE/Type) of what holds data."""
    return [(group["reason"], group["types"].split()) for group in _read("aws_types.toml")["stateful"]]


@cache
def stateful() -> Mapping[str, str]:
    """Type, as MODULE/Type, to the reason why it holds data."""
    return {kind: reason for reason, kinds in stateful_groups() for kind in kinds}


@cache
def stateless() -> frozenset[str]:
    """The types, as MODULE/Type, that were reviewed and hold no data."""
    return _types(_read("aws_types.toml")["stateless"])


@cache
def taggable() -> frozenset[str]:
    """The types, as MODULE/Type, that take tags."""
    return _types(_read("taggable_types.toml"))


def short(token: str) -> str | None:
    """MODULE/Type of a resource type of pulumi-aws like aws:rds/cluster:Cluster; None for any other."""
    package, _, rest = token.partition(":")
    module, _, kind = rest.partition(":")
    return f"{module.partition('/')[0]}/{kind}" if package == "aws" and kind else None


def _read(name: str) -> Any:
    return tomllib.loads((Path(__file__).parent / name).read_text())


def _types(modules: Mapping[str, str]) -> frozenset[str]:
    return frozenset(f"{module}/{kind}" for module, kinds in modules.items() for kind in kinds.split())
