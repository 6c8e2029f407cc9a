"""The board as JSON; docs/board.md has the schema."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from board.attention.clusters import both_awake_since, overlap_of
from board.facts import ColourFacts, DnsFacts, Fact, Facts, InCharge, Unknown, value_of
from board.judged import Board
from board.reason import Reason
from board.standing import Standing
from board.tag_ins import TagIn, in_charge_since
from board.traffic import Frozen, Traffic
from cutover.checks.capacity import zones_of
from cutover.checks.certificate import CertificateSeen
from cutover.cost import ColourCost
from cutover.group_capacity import CapacitySeen
from cutover.provenance import Place

T = TypeVar("T")
DAY_SECONDS = 86400


def form(board: Board) -> dict[str, Any]:
    """Plain dicts, lists, texts and numbers; a fact that is unknown is {"unknown": REASON} in place of its value."""
    return {
        "in_charge": _in_charge(board),
        "colours": {name: _colour(board.facts.colours[name], at) for name, at in board.standings.items()},
        "dns": _fact(board.facts.dns, _dns),
        "history": _fact(board.history, lambda tag_ins: [_tag_in(one) for one in tag_ins]),
        "attention": [_reason(one) for one in board.attention],
        "unknown": [
            {
                "what": list(one.what),
                "reason": one.reason,
                "next_step": one.next_step,
                "hides_attention": one.hides_attention,
            }
            for one in board.unknown
        ],
        "next_command": {
            "command": board.next_command.command,
            "why": board.next_command.why,
            "needed": board.next_command.needed,
        },
    }


def _in_charge(board: Board) -> dict[str, Any]:
    facts = board.facts
    return {
        "service": facts.service,
        "read_at": _time(facts.read_at),
        "exit_code": board.exit_code,
        "place": _fact(facts.place, _place),
        "colour": _fact(board.traffic, lambda traffic: traffic.named),
        "parameter_names": _fact(facts.in_charge, _named),
        "release": _fact(board.traffic, _release),
        "since": _fact(board.traffic, lambda traffic: _since(facts, traffic)),
        "agrees_with_dns_records": _fact(board.traffic, lambda traffic: traffic.agrees),
        "weights": _fact(board.traffic, lambda traffic: traffic.weights),
        "override": _fact(board.traffic, lambda traffic: traffic.value.override if traffic.value else ""),
        "lock": _fact(facts.live_lock, lambda lock: lock.text if lock else None),
        "overlap": _overlap(board),
    }


def _named(in_charge: InCharge) -> str | None:
    """Whom the parameter names, whatever Route 53 says."""
    history = in_charge.history
    return history.entries[-1].colour if history.entries and not history.latest_unreadable else None


def _release(traffic: Traffic) -> str | None:
    return traffic.value.release if traffic.value else None


def _since(facts: Facts, traffic: Traffic) -> dict[str, Any] | None:
    history = value_of(facts.in_charge)
    found = in_charge_since(history.versions, traffic.named) if history and traffic.named else None
    if found is None:
        return None
    version, is_whole = found
    return {"at": _time(version.at), "or_longer": not is_whole, "by": version.by}


def _colour(colour: ColourFacts, at: Standing) -> dict[str, Any]:
    door, group = value_of(colour.door), value_of(colour.group)
    return {
        "state": at.word,
        "is_up": at.is_up,
        "frozen": _fact(at.frozen, _frozen),
        "weight": _fact(at.weight, lambda weight: weight),
        "share": _fact(at.part, lambda part: round(part, 4)),
        "release": _fact(colour.group, lambda one: one.release if one else None),
        "since": _fact(colour.group, lambda one: _time(one.created_at) if one else None),
        "by": _fact(colour.door, lambda one: one.by or None),
        "door": _fact(colour.door, lambda one: {"open": one.is_open, "release": one.release or None}),
        "awake_since": _optional_time(door.awake_since if door else None)
        if not isinstance(colour.door, Unknown)
        else _unknown(colour.door),
        "instances": _fact(colour.capacity, lambda seen: _instances(seen, group.desired if group else 0)),
        "load_balancer": _fact(
            colour.balancer, lambda one: {"state": one.state, "dns_name": one.dns_name, "arn": one.arn} if one else None
        ),
        "certificate": _fact(colour.certificate, _certificate),
        "load_test": _fact(colour.load_test, lambda one: {"text": one.text, "good": one.good} if one else None),
        "requests_per_minute": _fact(colour.requests, lambda one: one.last_minute if one else None),
        "stragglers": _fact(
            colour.stragglers,
            lambda one: {"left": bool(one.because), "text": one.because or one.warning} if one else None,
        ),
        "cost_per_hour": _fact(colour.cost, _cost),
        "stack": _fact(colour.stack, lambda one: {"exists": one.exists, "pending_operations": one.pending}),
        "lock": _fact(colour.lock, lambda one: one.text if one else None),
        "leftovers": list(colour.leftovers),
    }


def _frozen(frozen: Frozen | None) -> dict[str, Any] | None:
    return {"because": frozen.because, "seconds_left": frozen.seconds_left} if frozen else None


def _instances(seen: CapacitySeen | None, wanted: int) -> dict[str, Any] | None:
    if seen is None:
        return None
    zones = sorted(set(seen.zones.values()))
    return {
        "group": seen.group,
        "wanted": wanted,
        "in_service": len(seen.in_service),
        "healthy": len(seen.healthy),
        "healthy_by_zone": {zone: sum(seen.zones.get(one) == zone for one in seen.healthy) for zone in zones},
        "zones": list(zones_of(seen)),
        "sick": {one: str(seen.targets[one]) if one in seen.targets else "no target" for one in seen.sick},
        "launch_failures": list(seen.failures),
    }


def _certificate(seen: CertificateSeen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    left = (seen.not_after - seen.read_at).total_seconds() / DAY_SECONDS if seen.not_after else None
    return {
        "arn": seen.arn,
        "status": seen.status,
        "not_after": _time(seen.not_after.timestamp()) if seen.not_after else None,
        "days_left": None if left is None else round(left, 2),
    }


def _cost(cost: ColourCost) -> dict[str, Any]:
    by_kind = {
        str(kind): {"unknown": cost.unknown.get(kind, "no price")} if amount is None else float(amount)
        for kind, amount in cost.by_kind.items()
    }
    return {
        "amount": {"unknown": cost.why_unknown} if cost.nothing_known else float(cost.per_hour),
        "at_least": cost.at_least,
        "currency": cost.currency or None,
        "region": cost.region,
        "by_kind": by_kind,
    }


def _overlap(board: Board) -> dict[str, Any] | None:
    """Since when both are awake, and what the idle one has cost since the last tag-in."""
    since, found = both_awake_since(board.seen), overlap_of(board.seen)
    if since is None:
        return None
    cost = None
    if found:
        amount = {"unknown": found.unknown} if found.at_least and not found.amount else float(found.amount)
        cost = {"amount": amount, "at_least": found.at_least, "currency": found.currency, "since": _time(found.since)}
    return {"both_awake_since": _time(since), "cost_since_last_tag_in": cost}


def _dns(dns: DnsFacts) -> dict[str, Any]:
    outcome = dns.outcome
    if outcome is None:
        return {"names": [], "expected": None, "authoritative": [], "resolvers": [], "warnings": []}
    return {
        "names": list(outcome.names),
        "expected": dns.expected or None,
        "authoritative": [
            {
                "server": one.server,
                "says": one.status,
                "verdict": one.verdict,
                "records": list(one.records),
                "ttl_seconds": one.ttl_seconds,
            }
            for one in outcome.servers
        ],
        "resolvers": [
            {
                "resolver": one.resolver,
                "says": one.status,
                "verdict": one.verdict,
                "records": list(one.records),
                "ttl_left_seconds": one.ttl_left_seconds,
            }
            for one in outcome.resolvers
        ],
        "warnings": list(outcome.warnings),
    }


def _tag_in(one: TagIn) -> dict[str, Any]:
    return {
        "colour": one.colour,
        "release": _fact(one.release, lambda release: release),
        "at": _time(one.at),
        "by": _fact(one.by, lambda by: by),
        "seconds": _fact(one.seconds, lambda seconds: round(seconds, 1)),
        "ended": one.ended,
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {"code": one.code, "colour": one.colour or None, "text": one.text, "next_step": one.next_step}


def _place(place: Place) -> dict[str, str]:
    return {"account": place.account, "region": place.region}


def _fact(fact: Fact[T], plain: Callable[[T], Any]) -> Any:
    return _unknown(fact) if isinstance(fact, Unknown) else plain(fact.value)


def _unknown(fact: Unknown) -> dict[str, str]:
    return {"unknown": fact.reason}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _optional_time(at: float | None) -> str | None:
    return None if at is None else _time(at)


KEYS: Sequence[str] = ("in_charge", "colours", "dns", "history", "attention", "unknown", "next_command")
"""What stands at the top level, always and in this order."""
