"""Every row of the table in docs/propagation.md as something that happens, and how the wait ends.

Without any fault each simulation lowers the other answer at 0.8 s and is over one TTL of 3 s later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lab.messages import ServerFault
from tests.lab.propagation.simulation import Simulation
from tests.lab.propagation.topology import (
    ADDRESSES,
    EXPECTED,
    NAME,
    OTHER,
    STRANGER,
    ZONE,
    Topology,
    balancer,
    own_name,
)

TTL_SECONDS = 3
# Enough to see that nothing comes of it.
SHORT_SECONDS = 6.0
SERVERS = {f"ns-{number}.dns.example.": (f"127.53.0.{number}",) for number in (1, 2, 3, 4)}
RESOLVERS = ("127.53.1.1", "127.53.1.2")
# The one that misbehaves.
SERVER, RESOLVER = "127.53.0.2", "127.53.1.2"
IPV6 = {"ns-1.dns.example.": ("127.53.0.1",), "ns-6.dns.example.": ("::1",)}
TOPOLOGY = Topology(SERVERS, RESOLVERS, TTL_SECONDS)
MANY = replace(TOPOLOGY, names=(NAME, *(f"further-{number}.{ZONE}" for number in range(20))))
WELL = ServerFault()
# After every server has been seen to switch and before the TTL is over, and gone some time after that.
BEGIN, END = 2.4, 5.0
# Where reading the answers keeps this process busy, and not the network.
LONG = 3.0


@dataclass(frozen=True)
class Case:
    """One way in which a `row` of the table happens.

    how: where, and for how long. says: what is in the error, or in the record of a success. target: fields of the
    wait's target. needs: what it takes besides ("ipv6", "https"). late_seconds: how late it may be.
    no_route: addresses that the machine has no route to.
    """

    row: str
    how: str
    simulation: Simulation
    succeeds: bool = True
    says: Sequence[str] = ()
    target: Mapping[str, object] = field(default_factory=dict)
    needs: str = ""
    late_seconds: float = 1.0
    no_route: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.row}, {self.how}"


def _with(settings: Mapping[str, Sequence[tuple[float, ServerFault]]] | None = None, **others: Any) -> Simulation:
    return replace(Simulation(TOPOLOGY, settings or {}), **others)


def _refused(row: str, how: str, simulation: Simulation, *says: str, **others: Any) -> Case:
    """A case that ends at the deadline."""
    case = Case(row, how, replace(simulation, deadline_seconds=SHORT_SECONDS), succeeds=False, says=says)
    return replace(case, **others)


def _trouble(row: str, fault: str, says: str, at: Sequence[str] = (SERVER, RESOLVER)) -> list[Case]:
    """A fault that lasts, and one that passes, at a name server and at a resolver."""
    broken = ServerFault(fault=fault)
    cases = []
    for address in at:
        where = "at a name server" if address == SERVER else "at a resolver"
        cases += [
            _refused(row, f"{where} for ever", _with({address: [(BEGIN, broken)]}), address, says),
            Case(row, f"{where} for a while", _with({address: [(BEGIN, broken), (END, WELL)]})),
        ]
    return cases


def _harmless(row: str, fault: ServerFault, at: Sequence[str] = (SERVER, RESOLVER), **others: Any) -> list[Case]:
    """Something that the wait ends in spite of."""
    return [
        replace(
            Case(row, "at a name server" if address == SERVER else "at a resolver", _with({address: [(0, fault)]})),
            **others,
        )
        for address in at
    ]


def _hidden_switch(fault: str) -> Case:
    """A server that fails when it switches may have given anything until it is heard of again."""
    settings = [(0.0, ServerFault(fault=fault)), (END, WELL)]
    return Case("servfail", "at a name server while it switches", _with({SERVER: settings}))


def _answers() -> list[Case]:
    lagging = {
        address: [(0.0, ServerFault(lag_seconds=lag))]
        for (address,), lag in zip(SERVERS.values(), (0, 1, 2, 0), strict=True)
    }
    many = {label: [f"10.{number}.0.{host}" for host in range(1, 41)] for number, label in enumerate((OTHER, EXPECTED))}
    more = {label: [f"10.{number}.0.{host}" for host in range(1, 81)] for number, label in enumerate((OTHER, EXPECTED))}
    later = {**ADDRESSES, EXPECTED: ("203.0.113.7", "203.0.113.8")}
    return [
        Case("expected", "everywhere", _with(lagging)),
        Case("aaaa", "everywhere", _with(topology=replace(TOPOLOGY, rdtype="AAAA"))),
        Case("cname", "in the zone", _with(topology=replace(TOPOLOGY, cname=own_name))),
        Case("cname", "to another zone", _with(topology=replace(TOPOLOGY, cname=balancer))),
        Case("changing-addresses", "everywhere", _with(turns=[(1.9, later)])),
        Case("big-answer", "over 512 bytes", _with(topology=replace(TOPOLOGY, addresses=many)), late_seconds=LONG),
        Case("big-answer", "over 1232 bytes", _with(topology=replace(TOPOLOGY, addresses=more)), late_seconds=LONG),
        _refused(
            "other",
            "at a name server",
            _with({SERVER: [(0, ServerFault(fault="stuck"))]}),
            SERVER,
            f"answers {OTHER}",
        ),
        _refused(
            "other",
            "at a resolver",
            _with({RESOLVER: [(0.25, ServerFault(fault="stuck"))]}),
            RESOLVER,
            f"answers {OTHER}",
        ),
        Case("further", "everywhere", _with(lagging, topology=MANY)),
        Case("further", "with a stale resolver", _with({RESOLVER: [(0, ServerFault(lag_seconds=2))]}, topology=MANY)),
        _refused(
            "further-astray",
            "everywhere",
            _with(topology=replace(MANY, astray={MANY.names[3]: OTHER})),
            f"{MANY.names[3]} at ns-1",
            f"answers {OTHER}",
        ),
        _refused("both", "everywhere", _with(lowered_at=60.0), f"answers {OTHER}"),
        _refused("unknown", "everywhere", _with(lowered={OTHER: 0, STRANGER: 100}), "answers unknown addresses"),
    ]


def _faults() -> list[Case]:
    stale = ServerFault(lag_seconds=60)
    return [
        *_trouble("nxdomain", "nxdomain", "NXDOMAIN"),
        *_trouble("nodata", "nodata", "NODATA"),
        *_trouble("servfail", "servfail", "SERVFAIL"),
        _hidden_switch("servfail"),
        *_trouble("refused", "refused", "REFUSED"),
        *_trouble("extended-error", "servfail", "set to fail"),
        *_trouble("lame", "lame", "lame", at=[SERVER]),
        *_trouble("malformed", "garbage", "no answer"),
        *_trouble("silent", "drop", "no answer"),
        *_trouble("wrong-id", "wrong_id", "no answer"),
        *_trouble("wrong-question", "wrong_question", "no answer"),
        *_trouble("no-tcp", "truncate_no_tcp", "TCP"),
        *_harmless("forged", ServerFault(fault="forged")),
        *_harmless("lost-case", ServerFault(fault="lower_case")),
        *_harmless("no-edns", ServerFault(fault="formerr_edns")),
        *_harmless("truncated", ServerFault(fault="truncate_udp")),
        *_harmless("slow", ServerFault(fault="slow", slow_milliseconds=300), late_seconds=2.0),
        Case("flips-back", "at a name server", _with({SERVER: [(BEGIN, stale), (END, WELL)]})),
    ]


def _resolvers() -> list[Case]:
    several, one_stuck = ServerFault(caches=3), ServerFault(fault="one_stuck", caches=3)
    passing = [(0.0, several), (0.25, one_stuck), (END, several)]
    return [
        Case(
            "stretched",
            "for a while",
            _with({RESOLVER: [(0, ServerFault(minimum_ttl_seconds=5))]}),
            says=["keeps answers for 5 s"],
        ),
        _refused(
            "stretched", "beyond the deadline", _with({RESOLVER: [(0, ServerFault(minimum_ttl_seconds=60))]}), RESOLVER
        ),
        Case("stale", "for a while", _with({RESOLVER: [(0, ServerFault(lag_seconds=2))]})),
        Case("anycast", "at a resolver", _with({RESOLVER: [(0, several)]})),
        _refused("one-stuck", "for ever", _with({RESOLVER: passing[:2]}), RESOLVER),
        Case("one-stuck", "for a while", _with({RESOLVER: passing})),
        Case(
            "never-heard", "at a resolver", _with({RESOLVER: [(0, ServerFault(fault="drop"))]}), says=["gave no answer"]
        ),
        Case("https", "at all resolvers", _with(), needs="https"),
        _refused(
            "https-error", "for ever", _with({RESOLVER: [(BEGIN, ServerFault(fault="http_503"))]}), "503", needs="https"
        ),
        Case(
            "https-error",
            "for a while",
            _with({RESOLVER: [(BEGIN, ServerFault(fault="http_503")), (END, WELL)]}),
            needs="https",
        ),
    ]


def _zones() -> list[Case]:
    over_ipv6 = replace(TOPOLOGY, name_servers=IPV6)
    old = {**SERVERS, "ns-old.dns.example.": ("127.53.0.9",)}
    parent = {"zone": ZONE.rstrip(".")}
    two_sets = replace(TOPOLOGY, name_servers=old, delegation_set=tuple(SERVERS))
    unknown = replace(TOPOLOGY, delegation_set=(*SERVERS, "ns-gone.dns.example."))
    all_dead = {f"127.53.2.{number}": [(0.0, ServerFault(fault="drop"))] for number in (1, 2)}
    return [
        Case("ipv6-only", "at one name server", _with(topology=over_ipv6), needs="ipv6"),
        Case(
            "no-route",
            "to one name server",
            _with(topology=over_ipv6),
            says=["no route", "::1"],
            needs="ipv6",
            no_route=["::1"],
        ),
        _refused("no-route", "to any", _with(), "no route", no_route=[address for (address,) in SERVERS.values()]),
        _refused("no-address", "of one name server", _with(topology=unknown), "ns-gone", "no known address"),
        Case("private", "everywhere", _with(topology=replace(TOPOLOGY, private=True)), target={"private": True}),
        _refused(
            "private",
            "with a stale resolver",
            _with({RESOLVER: [(0.25, ServerFault(fault="stuck"))]}, topology=replace(TOPOLOGY, private=True)),
            "private",
            RESOLVER,
            target={"private": True},
        ),
        Case("parent", "names the same servers", _with(), target=parent),
        Case(
            "parent-differs",
            "with less servers",
            _with(delegated=list(SERVERS)[:3]),
            says=["delegates to"],
            target=parent,
        ),
        _refused(
            "parent-differs",
            "with a stale server",
            _with({"127.53.0.9": [(0, ServerFault(fault="stuck"))]}, topology=two_sets, delegated=tuple(old)),
            "delegates to",
            "127.53.0.9",
            target=parent,
        ),
        Case("parent-unseen", "as its servers are dead", _with(all_dead), says=["parent zone not seen"], target=parent),
    ]


CASES = [*_answers(), *_faults(), *_resolvers(), *_zones()]
# Simulated by tests of their own, as they change the process that everything runs in.
ELSEWHERE = ("clock-jumps",)
ROWS = (*dict.fromkeys(case.row for case in CASES), *ELSEWHERE)
