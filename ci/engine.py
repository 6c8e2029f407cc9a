"""Running `pulumi`, by Pulumi's own Automation API: https://www.pulumi.com/docs/iac/automation-api/"""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation.events import EngineEvent

from ci import console, step
from ci.outcome import Outcome, Violation
from ci.project import POLICY_PACK
from ci.step import Step
from cutover.printable import printable
from cutover.refusal import Refusal

# What a Python program writes to its error stream is a diagnostic too.
_SEVERITIES = {"info": "notes", "info#err": "errors", "warning": "warnings", "error": "errors"}


class _Listener:
    """Collects what the engine says."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.violations: list[Violation] = []
        self.messages: dict[str, list[str]] = {"notes": [], "warnings": [], "errors": []}

    def __call__(self, event: EngineEvent) -> None:
        if event.resource_pre_event:
            about = event.resource_pre_event.metadata
            old, new = ((side.inputs or {}) if side else {} for side in (about.old, about.new))
            if found := step.of(str(getattr(about.op, "value", about.op)), about.urn, about.type, old, new):
                self.steps.append(found)
        elif event.policy_event:
            said = event.policy_event
            name = (said.resource_urn or "").rpartition("::")[2]
            self.violations.append(Violation(said.policy_name, said.enforcement_level, name, said.message))
        elif event.diagnostic_event and not event.diagnostic_event.ephemeral:
            kind = _SEVERITIES.get(event.diagnostic_event.severity)
            if kind and event.diagnostic_event.message.strip():
                self.messages[kind].append(event.diagnostic_event.message.strip())


def preview(root: Path, stack: str) -> Outcome:
    """What an update would do, whatever comes of it, and what the policy pack says of it."""
    return _run(root, stack, "preview", policies=True)


def expect_no_changes(root: Path, stack: str) -> Outcome:
    """`pulumi preview --expect-no-changes`, whatever comes of it; that there are changes is no error here."""
    ended = _run(root, stack, "preview", policies=False, expect_no_changes=True)
    return replace(ended, succeeded=True) if ended.steps and not ended.errors else ended


def up(root: Path, stack: str, message: str, *, policies: bool = True) -> Outcome:
    """Update the stack, whatever comes of it. Without another preview: the steps look themselves before they call."""
    return _run(root, stack, "up", policies=policies, message=message)


def export(root: Path, stack: str) -> Mapping[str, Any] | None:
    """The stack's deployment as its backend has it; None when there is no such stack. Raises Refusal when not told."""
    command = ["pulumi", "stack", "export", "-s", stack, "--non-interactive", "--color", "never"]
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    # Not by the Automation API, which exports secrets in the clear.
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and f"no stack named '{stack}' found" in done.stderr:
        return None
    try:
        exported: Mapping[str, Any] = json.loads(done.stdout if done.returncode == 0 else "{}")
        held: Mapping[str, Any] = exported["deployment"] or {}
    except (ValueError, KeyError, TypeError):
        raise Refusal(
            f"the state of stack {stack} cannot be read",
            seen=printable(" ".join((done.stderr or "no JSON").split()), 600),
            allowed="the state that its last update left",
            next_step=f"pulumi stack export -s {stack} shows whether it is to be had at all; then the same step again",
        ) from None
    return held


def _run(root: Path, stack: str, command: str, *, policies: bool, **more: Any) -> Outcome:
    heard, printed = _Listener(), list[str]()

    def said(line: str) -> None:
        printed.append(line)
        console.tell(f"{stack}: {line.rstrip()}")

    packs = [_policy_pack(root)] if policies else []
    common: dict[str, Any] = {
        "policy_packs": packs,
        "color": "never",
        "on_output": said,
        "on_error": said,
        "on_event": heard,
    }
    try:
        with _told_by(stack, "it cannot be selected"):
            selected = automation.select_stack(stack, work_dir=str(root))
        getattr(selected, command)(**common, **more)
        succeeded = True
    except automation.CommandError as error:
        succeeded = False
        # What it printed came line by line; what a command says before it begins did not.
        printed += [] if printed else [str(error)]
    return Outcome(
        stack, succeeded, heard.steps, violations=heard.violations, output="\n".join(printed), **heard.messages
    )


def _policy_pack(root: Path) -> str:
    """Where it is; raises Refusal without one: nothing would be against a policy."""
    folder = root / POLICY_PACK
    if not (folder / "PulumiPolicy.yaml").is_file():
        raise Refusal(
            "there is no policy pack to preview with",
            seen=f"no {POLICY_PACK}/PulumiPolicy.yaml in {root}",
            allowed=f"the folder {POLICY_PACK} of the checkout",
            next_step=f"git checkout HEAD -- {POLICY_PACK}",
        )
    return str(folder)


@contextlib.contextmanager
def _told_by(stack: str, problem: str) -> Iterator[None]:
    try:
        yield
    except automation.CommandError as error:
        raise Refusal(
            f"stack {stack}: {problem}",
            seen=printable(" ".join(str(error).split()), 600),
            allowed="a stack of this project in the backend of PULUMI_BACKEND_URL",
            next_step=f"pulumi stack ls shows which there are; pulumi stack init {stack}, if it is the first time",
        ) from None
