"""How Route 53 answers a question: plain functions over a World."""

import ipaddress
from collections.abc import Callable, Sequence
from functools import cache

import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet, absolute
from lab.dns.outcome import REFUSED, Outcome
from lab.dns.world import LOAD_BALANCER_DOMAIN, World, Zone

MAX_CHAIN = 8
ALIAS_PREFIX = "dualstack."
Choose = Callable[[Sequence[RecordSet], Sequence[float]], RecordSet]


def look_up(world: World, qname: dns.name.Name, kind: RdataType, choose: Choose, alias_ttl_seconds: int) -> Outcome:
    """The answer for `qname` (its case is kept). `choose` picks one of several weighted record sets."""
    name = qname.to_text().lower()
    if world.host(name) is not None or name.endswith("." + LOAD_BALANCER_DOMAIN):
        return _host(world, qname, kind)
    zone = world.zone_of(name)
    if zone is None:
        return REFUSED
    if (cut := _delegation(zone, name)) is not None:
        return _referral(world, cut)
    answer: list[dns.rrset.RRset] = []
    owner = qname
    for _ in range(MAX_CHAIN):
        text = owner.to_text().lower()
        found = _record_set(zone, text, kind, choose)
        if found is not None:
            if records := _records(world, zone, found, owner, kind, choose, alias_ttl_seconds):
                answer.append(records)
            break
        cname = _record_set(zone, text, RdataType.CNAME, choose)
        if cname is None:
            break
        records = _rrset(owner, cname.ttl or 0, RdataType.CNAME, cname.values)
        answer.append(records)
        owner = dns.name.from_text(cname.values[0])
        if world.zone_of(owner.to_text().lower()) is not zone:
            return Outcome(dns.rcode.NOERROR, tuple(answer))
    if answer and answer[-1].rdtype == kind:
        return Outcome(dns.rcode.NOERROR, tuple(answer))
    exists = _names(zone, owner.to_text().lower()) is not None
    rcode = dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN
    return Outcome(rcode, tuple(answer), (start_of_authority(zone),))


def denial(world: World, qname: dns.name.Name, rcode: dns.rcode.Rcode) -> Outcome:
    """As if the zone had lost the name (NXDOMAIN), or the records of this type (NOERROR)."""
    zone = world.zone_of(qname.to_text().lower())
    return Outcome(rcode, (), (start_of_authority(zone),) if zone else ())


def _delegation(zone: Zone, name: str) -> RecordSet | None:
    """The NS records below the top of `zone` that hand `name` on to other servers."""
    while name != zone.name:
        for item in zone.by_name.get(name, ()):
            if item.type == "NS":
                return item
        name = name.partition(".")[2]
    return None


def _referral(world: World, cut: RecordSet) -> Outcome:
    """To the servers below (RFC 1034, section 4.3.2, step 3b), with those of their addresses that are known here."""
    servers = _rrset(dns.name.from_text(cut.name), cut.ttl or 0, RdataType.NS, cut.values)
    glue = [
        records
        for value in cut.values
        if (host := world.host(absolute(value))) is not None
        for kind in (RdataType.A, RdataType.AAAA)
        if (records := _host_records(dns.name.from_text(value), kind, host.addresses, host.ttl_seconds))
    ]
    return Outcome(dns.rcode.NOERROR, (), (servers,), authoritative=False, additional=tuple(glue))


def probabilities(world: World, name: str, depth: int = 0, of_alias: Zone | None = None) -> dict[str, float]:
    """Address -> probability that one A answer for `name` contains it.

    of_alias: the zone of the alias that leads here, which is the only one it is looked for in.
    """
    if (host := world.host(name)) is not None:
        return dict.fromkeys(_of_version(host.addresses, RdataType.A), 1.0)
    zone = of_alias or world.zone_of(name)
    if zone is None or depth == MAX_CHAIN:
        return {}
    candidates = [item for item in _names(zone, name) or () if item.type in ("A", "CNAME")]
    chances: dict[str, float] = {}
    for record_set, weight in zip(candidates, weights(candidates), strict=True):
        if record_set.alias is not None:
            addresses = probabilities(world, record_set.alias.removeprefix(ALIAS_PREFIX), depth + 1, zone)
        elif record_set.type == "CNAME":
            addresses = probabilities(world, dns.name.from_text(record_set.values[0]).to_text().lower(), depth + 1)
        else:
            addresses = dict.fromkeys(record_set.values, 1.0)
        for address, chance in addresses.items():
            if weight * chance > 0:
                chances[address] = chances.get(address, 0.0) + weight * chance
    return chances


def weights(record_sets: Sequence[RecordSet]) -> list[float]:
    """Each one's share of the answers: by weight, evenly when all weights are zero.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
    """
    given = [1 if item.weight is None else item.weight for item in record_sets]
    total = sum(given)
    return [weight / total if total else 1 / len(given) for weight in given]


def start_of_authority(zone: Zone) -> dns.rrset.RRset:
    """The SOA for a negative answer: its TTL is how long the answer may be kept (RFC 2308, section 5)."""
    soa = next(item for item in zone.record_sets if item.type == "SOA" and item.name == zone.name)
    minimum = int(soa.values[0].split()[-1])
    return _rrset(dns.name.from_text(zone.name), min(soa.ttl or 0, minimum), RdataType.SOA, soa.values)


def _names(zone: Zone, name: str) -> list[RecordSet] | None:
    """The record sets of `name`, by wildcard where it does not exist; None when it does not exist at all."""
    if name in zone.by_name:
        return zone.by_name[name]
    parent = name.partition(".")[2]
    while parent.endswith(zone.name):
        for wildcard in (f"*.{parent}", f"\\052.{parent}"):
            if wildcard in zone.by_name:
                return zone.by_name[wildcard]
        if parent in zone.by_name:
            return None
        parent = parent.partition(".")[2]
    return None


def _record_set(zone: Zone, name: str, kind: RdataType, choose: Choose) -> RecordSet | None:
    candidates = [item for item in _names(zone, name) or () if item.type == dns.rdatatype.to_text(kind)]
    if len(candidates) > 1:
        return choose(candidates, weights(candidates))
    return candidates[0] if candidates else None


def _records(
    world: World,
    zone: Zone,
    record_set: RecordSet,
    owner: dns.name.Name,
    kind: RdataType,
    choose: Choose,
    alias_ttl_seconds: int,
) -> dns.rrset.RRset | None:
    """The records of one record set, those of its target if it is an alias; None when there are none."""
    if record_set.alias is None:
        return _rrset(owner, record_set.ttl or 0, kind, record_set.values)
    target = record_set.alias.removeprefix(ALIAS_PREFIX)
    for _ in range(MAX_CHAIN):
        if (host := world.host(target)) is not None:
            return _host_records(owner, kind, host.addresses, alias_ttl_seconds)
        found = _record_set(zone, target, kind, choose)
        if found is None:
            return None
        if found.alias is None:
            return _rrset(owner, found.ttl or 0, kind, found.values)
        target = found.alias.removeprefix(ALIAS_PREFIX)
    return None


def _host(world: World, qname: dns.name.Name, kind: RdataType) -> Outcome:
    host = world.host(qname.to_text().lower())
    if host is not None and (records := _host_records(qname, kind, host.addresses, host.ttl_seconds)):
        return Outcome(dns.rcode.NOERROR, (records,))
    parent = qname.parent()
    soa = _rrset(parent, 60, RdataType.SOA, [f"ns.{parent} hostmaster.{parent} 1 7200 900 1209600 60"])
    return Outcome(dns.rcode.NXDOMAIN if host is None else dns.rcode.NOERROR, (), (soa,))


def _host_records(
    owner: dns.name.Name, kind: RdataType, addresses: Sequence[str], ttl_seconds: int
) -> dns.rrset.RRset | None:
    fitting = _of_version(addresses, kind)
    return _rrset(owner, ttl_seconds, kind, fitting) if fitting else None


def _of_version(addresses: Sequence[str], kind: RdataType) -> list[str]:
    version = {RdataType.A: 4, RdataType.AAAA: 6}.get(kind)
    return [address for address in addresses if ipaddress.ip_address(address).version == version]


def _rrset(owner: dns.name.Name, ttl: int, kind: RdataType, values: Sequence[str]) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(owner, ttl, [_rdata(kind, value) for value in values])


@cache
def _rdata(kind: RdataType, value: str) -> dns.rdata.Rdata:
    """A record from text as Route 53 takes it: names are absolute with or without a dot at the end."""
    return dns.rdata.from_text("IN", kind, value, origin=dns.name.root, relativize=False)
