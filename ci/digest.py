"""What of the checkout an update runs on, as digests that two checkouts can be compared by."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ci import affected
from ci.project import PROJECT_FILE, stack_file
from cutover.printable import printable
from cutover.refusal import Refusal

# How a backend stores a secret: anew with each export, for the same value.
# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/sig/sig.go
_SIGNATURE = "4dabf18193072939515e22adb298388d"


def of_text(content: bytes) -> str:
    """A digest that is short enough to be read, and long enough that no two contents have the same by chance."""
    return f"sha256 {hashlib.sha256(content).hexdigest()[:16]}"


def of_program(files: Mapping[str, bytes]) -> dict[str, str]:
    """Name of each fact to its value, for the program's `files` (path from the project's folder to content).

    A folder is one fact, and so is each file beside the folders; other files than the program's are none.
    """
    parts: dict[str, list[str]] = {}
    for path, content in sorted(files.items()):
        if affected.is_program(path) and not _is_config(path):
            digest = hashlib.sha256(content).hexdigest()
            parts.setdefault(path.partition("/")[0], []).append(f"{path} {digest}")
    return {f"program, {part}": of_text("\n".join(lines).encode()) for part, lines in parts.items()}


def of_config(files: Mapping[str, bytes], stacks: Iterable[str]) -> dict[str, str]:
    """Name of each fact to its value: the project's file and that of each stack."""
    shared = {"config of all stacks": of_text(files.get(PROJECT_FILE, b""))}
    return shared | {f"config of {stack}": of_text(files.get(stack_file(stack), b"")) for stack in stacks}


def of_state(deployment: Mapping[str, Any] | None) -> str:
    """Which state a stack has: when it was written, and a digest of it. Secrets are in it only as being there."""
    if deployment is None:
        return "no such stack"
    manifest = deployment.get("manifest") or {}
    text = json.dumps(_without_secrets(deployment), sort_keys=True, default=str)
    return f"written {printable(str(manifest.get('time', 'never')), 40)}, {of_text(text.encode())}"


def tracked(root: Path) -> dict[str, bytes]:
    """Every file that git knows in the folder `root`, with the content that it has on disk; raises Refusal.

    A link counts by where it leads.
    """
    done = _git(root, "ls-files", "-z")
    return {name: _content(root / name) for name in done.split("\0") if name and os.path.lexists(root / name)}


def changed(root: Path, base: str) -> tuple[str, ...] | None:
    """The files that differ between the commit `base` and HEAD; None when git does not know `base`."""
    # Whatever it says it is a commit, and no option.
    asked = ("diff", "--name-only", "--no-renames", "-z", "--end-of-options", base, "HEAD", "--")
    try:
        return tuple(filter(None, _git(root, *asked).split("\0")))
    except Refusal:
        return None


def commit(root: Path) -> str:
    """The commit that is checked out."""
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refusal(
            "git does not say what is checked out",
            seen=printable(" ".join(done.stderr.split()), 300),
            allowed="a checkout of the repository, with its history",
            next_step=f"git {arguments[0]} in that folder; in a CI, fetch the whole history (fetch-depth: 0)",
        )
    return done.stdout


def _content(path: Path) -> bytes:
    return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()


def _is_config(path: str) -> bool:
    return path.startswith("Pulumi.") and "/" not in path


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return {_SIGNATURE: value[_SIGNATURE]}
        # The backend's own key of encryption is no part of what is deployed.
        return {key: _without_secrets(one) for key, one in value.items() if key != "secrets_providers"}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value
