"""`make rehearsal-aws`: the rehearsal on the account that the environment is for, with a name that is thrown away.

It runs the user's own `pulumi` with a state of its own, says what it will cost, asks, and destroys everything at the
end, also when it fails. One that was killed is found by the next run, and removed before anything else.
"""

import contextlib
import fcntl
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from cutover import orphans
from cutover.aws_zones import AwsZones
from cutover.printable import printable
from cutover.refusal import Refusal
from lab import own_project, price
from lab.own_project import LIVE, OwnAccount
from lab.price import Plan
from lab.pulumi_command import Result
from lab.rehearsal import Figures, RehearsalFailed, progress, rehearse, show
from lab.sweep import Sweep
from lab.visitor import Visitor, Way
from propagation import Endpoint

Report = Callable[[str], None]
RESOLVER = Endpoint.PUBLIC_RESOLVERS[0]
YES = "yes"


class Stopped(Exception):
    """Nothing was begun; the message says why, and what to do."""


@dataclass(frozen=True)
class About:
    """One rehearsal: its name, the zone that this is in, and on whose account; kept beside its state."""

    name: str
    zone_id: str
    account: str
    region: str


def main() -> int:
    """Remove what an earlier one left, ask, rehearse, remove; 0 when no request failed and nothing is left."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    root = state_folder(os.environ)
    root.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(root):
            _remove_what_was_left(root)
            return _rehearsed(root)
    except (Stopped, Refusal) as why:
        _report(str(why))
    except (ClientError, BotoCoreError) as error:
        _report(f"AWS could not be asked: {printable(str(error))}; aws sts get-caller-identity shows who you are")
    except KeyboardInterrupt:
        _report("interrupted")
        return 130
    return 1


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where a rehearsal is kept until nothing of it is left: for all clones, and out of reach of `make clean`.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    named = Path(environment.get("XDG_STATE_HOME", ""))
    base = named if named.is_absolute() else Path(environment.get("HOME") or Path.home()) / ".local" / "state"
    return base / "tag-team" / "rehearsal-aws"


def _rehearsed(root: Path) -> int:
    made, about = _prepared(root)
    try:
        _ask(made, about)
    except BaseException:
        _forget(root)  # nothing was made
        raise
    figures = Figures(_version(made), f"pulumi-aws {importlib.metadata.version('pulumi-aws')}")
    colours, failed = tuple(made.project_config("cidrs")), False
    try:
        for stack in (*colours, LIVE):
            _require(made.pulumi("stack", "init", stack))
        rehearse(made, lambda: Visitor(_way(made)), figures, _report)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # whatever it is, all has to go
        failed = True
        _report(str(error) or type(error).__name__)
    clean = _removed(root, made, about)
    show(figures)
    return 0 if clean and not failed and figures.served.failed == 0 and figures.in_charge == colours[0] else 1


def _prepared(root: Path) -> tuple[OwnAccount, About]:
    """The working copy, and on whose account it will be; raises Stopped."""
    if shutil.which("pulumi") is None:
        raise Stopped("there is no `pulumi` in PATH: https://www.pulumi.com/docs/install/")
    origin = own_project.source()
    _forget(root)
    try:
        made = own_project.lay_out(root, origin, "", os.environ)
        zone, zone_id = made.project_config("zone"), made.project_config("zoneId")
    except (OSError, LookupError) as error:
        raise Stopped(f"the project in {origin} cannot be rehearsed: {printable(str(error))}") from None
    made.edit_project(names=[name := own_project.throw_away(zone)])
    aws = AwsZones(made.session())
    place = aws.caller()
    if not place.region:
        raise Stopped("no AWS region is set: export AWS_REGION=REGION")
    zones = [one for one in aws.zones_called(zone) if zone_id in ("", one.id)]
    if len(zones) != 1:
        known = ", ".join(map(str, zones)) or "none"
        raise Stopped(f"there has to be one zone {zone} in account {place.account}: {known}; set zone and zoneId")
    about = About(name, zones[0].id, place.account, place.region)
    _about_file(root).write_text(json.dumps(asdict(about)))
    return made, about


def _ask(made: OwnAccount, about: About) -> None:
    """Say what will be done and what it costs; raises Stopped unless the answer is yes."""
    instance_type = made.project_config("instanceType")
    plan = Plan(instance_type, made.project_config("capacity"), made.project_config("availabilityZones"), 1)
    prices = price.of_plan(made.session(), about.region, plan)
    offsite = made.project_config("offsite")
    said = [
        f"{about.name}, in the zone {about.zone_id} of account {about.account}, {about.region}:",
        *price.lines(plan, prices),
        *([f"  with the offsite data of the project: {', '.join(offsite)}"] if offsite else []),
        "Both colours are built, tagged in and back, and destroyed, which takes about an hour on AWS.",
    ]
    print("\n".join(map(printable, said)))
    print(f"Type {YES} to begin: ", end="", flush=True)
    if sys.stdin.readline().strip() != YES:
        raise Stopped("nothing was begun")


def _way(made: OwnAccount) -> Way:
    (name,), https = made.project_config("names"), made.project_config("https")
    return Way(
        name,
        made.project_config("healthPath"),
        https,
        made.project_config("httpsPort") if https else 80,
        {colour: f"{colour}.{name}" for colour in made.project_config("cidrs")},
        own_project.live_config(made, "resolvers", [RESOLVER])[0],
        own_project.live_config(made, "dnsPort", 53),
    )


def _remove_what_was_left(root: Path) -> None:
    """Remove a rehearsal that was cut off; raises Stopped when something of it stays."""
    if not _about_file(root).exists():
        return
    about = About(**json.loads(_about_file(root).read_text()))
    _report(f"the rehearsal of {about.name} was cut off: what is left of it is removed first")
    made = own_project.of(root)
    place = AwsZones(made.session()).caller()
    if (place.account, place.region) != (about.account, about.region):
        raise Stopped(
            f"it was in account {about.account}, {about.region}, and this is {place.account}, {place.region}: come "
            f"back with its credentials, or remove {root} if that account is gone"
        )
    if not _removed(root, made, about):
        raise Stopped("nothing else was begun")


def _removed(root: Path, made: OwnAccount, about: About) -> bool:
    """Destroy the stacks, then remove whatever they do not know; whether nothing is left, and then it is forgotten."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that is closed is no reason to leave something
    colours = tuple(made.project_config("cidrs"))
    sweep = Sweep(made.session(), about.name, colours, about.zone_id)
    for stack in (*colours, LIVE):
        made.pulumi("cancel", stack, "--yes")
    # Clients resolve the name as long as it is there, and so the program would not let it go.
    sweep.live_records()
    _destroyed(made, LIVE, "refresh")
    sweep.parameters()
    for colour in colours:
        _orphans_removed(made, sweep, colour)
    with ThreadPoolExecutor(len(colours)) as pool:
        list(pool.map(partial(_destroyed, made), colours))
    with progress(_report, "remove what no state knows"):
        left = sweep.until_clean(_report)
    if left:
        _report("this is left, and costs money: " + printable("; ".join(left)))
        _report("make rehearsal-aws removes it, with the same credentials")
        return False
    _forget(root)
    _report(f"nothing of {about.name} is left")
    return True


def _destroyed(made: OwnAccount, stack: str, *before: str) -> None:
    """Destroy a stack, if it has anything; what it cannot is left to the sweep."""
    if not _deployment(made, stack).get("resources"):
        return
    with progress(_report, f"destroy {stack}"):
        for command in before:
            made.pulumi(command, "-s", stack, "--yes", "--skip-preview")
        result = made.pulumi("destroy", "-s", stack, "--yes", "--skip-preview", "--run-program")
        if result.exit_code:
            _report(f"{stack} was not destroyed by its state: {'; '.join(result.messages('error'))[:1000]}")


def _orphans_removed(made: OwnAccount, sweep: Sweep, colour: str) -> None:
    """Before its stack is destroyed, which waits a quarter of an hour for what an orphan uses."""
    try:
        sweep.unknown_to(orphans.state_of({"deployment": _deployment(made, colour)}), colour)
    except (ClientError, BotoCoreError) as error:
        _report(f"what no state knows of {colour} cannot be looked for now: {printable(str(error))}")


def _deployment(made: OwnAccount, stack: str) -> Mapping[str, Any]:
    try:
        return made.deployment(stack)
    except (ValueError, KeyError):
        return {}  # there is no such stack yet


def _require(result: Result) -> None:
    if result.exit_code:
        raise RehearsalFailed(f"pulumi failed:\n{result.output}")


def _version(made: OwnAccount) -> str:
    command = [str(shutil.which("pulumi", path=made.environment["PATH"])), "version"]
    said = subprocess.run(command, env=dict(made.environment), capture_output=True, text=True, check=False).stdout
    return printable(said.strip().removeprefix("v"))


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Raise Stopped while another one runs: what it makes is not left, but used."""
    with (root.parent / f"{root.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stopped("another rehearsal runs already") from None
        yield


def _about_file(root: Path) -> Path:
    return root / "about.json"


def _forget(root: Path) -> None:
    _about_file(root).unlink(missing_ok=True)  # first: what it is about is not there any more
    shutil.rmtree(root, ignore_errors=True)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _report(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"rehearsal: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
