"""Names that a wildcard answers today, and that it would not answer any more once something is made at or below them.

A wildcard stands for names that do not exist, and a name exists as soon as there is a record below it (an "empty
non-terminal"): RFC 4592, sections 2.2.2 and 2.2.3, https://www.rfc-editor.org/rfc/rfc4592.
"""

import json
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from cutover.zone_records import ZoneRecords

# The identifier that docs/bootstrap.md gives to a record of before.
BEFORE = "before"


@dataclass(frozen=True)
class Taken:
    """A name that is answered by a wildcard, whose record sets these are."""

    name: str
    answers: Sequence[RecordSet]


def taken(names: Iterable[str], records: ZoneRecords) -> tuple[Taken, ...]:
    """Those of `names`, and of the names between them and the top of the zone, that a wildcard answers today."""
    reached = dict.fromkeys(name for created in names for name in _down_to(created, records.apex))
    return tuple(Taken(name, answers) for name in reached if (answers := answered_by(name, records)))


def answered_by(name: str, records: ZoneRecords) -> tuple[RecordSet, ...]:
    """The record sets of the wildcard that answers for `name`; none when `name` exists, or no wildcard covers it."""
    if name == records.apex or records.exists(name):
        return ()
    encloser = _parent(name)
    while encloser != records.apex and not records.exists(encloser):
        encloser = _parent(encloser)
    return records.at(f"*.{encloser}")


def refuse(found: Sequence[Taken], switches: Collection[str], zone_id: str) -> None:
    """Raise Refusal when any name would lose its answer; the next step makes records that answer the same.

    `switches` are the names that get weighted record sets: the first live one.
    """
    if not found:
        return
    names = ", ".join(one.name for one in found)
    answers = dict.fromkeys(str(answer) for one in found for answer in one.answers)
    changes = [change for one in found for change in _explicit(one, one.name in switches)]
    batch = json.dumps({"Changes": changes})
    raise Refusal(
        f"{names} is answered by a wildcard today, and would have no answer any more as soon as there is a record at "
        "or below it; DNS was not touched",
        seen="; ".join(answers),
        allowed=f"record sets of its own first, for {names} and for all that is below it, which answer the same",
        next_step=f"aws route53 change-resource-record-sets --hosted-zone-id {zone_id} --change-batch "
        f"{shlex.quote(batch)}, then the same pulumi command again (see 'A name that a wildcard answers' in "
        "docs/bootstrap.md)",
    )


def _explicit(lost: Taken, is_switch: bool) -> list[dict[str, Any]]:
    """The changes that let `lost.name`, and the names below it, be answered as they are today."""
    own = [{**answer.content, "Name": lost.name} for answer in lost.answers]
    below = [{**answer.content, "Name": f"*.{lost.name}"} for answer in lost.answers]
    sets = [*(_weighted(one) if is_switch else one for one in own), *below]
    return [{"Action": "CREATE", "ResourceRecordSet": one} for one in sets]


def _weighted(content: dict[str, Any]) -> dict[str, Any]:
    """The record set of the switch as a tag-in can stand beside: alone at weight 0 it gets every question.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
    """
    if content["Type"] != "A" or "SetIdentifier" in content:
        return content
    weighted = {**content, "SetIdentifier": BEFORE, "Weight": 0}
    if "AliasTarget" in content:
        # Weight 0 means something else with it.
        weighted["AliasTarget"] = {**content["AliasTarget"], "EvaluateTargetHealth": False}
    return weighted


def _down_to(name: str, apex: str) -> list[str]:
    """`name` and the names above it up to the `apex`, that one excluded, the topmost first."""
    found = []
    while name not in ("", apex):
        found.append(name)
        name = _parent(name)
    return found[::-1]


def _parent(name: str) -> str:
    return name.partition(".")[2]
