"""One name with two answers, before, during and after a change by weights: what there is to resolve."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.aws.record_set import RecordSet
from lab.dns.world import Host, World, Zone
from propagation import Endpoint, Target

ZONE = "shop.example."
NAME = f"www.{ZONE}"
OTHER, EXPECTED = "amber", "green"
# Something else in the record set, of which the wait knows nothing.
STRANGER = "stranger"
# Route 53's own are in force for longer, but a denial must not outlive the answers of these tests.
NEGATIVE_TTL_SECONDS = 1
ADDRESSES = {
    OTHER: ("198.51.100.1", "198.51.100.2", "2001:db8::a:1"),
    EXPECTED: ("203.0.113.1", "203.0.113.2", "2001:db8::b:1"),
    STRANGER: ("192.0.2.9",),
}
BEFORE, RAISED, LOWERED = {OTHER: 100, EXPECTED: 0}, {OTHER: 100, EXPECTED: 100}, {OTHER: 0, EXPECTED: 100}


def balancer(label: str) -> str:
    """The DNS name of an answer's load balancer."""
    return f"{label}-1.eu-central-1.elb.amazonaws.com."


def own_name(label: str) -> str:
    """The name in the zone that has the addresses of one answer."""
    return f"{label}.{NAME}"


@dataclass(frozen=True)
class Topology:
    """What does not change meanwhile.

    name_servers: name -> addresses, of all there are. delegation_set: those of the hosted zone; none: all of them.
    cname: by what the name leads to each answer, where it does so by a CNAME: `own_name` or `balancer`.
    names: the first has the weighted records, the others are aliases to it, but those in astray: name -> answer.
    """

    name_servers: Mapping[str, Sequence[str]]
    resolvers: Sequence[str]
    ttl_seconds: int
    delegation_set: Sequence[str] = ()
    private: bool = False
    cname: Callable[[str], str] | None = None
    names: Sequence[str] = (NAME,)
    rdtype: str = "A"
    addresses: Mapping[str, Sequence[str]] = field(default_factory=lambda: ADDRESSES)
    astray: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone_servers(self) -> tuple[str, ...]:
        return tuple(self.delegation_set or self.name_servers)

    def world(self, weights: Mapping[str, int], addresses: Mapping[str, Sequence[str]] | None = None) -> World:
        """All there is to resolve with these weights; `addresses` where load balancers have others than at first."""
        soa = f"{self.zone_servers[0]} hostmaster.{ZONE} 1 7200 900 1209600 {NEGATIVE_TTL_SECONDS}"
        records = [RecordSet(ZONE, "NS", 172800, self.zone_servers), RecordSet(ZONE, "SOA", 900, (soa,))]
        for kind in ("A", "AAAA"):
            records += [RecordSet(own_name(label), kind, alias=balancer(label)) for label in weights]
            if self.cname is None:
                records += [self._weighted(kind, label, weights) for label in weights]
                records += [RecordSet(name, kind, alias=self._leads_to(name)) for name in self.names[1:]]
        if self.cname is not None:
            records += [self._weighted("CNAME", label, weights) for label in weights]
            records += [RecordSet(name, "CNAME", self.ttl_seconds, (self.names[0],)) for name in self.names[1:]]
        hosts = {name: Host(tuple(found), 172800) for name, found in self.name_servers.items()}
        hosts |= {
            balancer(label): Host(tuple(found), self.ttl_seconds)
            for label, found in (addresses or self.addresses).items()
        }
        return World((Zone(ZONE, tuple(records), self.private),), hosts)

    def target(self, port: int, doh: Sequence[str] = (), **others: object) -> Target:
        """What a wait for the expected answer waits for; `doh` in place of the resolvers' own addresses."""
        return Target(
            name=self.names[0],
            expected=EXPECTED,
            further=tuple(self.names[1:]),
            answers={label: own_name(label) for label in (OTHER, EXPECTED)},
            sources={label: balancer(label) for label in (OTHER, EXPECTED)},
            ns_names=() if self.private else self.zone_servers,
            resolvers=tuple(Endpoint(address, port) for address in doh or self.resolvers),
            authoritative_port=port,
            rdtype=self.rdtype,
            **others,  # type: ignore[arg-type]  # fields of Target by name
        )

    def _leads_to(self, name: str) -> str:
        """What a further name is an alias of."""
        return balancer(self.astray[name]) if name in self.astray else self.names[0]

    def _weighted(self, kind: str, label: str, weights: Mapping[str, int]) -> RecordSet:
        name = self.names[0]
        if self.cname is not None:
            return RecordSet(name, kind, self.ttl_seconds, (self.cname(label),), label, weights[label])
        return RecordSet(name, kind, set_identifier=label, weight=weights[label], alias=balancer(label))
