"""Each kind of stack pays for its own modules only."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OF_A_CLUSTER = ("components.cluster", "components.site", "pulumi_aws.ec2.vpc", "pulumi_aws.lb.listener")


def loaded_by(module: str) -> set[str]:
    """What a fresh interpreter has loaded once `module` is imported."""
    source = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-c", source]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_the_live_stack_loads_nothing_that_makes_a_cluster() -> None:
    loaded = loaded_by("components.live_stack")
    assert loaded.isdisjoint(OF_A_CLUSTER)
    assert "components.live_record" in loaded


def test_a_colours_stack_loads_nothing_of_the_live_record() -> None:
    loaded = loaded_by("components.colour_stack")
    assert loaded.isdisjoint({"components.live_record", "components.live_hooks", "components.gate"})
    assert loaded.issuperset(OF_A_CLUSTER)


def test_what_every_run_begins_with_loads_neither() -> None:
    loaded = loaded_by("components.beginning")
    assert loaded.isdisjoint({*OF_A_CLUSTER, "components.live_stack", "components.colour_stack"})
