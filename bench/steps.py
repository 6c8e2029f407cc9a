"""From when until when each step of a `pulumi` command lasted, by the engine's own events."""

from collections.abc import Iterable, Mapping

from bench.waits import Span
from lab.pulumi_command import Event

_LEFT_AS_THEY_WERE = ("same", "read")


def steps(events: Iterable[Event]) -> Mapping[str, Span]:
    """Name of each resource that was changed -> its step, hooks included; of a replacement all steps together."""
    found: dict[str, Span] = {}
    for event in events:
        if event.kind not in ("resourcePreEvent", "resOutputsEvent"):
            continue
        about = event.body["metadata"]
        name = about["urn"].rpartition("::")[2]
        if about["op"] not in _LEFT_AS_THEY_WERE and about["type"] != "pulumi:pulumi:Stack":
            found[name] = (found.get(name, (event.at, event.at))[0], event.at)
    return found
