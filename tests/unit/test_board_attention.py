"""What the board says of a state: who is in charge, what needs attention, and the next command."""

from dataclasses import replace
from datetime import timedelta

import pytest

from board import standing
from board.attention.charge import WATCH
from board.facts import Balancer, Door, Group, InCharge, Known, LoadTest, Stack, Unknown, value_of
from board.judged import ATTENTION, NOT_TOLD, WELL, judge
from board.standing import ASLEEP, CARRIES, GOING, GONE, IDLE, IN_CHARGE, NAMED, SHARES
from cutover import in_charge
from cutover.checks.override import Override
from cutover.drain import Drain
from cutover.group_capacity import TargetHealth
from cutover.stragglers import Found
from tests.unit.board_facts import (
    AT,
    DAY,
    FIRST,
    NOT_READ,
    NOW,
    SECOND,
    SWITCH,
    Scene,
    charge,
    dns_of,
    healthy,
    locked,
    value,
)
from tests.unit.record_sets import record

UP = "pulumi up -s live"
REFRESH = "pulumi refresh -s live --yes && pulumi up -s live"


def codes(scene: Scene) -> list[str]:
    return [reason.code for reason in judge(scene.facts).attention]


def command(scene: Scene) -> str:
    return judge(scene.facts).next_command.command


def words(scene: Scene) -> dict[str, str]:
    return {name: at.word for name, at in judge(scene.facts).standings.items()}


def tagged_over(ago: float) -> Scene:
    """The second one in charge, for so many seconds; the first still warm."""
    scene = healthy().history((2 * DAY, value(FIRST)), (ago, value(SECOND))).weights({FIRST: 0, SECOND: 100})
    live = value_of(scene.facts.live)
    assert live
    return scene.but(live=Known(replace(live, active=SECOND)), dns=Known(dns_of(SECOND)))


def test_a_healthy_world_is_well_and_the_next_step_is_the_tag_in_of_the_idle_one() -> None:
    board = judge(healthy().facts)
    assert (board.exit_code, list(board.attention), list(board.unknown)) == (WELL, [], [])
    assert words(healthy()) == {FIRST: IN_CHARGE, SECOND: IDLE}
    assert (board.next_command.command, board.next_command.needed) == (f"{UP} -c active={SECOND}", False)


def test_after_a_tag_in_the_next_step_is_the_way_back() -> None:
    board = judge(tagged_over(30).facts)
    assert (board.exit_code, words(tagged_over(30))) == (WELL, {FIRST: IDLE, SECOND: IN_CHARGE})
    assert board.next_command.command == f"{UP} -c active={FIRST}"
    assert "way back" in board.next_command.why


def test_a_colour_that_was_tagged_out_a_moment_ago_is_frozen_for_the_rest_of_its_drain() -> None:
    frozen = value_of(judge(tagged_over(30).facts).standings[FIRST].frozen)
    assert frozen is not None
    assert frozen.seconds_left == Drain(60).seconds - 30
    later = value_of(judge(tagged_over(Drain(60).seconds + 1).facts).standings[FIRST].frozen)
    assert later is None


def test_the_one_in_charge_is_frozen_for_as_long_as_it_is_in_charge() -> None:
    frozen = value_of(judge(healthy().facts).standings[FIRST].frozen)
    assert frozen is not None
    assert frozen.seconds_left is None


def test_where_the_drain_cannot_be_read_the_longest_one_counts() -> None:
    scene = tagged_over(300).colour(FIRST, drain=Unknown("throttled"))
    frozen = value_of(judge(scene.facts).standings[FIRST].frozen)
    assert frozen is not None
    assert frozen.seconds_left == Drain().seconds - 300


def first_start() -> Scene:
    scene = healthy().asleep(FIRST).asleep(SECOND).but(in_charge=Known(charge()), dns=Known(dns_of(FIRST)))
    return scene.weights({})


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (first_start(), f"pulumi up -s {FIRST}"),
        (
            first_start().colour(FIRST, stack=Known(Stack(False))),
            f"pulumi stack init {FIRST} && pulumi up -s {FIRST}",
        ),
        (healthy().asleep(SECOND).but(in_charge=Known(charge())).weights({}), f"pulumi up -s {SECOND}"),
        (healthy().but(in_charge=Known(charge())).weights({}), UP),
    ],
)
def test_at_first_the_colours_are_built_and_then_the_live_record(scene: Scene, expected: str) -> None:
    assert codes(scene)[0] == "nobody-in-charge"
    assert command(scene) == expected


def test_both_at_full_weight_are_a_tag_in_that_has_not_ended() -> None:
    scene = healthy().weights({FIRST: 100, SECOND: 100})
    live = value_of(scene.facts.live)
    assert live
    scene = scene.but(live=Known(replace(live, active=SECOND)))
    assert codes(scene) == ["tag-in-under-way"]
    assert command(scene) == UP
    assert f"to go back: {UP} -c active={FIRST}" in judge(scene.facts).attention[0].text
    assert words(scene) == {FIRST: IN_CHARGE, SECOND: CARRIES}


def test_records_that_were_switched_before_the_wait_ended_are_waited_for_again() -> None:
    scene = healthy().weights({FIRST: 0, SECOND: 100}).but(dns=Known(dns_of(SECOND)))
    live = value_of(scene.facts.live)
    assert live
    assert codes(scene) == ["weights-disagree"]
    assert command(scene) == "pulumi preview -s live"
    assert command(scene.but(live=Known(replace(live, active=SECOND)))) == UP
    assert words(scene) == {FIRST: NAMED, SECOND: CARRIES}


def test_weights_that_were_set_by_hand_are_put_right_by_a_refresh() -> None:
    scene = healthy().weights({FIRST: 70, SECOND: 30}, by_state=False).live_state({FIRST: 100, SECOND: 0})
    assert codes(scene) == ["changed-by-hand", "changed-by-hand"]
    assert command(scene) == REFRESH
    assert "weight 30" in judge(scene.facts).attention[1].text


def test_without_the_state_it_is_not_known_who_changed_the_weights() -> None:
    scene = healthy().weights({FIRST: 0, SECOND: 100}, by_state=False).but(live_stack=Unknown("no pulumi"))
    assert codes(scene)[0] == "weights-disagree"
    assert command(scene) == "pulumi preview -s live"


def test_nobody_with_weight_is_said_and_everybody_carries() -> None:
    scene = healthy().weights({FIRST: 0, SECOND: 0})
    assert "no-weight" in codes(scene)
    assert judge(scene.facts).traffic.value.share_of(FIRST) == 0.5  # type: ignore[union-attr]  # it is known


def test_a_share_is_no_reason_for_attention() -> None:
    said = value(FIRST, share={SECOND: 25})
    scene = healthy().history((DAY, said)).weights({FIRST: 100, SECOND: 25})
    assert codes(scene) == []
    assert words(scene) == {FIRST: IN_CHARGE, SECOND: SHARES}
    assert value_of(judge(scene.facts).standings[SECOND].part) == 0.2


def test_a_share_that_is_not_the_one_of_in_charge_is_one() -> None:
    scene = healthy().history((DAY, value(FIRST, share={SECOND: 25}))).weights({FIRST: 100, SECOND: 50})
    assert codes(scene) == ["tag-in-under-way"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "in-charge-unreadable"),
        (value(SECOND).to_json(), "in-charge-by-hand"),
    ],
)
def test_an_edited_in_charge_is_written_anew_by_a_plain_update(text: str, code: str) -> None:
    scene = healthy()
    scene = scene.but(in_charge=Known(charge((2 * DAY, value(FIRST)), (60, text))))
    assert codes(scene)[0] == code
    assert command(scene) == UP


def test_a_lost_in_charge_is_written_anew_too() -> None:
    scene = healthy().but(in_charge=Known(InCharge(in_charge.history_of((), AT))))
    assert (codes(scene), command(scene)) == (["in-charge-lost"], UP)


def test_a_lock_comes_before_all_else_and_is_waited_for() -> None:
    scene = healthy().weights({FIRST: 100, SECOND: 100}).but(live_lock=locked())
    assert codes(scene)[0] == "stack-locked"
    assert command(scene) == WATCH
    assert "pulumi cancel live" in judge(scene.facts).attention[0].text


def test_while_a_stack_is_locked_nobody_is_said_to_have_changed_anything_by_hand() -> None:
    scene = healthy().weights({FIRST: 100, SECOND: 100}, by_state=False).but(live_lock=locked())
    assert "changed-by-hand" not in codes(scene)


def sick(scene: Scene, name: str, count: int) -> Scene:
    seen = value_of(scene.facts.colours[name].capacity)
    assert seen
    ill = dict.fromkeys(sorted(seen.in_service)[:count], TargetHealth("unhealthy", "Target.FailedHealthChecks"))
    return scene.colour(name, capacity=Known(replace(seen, targets={**seen.targets, **ill})))


def test_the_traffic_goes_to_the_other_colour_when_the_one_in_charge_is_sick() -> None:
    scene = sick(healthy(), FIRST, 2)
    assert codes(scene) == ["carrier-not-whole"]
    assert command(scene) == f"{UP} -c active={SECOND}"


def test_but_not_when_that_is_sick_too_or_not_known_to_be_well() -> None:
    for scene in (
        sick(sick(healthy(), FIRST, 2), SECOND, 1),
        sick(healthy(), FIRST, 2).asleep(SECOND),
        sick(healthy(), FIRST, 2).colour(SECOND, capacity=Unknown("throttled")),
    ):
        assert command(scene).startswith("aws autoscaling describe-scaling-activities")


def test_an_idle_colour_that_is_not_whole_is_brought_up_again() -> None:
    scene = sick(healthy(), SECOND, 1)
    assert (codes(scene), command(scene)) == (["idle-not-whole"], f"pulumi up --refresh -s {SECOND}")


def test_a_colour_whose_cluster_is_gone_and_whose_door_is_open_was_taken_down_by_hand() -> None:
    door = healthy().facts.colours[SECOND].door
    scene = healthy().asleep(SECOND).colour(SECOND, door=door)
    assert words(scene)[SECOND] == GONE
    assert codes(scene)[0] == "idle-gone"
    assert command(scene) == f"pulumi up --refresh -s {SECOND}"


def test_the_group_alone_deleted_by_hand_is_said() -> None:
    scene = healthy().colour(SECOND, group=Known(None), capacity=Known(None), cluster=Known(None))
    assert codes(scene)[0] == "idle-not-whole"
    assert "no Auto Scaling group" in judge(scene.facts).attention[0].text


def test_the_colour_in_charge_without_a_cluster_is_the_first_thing_to_say() -> None:
    scene = healthy().asleep(FIRST)
    assert codes(scene)[0] == "carrier-gone"
    assert command(scene) == f"{UP} -c active={SECOND}"
    assert words(scene)[FIRST] == IN_CHARGE


def test_without_any_cluster_it_is_more_likely_another_region() -> None:
    scene = healthy().asleep(FIRST).asleep(SECOND)
    assert (codes(scene)[0], command(scene)) == ("carrier-gone", "export AWS_REGION=REGION")


def test_a_closed_door_is_a_colour_that_is_taken_down_if_its_file_says_so() -> None:
    scene = healthy().colour(SECOND, door=Known(Door(False)))
    assert words(scene)[SECOND] == standing.PARTLY
    config = value_of(scene.facts.colours[SECOND].config)
    assert config
    going = scene.colour(SECOND, config=Known(replace(config, awake=False)))
    assert words(going)[SECOND] == GOING
    assert (codes(going)[0], command(going)) == ("idle-not-whole", f"pulumi up -s {SECOND}")


def test_asleep_is_well_once_its_record_is_gone_too() -> None:
    scene = healthy().asleep(SECOND)
    assert (words(scene)[SECOND], codes(scene), command(scene)) == (ASLEEP, ["record-left"], UP)
    scene = scene.weights({FIRST: 100})
    config = value_of(scene.facts.colours[SECOND].config)
    assert config
    scene = scene.colour(SECOND, config=Known(replace(config, awake=False)))
    assert codes(scene) == []
    assert command(scene) == f"pulumi config set awake true -s {SECOND} && pulumi up -s {SECOND}"


@pytest.mark.parametrize(("days", "found"), [(22, []), (20, ["certificate"]), (-1, ["certificate"])])
def test_a_certificate_under_21_days_needs_attention(days: int, found: list[str]) -> None:
    seen = value_of(healthy().facts.colours[FIRST].certificate)
    assert seen
    scene = healthy().colour(FIRST, certificate=Known(replace(seen, not_after=NOW + timedelta(days=days))))
    assert codes(scene) == found
    if found:
        assert command(scene).startswith(f"aws acm describe-certificate --certificate-arn {seen.arn}")


def test_a_certificate_that_is_not_issued_and_a_load_balancer_without_one_need_it_too() -> None:
    seen = value_of(healthy().facts.colours[SECOND].certificate)
    assert seen
    assert codes(healthy().colour(SECOND, certificate=Known(replace(seen, status="EXPIRED")))) == ["certificate"]
    assert codes(healthy().colour(SECOND, certificate=Known(None))) == ["certificate"]


def test_clients_that_were_left_behind_need_attention() -> None:
    scene = tagged_over(900).colour(FIRST, stragglers=Known(Found("in the minute from 02:55 UTC it got 40 requests")))
    assert codes(scene) == ["stragglers"]
    assert command(scene) == WATCH


def test_an_override_needs_attention_in_the_config_and_in_in_charge() -> None:
    override = Override(FIRST, "1.4.1", ("probes",))
    live = value_of(healthy().facts.live)
    assert live
    scene = healthy().but(live=Known(replace(live, override=override)))
    assert codes(scene) == ["override"]
    assert command(scene) == f"pulumi config rm override -s live && {UP}"
    used = healthy().history((DAY, value(FIRST, override=str(override)))).live_state({FIRST: 100, SECOND: 0})
    assert (codes(used), command(used)) == (["override"], UP)


def test_colours_of_another_shape_need_attention_and_the_idle_one_is_built_anew() -> None:
    for name in (FIRST, SECOND):
        stack = value_of(healthy().facts.colours[name].stack)
        assert stack
        assert stack.cluster
        other = replace(stack.cluster, shape={**stack.cluster.shape, "instanceType": "m7i.xlarge"})
        scene = healthy().colour(name, stack=Known(replace(stack, cluster=other)))
        assert codes(scene) == ["shape", "shape"]
        assert command(scene) == f"pulumi up -s {SECOND}"
        assert "instanceType" in judge(scene.facts).attention[0].text


def test_both_awake_for_longer_than_allowed_need_attention() -> None:
    door = Known(Door(True, "1.4.2", AT - 5 * DAY, AT - DAY))
    scene = healthy().colour(FIRST, door=replace(door)).colour(SECOND, door=door)
    assert codes(scene) == ["overlap"]
    assert command(scene).startswith(f"pulumi config set awake false -s {SECOND}")


def test_pending_operations_need_attention() -> None:
    stack = value_of(healthy().facts.live_stack)
    assert stack
    scene = healthy().but(live_stack=Known(replace(stack, pending=2)))
    assert codes(scene) == ["operations-pending"]


def test_a_name_server_that_answers_something_else_needs_attention_and_one_resolver_of_two_does_not() -> None:
    assert codes(healthy().but(dns=Known(dns_of(FIRST, "ns2.example (192.0.2.2)")))) == ["dns"]
    assert codes(healthy().but(dns=Known(dns_of(FIRST, "9.9.9.9")))) == []


def test_a_record_beside_the_switch_needs_attention() -> None:
    other = record("AAAA", values=("2001:db8::1",))
    assert codes(healthy().weights({FIRST: 100, SECOND: 0}, other)) == ["records"]


def test_a_record_set_that_leads_to_another_load_balancer_needs_attention() -> None:
    balancer = value_of(healthy().facts.colours[SECOND].balancer)
    assert balancer
    scene = healthy().colour(SECOND, balancer=Known(replace(balancer, dns_name="new.elb.example")))
    assert "leads-elsewhere" in codes(scene)


def test_what_lies_about_beside_a_cluster_needs_attention_unless_somebody_is_at_work() -> None:
    scene = healthy().colour(SECOND, leftovers=("group violet-0 (1.3.0)",))
    assert codes(scene) == ["leftovers"]
    assert codes(scene.colour(SECOND, lock=locked())) == ["stack-locked"]


def test_what_is_unknown_may_hide_a_reason_and_then_it_is_not_well() -> None:
    board = judge(healthy().colour(FIRST, capacity=Unknown("throttled", "again")).facts)
    assert (board.exit_code, board.next_command.command) == (NOT_TOLD, "again")
    assert [one.what for one in board.unknown] == [(f"the capacity of {FIRST}",)]


def test_a_known_reason_counts_more_than_what_is_unknown() -> None:
    scene = sick(healthy(), SECOND, 1).colour(FIRST, certificate=Unknown("throttled"))
    assert judge(scene.facts).exit_code == ATTENTION


def test_while_nobody_knows_who_carries_the_traffic_nothing_comes_before_finding_out() -> None:
    board = judge(sick(healthy(), SECOND, 1).but(zone=NOT_READ).facts)
    assert board.next_command.command == NOT_READ.next_step
    assert {at.word for at in board.standings.values()} == {standing.UNKNOWN}


def test_a_price_that_is_missing_hides_nothing() -> None:
    assert judge(healthy().colour(FIRST, cost=Unknown("no price list")).facts).exit_code == WELL


def test_without_pulumi_it_cannot_be_told_and_with_the_stacks_left_out_it_can() -> None:
    gone = Unknown("there is no `pulumi` command")
    scene = healthy().but(live_stack=gone, live_lock=gone, updates=gone)
    for name in (FIRST, SECOND):
        scene = scene.colour(name, stack=gone, lock=gone)
    assert judge(scene.facts).exit_code == NOT_TOLD
    assert judge(scene.but(stacks_left_out=True).facts).exit_code == WELL


def test_what_the_files_say_and_aws_has_not_comes_next() -> None:
    scene, live = healthy(), value_of(healthy().facts.live)
    assert live
    assert command(scene.but(live=Known(replace(live, active=SECOND)))) == UP
    config = value_of(scene.facts.colours[SECOND].config)
    assert config
    newer = scene.colour(SECOND, config=Known(replace(config, release="1.4.3")))
    assert command(newer) == f"pulumi up -s {SECOND}"
    assert command(scene.weights({FIRST: 100})) == UP


def test_a_load_test_that_fell_short_is_shown_and_is_no_reason() -> None:
    assert codes(healthy().colour(SECOND, load_test=Known(LoadTest("99 % were answered within 4000 ms", False)))) == []


def test_no_text_from_outside_is_believed_to_be_a_colour() -> None:
    group = Group("x\x1b[2J", "1\n2", AT, 4)
    balancer = Balancer("arn", f"{FIRST}.elb.example", "Z", "active\x1b]0;x\x07")
    scene = healthy().colour(FIRST, group=Known(group), balancer=Known(balancer))
    assert judge(scene.facts).exit_code in (WELL, ATTENTION)
    assert SWITCH in judge(scene.facts).facts.service


def test_who_had_no_time_to_answer_is_unknown_and_not_wrong() -> None:
    found = dns_of(FIRST)
    assert found.outcome
    late = replace(found.outcome.said_by_servers[0], verdict="", status="not asked yet", records=())
    outcome = replace(found.outcome, said_by_servers=(late,), unlocated={"ns2.example": "not asked yet"})
    board = judge(healthy().but(dns=Known(replace(found, outcome=outcome))).facts)
    assert (board.exit_code, list(board.attention)) == (NOT_TOLD, [])
    assert board.unknown[0].reason == "there was no time for ns1.example (192.0.2.1), ns2.example to answer"
    assert board.next_command.command == ".venv/bin/python -m board --limit 30"


def test_a_name_server_without_an_address_is_wrong() -> None:
    found = dns_of(FIRST)
    assert found.outcome
    outcome = replace(found.outcome, unlocated={"ns2.example": "NXDOMAIN"})
    assert codes(healthy().but(dns=Known(replace(found, outcome=outcome)))) == ["dns"]
