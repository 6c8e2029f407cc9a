"""Each kind of stack pays for its own modules only."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OF_A_CLUSTER = ("components.cluster", "components.site", "pulumi_aws.ec2.vpc", "pulumi_aws.lb.listener")


# Each in a fork of an interpreter that has loaded what every run begins with: that takes most of the time.
_LOADED = """
import json, os, sys, components.beginning
def loaded_by(module):
    reading, writing = os.pipe()
    if os.fork() == 0:
        __import__(module)
        with os.fdopen(writing, "w") as out:
            out.write(" ".join(sys.modules))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as found:
        return found.read().split()
print(json.dumps({module: loaded_by(module) for module in sys.argv[1:]}))
"""
BEGINNING, OF_LIVE, OF_A_COLOUR = "components.beginning", "components.live_stack", "components.colour_stack"


@cache
def _loaded() -> dict[str, list[str]]:
    command = [sys.executable, "-c", _LOADED, BEGINNING, OF_LIVE, OF_A_COLOUR]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def loaded_by(module: str) -> set[str]:
    """What a fresh interpreter has loaded once `module` is imported."""
    return set(_loaded()[module])


def test_the_live_stack_loads_nothing_that_makes_a_cluster() -> None:
    loaded = loaded_by(OF_LIVE)
    assert loaded.isdisjoint(OF_A_CLUSTER)
    assert "components.live_record" in loaded


def test_a_colours_stack_loads_nothing_of_the_live_record() -> None:
    loaded = loaded_by(OF_A_COLOUR)
    assert loaded.isdisjoint({"components.live_record", "components.live_hooks", "components.gate"})
    assert loaded.issuperset(OF_A_CLUSTER)


def test_what_every_run_begins_with_loads_neither() -> None:
    loaded = loaded_by(BEGINNING)
    assert loaded.isdisjoint({*OF_A_CLUSTER, "components.live_stack", "components.colour_stack"})
