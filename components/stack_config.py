"""Where the config texts come from: the engine's environment and the project file."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import yaml


def of_namespace(namespace: str) -> dict[str, str]:
    """The stack's config in one namespace, as the engine's texts, keys without the namespace.

    pulumi.Config can only ask for keys by name; refusing unknown ones needs all of them.
    """
    config = json.loads(os.environ.get("PULUMI_CONFIG", "{}"))
    return {key.removeprefix(f"{namespace}:"): text for key, text in config.items() if key.startswith(f"{namespace}:")}


def of_project(root: str) -> dict[str, str]:
    """What Pulumi.yaml in `root` sets for all stacks, in the form of the engine's texts."""
    declared = yaml.safe_load(Path(root, "Pulumi.yaml").read_text()).get("config", {})
    values = {}
    for key, entry in declared.items():
        value = entry.get("value", entry.get("default")) if isinstance(entry, Mapping) else entry
        if value is not None and ":" not in key:
            values[key] = value if isinstance(value, str) else json.dumps(value)
    return values
