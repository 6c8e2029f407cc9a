"""Disturbed tag-ins: what they leave is told in words, what should not be is a problem."""

import json
from dataclasses import replace
from typing import cast

import pytest

from lab.cutover_faults import acts, aftermath, rows, tables
from lab.cutover_faults.acts import Act
from lab.cutover_faults.aftermath import INCOMING, OUTGOING, Aftermath
from lab.cutover_faults.faults import EVERYBODY, FAULTS, Fault, Moment, Scene
from lab.cutover_faults.rows import Row
from lab.load.hit import Hit
from lab.load.pool import HOLDS_TWICE, HONEST, KEEP_ALIVE, NEVER_AGAIN
from lab.messages import RecordSetState, ZoneState
from lab.pulumi_command import Event
from lab.stage import Stage, weights_of

SWITCHED = Aftermath({OUTGOING: 0, INCOMING: 100}, INCOMING)
UNTOUCHED = Aftermath({OUTGOING: 100, INCOMING: 0}, OUTGOING)
HALF = Aftermath({OUTGOING: 100, INCOMING: 100}, OUTGOING, ("updating the incoming record",))
HITS = [
    Hit(HONEST, 109.0, 0.01, 200, colour="amber"),
    Hit(HONEST, 112.2, 0.01, 502, "status 502"),
    Hit(HONEST, 112.9, 0.01, 502, "status 502"),
    Hit(HONEST, 114.1, 0.01, 0, "refused"),
    Hit(KEEP_ALIVE, 112.2, 0.01, 200, colour="amber"),
]
UNHARMED, SEEN, OUTGOING_DIES = (
    next(fault for fault in FAULTS if fault.name == name) for name in ("throttling", "incoming-half", "outgoing")
)
GOOD = Act("throttling", "t", began=100.0, at=111.0, left=SWITCHED, again=SWITCHED, back=UNTOUCHED)


def test_every_fault_says_which_clients_it_may_cost_something_and_why() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    for fault in FAULTS:
        assert fault.why
        assert set(fault.may_fail) <= set(EVERYBODY)
    assert set(EVERYBODY) == {HONEST, HOLDS_TWICE, NEVER_AGAIN, KEEP_ALIVE}


def test_weights_are_those_after_the_last_change() -> None:
    def zone(*weights: int) -> ZoneState:
        records = (
            RecordSetState("www.example.", "A", colour, weight, "lb.", None, ())
            for colour, weight in zip(("amber", "green"), weights, strict=True)
        )
        return ZoneState(0.0, "example.", "Z1", (*records, RecordSetState("a.example.", "A", None, None, None, 60, ())))

    assert weights_of([zone(100, 0), zone(100, 100)], "www.example") == {"amber": 100, "green": 100}
    assert weights_of([], "www.example") == {}


def test_what_is_left_is_told_by_the_parts_that_the_colours_play() -> None:
    urn = "urn:pulumi:live::tag-team::aws:route53/record:Record::www.example-green"
    deployment = {"pending_operations": [{"type": "updating", "resource": {"urn": urn}}]}
    found = aftermath.of({"amber": 100, "green": 100}, "amber", deployment, "amber", "green")
    assert found == HALF
    assert found.words() == "outgoing 100, incoming 100; in charge: outgoing; pending: updating the incoming record"
    assert (SWITCHED.words(), UNTOUCHED.words()) == ("nothing: switched", "nothing: not begun")


def test_a_state_with_something_pending_is_not_called_switched() -> None:
    assert not replace(SWITCHED, pending=("creating `ready`",)).is_switched


def test_moments_are_one_in_each_part_and_the_same_for_the_same_seed() -> None:
    found = acts.moments(7, 10, 100.0)
    assert found == acts.moments(7, 10, 100.0)
    assert found != acts.moments(8, 10, 100.0)
    assert [int(moment // 9.7) for moment in sorted(found)] == list(range(10))


def test_steps_under_way_are_those_that_began_and_did_not_end() -> None:
    def event(kind: str, name: str) -> Event:
        return Event(0.0, kind, {"metadata": {"urn": f"urn:pulumi:live::tag-team::t::{name}"}})

    events = [
        event("resourcePreEvent", "ready"),
        event("resOutputsEvent", "ready"),
        event("resourcePreEvent", "up"),
        event("resourcePreEvent", "down"),
        event("resOpFailedEvent", "down"),
        Event(0.0, "summaryEvent", {}),
    ]
    assert acts.under_way(events) == ("up",)


def test_an_act_in_which_all_went_well_has_no_problems() -> None:
    assert rows.of_fault(UNHARMED, replace(GOOD, hits=HITS[:1]), 200).problems == ()


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"hits": HITS}, "3 requests of the pool honest failed"),
        ({"exit_code": 255, "said": "\n boom \x1b[0m\n"}, "the tag-in ended with 255: boom"),
        ({"left": HALF}, "ended well, and left outgoing 100, incoming 100"),
        ({"again_exit_code": 1}, "the next up ended with 1"),
        ({"again": HALF}, "in charge: outgoing"),
        ({"quiet": 2}, "and made 2 changes"),
        ({"quiet_exit_code": 255}, "the one after it with 255, and made 0 changes"),
        ({"missed": "its moment never came"}, "nothing disturbed it: its moment never came"),
        ({"back": HALF}, "after the tag-back: outgoing 100, incoming 100"),
        ({"back": None}, "after the tag-back: nothing is known"),
    ],
)
def test_what_should_not_be_is_a_problem(changed: dict[str, object], problem: str) -> None:
    (found,) = rows.of_fault(UNHARMED, replace(GOOD, **changed), 200).problems  # type: ignore[arg-type]  # of any kind
    assert problem in found


def test_a_fault_that_has_to_be_refused_is_a_problem_when_it_is_not() -> None:
    (found,) = rows.of_fault(SEEN, replace(GOOD, name=SEEN.name), 200).problems
    assert "the tag-in ended with 0" in found
    refused = replace(GOOD, exit_code=255, left=HALF, hits=HITS)
    assert rows.of_fault(SEEN, refused, 200).problems == (), "clients of dead instances may fail"


def test_a_kill_needs_no_tag_back_and_costs_nobody_a_request() -> None:
    killed = replace(GOOD, exit_code=-9, left=HALF, back=None)
    assert rows.of_kill(killed, 200, 10).problems == ()
    assert len(rows.of_kill(replace(killed, hits=HITS), 200, 10).problems) == 1


def test_failures_are_counted_by_second_from_the_fault() -> None:
    row = rows.of_fault(OUTGOING_DIES, replace(GOOD, hits=HITS), 200)
    assert row.pools[HONEST].by_second == {"1": 2, "3": 1}
    assert tables.failed(row) == "**3** of 5: honest 3 of 4 (status 502, refused; seconds 1 to 3)"
    assert tables.by_second([row])[-1] == "| t | honest | 1 | 2 0 1 |"


def test_rows_are_the_same_after_their_way_through_json() -> None:
    row = rows.of_fault(UNHARMED, replace(GOOD, hits=HITS), 200)
    assert Row.from_json(json.loads(json.dumps(row.as_dict()))) == row
    with pytest.raises((KeyError, TypeError)):
        Row.from_json({"name": "old"})


def struck(fault: Fault) -> str:
    """Why it did not strike, of one that is due before the tag-in."""
    scene = Scene(cast(Stage, None), "amber", "green")
    strike = acts.Strike(replace(fault, moment=Moment.BEFORE), scene)
    strike.end()
    return strike.missed


def test_a_strike_that_fails_or_never_comes_has_disturbed_nothing() -> None:
    def fails(_: Scene) -> None:
        raise OSError("the lab is away")

    assert struck(replace(UNHARMED, strike=lambda _: None)) == ""
    assert struck(replace(UNHARMED, strike=fails)) == "OSError: the lab is away"
    never = acts.Strike(replace(UNHARMED, moment=Moment.LOWERING), Scene(cast(Stage, None), "amber", "green"))
    never.end()
    assert never.missed == "its moment never came"


def test_a_tag_in_that_ended_before_its_kill_is_a_problem() -> None:
    (problem,) = rows.of_kill(replace(GOOD, back=None, missed="it had ended before"), 200, 10).problems
    assert problem == "nothing disturbed it: it had ended before"
