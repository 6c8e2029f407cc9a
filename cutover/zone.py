"""Which hosted zone is meant: the one that the stack's records are in, once it has any."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from cutover.owned import RECORD, Owned
from cutover.refusal import Refusal
from cutover.weights import Weights, describe

_LIST = "aws route53 list-hosted-zones-by-name --dns-name"


@dataclass(frozen=True)
class Zone:
    """A hosted zone of the account; `name` is lower case, without the dot at the end."""

    id: str
    name: str
    private: bool

    def __str__(self) -> str:
        return f"{self.id} ({'private' if self.private else 'public'})"


@dataclass(frozen=True)
class Wanted:
    """What the config says: the keys `zone` and `zoneId` (None: not given), and for which stack.

    `movable`: it is a colour's stack, which can be taken down and built again elsewhere.
    """

    name: str
    id: str | None
    stack: str
    movable: bool


def pins(owned: Iterable[Owned]) -> frozenset[str]:
    """The ids of the zones that a stack's own records are in; an empty id for a record that does not say."""
    return frozenset(str(one.outputs.get("zoneId") or "") for one in owned if one.type == RECORD)


def choose(wanted: Wanted, pinned: frozenset[str], found: Sequence[Zone]) -> Zone:
    """The zone that is meant; raises Refusal when there is not exactly one that it can be.

    `found` are all zones of the account that have the name, and those of the ids given and `pinned` that are there. A
    zone keeps its id and its name for good, so the id is what a stack holds on to: of two zones of one name (one
    public and one private are usual, and two public ones are allowed) each is another DNS.
    """
    if len(pinned) > 1:
        raise _refusal(
            f"the records of stack {wanted.stack} are in several zones",
            f"zones {_ids(pinned)}, by the stack's state",
            "records in one zone",
            f"pulumi stack export -s {wanted.stack}, and look for zoneId; "
            f"pulumi refresh -s {wanted.stack} forgets records that are gone",
        )
    for pin in pinned:
        return _pinned(wanted, pin, found)
    if wanted.id:
        return _given(wanted, wanted.id, found)
    named = _named(wanted, found)
    if len(named) != 1:
        raise _refusal(
            f"{len(named) or 'no'} zones of this account are called {wanted.name}, and nothing says which is meant"
            if named
            else f"no zone of this account is called {wanted.name}",
            f"zone: {wanted.name}; {_said(named)}",
            "one zone of that name, or zoneId with the id of the one that is meant",
            f"set `zoneId` under `config` in Pulumi.yaml to one of {_ids(zone.id for zone in named)}"
            if named
            else f"{_LIST} {wanted.name}; aws sts get-caller-identity shows in which account; then edit `zone` under "
            "`config` in Pulumi.yaml, or AWS_PROFILE",
        )
    return named[0]


def warning(wanted: Wanted, chosen: Zone, found: Sequence[Zone]) -> str | None:
    """What is said when other zones have the name of the `chosen` one, and the config does not tell them apart."""
    others = [zone for zone in _named(wanted, found) if zone.id != chosen.id]
    if not others or wanted.id:
        return None
    return (
        f"{wanted.name} is the name of several zones: the records of this stack are in {chosen}, and stay there; "
        f"{', '.join(map(str, others))} is not touched. Set `zoneId: {chosen.id}` in Pulumi.yaml to say so"
    )


def in_doubt(pinned: frozenset[str], chosen: Zone, found: Iterable[Zone]) -> list[Zone]:
    """The other zones of the name, where no record of the stack's own says that `chosen` is the right one."""
    return [] if pinned else [zone for zone in found if zone.name == chosen.name and zone.id != chosen.id]


def refuse_in_use(chosen: Zone, other: Zone, weights: Weights, colours: Collection[str]) -> None:
    """Raise Refusal when a colour has a record set of a live name in the `other` zone: that is the one in use."""
    if any(colour in colours for of in weights.values() for colour in of):
        raise _refusal(
            f"the live record is in another zone called {chosen.name} than the one that zoneId names",
            f"zoneId: {chosen.id}; in {other}: {describe(weights)}",
            f"zoneId {other.id}, where the colours' record sets are",
            f"set `zoneId` under `config` in Pulumi.yaml to {other.id}",
        )


def _pinned(wanted: Wanted, pin: str, found: Sequence[Zone]) -> Zone:
    if wanted.id not in (None, pin):
        raise _refusal(
            "a zone cannot be exchanged: the records would be deleted in one and made in the other",
            f"zoneId: {wanted.id}; the records of stack {wanted.stack} are in {pin}",
            f"{pin}, or no zoneId",
            f"set `zoneId` under `config` in Pulumi.yaml to {pin}"
            + (_moving(wanted, wanted.id or "") if wanted.movable else ""),
        )
    zone = next((zone for zone in found if zone.id == pin), None)
    if zone is None:
        raise _refusal(
            f"the zone that the records of stack {wanted.stack} are in is not there",
            f"zone {pin or '(no id)'}, by the stack's state; called {wanted.name} now: {_said(_named(wanted, found))}",
            f"zone {pin or 'of the records'} in this account",
            "aws sts get-caller-identity: is it the account that the stack was made in? If the zone was deleted: "
            f"pulumi refresh -s {wanted.stack} forgets the records that went with it",
        )
    if zone.name != wanted.name:
        raise _refusal(
            "a zone cannot be exchanged: the records would be deleted in one and made in the other",
            f"zone: {wanted.name} ({_said(_named(wanted, found))}); the records of stack {wanted.stack} are in "
            f"{zone}, which is called {zone.name!r}",
            f"the zone {zone.name!r}",
            f"set `zone` under `config` in Pulumi.yaml to {zone.name!r}",
        )
    return zone


def _given(wanted: Wanted, given: str, found: Sequence[Zone]) -> Zone:
    zone = next((zone for zone in found if zone.id == given), None)
    if zone is None or zone.name != wanted.name:
        seen = f"is called {zone.name!r}" if zone else "is no zone of this account"
        raise _refusal(
            f"zoneId is not the id of a zone called {wanted.name}",
            f"zoneId: {given} {seen}; called {wanted.name}: {_said(_named(wanted, found))}",
            "the id of a zone that is called what `zone` says",
            f"{_LIST} {wanted.name}; then edit `zoneId` under `config` in Pulumi.yaml",
        )
    return zone


def _moving(wanted: Wanted, zone_id: str) -> str:
    """How an idle colour comes into another zone after all."""
    return (
        f"; if {wanted.stack} was built in the wrong zone: with that, awake false and pulumi up -s {wanted.stack}, "
        f"then zoneId {zone_id} and awake true"
    )


def _named(wanted: Wanted, found: Iterable[Zone]) -> list[Zone]:
    return sorted((zone for zone in found if zone.name == wanted.name), key=lambda zone: zone.id)


def _said(zones: Sequence[Zone]) -> str:
    return ", ".join(map(str, zones)) or "none"


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(sorted(one or "(no id)" for one in ids))


def _refusal(problem: str, seen: str, allowed: str, next_step: str) -> Refusal:
    return Refusal(f"{problem}; DNS was not touched", seen=seen, allowed=allowed, next_step=next_step)
