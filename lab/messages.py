"""What goes over the lab's control endpoint: plain data, the same on both sides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from http import HTTPStatus
from typing import Any, TypeVar

T = TypeVar("T")
SERVER_FAULTS = (
    "none",
    "drop",
    "servfail",
    "refused",
    "nxdomain",
    "nodata",
    "lame",
    "wrong_id",
    "wrong_question",
    "forged",
    "garbage",
    "lower_case",
    "formerr_edns",
    "truncate_udp",
    "truncate_no_tcp",
    "http_503",
    "stuck",
    "one_stuck",
    "slow",
)
# boto3's name -> the name requests are signed with
_SIGNING_NAMES = {"elbv2": "elasticloadbalancing", "cloudwatch": "monitoring"}


@dataclass(frozen=True)
class Addresses:
    """Where a running lab answers. Every DNS address is on `dns_port`, every load balancer on `http_port`.

    A load balancer answers at the unprivileged ports of its listeners, too.

    name_servers: name of each name server of the delegation set -> its addresses (IPv4, one also IPv6).
    resolvers: addresses of the caching resolvers.
    parents: name of each name server of the zones' parents -> its addresses.
    doh: for each resolver, in the same order, its URL for DNS over HTTPS.
    ca_file: path of the PEM file with which certificates of HTTPS listeners are verified.
    copies_port: where it can be copied (lab/copies.py), if it can.
    """

    endpoint: str
    dns_port: int
    http_port: int
    name_servers: dict[str, list[str]]
    resolvers: list[str]
    ca_file: str
    parents: dict[str, list[str]] = field(default_factory=dict)
    doh: list[str] = field(default_factory=list)
    copies_port: int | None = None

    def server_addresses(self) -> list[str]:
        """The addresses of all authoritative servers, in the order of their names."""
        return [address for addresses in self.name_servers.values() for address in addresses]


@dataclass(frozen=True)
class ServerFault:
    """How one DNS address misbehaves.

    lag_seconds: an authoritative server serves what was current that long ago; a resolver keeps every answer
    that much longer than its TTL.
    fault: one of SERVER_FAULTS. `stuck`: an authoritative server serves what it served when the fault was set;
    a resolver never lets go of what it has cached; `one_stuck`: so does the first of its caches.
    `slow`: answers after `slow_milliseconds`. The others are in docs/lab.md.
    minimum_ttl_seconds: a resolver keeps every answer at least so long, and says so in its TTL.
    caches: how many caches a resolver has behind its address; each question goes to any of them.
    """

    lag_seconds: float = 0.0
    fault: str = "none"
    slow_milliseconds: int = 500
    minimum_ttl_seconds: int = 0
    caches: int = 1


@dataclass(frozen=True)
class ApiFault:
    """The next `count` calls of one API action fail with `code`; -1 means until cleared.

    service: the name requests are signed with (`route53`, `autoscaling`, `ssm` …); `elbv2` and `cloudwatch` are
    understood too.
    action: `*` for every action of the service. every: 3 lets each third of these calls fail, and the others be.
    """

    service: str
    action: str
    code: str
    count: int = 1
    every: int = 1


@dataclass(frozen=True)
class RoleCredentials:
    """Keys of a session of a role; `arn` is the session's, which a refusal names."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    arn: str

    def environment(self) -> dict[str, str]:
        """The variables from which every AWS tool takes them."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


@dataclass(frozen=True)
class Judged:
    """One action on one resource that the policies of a caller were asked about.

    facts: the condition keys that only this request has, in lower case, with their values.
    """

    action: str
    resource: str
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Call:
    """One call that the embedded AWS got, at Unix time `at`.

    action: as policies name it (`ssm:GetParameter`). resources: ARNs, `*` in one for what the call does not say, or
    just `*`. allowed: by the caller's policies. may_need: further actions that AWS can demand of the caller with it.
    judged: what it took of a caller who has policies, up to the first thing that was denied.
    """

    at: float
    caller: str
    action: str
    resources: tuple[str, ...]
    allowed: bool
    region: str
    may_need: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class FrontFault:
    """How a colour's load balancers answer: `milliseconds` late, and with `status` in place of 200."""

    milliseconds: int = 0
    status: int = 200


@dataclass(frozen=True)
class Capacity:
    """What a service can do on one instance.

    per_second: requests that it works off, one after the other. service_seconds: how long each takes at least.
    patience_seconds: how long a request may have to wait for its turn; one that would wait longer is turned away.
    """

    per_second: float = 50.0
    service_seconds: float = 0.005
    patience_seconds: float = 1.0


@dataclass(frozen=True)
class MachineSettings:
    """How machines do, in a lab that has some.

    pace: how much faster than on AWS health checks follow each other, and instances are drained.
    unpublished: tags of images that were never pushed. pull_seconds: how long a pull takes.
    failing: command, as `docker pull`, `dnf` or `aws ssm` -> how often it fails on each instance before it works.
    boot_seconds, health_status: tag -> how long its service boots, what it answers at its health path (200).
    crashing: tags whose container ends right after its start.
    capacity: of a service on each instance; capacity_of: instance id -> its own. No health check sees either.
    """

    pace: float = 10.0
    unpublished: tuple[str, ...] = ()
    pull_seconds: float = 0.0
    failing: dict[str, int] = field(default_factory=dict)
    boot_seconds: dict[str, float] = field(default_factory=dict)
    health_status: dict[str, int] = field(default_factory=dict)
    crashing: tuple[str, ...] = ()
    capacity: Capacity = field(default_factory=Capacity)
    capacity_of: dict[str, Capacity] = field(default_factory=dict)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "MachineSettings":
        """Raises ValueError for a setting that does not exist or does not fit."""
        _object("machines", data)
        for key in data:
            _allowed("setting of machines", key, [item.name for item in fields(MachineSettings)])
        lists = {key: tuple(data[key]) for key in ("unpublished", "crashing") if key in data}
        capacity = {"capacity": Capacity(**data["capacity"])} if "capacity" in data else {}
        own = {"capacity_of": {of: Capacity(**one) for of, one in data.get("capacity_of", {}).items()}}
        made = MachineSettings(**{**data, **lists, **capacity, **own})
        if made.pace <= 0:
            raise ValueError(f"pace must be more than 0, not {made.pace!r}")
        return made


@dataclass(frozen=True)
class Faults:
    """Everything that can be wrong in the lab at one moment, and the two clocks of its AWS (seconds).

    fronts: colour -> how its load balancers answer.
    silent_addresses: addresses of load balancers that take connections and never say a word.
    certificate_days: colour -> days that its certificates are still valid for; negative: expired.
    delegation: the names of the name servers that the parents of all zones name; none: those of the hosted zones.
    unavailable_zones: Availability Zones that EC2 does not offer any more.
    launch_failures: colour -> why none of its instances can be launched.
    machines: how machines do; health_seconds is not for them.
    reservation_seconds: how long capacity units that are reserved for a load balancer stay pending.
    metrics_delay_seconds: how long after its end CloudWatch tells of the requests of a minute.
    endpoint_away: whether the embedded AWS hangs up on every call.
    """

    servers: dict[str, ServerFault] = field(default_factory=dict)
    resolvers: dict[str, ServerFault] = field(default_factory=dict)
    broken_releases: tuple[str, ...] = ()
    unhealthy_instances: tuple[str, ...] = ()
    health_seconds: float = 2.0
    insync_seconds: float = 0.0
    api: tuple[ApiFault, ...] = ()
    fronts: dict[str, FrontFault] = field(default_factory=dict)
    silent_addresses: tuple[str, ...] = ()
    certificate_days: dict[str, float] = field(default_factory=dict)
    delegation: tuple[str, ...] = ()
    unavailable_zones: tuple[str, ...] = ()
    launch_failures: dict[str, str] = field(default_factory=dict)
    machines: MachineSettings = field(default_factory=MachineSettings)
    reservation_seconds: float = 0.0
    metrics_delay_seconds: float = 0.0
    endpoint_away: bool = False

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Faults":
        return Faults(
            servers={address: ServerFault(**fault) for address, fault in data["servers"].items()},
            resolvers={address: ServerFault(**fault) for address, fault in data["resolvers"].items()},
            broken_releases=tuple(data["broken_releases"]),
            unhealthy_instances=tuple(data["unhealthy_instances"]),
            health_seconds=data["health_seconds"],
            insync_seconds=data["insync_seconds"],
            api=tuple(ApiFault(**fault) for fault in data["api"]),
            fronts={colour: FrontFault(**fault) for colour, fault in data["fronts"].items()},
            silent_addresses=tuple(data["silent_addresses"]),
            certificate_days=dict(data["certificate_days"]),
            delegation=tuple(data["delegation"]),
            unavailable_zones=tuple(data["unavailable_zones"]),
            launch_failures=dict(data["launch_failures"]),
            machines=MachineSettings.from_json(data["machines"]),
            reservation_seconds=data["reservation_seconds"],
            metrics_delay_seconds=data["metrics_delay_seconds"],
            endpoint_away=data["endpoint_away"],
        )


@dataclass(frozen=True)
class RecordSetState:
    """One resource record set as Route 53 holds it; `alias` is the name it points to."""

    name: str
    type: str
    set_identifier: str | None
    weight: int | None
    alias: str | None
    ttl: int | None
    values: tuple[str, ...]


@dataclass(frozen=True)
class ZoneState:
    """All record sets of a zone right after a successful change batch; `at` is Unix time in seconds."""

    at: float
    zone: str
    zone_id: str
    records: tuple[RecordSetState, ...]


@dataclass(frozen=True)
class Served:
    """What an authoritative server serves for a name from `since` (Unix time in seconds) on.

    addresses: address -> probability that one answer contains it. A load balancer has several addresses and an
    answer contains all of them, so the probabilities can add up to more than one.
    """

    since: float
    fault: str
    addresses: dict[str, float]


@dataclass(frozen=True)
class Cached:
    """What a resolver holds for a name: record type, response code, addresses, and until when (Unix times).

    `expires_at` is by TTL: a resolver that lags or is stuck holds the entry for longer.
    """

    type: str
    rcode: str
    addresses: tuple[str, ...]
    stored_at: float
    expires_at: float


@dataclass(frozen=True)
class Truth:
    """What every authoritative server served and every resolver holds for one name, by address of the server."""

    name: str
    servers: dict[str, list[Served]]
    resolvers: dict[str, list[Cached]]


@dataclass(frozen=True)
class Answer:
    """One of the answers that a server may give to a question for the A records of a name, followed to its end.

    addresses: sorted; none: there is no data, or no such name (`rcode`).
    ttl_seconds: how long all of it may be kept.
    elsewhere: the name that a CNAME leads to, if it is in none of the lab's zones.
    """

    chance: float
    rcode: str
    addresses: tuple[str, ...] = ()
    ttl_seconds: int = 0
    elsewhere: str | None = None

    @property
    def leads_somewhere(self) -> bool:
        """Whether whoever gets it has something to go on with."""
        return bool(self.addresses or self.elsewhere)


@dataclass(frozen=True)
class Answers:
    """The answers that an authoritative server may have given for a name from `since` until `until` (Unix times).

    answers: the likeliest first; none when nobody could get anything from it, by its `fault`.
    """

    since: float
    until: float
    fault: str
    answers: tuple[Answer, ...]

    @property
    def always_lead_somewhere(self) -> bool:
        """Whether whoever asked meanwhile got an answer to go on with, whichever of them it was."""
        return bool(self.answers) and all(answer.leads_somewhere for answer in self.answers)


def merged(faults: Faults, patch: Mapping[str, Any]) -> Faults:
    """`faults` with a JSON merge patch applied: servers and resolvers by address and field, fronts,
    certificate_days and launch_failures by colour, machines by setting, the rest replaced.

    Raises ValueError for an unknown key, address, field, status or fault; nothing is applied then.
    """
    known = [item.name for item in fields(Faults)]
    _object("faults", patch)
    for key in patch:
        _allowed("fault setting", key, known)
    changed: dict[str, Any] = {}
    for key, value in patch.items():
        if key in ("servers", "resolvers"):
            changed[key] = _merged_servers(key, getattr(faults, key), value)
        elif key == "api":
            changed[key] = tuple(_api_fault(item) for item in value)
        elif key == "fronts":
            changed[key] = _merged_colours(key, faults.fronts, value, _front_fault)
        elif key == "certificate_days":
            changed[key] = _merged_colours(key, faults.certificate_days, value, float)
        elif key == "launch_failures":
            changed[key] = _merged_colours(key, faults.launch_failures, value, str)
        elif key == "machines":
            _object(key, value)
            changed[key] = MachineSettings.from_json({**asdict(faults.machines), **value})
        elif key.endswith("_seconds"):
            changed[key] = float(value)
        elif key == "endpoint_away":
            changed[key] = _flag(key, value)
        else:
            changed[key] = tuple(value)
    return replace(faults, **changed)


def _merged_servers(
    kind: str, current: Mapping[str, ServerFault], patch: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, ServerFault]:
    _object(kind, patch)
    result = dict(current)
    for address, settings in patch.items():
        _allowed(f"address in {kind}", address, list(current))
        if settings is None:
            result[address] = ServerFault()
            continue
        for key in settings:
            _allowed("setting of a server", key, [item.name for item in fields(ServerFault)])
        result[address] = ServerFault(**{**asdict(current[address]), **settings})
        _allowed("fault", result[address].fault, SERVER_FAULTS)
    return result


def _merged_colours(
    kind: str, current: Mapping[str, T], patch: Mapping[str, Any], read: Callable[[Any], T]
) -> dict[str, T]:
    _object(kind, patch)
    given = {colour: read(value) for colour, value in patch.items() if value is not None}
    return {**{colour: value for colour, value in current.items() if colour not in patch}, **given}


def _front_fault(item: Mapping[str, Any]) -> FrontFault:
    _object("a front", item)
    for key in item:
        _allowed("setting of a front", key, [setting.name for setting in fields(FrontFault)])
    fault = FrontFault(**item)
    HTTPStatus(fault.status)  # raises ValueError
    return fault


def _api_fault(item: Mapping[str, Any]) -> ApiFault:
    fault = ApiFault(**item)
    if fault.every < 1:
        raise ValueError(f"every must be 1 or more, not {fault.every!r}")
    return replace(fault, service=_SIGNING_NAMES.get(fault.service, fault.service))


def _flag(what: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{what} must be true or false, not {value!r}")
    return value


def _object(what: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} must be a JSON object, not {value!r}")


def _allowed(what: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}; allowed: {', '.join(allowed)}")
