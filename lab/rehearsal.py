"""The rehearsal: a tag-in and a tag-back on the embedded AWS, with clients that must not notice."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from cutover import places
from lab import marks, picture, roles, side_by_side, toolchain, workspace
from lab.client import RunningServer, start
from lab.figures import TAG_BACK, TAG_IN, Figures, of_pools, show, switches, wrong
from lab.load import pool, vegeta
from lab.load.attack import Aim, LoadFailed
from lab.load.clients import REQUESTS_PER_SECOND, Clients
from lab.machines.capacity import Capacity
from lab.marks import LET_GO, LOWER, Mark
from lab.picture.recording import Recording
from lab.progress import progress
from lab.pulumi_command import Result
from lab.ticker import TICK_SECONDS
from lab.traffic import Steady
from lab.workspace import CHECKOUT, Workspace

__all__ = ["Figures", "RehearsalFailed", "progress", "rehearse", "run", "show"]
FOLDER = CHECKOUT / ".lab"
FIGURES = "rehearsal.json"
RELEASES = ("1.0.0", "1.1.0")
# A second, as by default, says more of a busy machine than of a load balancer.
READINESS_MILLISECONDS = 5000
# Each colour can carry all the traffic, and somewhat more; half of it cannot.
HEADROOM = 1.6
Report = Callable[[str], None]


class RehearsalFailed(Exception):
    """A step did not end as it should; the message holds what the command printed."""


def run(
    report: Report,
    requests_per_second: int = REQUESTS_PER_SECOND,
    folder: Path = FOLDER,
    ttl_seconds: int = pool.ALIAS_TTL_SECONDS,
) -> int:
    """Rehearse; 0 if every client was served throughout and the colour that was in charge first is so again.

    requests_per_second: of all clients together. folder: where the figures and the picture go. ttl_seconds: of aliases.
    """
    engine, program = toolchain.ensure(report), vegeta.ensure(report)
    figures = Figures(engine.engine_version, engine.provider_version)
    with (
        TemporaryDirectory(prefix="tag-team-rehearsal-") as scratch,
        start(Path(scratch) / "server", alias_ttl=ttl_seconds, machines=True) as server,
    ):
        report("the embedded AWS and DNS are up; instances run")
        made = _laid_out(Path(scratch), server, requests_per_second, report)
        pool.let_it_hold(server.client, server.addresses, ttl_seconds)
        first, second = made.project_config("cidrs")
        clients = Clients(
            program,
            Aim(made.project_config("names")[0], server.addresses.http_port),
            pool.pools(server.addresses, requests_per_second),
            made.project_config("clientKeepAlive"),
            ttl_seconds,
        )
        try:
            rehearse(made, lambda: clients, figures, report)
        except (RehearsalFailed, LoadFailed) as failure:
            report(str(failure))
            report("\n".join(["until then:", *of_pools(clients.figures(())), *clients.served.failures]))
            return 1
        figures.lab_megabytes = server.peak_megabytes()
        figures.calls, figures.denied = roles.counted(server.client.calls())
    report("the lab is down")
    figures.load = clients.figures(switches(figures.marks, first, second))
    picture.keep(_keep(figures, clients, (first, second), folder), folder, report)
    show(figures)
    reasons = wrong(figures, first)
    for reason in reasons:
        report(reason)
    return 1 if reasons else 0


def _laid_out(scratch: Path, server: RunningServer, requests_per_second: int, report: Report) -> Workspace:
    """The project, its releases, and a lab in which each colour can carry that many requests."""
    made = workspace.lay_out(scratch, server.addresses, report)
    for colour, release in zip(made.project_config("cidrs"), RELEASES, strict=True):
        made.edit_stack(colour, release=release)
    made.edit_project(readinessLatency=READINESS_MILLISECONDS)
    # One resolver of the world is in nobody's list, and keeps answers too long.
    made.edit_stack("live", resolvers=pool.honest_resolvers(server.addresses))
    # A request may wait for as long as its client does: a second, as by default, says more of a busy machine, too.
    each = HEADROOM * requests_per_second / made.project_config("capacity")
    capacity = Capacity(per_second=each, patience_seconds=pool.TIMEOUT_SECONDS)
    server.client.set_machines(capacity=asdict(capacity))
    report("every command has the role of its stack, and may do nothing else (docs/permissions.md)")
    return roles.enforce(made, server.client)


def _keep(figures: Figures, clients: Clients, colours: tuple[str, str], folder: Path) -> Recording:
    """Write down the figures, and what the picture is drawn from."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FIGURES).write_text(json.dumps(figures.as_dict(), indent=2) + "\n")
    seconds, p99 = tuple(clients.by_second()), clients.p99_by_second()
    return Recording(clients.began, colours, seconds, p99, tuple(figures.marks), figures.as_dict())


def rehearse(made: Workspace, client: Callable[[], Steady | Clients], figures: Figures, report: Report) -> None:
    """Build both colours, tag the second in and the first back in, with a `client`; raises RehearsalFailed.

    `figures` are filled as they come.
    """
    first, second = made.project_config("cidrs")
    made.edit_stack("live", active=first)
    began = time.monotonic()
    for result in side_by_side.up(made, (first, second), report):
        _require(result)
    figures.seconds["build_seconds"] = time.monotonic() - began
    with progress(report, f"put {first} in charge") as watch:
        figures.seconds["first_in_charge_seconds"] = _require(made.up("live", on_event=watch)).seconds
    with client() as steady:
        report("clients are sending requests to the live name from here on")
        made.edit_stack("live", active=second)
        counting = _counting(steady, report)
        preview = _require(made.pulumi("preview", "-s", "live", "--diff"))
        print(preview.output, flush=True)
        _switch(made, second, TAG_IN, figures, counting)
        _destroy_in_vain(made, second, counting)
        _let_follow(steady, figures.marks, TAG_IN, counting)
        made.edit_stack("live", active=first)
        _switch(made, first, TAG_BACK, figures, counting)
        _let_follow(steady, figures.marks, TAG_BACK, counting)
    figures.served = steady.served
    figures.in_charge = json.loads(_in_charge(made))["colour"]


def _switch(made: Workspace, colour: str, phase: str, figures: Figures, report: Report) -> None:
    with progress(report, f"{phase}: {colour}") as watch:
        result = _require(made.up("live", on_event=watch))
    key = phase.replace("-", "_")
    figures.seconds[f"{key}_seconds"] = result.seconds
    figures.seconds[f"{key}_dns_seconds"] = result.seconds_of("in-charge")
    figures.marks += marks.of(result.events, phase)


def _let_follow(clients: Steady | Clients, found: list[Mark], phase: str, report: Report) -> None:
    """Wait until all clients have moved that ever do; those of one kind have when DNS has let go."""
    if not isinstance(clients, Clients):
        return
    lowered, let_go = marks.at(found, LOWER, phase), marks.at(found, LET_GO, phase)
    if lowered is None or let_go is None:
        raise RehearsalFailed(f"no record was lowered in the {phase}, or it was not waited for")
    until = clients.all_followed_at(lowered, let_go)
    report("waiting for the clients that follow late")
    while (left := until - time.time()) > 0:
        report(f"  {left:4.0f} s to go")
        time.sleep(min(TICK_SECONDS, left))


def _counting(clients: Steady | Clients, report: Report) -> Report:
    """Says with every line how many requests there were by then."""

    def counted(line: str) -> None:
        served = clients.served
        report(f"{line} [{served.requests} requests, {served.failed} failed]")

    return counted


def _destroy_in_vain(made: Workspace, colour: str, report: Report) -> None:
    with progress(report, f"try to destroy {colour}, which carries the traffic now") as watch:
        arguments = ("destroy", "-s", colour, "--yes", "--skip-preview", "--run-program")
        refused = made.pulumi(*arguments, on_event=watch)
    if not refused.exit_code:
        raise RehearsalFailed(f"{colour} was destroyed while it carried the traffic:\n{refused.output}")
    print(next((message for message in refused.messages("error") if "refused" in message), refused.output), flush=True)


def _in_charge(made: Workspace) -> str:
    name = made.project_config("names")[0]
    value: str = made.aws("ssm").get_parameter(Name=places.in_charge(name))["Parameter"]["Value"]
    return value


def _require(result: Result) -> Result:
    if result.exit_code:
        raise RehearsalFailed(f"pulumi failed:\n{result.output}")
    return result
