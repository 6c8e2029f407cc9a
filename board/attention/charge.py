"""Who is in charge: does everybody say the same of it?"""

from collections.abc import Iterator

from board.attention.seen import Seen
from board.facts import Known, value_of
from board.reason import Reason
from board.traffic import Traffic
from components.settings import LIVE
from cutover.checks import override
from cutover.in_charge import SHOWN_CHARACTERS
from cutover.owned import PARAMETER, outputs_of
from cutover.printable import quoted
from cutover.weighted_set import WeightedSet, held, of_state
from cutover.weights import NONE, describe

UP = "pulumi up -s live"
REFRESH = "pulumi refresh -s live --yes && pulumi up -s live"
LOOK = "pulumi preview -s live"
WATCH = ".venv/bin/python -m board --watch"


def reasons(seen: Seen) -> Iterator[Reason]:
    """From the most urgent on; nothing is said of what is not known."""
    if not isinstance(seen.traffic, Known):
        return
    traffic = seen.traffic.value
    if not traffic.weights and not traffic.state.history and not traffic.state.latest_unreadable:
        yield Reason("nobody-in-charge", f"nobody is in charge of {traffic.switch} yet", first_step(seen))
        return
    yield from _nowhere(seen, traffic)
    drifted = list(_drifted(seen, traffic))
    yield from drifted
    yield from _written_by_hand(seen, traffic)
    if not drifted:
        yield from _disagree(seen, traffic)


def locks(seen: Seen) -> Iterator[Reason]:
    """The stacks on which somebody works at this moment: nothing else is to be typed about these now."""
    facts = seen.facts
    every = {LIVE: facts.live_lock, **{name: one.lock for name, one in facts.colours.items()}}
    for stack, fact in every.items():
        if lock := value_of(fact):
            text = (
                f"stack {stack} is locked {lock.text}: an update is under way, or was cut off (then, once no pulumi "
                f"runs any more: pulumi cancel {stack})"
            )
            yield Reason("stack-locked", text, WATCH, stack if stack in facts.colours else "")


def pending(seen: Seen) -> Iterator[Reason]:
    """The stacks whose state has operations that nobody saw end."""
    facts = seen.facts
    every = {LIVE: facts.live_stack, **{name: one.stack for name, one in facts.colours.items()}}
    for stack, fact in every.items():
        if (state := value_of(fact)) and state.pending:
            text = f"the state of stack {stack} has {state.pending} operations that it never saw end"
            step = f"pulumi refresh -s {stack} --clear-pending-creates --yes && pulumi up -s {stack}"
            yield Reason("operations-pending", text, step, stack if stack in facts.colours else "")


def overrides(seen: Seen) -> Iterator[Reason]:
    """An override that is in force, or still in the config."""
    live, history = value_of(seen.facts.live), value_of(seen.facts.in_charge)
    entries = history.history.entries if history else ()
    said = entries[-1].override if entries else ""
    configured = live.override if live else None
    if configured:
        waiver = override.decide(configured, configured.colour, configured.release, entries)
        step = "pulumi config rm override -s live && pulumi up -s live"
        yield Reason("override", f"{waiver.line} (config of stack live)", step, configured.colour)
    elif said:
        yield Reason("override", f"in-charge says that an override is in force: {said}", UP)


def first_step(seen: Seen) -> str:
    """What to type while nobody is in charge: a colour, the other one, and then the live record."""
    live = value_of(seen.facts.live)
    colours = sorted(seen.facts.colours, key=lambda colour: (live is None or colour != live.active, colour))
    for colour in colours:
        stack = value_of(seen.facts.colours[colour].stack)
        if stack and not stack.exists:
            return f"pulumi stack init {colour} && pulumi up -s {colour}"
        if seen.standings[colour].is_up is not True:
            return f"pulumi up -s {colour}"
    return UP


def _nowhere(seen: Seen, traffic: Traffic) -> Iterator[Reason]:
    """Whoever carries traffic and has no cluster where the board looks."""
    for colour in sorted(traffic.carrying):
        standing = seen.standings.get(colour)
        if standing is None:
            text = (
                f"{colour} carries traffic, and is no colour of this project ({describe(traffic.state.weights)}): "
                "see docs/bootstrap.md"
            )
            yield Reason("stranger-carries", text, LOOK)
        elif standing.is_up is False:
            place = value_of(seen.facts.place)
            text = f"{colour} carries traffic, and there is no cluster of it in {place or 'this region'}"
            other = next((one.colour for one, _ in seen.up()), None)
            if other is None:
                # Without either, it is more likely that the board looks in the wrong place.
                text, step = f"{text}, nor any other: is it in another region or account?", "export AWS_REGION=REGION"
            else:
                step = f"{UP} -c active={other}"
            yield Reason("carrier-gone", text, step, colour)


def _drifted(seen: Seen, traffic: Traffic) -> Iterator[Reason]:
    """What Route 53 has of the switch and the state of `live` has not, as `cutover.drift` compares it."""
    state = value_of(seen.facts.live_stack)
    if not state or seen.facts.live_lock != Known(None):
        return
    kept = {
        colour: of_state(outputs) for (name, colour), outputs in held(state.owned).items() if name == traffic.switch
    }
    now = traffic.sets.get(traffic.switch, {})
    for colour in sorted({*kept, *now}):
        if colour and kept and kept.get(colour) != now.get(colour):
            is_, was = _said(now.get(colour)), _said(kept.get(colour))
            text = f"the record set of {colour} was changed by hand: {is_}, not {was}"
            yield Reason("changed-by-hand", text, REFRESH, colour)


def _said(one: WeightedSet | None) -> str:
    return "no record set" if one is None else str(one)


def _written_by_hand(seen: Seen, traffic: Traffic) -> Iterator[Reason]:
    """What is wrong with the parameter itself; a plain update writes it anew (cutover.restoration)."""
    history, state = value_of(seen.facts.in_charge), value_of(seen.facts.live_stack)
    if traffic.state.latest_unreadable:
        text = f"in-charge cannot be read, so nobody is known to be in charge: {traffic.state.latest_unreadable}"
        yield Reason("in-charge-unreadable", text, UP)
    elif history and history.history.latest is None:
        yield Reason("in-charge-lost", "in-charge is not there, though somebody carries traffic", UP)
    elif history and state and seen.facts.live_lock == Known(None):
        written = outputs_of(state.owned, PARAMETER, "in-charge").get("insecureValue")
        if isinstance(written, str) and written != history.history.latest:
            latest = quoted(history.history.latest or "", SHOWN_CHARACTERS)
            yield Reason("in-charge-by-hand", f"in-charge was written by hand: {latest}", UP)


def _disagree(seen: Seen, traffic: Traffic) -> Iterator[Reason]:
    """What is left is a tag-in that has not ended, or what nobody but the program can tell."""
    if traffic.named is None or traffic.agrees:
        return
    live, now = value_of(seen.facts.live), describe(traffic.state.weights)
    weighted = sorted(colour for colour, weight in traffic.weights.items() if weight > NONE)
    if not weighted:
        yield Reason("no-weight", f"nobody has weight, so clients go to all record sets (Route 53 now: {now})", LOOK)
    elif len(weighted) > 1:
        text = f"a tag-in has not ended, or a share not begun or ended: in-charge names {traffic.named} ({now})"
        back = f"; to go back: {UP} -c active={traffic.named}" if _is_to(seen, traffic) else ""
        yield Reason("tag-in-under-way", f"{text}{back}", UP)
    else:
        text = f"in-charge names {traffic.named}, and clients go to {weighted[0]} (Route 53 now: {now})"
        yield Reason("weights-disagree", text, UP if live and live.active == weighted[0] else LOOK, weighted[0])


def _is_to(seen: Seen, traffic: Traffic) -> bool:
    """Whether the config means somebody else than in-charge names."""
    live = value_of(seen.facts.live)
    return live is not None and live.active != traffic.named
