"""The further names: each is a plain alias of the first one, which alone has weighted record sets, the switch.

Route 53 takes another record of the same type in the same hosted zone as the target of an alias. It then answers as
that one does, by its weights and with its TTL, so that all names switch with one change.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutover.change_batch import Change, change, command, deleted
from cutover.owned import RECORD, Owned
from cutover.record_set import RecordSet, plain
from cutover.refusal import Refusal
from cutover.weights import Weights, in_charge

Records = Mapping[str, Sequence[RecordSet]]
"""Name to all record sets that Route 53 has of it, of every type."""
# What answers a question for an address of type A; of these a name has one, or a set of several with identifiers.
_ANSWERS = frozenset({"A", "CNAME"})
_OF_AN_ALIAS = frozenset({"Name", "Type", "AliasTarget"})
_RETIRE = "undo the change in the config; to retire a name for good see docs/many-names.md"


@dataclass(frozen=True)
class Switch:
    """The first of the live names, in the form of `plain`, and the id of the hosted zone that all of them are in."""

    name: str
    zone_id: str

    def alias_at(self, name: str) -> dict[str, Any]:
        """The record set that a further name has to have, as the API takes it."""
        to = {"HostedZoneId": self.zone_id, "DNSName": self.name, "EvaluateTargetHealth": False}
        return {"Name": name, "Type": "A", "AliasTarget": to}

    def is_followed_by(self, record: RecordSet) -> bool:
        """Whether a record set is such an alias, with no routing, health or anything else of its own."""
        alias = record.content.get("AliasTarget") or {}
        more = {key for key, value in record.content.items() if value not in (None, "", [], ())} - _OF_AN_ALIAS
        to = plain(str(alias.get("DNSName", ""))), alias.get("HostedZoneId"), bool(alias.get("EvaluateTargetHealth"))
        return record.type == "A" and not more and to == (self.name, self.zone_id, False)


@dataclass(frozen=True)
class Astray:
    """A further name that does not follow the switch: `others` are its record sets that lead clients elsewhere."""

    name: str
    others: tuple[RecordSet, ...]
    has_alias: bool

    @property
    def answers(self) -> tuple[RecordSet, ...]:
        """Those of `others` that stand where its alias has to be."""
        return tuple(one for one in self.others if one.type in _ANSWERS)

    @property
    def is_missing(self) -> bool:
        """Whether nothing stands there."""
        return not self.has_alias and not self.answers

    def changes(self, switch: Switch) -> list[Change]:
        """What makes it follow the switch, without a moment in which it has no answer; or takes away what is beside."""
        if self.has_alias:
            return deleted(self.others)
        # An UPSERT takes the place of one simple record set of this type, and of nothing else.
        if all(one.type == "A" and one.identifier is None for one in self.answers):
            return [change("UPSERT", switch.alias_at(self.name))]
        return [*deleted(self.answers), change("CREATE", switch.alias_at(self.name))]

    def said(self, switch: Switch) -> str:
        """What was seen, for a refusal."""
        seen = [_shown(one, switch) for one in self.others]
        return "; ".join(seen if self.has_alias or self.answers else [f"{self.name}: no record of type A", *seen])


def made(owned: Iterable[Owned]) -> frozenset[str]:
    """The further names whose alias is in the live stack's own state."""
    records = (one.outputs for one in owned if one.type == RECORD)
    return frozenset(plain(str(of.get("name", ""))) for of in records if not of.get("setIdentifier"))


def known(owned: Iterable[Owned]) -> frozenset[str]:
    """The names of which the live stack's own state has any record, also weighted ones of an older version."""
    return frozenset(plain(str(one.outputs.get("name", ""))) for one in owned if one.type == RECORD)


def astray(
    records: Records, names: Iterable[str], switch: Switch, may_be_missing: Collection[str] = ()
) -> tuple[Astray, ...]:
    """Those of `names` that do not follow the switch: that have not exactly its alias to lead their clients.

    `may_be_missing` are names that may have nothing where their alias is to be. Raises KeyError when `records` lacks
    a name: what was not read is not right.
    """
    found = []
    for name in names:
        if name != switch.name:
            leading = [one for one in records[name] if one.leads_clients]
            others = tuple(one for one in leading if not switch.is_followed_by(one))
            one = Astray(name, others, len(others) < len(leading))
            if others or (one.is_missing and name not in may_be_missing):
                found.append(one)
    return tuple(found)


def carriers(records: Records, weights: Weights, names: Iterable[str], switch: Switch) -> dict[str, frozenset[str]]:
    """The set identifiers that carry each of `names` at this moment: of an alias those of the switch, at first none."""
    found = {}
    for name in names:
        follows = any(switch.is_followed_by(one) for one in records[name])
        found[name] = in_charge({name: weights[switch.name] if follows else weights.get(name, {})})
    return found


def refuse(found: Sequence[Astray], switch: Switch) -> None:
    """Raise Refusal when any further name does not follow the switch; the next step is the batch that mends it."""
    if not found:
        return
    names, several = ", ".join(one.name for one in found), len(found) > 1
    batch = command(switch.zone_id, [each for one in found for each in one.changes(switch)])
    beside = all(one.has_alias for one in found)
    ways = (
        "; or waive `records` ('In an emergency: waive a check' in docs/operations.md) while their clients may stay "
        "where they are"
        if beside
        else ""
    )
    raise Refusal(
        f"{names} {'do' if several else 'does'} not follow {switch.name}, so that a tag-in would not move all clients",
        seen="; ".join(one.said(switch) for one in found),
        allowed=f"nothing that leads clients but one A record, an alias of {switch.name} in the zone {switch.zone_id} "
        "with EvaluateTargetHealth false",
        next_step=f"{batch}, then pulumi up -s live (see docs/many-names.md){ways}",
    )


def refuse_taking(found: Sequence[Astray], switch: Switch) -> None:
    """Raise Refusal when a record that an alias would take the place of has turned up since the update began."""
    taken = [one for one in found if one.answers]
    if taken:
        names = ", ".join(one.name for one in taken)
        raise Refusal(
            f"{names} has got another record since this update began, and it is not overwritten",
            seen="; ".join(one.said(switch) for one in taken),
            allowed=f"no record of type A or CNAME, or the alias of {switch.name}",
            next_step="pulumi up -s live, which says what to do about it (see docs/many-names.md)",
        )


def refuse_forgetting(records: Records, names: Collection[str], switch: Switch, owned: Iterable[Owned]) -> None:
    """Raise Refusal when a name that is not among `names` any more still follows the switch: clients resolve it.

    `records` covers the names of before. So is a name refused that by the state of the stack, which `owned` is, has its
    alias, and now has another record: the engine would delete that one.
    """
    of_the_state = made(owned)
    for name, of in records.items():
        if name in names:
            continue
        if any(switch.is_followed_by(one) for one in of):
            raise Refusal(
                f"{name} cannot be removed from names: clients resolve it; DNS was not touched",
                seen=f"names: {', '.join(names)} (Route 53 now: {'; '.join(map(str, of))})",
                allowed=f"names with {name} in it",
                next_step=_RETIRE,
            )
        simple = [one for one in of if one.type == "A" and one.identifier is None]
        if name in of_the_state and simple:
            _refuse_strangers(name, simple, "URN")


def refuse_removal(name: str, there: Sequence[RecordSet], switch: Switch, urn: str) -> None:
    """Raise Refusal when a delete of the alias of `name` would take away what is `there`: its simple A record."""
    if any(switch.is_followed_by(one) for one in there):
        raise Refusal(
            f"the alias of {name} cannot be deleted: {name} would be left without a record",
            seen="; ".join(map(str, there)),
            allowed=f"nothing, while clients resolve {name}",
            next_step=_RETIRE,
        )
    if there:
        _refuse_strangers(name, there, urn)


def _refuse_strangers(name: str, there: Sequence[RecordSet], urn: str) -> None:
    raise Refusal(
        f"the alias of {name} cannot be deleted: something else has its place, and would be deleted instead",
        seen="; ".join(map(str, there)),
        allowed="that the state forgets the alias; Route 53 stays as it is",
        next_step=f"pulumi state delete '{urn}' -s live, then pulumi up -s live"
        + (" (pulumi stack -s live --show-urns)" if urn == "URN" else ""),
    )


def _shown(record: RecordSet, switch: Switch) -> str:
    """A record set, with what tells its alias from the right one."""
    alias = record.content.get("AliasTarget") or {}
    details = [f"in the zone {alias.get('HostedZoneId')!r}"] if alias.get("HostedZoneId") != switch.zone_id else []
    details += ["with EvaluateTargetHealth"] if alias.get("EvaluateTargetHealth") else []
    return f"{record} {' '.join(details)}" if alias and details else str(record)
