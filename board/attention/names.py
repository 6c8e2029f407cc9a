"""The live names: does DNS answer who carries the traffic, and does every name lead there?"""

from collections.abc import Iterator

from board.attention.charge import REFRESH, UP
from board.attention.seen import Seen
from board.facts import Known, value_of
from board.reason import Reason
from board.traffic import Traffic
from components.settings import LiveSettings
from cutover.checks import dns, records
from cutover.record_set import target
from cutover.weights import carrying
from propagation import Endpoint


def reasons(seen: Seen) -> Iterator[Reason]:
    """From the most urgent on; nothing is said of what is not known."""
    live = value_of(seen.facts.live)
    if not isinstance(seen.traffic, Known) or not seen.traffic.value.carrying:
        return
    traffic = seen.traffic.value
    yield from _led_elsewhere(seen, traffic)
    yield from _records(seen)
    yield from _missing(seen)
    if live:
        yield from _answers(seen, live, traffic)


def idle_record_left(seen: Seen) -> Iterator[Reason]:
    """A record set of a colour that is asleep."""
    if not isinstance(seen.traffic, Known):
        return
    for colour, standing in seen.standings.items():
        if standing.is_up is False and colour in seen.traffic.value.weights and colour not in seen.carriers:
            text = f"{colour} has no cluster, and still a record set at weight 0"
            yield Reason("record-left", text, UP, colour)


def _led_elsewhere(seen: Seen, traffic: Traffic) -> Iterator[Reason]:
    """Record sets of a colour that lead to another load balancer than its own."""
    for colour, facts in seen.facts.colours.items():
        balancer, one = value_of(facts.balancer), traffic.sets.get(traffic.switch, {}).get(colour)
        if balancer and one and one.target != target(balancer.dns_name):
            text = f"the record set of {colour} leads to {one.target or 'plain addresses'}, not to {balancer.dns_name}"
            yield Reason("leads-elsewhere", text, REFRESH, colour)


def _records(seen: Seen) -> Iterator[Reason]:
    zone, shared = value_of(seen.facts.zone), seen.facts.shared
    if zone:
        found = records.check(zone.records, shared.names, shared.zone, zone.id)
        if not found.holds:
            yield Reason("records", f"clients are led past the switch: {found.seen}", found.next_step)


def _missing(seen: Seen) -> Iterator[Reason]:
    """Further names that have no record yet, so that nobody serves their clients."""
    zone = value_of(seen.facts.zone)
    for name in seen.facts.shared.names[1:] if zone and seen.in_charge else ():
        if zone and not any(one.leads_clients for one in zone.records[name]):
            yield Reason("name-missing", f"{name} is among `names`, and has no record", UP)


def _answers(seen: Seen, live: LiveSettings, traffic: Traffic) -> Iterator[Reason]:
    """The check `dns` of a tag-in: every authoritative address, and one resolver, answers who carries the traffic."""
    found = value_of(seen.facts.dns)
    if not found or found.outcome is None or found.not_yet:
        return  # who has not said anything yet may be about to
    asked = tuple(name for name in found.outcome.names)
    carriers = {name: carrying({traffic.switch: traffic.weights}) for name in asked}
    known = frozenset(name for name, one in seen.facts.colours.items() if value_of(one.balancer)) | {found.expected}
    expected = dns.Expected(asked, carriers, known - {""}, found.expected)
    resolvers = [Endpoint.resolver(text, live.dns_port) for text in live.resolvers]
    check = dns.check(found.outcome, expected, live.shared.zone, resolvers)
    if not check.holds:
        yield Reason("dns", f"DNS does not answer who carries the traffic: {check.seen}", check.next_step)
