"""The next command to type, for the state that was seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from board.attention.seen import Seen
from board.facts import Known, value_of
from board.reason import Reason
from board.unknown import UnknownFact
from cutover import tag_back
from cutover.in_charge import Entry

AGAIN = ".venv/bin/python -m board"


@dataclass(frozen=True)
class NextCommand:
    """`command`, and why that: in a line. needed: whether anything has to be done at all."""

    command: str
    why: str
    needed: bool = True


def choose(seen: Seen, reasons: Sequence[Reason], unknowns: Sequence[UnknownFact]) -> NextCommand:
    """That of the most urgent reason; then what would tell what is unknown; then what the files say and AWS has not.

    While it is not known who carries the traffic, nothing comes before finding that out.
    """
    hiding = [one for one in unknowns if one.hides_attention]
    if not isinstance(seen.traffic, Known) and hiding:
        return _to_know(hiding)
    if reasons:
        return NextCommand(reasons[0].next_step, reasons[0].text)
    if hiding:
        return _to_know(hiding)
    return next(_planned(seen), None) or _free(seen)


def _to_know(hiding: Sequence[UnknownFact]) -> NextCommand:
    first = next((one for one in hiding if one.next_step), hiding[0])
    return NextCommand(first.next_step or AGAIN, f"{first.in_short} could not be read: {first.reason}")


def _planned(seen: Seen) -> Iterator[NextCommand]:
    """What the stack files say, and has not been done yet."""
    live, idle = value_of(seen.facts.live), seen.idle
    if live and seen.in_charge and live.active != seen.in_charge:
        yield NextCommand(
            "pulumi up -s live", f"the config of live says active: {live.active}, and {seen.in_charge} is in charge"
        )
    if not idle:
        return
    colour, up = seen.facts.colours[idle], seen.standings[idle].is_up
    config, door = value_of(colour.config), value_of(colour.door)
    step = f"pulumi up -s {idle}"
    if config and up and not config.awake:
        yield NextCommand(step, f"the config of {idle} says awake: false, and it is up")
    if config and up and door and door.release != config.release:
        yield NextCommand(step, f"the config of {idle} says release {config.release}, and it runs {door.release}")
    if up and isinstance(seen.traffic, Known) and idle not in seen.traffic.value.weights:
        yield NextCommand("pulumi up -s live", f"{idle} is up, and has no record set at weight 0 yet", needed=False)


def _free(seen: Seen) -> NextCommand:
    """Nothing has to be done: what is next, or the way back."""
    idle = seen.idle
    if idle is None:
        return NextCommand(AGAIN, "nothing has to be done", needed=False)
    if not seen.standings[idle].is_up:
        return NextCommand(
            f"pulumi config set awake true -s {idle} && pulumi up -s {idle}",
            f"nothing has to be done; this builds {idle} for the next release",
            needed=False,
        )
    why = f"nothing has to be done; this tags {idle} in, after a preview that says whether it is ready"
    if _is_tag_back(seen, idle):
        why = f"nothing has to be done; this is the way back to {idle}, as it was"
    return NextCommand(f"pulumi up -s live -c active={idle}", why, needed=False)


def _is_tag_back(seen: Seen, idle: str) -> bool:
    group, traffic = value_of(seen.facts.colours[idle].group), value_of(seen.traffic)
    history: Sequence[Entry] = traffic.state.history if traffic else ()
    return group is not None and tag_back.is_one(history, idle, group.release, group.name, group.created_at)
