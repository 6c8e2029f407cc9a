"""This stack's own resources, as its last update left them: read from the engine, before anything is declared."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from cutover.owned import Owned

_INVOKE = "pulumi:pulumi:readStackResourceOutputs"
# In a folder the engine writes a state and what it notes beside it in two steps, and it begins an update by writing.
# Who reads in between finds an end too early: gocloud.dev/blob/fileblob/attrs.go.
_HALF_WRITTEN = "failed to load checkpoint"
_TRIES = 10
_PAUSE_SECONDS = 0.2


def read(sleep: Callable[[float], None] = time.sleep) -> tuple[Owned, ...]:
    """Every resource in the state of this very stack; empty before its first update.

    The engine leaves out what waits for its delete. It answers from the state at the start of the update, whatever
    `--target` and `--refresh` say; nothing is asked of AWS. Raises the engine's own error when it cannot be read.
    """
    for _ in range(_TRIES - 1):
        try:
            return _read()
        except Exception as error:
            if _HALF_WRITTEN not in str(error):
                raise
        sleep(_PAUSE_SECONDS)
    return _read()


def _read() -> tuple[Owned, ...]:
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    resources: Mapping[str, Mapping[str, Any]] = pulumi.runtime.invoke(_INVOKE, {"stackName": name}).value["outputs"]
    return tuple(
        Owned(urn.rpartition("::")[2], found["type"], found.get("outputs") or {}) for urn, found in resources.items()
    )
