"""The rehearsal: a tag-in and a tag-back on the embedded AWS, with clients that must not notice."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cutover.printable import printable
from lab import toolchain, workspace
from lab.client import start
from lab.pulumi_command import Event, Result
from lab.traffic import Served, Steady, SteadyClient
from lab.workspace import CHECKOUT, Workspace

FIGURES = CHECKOUT / ".lab" / "rehearsal.json"
RELEASES = ("1.0.0", "1.1.0")
# A second, as by default, says more of a busy machine than of a load balancer.
READINESS_MILLISECONDS = 5000
TICK_SECONDS = 5.0
Report = Callable[[str], None]


class RehearsalFailed(Exception):
    """A step did not end as it should; the message holds what the command printed."""


@dataclass
class Figures:
    """What the rehearsal measures; times in seconds.

    lab_megabytes: the most memory that the lab, with all its machines, has had; 0 without a lab.
    """

    engine: str
    provider: str
    seconds: dict[str, float] = field(default_factory=dict)
    in_charge: str = ""
    lab_megabytes: int = 0
    served: Served = field(default_factory=Served)

    def as_dict(self) -> dict[str, object]:
        """The figures under the names that .lab/rehearsal.json promises."""
        return {
            **{key: round(value, 1) for key, value in self.seconds.items()},
            "requests": self.served.requests,
            "failed": self.served.failed,
            "by_colour": dict(self.served.by_colour),
            "in_charge": self.in_charge,
            "lab_megabytes": self.lab_megabytes,
            "engine": self.engine,
            "provider": self.provider,
        }


def run(report: Report) -> int:
    """Rehearse; 0 if every client was served throughout and the colour that was in charge first is so again."""
    engine = toolchain.ensure(report)
    figures = Figures(engine.engine_version, engine.provider_version)
    with (
        TemporaryDirectory(prefix="tag-team-rehearsal-") as scratch,
        start(Path(scratch) / "server", machines=True) as server,
    ):
        report("the embedded AWS and DNS are up; instances run")
        made = workspace.lay_out(Path(scratch), server.addresses, report)
        for colour, release in zip(made.project_config("cidrs"), RELEASES, strict=True):
            made.edit_stack(colour, release=release)
        made.edit_project(readinessLatency=READINESS_MILLISECONDS)
        try:
            rehearse(made, lambda: SteadyClient(server.addresses, made.project_config("names")[0]), figures, report)
        except RehearsalFailed as failure:
            report(str(failure))
            return 1
        figures.lab_megabytes = server.peak_megabytes()
        expected = made.project_config("cidrs")
    report("the lab is down")
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures.as_dict(), indent=2) + "\n")
    show(figures)
    return 0 if figures.served.failed == 0 and figures.in_charge == next(iter(expected)) else 1


def rehearse(made: Workspace, client: Callable[[], Steady], figures: Figures, report: Report) -> None:
    """Build both colours, tag the second in and the first back in, with a `client`; raises RehearsalFailed.

    `figures` are filled as they come.
    """
    first, second = made.project_config("cidrs")
    made.edit_stack("live", active=first)
    with progress(report, f"build {first} and {second} side by side") as watch:
        began = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(lambda colour: made.up(colour, on_event=watch), (first, second)):
                _require(result)
        figures.seconds["build_seconds"] = time.monotonic() - began
    with progress(report, f"put {first} in charge") as watch:
        figures.seconds["first_in_charge_seconds"] = _require(made.up("live", on_event=watch)).seconds
    with client() as steady:
        report("clients are sending requests to the live name from here on")
        made.edit_stack("live", active=second)
        preview = _require(made.pulumi("preview", "-s", "live", "--diff"))
        print(preview.output, flush=True)
        _switch(made, second, "tag_in", figures, report)
        _destroy_in_vain(made, second, report)
        made.edit_stack("live", active=first)
        _switch(made, first, "tag_back", figures, report)
    figures.served = steady.served
    figures.in_charge = json.loads(_in_charge(made))["colour"]


def _switch(made: Workspace, colour: str, key: str, figures: Figures, report: Report) -> None:
    with progress(report, f"{key.replace('_', ' ')}: {colour}") as watch:
        result = _require(made.up("live", on_event=watch))
    figures.seconds[f"{key}_seconds"] = result.seconds
    figures.seconds[f"{key}_dns_seconds"] = result.seconds_of("in-charge")


def _destroy_in_vain(made: Workspace, colour: str, report: Report) -> None:
    with progress(report, f"try to destroy {colour}, which carries the traffic now") as watch:
        arguments = ("destroy", "-s", colour, "--yes", "--skip-preview", "--run-program")
        refused = made.pulumi(*arguments, on_event=watch)
    if not refused.exit_code:
        raise RehearsalFailed(f"{colour} was destroyed while it carried the traffic:\n{refused.output}")
    print(next((message for message in refused.messages("error") if "refused" in message), refused.output), flush=True)


def _in_charge(made: Workspace) -> str:
    name = made.project_config("names")[0]
    value: str = made.aws("ssm").get_parameter(Name=f"/tag-team/{name}/in-charge")["Parameter"]["Value"]
    return value


def _require(result: Result) -> Result:
    if result.exit_code:
        raise RehearsalFailed(f"pulumi failed:\n{result.output}")
    return result


@contextmanager
def progress(report: Report, title: str) -> Iterator[Callable[[Event], None]]:
    """Report `title`, then every few seconds how many resources are done and what a waiting one says of itself."""
    began, done, ended, says = time.monotonic(), [0], threading.Event(), [""]

    def watch(event: Event) -> None:
        done[0] += event.kind == "resOutputsEvent"
        if event.kind == "diagnosticEvent" and event.body.get("ephemeral"):
            says[0] = printable(event.body["message"].strip())

    def tick() -> None:
        while not ended.wait(TICK_SECONDS):
            report(f"  {time.monotonic() - began:4.0f} s, {done[0]} resources done. {says[0]}")

    report(title)
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield watch
        report(f"  done in {time.monotonic() - began:.0f} s")
    finally:
        ended.set()
        ticker.join()


def show(figures: Figures) -> None:
    """Print the table."""
    rows = [(key.removesuffix("_seconds").replace("_", " "), f"{s:.1f} s") for key, s in figures.seconds.items()]
    served = figures.served
    rows += [("requests", str(served.requests)), ("failed", str(served.failed))]
    rows += [(f"served by {printable(colour)}", str(count)) for colour, count in sorted(served.by_colour.items())]
    rows.append(("in charge at the end", figures.in_charge))
    if figures.lab_megabytes:
        rows.append(("memory of the lab", f"{figures.lab_megabytes} MB"))
    print(f"\nRehearsal on engine {figures.engine}, provider {figures.provider}")
    for label, value in rows:
        print(f"  {label:<24}{value:>12}")
    for failure in served.failures:
        print(f"  failed: {failure}")
    print(f"failed {served.failed}", flush=True)
