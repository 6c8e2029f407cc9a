"""What was approved: written down, read again, and compared with the world of now."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci import seen
from ci.seen import Seen
from cutover.refusal import Refusal

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FACTS = {
    "in charge": "red at 1.0.0",
    "state of blue": "written 12:00",
    "release of blue": "1.1.0",
    "config of live": "a",
}
SEEN = Seen(FACTS, {"blue": ("update a b",), "live": ("replace c ready",)}, commit=COMMIT)


def test_a_record_survives_the_comment() -> None:
    body = f"<!-- tag-team:preview -->\ntext\n\n{SEEN.line()}\n"
    assert seen.of_comment(body) == SEEN
    assert seen.of_comment(body).stacks == ("blue", "live")


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1), st.text())
def test_whatever_a_fact_says_it_cannot_leave_its_line_or_its_comment(facts: dict[str, str], name: str) -> None:
    line = Seen(facts, {"live": (name,)}, commit=COMMIT).line()
    assert "\n" not in line
    inside = line.removeprefix("<!--").removesuffix("-->")
    assert not {"<", ">"} & set(inside)
    assert "--" not in inside
    assert seen.of_comment(f"x\n{line}").facts == facts


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        # Not the last line: somebody quoted it, or an error did.
        f"{SEEN.line()}\n```",
        f"> {SEEN.line()}",
        "<!-- tag-team:seen {} -->",
        "<!-- tag-team:seen [1] -->",
        "<!-- tag-team:seen {broken -->",
        "<!-- tag-team:seen " + json.dumps({"format": 2, **json.loads(SEEN.to_json())} | {"format": 2}) + " -->",
        "<!-- tag-team:seen " + json.dumps(json.loads(SEEN.to_json()) | {"refused": "no"}) + " -->",
        "<!-- tag-team:seen " + json.dumps(json.loads(SEEN.to_json()) | {"facts": {}}) + " -->",
        "<!-- tag-team:seen " + json.dumps(json.loads(SEEN.to_json()) | {"facts": None}) + " -->",
        "<!-- tag-team:seen " + json.dumps(json.loads(SEEN.to_json()) | {"steps": [1]}) + " -->",
        # A stack twice: the second would hide what was shown of the first.
        "<!-- tag-team:seen " + json.dumps(json.loads(SEEN.to_json()) | {"steps": [["live", []]] * 2}) + " -->",
    ],
)
def test_what_is_no_record_is_not_taken_for_one(body: str) -> None:
    with pytest.raises(ValueError, match=r"record|format|JSON|Expecting|last line|unpack"):
        seen.of_comment(body)


def test_a_record_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(Refusal, match="too long"):
        Seen(FACTS, {"live": ("x" * seen.LONGEST_RECORD,)}).line()


def test_the_same_world_is_no_difference() -> None:
    assert seen.differences(FACTS, dict(FACTS)) == ()
    seen.refuse_different(SEEN, dict(FACTS), "again")


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_that_is_another_one_is_refused_and_named(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        seen.refuse_different(SEEN, {**FACTS, name: "another"}, "again")
    assert refused.value.seen == f"{name}: {FACTS[name]} then, another now"
    assert refused.value.next_step == "again"
    assert "0123456789ab" in refused.value.allowed


def test_a_fact_that_only_one_side_has_is_a_difference() -> None:
    fewer = {name: value for name, value in FACTS.items() if name != "in charge"}
    assert seen.differences(FACTS, fewer) == ("in charge: red at 1.0.0 then, nothing now",)
    assert seen.differences(fewer, FACTS) == ("in charge: nothing then, red at 1.0.0 now",)
    assert len(seen.differences(FACTS, {})) == len(FACTS)


def test_what_a_change_has_done_itself_is_no_difference_to_its_next_step() -> None:
    after = {**FACTS, "state of blue": "written 12:30", "release of blue": "1.2.0"}
    seen.refuse_different(seen.carried(SEEN, after, "blue"), after, "again")


def test_only_its_own_facts_are_carried_over() -> None:
    after = {**FACTS, "state of blue": "written 12:30", "in charge": "blue at 1.1.0"}
    with pytest.raises(Refusal) as refused:
        seen.refuse_different(seen.carried(SEEN, after, "blue"), after, "again")
    assert refused.value.seen == "in charge: red at 1.0.0 then, blue at 1.1.0 now"


def test_somebody_who_updates_the_colour_once_more_before_live_is_noticed() -> None:
    after = {**FACTS, "state of blue": "written 12:30"}
    with pytest.raises(Refusal, match=r"12:30 then, written 12:45 now"):
        seen.refuse_different(seen.carried(SEEN, after, "blue"), {**after, "state of blue": "written 12:45"}, "again")


def test_other_steps_than_were_shown_are_refused() -> None:
    seen.refuse_other_steps(SEEN, "live", ["replace c ready"], "again")
    with pytest.raises(Refusal) as refused:
        seen.refuse_other_steps(SEEN, "live", ["replace c ready", "delete d record"], "again")
    assert refused.value.seen == "there now, and not approved: delete d record"
    with pytest.raises(Refusal, match="approved, and not there now: replace c ready"):
        seen.refuse_other_steps(SEEN, "live", [], "again")
    with pytest.raises(Refusal, match="2 steps instead of 1"):
        seen.refuse_other_steps(SEEN, "live", ["replace c ready"] * 2, "again")


def test_a_stack_that_was_not_previewed_or_refused_is_not_changed() -> None:
    seen.refuse_unapproved(SEEN, "live", "again")
    with pytest.raises(Refusal, match="red was not previewed"):
        seen.refuse_unapproved(SEEN, "red", "again")
    with pytest.raises(Refusal, match="its preview was refused"):
        seen.refuse_unapproved(Seen(FACTS, {"live": ()}, refused=True), "live", "again")
    with pytest.raises(Refusal, match="live was not previewed"):
        seen.refuse_unapproved(Seen({}, commit=COMMIT), "live", "again")


@pytest.mark.parametrize(
    "stacks",
    [
        ("live", "blue"),
        ("blue", "green", "live"),
        ("../../blue", "live"),
        ("-blue", "live"),
        ("--policies", "live"),
        ("",),
    ],
)
def test_stacks_that_are_none_of_the_projects_or_in_another_order_are_refused(stacks: tuple[str, ...]) -> None:
    # The project's own colour, too, where it would be an option of a command.
    known = ("red", "blue", "-blue", "live")
    record = Seen(FACTS, dict.fromkeys(stacks, ("a",)), commit=COMMIT)
    with pytest.raises(Refusal, match="what was approved names other stacks") as refused:
        seen.refuse_other_stacks(record, known, "again")
    assert (refused.value.next_step, repr(stacks[0]) in refused.value.seen) == ("again", True)


def test_the_projects_stacks_with_live_last_are_what_can_be_approved() -> None:
    known = ("red", "blue", "live")
    for stacks in ((), ("live",), ("red",), ("blue", "live"), ("blue", "red", "live")):
        seen.refuse_other_stacks(Seen(FACTS, dict.fromkeys(stacks, ()), commit=COMMIT), known, "again")


def test_a_fact_is_one_printable_line() -> None:
    assert seen.fact("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"
    assert seen.fact("") == seen.NOTHING
    assert len(seen.fact("x" * 1000)) == seen.LONGEST_FACT
