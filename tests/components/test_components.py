"""Components are made as Pulumi's own resources are."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pulumi
import pytest

ROOT = Path(__file__).resolve().parents[2]


def components() -> Iterator[type[pulumi.ComponentResource]]:
    for path in sorted((ROOT / "components").glob("*.py")):
        module = import_module(f"components.{path.stem}")
        for found in vars(module).values():
            is_one = inspect.isclass(found) and issubclass(found, pulumi.ComponentResource)
            if is_one and found.__module__ == module.__name__:
                yield found


COMPONENTS = list(components())


def test_there_are_components() -> None:
    assert {"Cluster", "LiveRecord"} <= {component.__name__ for component in COMPONENTS}


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_a_component_takes_a_name_args_and_options(component: type[pulumi.ComponentResource]) -> None:
    assert list(inspect.signature(component.__init__).parameters) == ["self", "name", "args", "opts"]
    args = get_type_hints(component.__init__)["args"]
    assert args.__name__ == f"{component.__name__}Args"
    assert is_dataclass(args)
