"""The moments of a tag-in, from events as the engine writes them."""

from typing import Any

import pytest

from lab import marks
from lab.figures import TAG_BACK, TAG_IN, switches
from lab.marks import Mark
from lab.pulumi_command import Event

URN = "urn:pulumi:live::tag-team::tag-team:index:LiveRecord$"
RECORD, STASH, PARAMETER = "aws:route53/record:Record", "pulumi:index:Stash", "aws:ssm/parameter:Parameter"


def event(at: float, kind: str, type_: str, name: str, op: str = "update", **weights: int) -> Event:
    sides = {side: {"inputs": {"weightedRoutingPolicies": [{"weight": weight}]}} for side, weight in weights.items()}
    return Event(at, kind, {"metadata": {"op": op, "urn": f"{URN}{type_}::{name}", "type": type_, **sides}})


def tag_in(start: float = 0, outgoing: str = "live-amber", incoming: str = "live-violet") -> list[Event]:
    before, after = "resourcePreEvent", "resOutputsEvent"
    return [
        Event(start, "preludeEvent", {"config": {}}),
        event(start + 1, before, STASH, "names", "same"),
        event(start + 2, after, STASH, "names", "same"),
        event(start + 3, before, STASH, "ready", "create-replacement"),
        Event(start + 5, "diagnosticEvent", {"urn": f"{URN}{STASH}::ready", "message": "looking", "ephemeral": True}),
        event(start + 9, after, STASH, "ready", "create-replacement"),
        event(start + 9.5, after, STASH, "ready", "replace"),
        event(start + 10, before, RECORD, incoming, old=0, new=100),
        event(start + 25, after, RECORD, incoming, old=0, new=100),
        event(start + 26, before, RECORD, outgoing, old=100, new=0),
        event(start + 41, after, RECORD, outgoing, old=100, new=0),
        event(start + 41.5, before, RECORD, "further", "same"),
        event(start + 42, before, PARAMETER, "in-charge"),
        event(start + 90, after, PARAMETER, "in-charge"),
        Event(start + 91, "summaryEvent", {"resourceChanges": {"update": 3}}),
    ]


def test_every_moment_of_a_tag_in_is_found_in_its_order() -> None:
    assert marks.of(tag_in(100), TAG_IN) == [
        Mark(109, "gate", TAG_IN),
        Mark(110, "raise", TAG_IN),
        Mark(126, "lower", TAG_IN),
        Mark(141, "INSYNC", TAG_IN),
        Mark(190, "DNS has let go", TAG_IN),
    ]


def test_a_colour_that_had_no_record_is_raised_too() -> None:
    events = [event(1, "resourcePreEvent", RECORD, "live-violet", "create", new=100)]
    assert [mark.label for mark in marks.of(events, TAG_IN)] == ["raise"]


@pytest.mark.parametrize("up_to", range(16))
def test_one_that_was_cut_off_has_the_moments_that_it_came_to(up_to: int) -> None:
    found = marks.of(tag_in()[:up_to], TAG_IN)
    assert found == marks.of(tag_in(), TAG_IN)[: len(found)]


def test_a_stack_that_is_left_as_it_is_has_no_moments() -> None:
    events = [
        event(n, kind, type_, name, "same", old=100, new=100)
        for n, kind in enumerate(("resourcePreEvent", "resOutputsEvent"))
        for type_, name in ((STASH, "ready"), (RECORD, "live-amber"), (PARAMETER, "in-charge"))
    ]
    assert marks.of(events, TAG_IN) == []


@pytest.mark.parametrize("body", [{}, {"metadata": None}, {"metadata": {}}, {"metadata": {"op": "update"}}])
def test_an_event_that_says_nothing_is_no_moment(body: dict[str, Any]) -> None:
    assert marks.of([Event(0, kind, body) for kind in ("resourcePreEvent", "resOutputsEvent")], TAG_IN) == []


def test_the_switch_is_when_the_outgoing_colour_is_lowered_and_lasts_to_the_next_raise() -> None:
    found = marks.of(tag_in(0), TAG_IN) + marks.of(tag_in(200, "live-violet", "live-amber"), TAG_BACK)
    there, back = switches(found, "amber", "violet")
    assert (there.at, there.outgoing, there.incoming, there.until) == (26, "amber", "violet", 210)
    assert (back.at, back.outgoing, back.incoming) == (226, "violet", "amber")
    assert (there.let_go_seconds, back.let_go_seconds) == (64, 64)
    assert switches([Mark(26, "lower", TAG_IN)], "amber", "violet")[0].let_go_seconds is None
    assert switches([], "amber", "violet") == []


def test_of_two_phases_each_has_its_own_moment() -> None:
    found = [Mark(1, "raise", TAG_IN), Mark(2, "raise", TAG_BACK)]
    assert (marks.at(found, "raise", TAG_IN), marks.at(found, "raise", TAG_BACK)) == (1, 2)
    assert marks.at(found, "lower", TAG_IN) is None
