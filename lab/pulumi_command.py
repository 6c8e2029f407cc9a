"""Running the `pulumi` command as a user does, and reading what it did from its own event log."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lab.plugins import kept_provider
from lab.plugins.lifeline import Child

TAIL_SECONDS = 0.05


@dataclass(frozen=True)
class Event:
    """One engine event, of `kind` (like resourcePreEvent), as it came `at` a time (Unix, seconds)."""

    at: float
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What was done (or is planned) to one resource."""

    op: str
    name: str
    type: str
    diffs: tuple[str, ...]
    old: Mapping[str, Any] = field(repr=False)
    new: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Violation:
    """What a rule of a policy pack said of a resource; `level` is `mandatory` or `advisory`."""

    rule: str
    level: str
    name: str
    message: str


@dataclass(frozen=True)
class Result:
    """How one run of the command ended; `output` is what it printed, for people only."""

    exit_code: int
    seconds: float
    events: tuple[Event, ...] = field(repr=False)
    output: str = field(repr=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every resource that is not left as it was, in the order of the engine."""
        return tuple(step for step in map(_step, self._bodies("resourcePreEvent")) if step.op not in ("same", "read"))

    @property
    def changes(self) -> Mapping[str, int]:
        """The engine's own count of resources by operation."""
        return next((body["resourceChanges"] for body in self._bodies("summaryEvent")), {})

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the resources whose operation failed."""
        return tuple(_name(body["metadata"]["urn"]) for body in self._bodies("resOpFailedEvent"))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What the policy packs found, in the order of the engine."""
        return tuple(
            Violation(body["policyName"], body["enforcementLevel"], _name(body["resourceUrn"]), body["message"])
            for body in self._bodies("policyEvent")
        )

    @property
    def passed(self) -> frozenset[tuple[str, str]]:
        """Rule and resource of every check of a policy pack that had nothing to say; stack rules have no resource."""
        return frozenset(
            (rule, _name(body.get("resourceUrn", "")))
            for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent")
            for body in self._bodies(kind)
            for rule in body.get("passed", ())
        )

    def messages(self, *severities: str) -> tuple[str, ...]:
        """The lasting diagnostics of these severities (`error`, `warning`, `info`, `info#err`)."""
        return tuple(
            body["message"]
            for body in self._bodies("diagnosticEvent")
            if body["severity"] in severities and not body.get("ephemeral")
        )

    def progress_of(self, name: str) -> tuple[str, ...]:
        """What the line of a resource showed one after the other while the resource was waited for."""
        return tuple(
            body["message"].strip()
            for body in self._bodies("diagnosticEvent")
            if body.get("ephemeral") and _name(body.get("urn", "")) == name
        )

    def seconds_of(self, name: str) -> float:
        """How long the step of one resource took, its hooks included; 0 when there was none."""
        began = [e.at for e in self.events if e.kind == "resourcePreEvent" and _is(e, name)]
        ended = [e.at for e in self.events if e.kind in ("resOutputsEvent", "resOpFailedEvent") and _is(e, name)]
        return ended[-1] - began[0] if began and ended else 0.0

    def _bodies(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (event.body for event in self.events if event.kind == kind)


def run(
    arguments: list[str],
    directory: Path,
    environment: Mapping[str, str],
    on_event: Callable[[Event], None] = lambda _: None,
    on_start: Callable[[int], None] = lambda _: None,
) -> Result:
    """Run `pulumi` with `arguments`; those that update or preview get an event log, and `on_event` each event.

    on_start: gets the id of the process, which leads a group of its own.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tag-team-") as scratch:
        log, printed = Path(scratch) / "events.json", Path(scratch) / "output"
        command = [*arguments, "--non-interactive", "--color", "never"]
        if arguments[0] in ("up", "preview", "destroy", "refresh"):
            command += ["--event-log", str(log)]
        log.touch()
        with printed.open("w") as output, log.open() as lines, kept_provider.lent(environment) as lent:
            # Ends with this process, however that ends.
            process = Child(
                [_found(environment), *command],
                cwd=directory,
                env={**lent, "PULUMI_DEBUG_COMMANDS": "true"},
                stdout=output.fileno(),
                stderr=subprocess.STDOUT,
            )
            try:
                on_start(process.process_id)
                events = _follow(process, lines, on_event)
            finally:
                process.end()
        return Result(process.wait(), time.monotonic() - started, tuple(events), printed.read_text())


def _found(environment: Mapping[str, str]) -> str:
    """The `pulumi` that this environment's PATH leads to."""
    program = shutil.which("pulumi", path=environment["PATH"])
    assert program is not None, "the workspace puts the engine first in PATH"
    return program


def _follow(process: Child, lines: IO[str], on_event: Callable[[Event], None]) -> list[Event]:
    events: list[Event] = []
    rest = ""
    while True:
        ended = process.poll() is not None
        rest += lines.read()
        *whole, rest = rest.split("\n")
        for line in filter(None, whole):
            content = json.loads(line)
            kind = next((key for key in content if key not in ("sequence", "timestamp")), "")
            events.append(Event(time.time(), kind, content.get(kind, {})))
            on_event(events[-1])
        if ended:
            return events
        time.sleep(TAIL_SECONDS)


def _step(body: Mapping[str, Any]) -> Step:
    about = body["metadata"]
    old, new = ((about.get(side) or {}).get("inputs") or {} for side in ("old", "new"))
    diffs = tuple(sorted((about.get("detailedDiff") or {}).keys() or about.get("diffs") or ()))
    return Step(about["op"], _name(about["urn"]), about["type"], diffs, old, new)


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _is(event: Event, name: str) -> bool:
    return _name(event.body["metadata"]["urn"]) == name
