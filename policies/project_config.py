"""What the rules take from the project that the pack lies in.

The engine tells a pack in Python nothing of a stack's config, so it is read from the files: those beside the pack's
folder. Where there are none, or other values are wanted, they are given with --policy-pack-config.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .launch_types import TEMPLATE


def initial(root: Path) -> dict[str, dict[str, Any]]:
    """Rule name to parameters, from Pulumi.yaml and Pulumi.STACK.yaml in `root`; nothing when there is no project.

    Only what the files say is in it: a key that is left to its default there is left to the rule's default here.
    """
    if not (root / "Pulumi.yaml").exists():
        return {}
    project = yaml.safe_load((root / "Pulumi.yaml").read_text())
    namespace = f"{project['name']}:"  # a key of the project is the same with its namespace
    shared = {key.removeprefix(namespace): _value(entry) for key, entry in (project.get("config") or {}).items()}
    if isinstance(shared.get("names"), list):
        shared["names"] = [str(name).removesuffix(".").lower() for name in shared["names"]]
    # As written: a release is a text, also one that looks like a number.
    stacks = {colour: _own(root, project["name"], colour, yaml.BaseLoader) for colour in shared.get("cidrs") or {}}
    live = _own(root, project["name"], "live")
    parameters = _of_all(shared) | _of_shape(shared)
    parameters["one-in-charge"] |= _given(shareWeight=_share_weight(_read(live.get("share"))))
    parameters["fast-rollback"] = _given(failover=_read(live.get("failover")))
    releases = {colour: own["release"] for colour, own in stacks.items() if isinstance(own.get("release"), str)}
    service = next(iter(shared.get("names") or ()), None)
    parameters["tagged"] = _given(colours=list(stacks), service=service, releases=releases)
    return {rule: given for rule, given in parameters.items() if given}


def _share_weight(share: Mapping[str, Any] | None) -> int | None:
    """The weight beside 100 that gives a colour its per cent of the traffic, as cutover/weights.py has it."""
    percent = int(next(iter((share or {}).values()), 0))
    return round(100 * percent / (100 - percent)) if 0 < percent < 100 else None


def _of_all(shared: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    zones, colours = shared.get("availabilityZones"), list(shared.get("cidrs") or {})
    plain = None if shared.get("https") is None else not shared["https"]
    port = shared.get("httpsPort")
    return {
        "full-capacity": _given(capacity=shared.get("capacity"), zones=zones),
        "full-capacity-zones": _given(zones=zones),
        "one-in-charge": _given(names=shared.get("names"), colours=colours),
        "locked-doors": _given(openPorts=[80, port] if port else None, plainHttp=plain),
        "locked-doors-ways-in": _given(plainHttp=plain),
    }


def _of_shape(shared: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What components/shape.py lists, as properties of the resources that have it."""
    values = {
        TEMPLATE: _given(instanceType=shared.get("instanceType")),
        "aws:lb/targetGroup:TargetGroup": _given(
            **{"port": shared.get("port"), "healthCheck.path": shared.get("healthPath")}
        ),
    }
    counts = {
        "aws:ec2/natGateway:NatGateway": shared.get("natGateways"),
        "aws:ec2/subnet:Subnet": 2 * shared["availabilityZones"] if shared.get("availabilityZones") else None,
        "aws:autoscaling/group:Group": 1,
        "aws:lb/loadBalancer:LoadBalancer": 1,
    }
    return {
        "same-shape": _given(
            colours=list(shared.get("cidrs") or {}),
            values={kind: wanted for kind, wanted in values.items() if wanted},
            counts={kind: count for kind, count in counts.items() if count},
        )
    }


def _own(root: Path, project: str, stack: str, loader: type[Any] = yaml.SafeLoader) -> dict[str, Any]:
    """The stack's own file, keys without the project."""
    path = root / f"Pulumi.{stack}.yaml"
    content = yaml.load(path.read_text(), loader) if path.exists() else None  # either loader is a safe one
    config = (content or {}).get("config") or {}
    return {key.removeprefix(f"{project}:"): value for key, value in config.items()}


def _value(entry: Any) -> Any:
    return _read(entry.get("value", entry.get("default")) if isinstance(entry, Mapping) else entry)


def _read(value: Any) -> Any:
    """A value, or what its text says: `pulumi config set` writes texts, also of numbers, booleans, lists and maps."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
