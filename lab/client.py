"""The typed client of the lab's control endpoint, and the starter of the lab's server."""

import json
import os
import selectors
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.environment import clean
from lab.machines.spec import MachineState
from lab.messages import (
    Addresses,
    Answer,
    Answers,
    ApiFault,
    Cached,
    Call,
    Faults,
    FrontFault,
    Judged,
    RecordSetState,
    RoleCredentials,
    Served,
    ServerFault,
    Truth,
    ZoneState,
)

__all__ = [
    "Addresses",
    "Answer",
    "Answers",
    "ApiFault",
    "Cached",
    "Call",
    "Faults",
    "FrontFault",
    "Judged",
    "LabClient",
    "LabError",
    "MachineState",
    "RecordSetState",
    "RoleCredentials",
    "RunningServer",
    "Served",
    "ServerFault",
    "Truth",
    "ZoneState",
    "aws_environment",
    "start",
]
START_SECONDS = 120
STOP_SECONDS = 5
_ROOT = Path(__file__).resolve().parent.parent


class LabError(Exception):
    """The lab's server refused a request, cannot be reached or did not come up."""


class LabClient:
    """What can be asked of a running lab and set in it. Every method raises LabError."""

    def __init__(self, endpoint: str, timeout_seconds: float = 60) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def is_ready(self) -> bool:
        """Whether the server answers at all."""
        try:
            return bool(self._call("GET", "ready")["ready"])
        except LabError:
            return False

    def addresses(self) -> Addresses:
        return Addresses(**self._call("GET", "addresses"))

    def history(self) -> list[ZoneState]:
        """The record sets of a zone after each successful change batch, oldest first."""
        return [
            ZoneState(state["at"], state["zone"], state["zone_id"], tuple(_record(item) for item in state["records"]))
            for state in self._call("GET", "route53/history")
        ]

    def truth(self, name: str) -> Truth:
        """What every server served and every resolver holds for `name`."""
        found = self._call("GET", f"dns/truth?{urllib.parse.urlencode({'name': name})}")
        return Truth(
            found["name"],
            {address: [Served(**item) for item in items] for address, items in found["servers"].items()},
            {address: [_cached(item) for item in items] for address, items in found["resolvers"].items()},
        )

    def answers_over_time(self, name: str) -> dict[str, list[Answers]]:
        """Address of each name server -> the answers it may have given for `name` since the start, without a gap."""
        found = self._call("GET", f"dns/answers?{urllib.parse.urlencode({'name': name})}")
        return {address: [_answers(item) for item in items] for address, items in found.items()}

    def queries(self) -> dict[str, int]:
        """Address of each name server, parent and resolver -> questions it has received since the start."""
        counted: dict[str, int] = self._call("GET", "dns/queries")
        return counted

    def calls(self) -> list[Call]:
        """The calls that the embedded AWS got, oldest first: whose, of what, and whether they were allowed."""
        return [_a_call(one) for one in self._call("GET", "calls")]

    def leftovers(self) -> dict[str, list[str]]:
        """Kind -> identifiers of what somebody made and has not deleted; zones are not counted."""
        found: dict[str, list[str]] = self._call("GET", "leftovers")
        return found

    def faults(self) -> Faults:
        return Faults.from_json(self._call("GET", "faults"))

    def set_server_fault(self, address: str, fault: ServerFault) -> Faults:
        """Let an authoritative server misbehave; `ServerFault()` heals it."""
        return self._patch({"servers": {address: asdict(fault)}})

    def set_resolver_fault(self, address: str, fault: ServerFault) -> Faults:
        return self._patch({"resolvers": {address: asdict(fault)}})

    def set_broken_releases(self, releases: Sequence[str]) -> Faults:
        """Every instance with one of these releases fails its health checks; replaces what was set before."""
        return self._patch({"broken_releases": list(releases)})

    def set_unhealthy_instances(self, instance_ids: Sequence[str]) -> Faults:
        return self._patch({"unhealthy_instances": list(instance_ids)})

    def set_health_seconds(self, seconds: float) -> Faults:
        """How long a new target stays `initial`."""
        return self._patch({"health_seconds": seconds})

    def set_insync_seconds(self, seconds: float) -> Faults:
        """How long a Route 53 change stays PENDING."""
        return self._patch({"insync_seconds": seconds})

    def set_api_faults(self, faults: Sequence[ApiFault]) -> Faults:
        """Let calls of the API fail; replaces what was set before."""
        return self._patch({"api": [asdict(fault) for fault in faults]})

    def set_endpoint_away(self, *, away: bool) -> Faults:
        """Whether the embedded AWS hangs up on every call; this client is always answered."""
        return self._patch({"endpoint_away": away})

    def set_front(self, colour: str, fault: FrontFault) -> Faults:
        """Let the load balancers of a colour answer late or with another status; `FrontFault()` heals them."""
        return self._patch({"fronts": {colour: asdict(fault)}})

    def set_silent_addresses(self, addresses: Sequence[str]) -> Faults:
        """These addresses of load balancers take connections and never answer; replaces what was set before."""
        return self._patch({"silent_addresses": list(addresses)})

    def set_certificate_days(self, colour: str, days: float | None) -> Faults:
        """How long the certificates of a colour are still valid, negative for expired; None: as issued."""
        return self._patch({"certificate_days": {colour: days}})

    def set_launch_failure(self, colour: str, message: str | None) -> Faults:
        """None of a colour's instances can be launched, for the reason `message`; None: they can."""
        return self._patch({"launch_failures": {colour: message}})

    def set_reservation_seconds(self, seconds: float) -> Faults:
        """How long capacity units that are reserved for a load balancer stay pending."""
        return self._patch({"reservation_seconds": seconds})

    def set_metrics_delay_seconds(self, seconds: float) -> Faults:
        """How long after its end CloudWatch tells of the requests of a minute; -60: of the one that has just begun."""
        return self._patch({"metrics_delay_seconds": seconds})

    def forget_requests(self) -> None:
        """Let no load balancer have had any requests."""
        self._call("DELETE", "requests")

    def put_requests(self, load_balancer_arn: str, by_minute: Mapping[int, float]) -> None:
        """Let a load balancer have had requests: beginning of a minute (Unix time, seconds) to number."""
        counts = {str(minute): number for minute, number in by_minute.items()}
        self._call("POST", "requests", {"arn": load_balancer_arn, "counts": counts})

    def set_delegation(self, name_servers: Sequence[str]) -> Faults:
        """The parents of all zones name these servers; none: those that the zones themselves have."""
        return self._patch({"delegation": list(name_servers)})

    def set_unavailable_zones(self, zones: Sequence[str]) -> Faults:
        """EC2 does not offer these Availability Zones any more; what is in them stays. Replaces what was set before."""
        return self._patch({"unavailable_zones": list(zones)})

    def terminate_instances(self, colour: str, count: int = 1, short_seconds: float | None = None) -> list[str]:
        """Terminate instances of a colour; returns their ids.

        short_seconds: when their groups launch others; None: not before a group's capacity is set again.
        """
        wanted = {"colour": colour, "count": count, "short_seconds": short_seconds}
        ids: list[str] = self._call("POST", "instances/terminate", wanted)
        return ids

    def crash_instances(self, colour: str, count: int = 1) -> list[str]:
        """Let instances of a colour die without a word, in a lab with machines; returns their ids.

        EC2 says that they run. Load balancers find out by their health checks, and groups by theirs.
        """
        ids: list[str] = self._call("POST", "instances/crash", {"colour": colour, "count": count})
        return ids

    def age_parameter(self, name: str, seconds: float, *, groups: bool = True) -> int:
        """Let every version of an SSM parameter look `seconds` older; returns how many versions that were.

        So are the requests that load balancers have had. groups: all Auto Scaling groups too, as when time passes.
        """
        versions: int = self._call("POST", "parameters/age", {"name": name, "seconds": seconds, "groups": groups})
        return versions

    def role_credentials(self, role_name: str, session_name: str = "lab") -> RoleCredentials:
        """A new session of a role, as an instance gets one; calls with it may do what the role's policies allow."""
        return RoleCredentials(**self._call("POST", "credentials", {"role": role_name, "session": session_name}))

    def machines(self) -> list[MachineState]:
        """Every machine, also those that have gone; none in a lab without machines."""
        return [MachineState(**item) for item in self._call("GET", "machines")]

    def set_machines(self, **settings: Any) -> Faults:
        """Set some of `MachineSettings`, by name; the others stay."""
        return self._patch({"machines": settings})

    def clear_faults(self) -> Faults:
        return Faults.from_json(self._call("DELETE", "faults"))

    def _patch(self, patch: dict[str, Any]) -> Faults:
        return Faults.from_json(self._call("POST", "faults", patch))

    def _call(self, method: str, path: str, content: object = None) -> Any:
        url = f"{self._endpoint}/_lab/{path}"
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
        try:
            with _NO_PROXY.open(request, timeout=self._timeout_seconds) as response:
                return json.load(response)
        except urllib.error.HTTPError as refused:
            raise LabError(f"{method} {url}: {refused.read().decode(errors='replace')}") from refused
        except OSError as unreachable:
            raise LabError(f"{method} {url}: {unreachable}; is the lab's server running?") from unreachable


_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class RunningServer:
    """A server that was started by `start`."""

    addresses: Addresses
    client: LabClient
    process: "subprocess.Popen[bytes]"
    log: Path

    def peak_megabytes(self) -> int:
        """The most memory that the server has had, all machines included: they are tasks of its own."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


@contextmanager
def start(
    state_dir: Path,
    alias_ttl: int = 60,
    health_seconds: float = 2.0,
    *,
    copies: bool = False,
    machines: bool = False,
) -> Iterator[RunningServer]:
    """Run the lab's server while the context lasts; it ends with this process, however that ends.

    alias_ttl and health_seconds: seconds. copies: whether it can be copied (lab/copies.py). machines: whether instances
    run. Raises LabError with the end of the log when the server does not come up.
    """
    command = [sys.executable, "-m", "lab.server", "--state-dir", str(state_dir), "--until-stdin-closes"]
    command += ["--alias-ttl", str(alias_ttl), "--health-seconds", str(health_seconds)]
    command += ["--copies"] * copies + ["--machines"] * machines
    state_dir.mkdir(parents=True, exist_ok=True)
    log = state_dir / "server.log"
    with (state_dir / "server.stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**clean(), "PYTHONPATH": str(_ROOT)},
        )
    try:
        addresses = _announced(process, state_dir)
        yield RunningServer(addresses, LabClient(addresses.endpoint), process, log)
    finally:
        _stop(process)


def aws_environment(addresses: Addresses) -> dict[str, str]:
    """The environment in which AWS tools talk to the lab and to nothing else; the region is the caller's choice.

    SSL_CERT_FILE is what an operator with a private certificate authority sets: OpenSSL and Go read it.
    """
    return {
        "AWS_ENDPOINT_URL": addresses.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SSL_CERT_FILE": addresses.ca_file,
    }


def _announced(process: "subprocess.Popen[bytes]", state_dir: Path) -> Addresses:
    """The addresses from the server's one line on stdout."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_SECONDS) else b""
    if line:
        return Addresses(**json.loads(line))
    try:
        state = f"ended with code {process.wait(timeout=1)} before it answered"
    except subprocess.TimeoutExpired:
        state = f"did not answer within {START_SECONDS} s"
    tails = "".join(f"\n--- {path}\n{_tail(path)}" for path in sorted(state_dir.glob("server.*")))
    raise LabError(f"the lab's server {state}{tails}")


def _tail(path: Path, lines: int = 20) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _record(item: dict[str, Any]) -> RecordSetState:
    return RecordSetState(**{**item, "values": tuple(item["values"])})


def _a_call(item: dict[str, Any]) -> Call:
    judged = tuple(
        Judged(one["action"], one["resource"], {key: tuple(values) for key, values in one["facts"].items()})
        for one in item["judged"]
    )
    lists = {name: tuple(item[name]) for name in ("resources", "may_need")}
    return Call(**{**item, **lists, "judged": judged})


def _cached(item: dict[str, Any]) -> Cached:
    return Cached(**{**item, "addresses": tuple(item["addresses"])})


def _answers(item: dict[str, Any]) -> Answers:
    each = tuple(Answer(**{**answer, "addresses": tuple(answer["addresses"])}) for answer in item["answers"])
    return Answers(**{**item, "answers": each})
