"""The region of all stacks, as it stands in Pulumi.yaml: a stack's own file would be for that stack alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from botocore.loaders import create_loader

from cutover.refusal import Refusal

KEY = "aws:region"
_CONFIG = re.compile(r"^config:[ ]*(?:#.*)?\n(?P<indent> +)", re.MULTILINE)
_AGAIN = "sh setup.sh REGION"


@dataclass(frozen=True)
class Region:
    """The region, and whether it was written now."""

    name: str
    written: bool


def put(file: Path, wanted: str) -> Region:
    """Write `wanted` into the project's file, where none is in it; empty: the one that is there is meant.

    Raises Refusal when no region is said at all, when it is none of AWS's, and when the file has another one.
    """
    text = file.read_text(encoding="utf-8")
    there = _region_of(yaml.safe_load(text))
    if wanted and wanted not in known():
        raise Refusal(
            f"{wanted} is no region",
            seen=wanted,
            allowed=", ".join(sorted(known())),
            next_step=f"{_AGAIN}; one that is newer than this list: write {KEY} under `config` of {file.name} by hand",
        )
    if there and wanted in ("", there):
        return Region(there, written=False)
    if there or not wanted:
        raise Refusal(
            f"{file.name} says another region" if there else "nothing says in which region the clusters are to be",
            seen=f"{KEY}: {there}; asked for: {wanted}" if there else f"no {KEY} in {file.name}, and none asked for",
            allowed=f"one region for all stacks, {KEY} under `config` of {file.name}",
            next_step=f"change it in {file.name}, as long as no cluster is in {there}; then sh setup.sh"
            if there
            else _AGAIN,
        )
    file.write_text(_with(text, wanted, file.name), encoding="utf-8")
    return Region(wanted, written=True)


def known() -> frozenset[str]:
    """Every region, in every partition, that the pinned botocore knows."""
    # Not by a session, which would ask for the profile.
    partitions = create_loader().load_data("endpoints")["partitions"]
    return frozenset(region for partition in partitions for region in partition["regions"])


def _with(text: str, region: str, name: str) -> str:
    """The file with the key as the first one under `config`; raises Refusal where that would say something else."""
    before = yaml.safe_load(text)
    found = _CONFIG.search(text)
    after = f"{text[: found.end()]}{KEY}: {region}\n{found['indent']}{text[found.end() :]}" if found else text
    wanted = {**before, "config": {KEY: region, **(before.get("config") or {})}}
    if yaml.safe_load(after) != wanted:
        raise Refusal(
            f"the region cannot be written into {name}",
            seen="no `config:` with keys in lines of their own below it",
            allowed=f"{KEY}: {region} under `config`",
            next_step=f"write it into {name} by hand; then sh setup.sh",
        )
    return after


def _region_of(content: Mapping[str, Any]) -> str:
    entry = (content.get("config") or {}).get(KEY)
    if isinstance(entry, Mapping):
        entry = entry.get("value", entry.get("default"))
    return str(entry or "")
