"""How many resources of which type somebody has made, by their own state; in Terraform's names, which all have."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lab.plugins.aws_names import RESOURCES


def of_pulumi(deployment: Mapping[str, Any]) -> Counter[str]:
    """The AWS resources of a stack's deployment; not what is the engine's own, like a Stash."""
    return Counter(
        RESOURCES[resource["type"]].terraform
        for resource in deployment.get("resources", ())
        if resource["type"].startswith("aws:") and not resource.get("delete")
    )


def of_terraform(state: Mapping[str, Any]) -> Counter[str]:
    """The resources of a `terraform.tfstate`; not the data sources."""
    counted: Counter[str] = Counter()
    for resource in state.get("resources", ()):
        if resource["mode"] == "managed":
            counted[resource["type"]] += len(resource["instances"])
    return counted


def differences(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[str]:
    """What they have more or less of than ours, one line for each type; none when they have the same."""
    return [
        f"{kind}: {theirs.get(kind, 0)} instead of {ours.get(kind, 0)}"
        for kind in sorted({*ours, *theirs})
        if theirs.get(kind, 0) != ours.get(kind, 0)
    ]
