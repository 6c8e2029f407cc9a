"""The pack, running, and the real program's stacks as it is asked about them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from tests.components import pulumi_mocks
from tests.policies import pack
from tests.policies.pack import Pack
from tests.policies.recorded import Stack, stack
from tests.unit.stack_values import OFFSITE, OWN, PROJECT, facts, parted

COLOURS = ("amber", "violet")
# As much as there is to get wrong: two names, offsite values of all kinds, an image in ECR.
RICH = {
    "names": '["www.shop.example", "api.shop.example"]',
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web",
    "offsite": json.dumps(OFFSITE),
}


@pytest.fixture(scope="session")
def running_pack() -> Iterator[Pack]:
    """The pack in a project with the config RICH."""
    with pack_for("amber") as running:
        yield running


@contextmanager
def pack_for(name: str, **changes: str) -> Iterator[Pack]:
    """The pack in a project with RICH and `changes` for its config; those of a stack are in the file of `name`."""
    shared, own = parted(RICH | changes)
    files: dict[str, Any] = {
        "Pulumi.yaml": {
            "name": "tag-team",
            "config": {key: {"default": v} for key, v in _values({**PROJECT, **shared})},
        }
    }
    for each, values in OWN.items():
        config = {f"tag-team:{key}": value for key, value in _values({**values, **(own if each == name else {})})}
        files[f"Pulumi.{each}.yaml"] = {"config": config}
    with TemporaryDirectory() as root:
        directory = pack.lay_out(Path(root), {file: yaml.safe_dump(content) for file, content in files.items()})
        with pack.started(directory) as running:
            yield running


@lru_cache
def record(name: str, *, preview: bool = False, **changes: str) -> Stack:
    """What the program declares for the stack `name`, with `changes` in its config; in a first preview or after it."""
    shared, own = parted(RICH | changes)
    clusters = {colour: facts(colour) for colour in COLOURS} if name == "live" else None
    found = pulumi_mocks.declare(name, {**OWN[name], **own}, {**PROJECT, **shared}, clusters, preview=preview)
    return stack(name, found)


def _values(texts: Mapping[str, str]) -> list[tuple[str, Any]]:
    """The engine's texts as they stand in a file."""
    return [(key, _value(text)) for key, text in texts.items()]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
