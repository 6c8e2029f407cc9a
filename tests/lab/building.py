"""Building worlds for the lab tests."""

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lab import roles, workspace
from lab.client import start
from lab.workspace import Workspace
from tests.lab.world import (
    ALIAS_TTL_SECONDS,
    CAPACITY,
    FIRST,
    IMPATIENCE_SECONDS,
    LIVE,
    PATIENCE_SECONDS,
    READINESS_MILLISECONDS,
    RELEASES,
    SECOND,
    World,
)


def report(line: str) -> None:
    """Say how far it is, past pytest's capture."""
    print(f"\nlab: {line}", end="", file=sys.__stderr__, flush=True)


@contextmanager
def building(
    root: Path,
    *,
    alias_ttl: int = ALIAS_TTL_SECONDS,
    project: Mapping[str, object],
    live: Mapping[str, object],
    prepare: Callable[[Workspace], object] = lambda _: None,
    copies: bool = False,
) -> Iterator[World]:
    """Both colours built and the first in charge, in about two and a half minutes; gone at the end.

    Each command of the building has the role that is for it; those of the tests the operator's key, unless they ask for
    roles (`with_roles`). `project` and `live` are config besides that of all worlds; `prepare` does by hand what has to
    be there before; `copies` says whether the world is there to be copied.
    """
    with start(root / "server", alias_ttl=alias_ttl, health_seconds=1, copies=copies) as server:
        made = workspace.lay_out(root, server.addresses, report)
        prepare(made)
        made.edit_project(
            capacity=CAPACITY,
            bootTimeout=IMPATIENCE_SECONDS,
            fullCapacityTimeout=PATIENCE_SECONDS,
            readinessLatency=READINESS_MILLISECONDS,
            **project,
        )
        made.edit_stack(LIVE, active=FIRST, **live)
        made.edit_stack(SECOND, release=RELEASES[SECOND])
        made = roles.enforce(made, server.client)
        before = made.pulumi("preview", "-s", LIVE)
        report("building both clusters, about two minutes")
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(made.up, (FIRST, SECOND)):
                assert result.exit_code == 0, result.output
        report(f"putting {FIRST} in charge")
        result = made.up(LIVE)
        assert result.exit_code == 0, result.output
        report("the world is built")
        yield World(replace(made, roles=None), server.addresses, server.client, before)


def without_probes(colour: str) -> dict[str, object]:
    """The `override` that lets `colour` be tagged in without HTTPS: it is probed on port 80, which the lab has not."""
    return {"attempt": f"{colour}@{RELEASES[colour]}", "checks": ["probes"]}
