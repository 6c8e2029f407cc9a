"""What carries a colour's tags in AWS and is in no state: it costs money, and keeps its network from being deleted.

    pulumi stack export -s COLOUR | python -m cutover.orphans COLOUR

An update that is killed while AWS makes something does not note it, and the next one makes another. This only reads;
what is found is printed with the command that deletes it, what uses something before what it uses.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutover import places, provenance
from cutover.asking import asking
from cutover.aws import session
from cutover.aws_tagged import AwsTagged
from cutover.freeze import tag
from cutover.in_charge import Entry
from cutover.owned import GROUP, Owned
from cutover.printable import printable
from cutover.provenance import Place
from cutover.refusal import Refusal
from cutover.tagged import DELETED_BY, Tagged, in_order

NONE, SOME, NOT_TOLD = 0, 1, 2
_EXPORT = "pulumi stack export -s {colour} | .venv/bin/python -m cutover.orphans {colour}"


@dataclass(frozen=True)
class State:
    """A stack's exported state: its name (empty when it has no resource), what it owns, and everything's identifiers.

    `service`: what most of it is tagged with; empty when nothing is.
    """

    stack: str
    owned: Sequence[Owned]
    identifiers: frozenset[str]
    service: str


def state_of(exported: Mapping[str, Any]) -> State:
    """Read the output of `pulumi stack export`; raises KeyError, TypeError or AttributeError when it is none.

    What waits for its delete is in the state too: the next update carries that out.
    """
    resources: Sequence[Mapping[str, Any]] = exported["deployment"].get("resources") or ()
    owned = [Owned(one["urn"].rpartition("::")[2], one["type"], one.get("outputs") or {}) for one in resources]
    ids = {str(value) for one in resources for value in (one.get("id"), (one.get("outputs") or {}).get("arn")) if value}
    services = Counter(filter(None, (tag(one.get("inputs") or {}, "service") for one in resources)))
    stack = resources[0]["urn"].removeprefix("urn:pulumi:").partition("::")[0] if resources else ""
    return State(stack, owned, frozenset(ids), services.most_common(1)[0][0] if services else "")


def refuse_another(state: State, colour: str, latest: Entry | None) -> None:
    """Raise Refusal unless this is the colour's own state, as it is today; `latest` is what `in-charge` says.

    By another stack's state all of the colour would be orphans, and by an old one what carries the traffic.
    """
    if state.stack not in ("", colour):
        raise Refusal(
            f"this is not the state of {colour}; nothing was looked for",
            seen=f"an export of the stack {state.stack}",
            allowed=f"an export of the stack {colour}",
            next_step=_EXPORT.format(colour=colour),
        )
    if latest and latest.colour == colour and latest.group not in state.identifiers:
        raise Refusal(
            f"this state of {colour} is not the one of today: the instances in charge are not in it",
            seen=f"in-charge names the group {latest.group or 'nobody'}; the state does not have it",
            allowed=f"the state of the {colour} that is in charge, from the backend that it is kept in",
            next_step=f"pulumi whoami -v shows the backend; then {_EXPORT.format(colour=colour)}",
        )


def refuse_up(state: State, colour: str, service: str, door: str) -> None:
    """Raise Refusal when a state without instances is to tell about a colour whose `door` is there: one that is up.

    The door is the last of a cluster to come and the first to go, so this is the state of another project, or of none.
    """
    if not any(one.type == GROUP for one in state.owned):
        raise Refusal(
            f"the door of {colour} of {service} is there, and this state has no cluster; nothing was looked for",
            seen=f"{door} is there; no Auto Scaling group in the state",
            allowed=f"the state of {colour} in the project whose first name is {service}",
            next_step=f"pulumi whoami -v shows the backend; then {_EXPORT.format(colour=colour)}; if its state is "
            "lost, or the door was left by a crash, and nobody needs the colour any more, "
            f"aws ssm delete-parameter --name {door} first",
        )


def orphans(found: Iterable[Tagged], state: State) -> tuple[Tagged, ...]:
    """Those that are not in the state, in the order in which they can be deleted.

    An instance belongs to its group, and is in no state itself.
    """
    known = state.identifiers
    return in_order(one for one in found if not {one.id, one.group} & known)


def report(left: Sequence[Tagged], region: str) -> list[str]:
    """What is printed: each of them, and the command that deletes it."""
    lines = []
    for one in left:
        lines.append(printable(f"{one}"))
        lines.append(printable(f"    {DELETED_BY[one.kind].format(id=one.quoted, region=region)}"))
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """The state from standard input; NONE, SOME (printed) or NOT_TOLD."""
    parser = argparse.ArgumentParser(prog="python -m cutover.orphans", description=__doc__.splitlines()[0])
    parser.add_argument("colour", help="the stack whose state is on standard input")
    parser.add_argument("--service", help="the first of `names`; only needed when the state has nothing")
    options = parser.parse_args(argv)
    try:
        state = state_of(json.load(sys.stdin))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return _not_told(f"this is no output of `pulumi stack export`: {printable(str(error))}")
    try:
        return _look(state, options.colour, options.service or state.service)
    except Refusal as refusal:
        return _not_told(str(refusal))


def _look(state: State, colour: str, service: str) -> int:
    refuse_another(state, colour, None)
    if not service:
        raise Refusal(
            f"nothing says of which service {colour} is",
            seen="a state without a tag `service`" if state.identifiers else "a state without a resource",
            allowed="the first of `names`, in the tags of the state or as an option",
            next_step=f"{_EXPORT.format(colour=colour)} --service NAME",
        )
    made = provenance.of_stack(state.owned)
    aws = AwsTagged(session({"region": made.region} if made.region else {}))
    provenance.require_region(aws.region)
    with asking("AWS", f"for what carries the tags of {colour}"):
        if made != Place():
            provenance.refuse_another(state.owned, aws.caller(), colour, "export AWS_REGION={}")
        history = aws.in_charge_history(places.in_charge(service)).entries
        refuse_another(state, colour, history[-1] if history else None)
        if aws.exists(door := places.door(service, colour)):
            refuse_up(state, colour, service, door)
        found = aws.tagged(service, colour)
    left = orphans(found, state)
    for line in report(left, aws.region or ""):
        print(line)
    tags = f"service={service} and colour={colour}"
    said = f"in {aws.region}, of {len(found)} with the tags {tags}: {len(left)} in no state"
    if left and not state.identifiers:
        said += "; this one is empty: is it the right stack, in the right backend?"
    print(printable(said), file=sys.stderr)
    return SOME if left else NONE


def _not_told(said: str) -> int:
    print(said, file=sys.stderr)
    return NOT_TOLD


if __name__ == "__main__":
    sys.exit(main())
