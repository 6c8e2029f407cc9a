"""This stack's own resources, as its last update left them: read from the engine, before anything is declared."""

from collections.abc import Mapping
from typing import Any

import pulumi

from cutover.owned import Owned

_INVOKE = "pulumi:pulumi:readStackResourceOutputs"


def read() -> tuple[Owned, ...]:
    """Every resource in the state of this very stack; empty before its first update.

    The engine leaves out what waits for its delete. It answers from the state at the start of the update, whatever
    `--target` and `--refresh` say; nothing is asked of AWS.
    """
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    resources: Mapping[str, Mapping[str, Any]] = pulumi.runtime.invoke(_INVOKE, {"stackName": name}).value["outputs"]
    return tuple(
        Owned(urn.rpartition("::")[2], found["type"], found.get("outputs") or {}) for urn, found in resources.items()
    )
