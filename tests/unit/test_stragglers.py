"""Stragglers: who still goes to a colour that was tagged out, by what load balancers count from minute to minute."""

import math
from collections.abc import Sequence

import pytest

from cutover import stragglers
from cutover.checks.override import Override, Waiver, decide_of_colour
from cutover.freeze import Change, Operation, TrafficState, let_go_at
from cutover.in_charge import Entry
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from cutover.stragglers import (
    FLOOR,
    KEPT_SECONDS,
    LATE_SECONDS,
    NOBODY,
    SETTLED_SECONDS,
    WINDOW_SECONDS,
    Counts,
    Found,
    Watch,
)

DAY = 86400
# A tag-out at the beginning of a minute.
SINCE = 1_000_000 * 60
BUSY = 10_000
MANY, FEW = 500, 50


class CloudWatch:
    """Has the requests of each minute from SINCE on, and notes what it is asked."""

    def __init__(self, own: Sequence[float], in_charge: float | Sequence[float] = BUSY) -> None:
        others = [in_charge] * len(own) if isinstance(in_charge, int | float) else in_charge
        # As AWS has it: no point for a minute without requests.
        self._own, self._in_charge = (
            {SINCE + 60 * i: number for i, number in enumerate(counts) if number} for counts in (own, others)
        )
        self.asked: list[tuple[int, int]] = []

    def __call__(self, begin: int, end: int) -> Counts:
        self.asked.append((begin, end))
        own, in_charge = (
            {minute: number for minute, number in counts.items() if begin <= minute < end}
            for counts in (self._own, self._in_charge)
        )
        return Counts(own, in_charge)


def watch(minutes: float, percent: int = 1, since: float = SINCE) -> Watch:
    """Looked at so many minutes after SINCE."""
    return Watch("amber", since, SINCE + 60 * minutes, percent)


def after(own: Sequence[float], in_charge: float | Sequence[float] = BUSY, settled: int = 3, percent: int = 1) -> Found:
    """What is found once the last of these minutes is old enough to count; `settled` minutes later."""
    return stragglers.look(watch(len(own) + settled, percent), CloudWatch(own, in_charge))


TABLE = [
    # own, in charge, whether the colour has to wait
    ([MANY] * 5, BUSY, True),
    ([MANY] * 5 + [0, 0], BUSY, True),
    ([MANY] * 5 + [0, 0, 0], BUSY, False),
    ([MANY] * 5 + [FEW, FEW, FEW], BUSY, False),
    ([0, 0, MANY, 0, 0, MANY, 0, 0], BUSY, True),
    # Free once, free for good: testers and load tests may come.
    ([0, 0, 0, MANY, MANY, MANY], BUSY, False),
    ([MANY, 0, 0, 0, BUSY, BUSY], BUSY, False),
    # One per cent is allowed, and a little more is not.
    ([100] * 4, 10_000, False),
    ([101] * 4, 10_000, True),
    # Ten a minute are needed, whatever the share.
    ([9] * 4, 20, False),
    ([10] * 4, 20, True),
    ([9] * 4, 0, False),
    ([10] * 4, 0, True),
    # The other one is busy, and this one is at rest.
    ([0, 0], BUSY, True),
    ([0, 0, 0], BUSY, False),
]


@pytest.mark.parametrize(("own", "in_charge", "waits"), TABLE)
def test_a_colour_waits_until_three_minutes_in_a_row_were_once_without_stragglers(
    own: list[float], in_charge: float, *, waits: bool
) -> None:
    assert bool(after(own, in_charge).because) == waits


@pytest.mark.parametrize(("percent", "own", "waits"), [(0, 10, True), (0, 9, False), (5, 500, False), (5, 501, True)])
def test_the_share_is_that_of_the_config(percent: int, own: int, *, waits: bool) -> None:
    assert bool(after([own] * 4, percent=percent).because) == waits


def test_the_reason_has_both_numbers_the_minute_and_how_far_it_is() -> None:
    found = after([MANY] * 5 + [412, 0])
    assert "in the minute from 10:45 UTC its load balancer got 412 requests" in found.because
    assert "that of the colour in charge 10000: 4.12 % of that (`stragglers` is 1 %)" in found.because
    assert "has told of 1 of 3 minutes without such clients" in found.because
    assert "nan" not in after([MANY] * 4, 0).because


@pytest.mark.parametrize("settled", [0, 1, 2])
def test_a_minute_that_may_still_be_counted_is_not_taken_for_one_without_requests(settled: int) -> None:
    """The freeze may be over by then: three minutes."""
    found = after([0, 0, 0], [BUSY, BUSY, BUSY], settled=settled)
    assert f"has told of {settled} of 3 whole minutes" in found.because
    assert not after([0, 0, 0], settled=3).because


def test_young_minutes_show_stragglers_before_they_are_complete() -> None:
    found = after([MANY] * 3, [], settled=0)
    assert "its load balancer got 500 requests, and that of the colour in charge 0" in found.because


def test_a_half_minute_at_the_tag_out_does_not_count() -> None:
    own = [MANY, 0, 0, 0]
    late = Watch("amber", SINCE + 61, SINCE + 7 * 60, 1)
    assert "told of 2 of 3 whole minutes" in stragglers.look(late, CloudWatch(own)).because
    later = Watch("amber", SINCE + 61, SINCE + 8 * 60, 1)
    assert not stragglers.look(later, CloudWatch([*own, 0])).because


def test_when_cloudwatch_has_nothing_of_the_last_minutes_of_a_busy_service_it_is_late_and_they_are_not_empty() -> None:
    """Five minutes are known, then there is nothing of either colour."""
    late = CloudWatch([MANY] * 5)
    assert "got 500 requests" in stragglers.look(watch(5 + LATE_SECONDS / 60 - 1), late).because
    assert "got 500 requests" in stragglers.look(watch(5 + LATE_SECONDS / 60 + 2), late).because
    # Later than that it never is: then everybody has left, those of the other colour too.
    assert not stragglers.look(watch(5 + LATE_SECONDS / 60 + 3), late).because


def test_a_service_that_nobody_uses_does_not_wait_for_minutes_that_are_yet_to_be_counted() -> None:
    found = after([0], 0, settled=2)
    assert not found.because
    assert "has told of hardly any requests, to whichever colour, since amber was tagged out 180 s ago" in found.warning
    assert after([0, 0, 0], 0) == NOBODY


@pytest.mark.parametrize("minutes", [0, 0.5, 1])
def test_right_after_the_tag_out_nothing_is_known(minutes: float) -> None:
    found = stragglers.look(watch(minutes), CloudWatch([]))
    assert not found.because
    assert found.warning


def test_reading_ends_with_the_first_three_quiet_minutes() -> None:
    days = CloudWatch([MANY, 0, 0, 0])
    assert stragglers.look(watch(10 * 1440), days) == NOBODY
    assert days.asked == [(SINCE, SINCE + WINDOW_SECONDS)]


def test_minutes_are_counted_over_the_edge_of_what_is_read_at_once() -> None:
    edge = WINDOW_SECONDS // 60
    quiet = CloudWatch([MANY] * (edge - 2) + [0] * 3 + [MANY] * 60)
    assert stragglers.look(watch(edge + 61 + 3), quiet) == NOBODY
    assert len(quiet.asked) == 2
    broken = CloudWatch([MANY] * (edge - 2) + [0, 0] + [MANY] * 60)
    assert stragglers.look(watch(edge + 60 + 3), broken).because


def test_every_minute_is_read_once_and_the_newest_that_may_be_late_together() -> None:
    for minutes in (4, 1440, 1441, 1450, 1456, 1457, 3000):
        asked = CloudWatch([MANY] * (minutes + 1))
        stragglers.look(watch(minutes + 0.9), asked)
        assert asked.asked[0][0] == SINCE
        assert asked.asked[-1][1] == SINCE + 60 * minutes, "the minute that has not ended is left out"
        assert [end for _, end in asked.asked[:-1]] == [begin for begin, _ in asked.asked[1:]]
        assert len(asked.asked) == 1 or asked.asked[-1][1] - asked.asked[-1][0] > LATE_SECONDS


def test_a_tag_out_of_long_ago_is_judged_by_the_minutes_that_are_kept() -> None:
    kept = CloudWatch([])
    now = SINCE + 40 * DAY
    assert stragglers.look(Watch("amber", SINCE, now, 1), kept) == NOBODY
    assert kept.asked[0][0] >= now - KEPT_SECONDS
    assert KEPT_SECONDS < 15 * DAY
    minutes = range(now - KEPT_SECONDS - 600, now, 60)
    never_quiet = Counts(dict.fromkeys(minutes, float(MANY)), dict.fromkeys(minutes, float(BUSY)))
    assert stragglers.look(Watch("amber", SINCE, now, 1), lambda *_: never_quiet).because


def test_a_colour_that_was_never_in_charge_has_left_nobody() -> None:
    history = (Entry(SINCE, "violet"),)
    assert not Watch("amber", let_go_at("amber", history), SINCE + 600.0, 1).is_needed
    assert Watch("amber", let_go_at("amber", (Entry(5.0, "amber"), *history)), SINCE + 600.0, 1).since == SINCE
    assert not Watch("amber", -math.inf, 0.0, 1).is_needed


def test_what_cannot_be_read_is_a_warning_with_its_reason() -> None:
    found = stragglers.unreadable("amber", RuntimeError("AccessDenied:\n cloudwatch:GetMetricData"))
    assert not found.because
    assert "whether clients still go to amber is not known" in found.warning
    assert "AccessDenied: cloudwatch:GetMetricData" in found.warning
    assert "TimeoutError" in stragglers.unreadable("amber", TimeoutError()).warning


def test_a_read_that_fails_is_not_an_empty_one() -> None:
    def fail(*_: int) -> Counts:
        raise LookupError("in part")

    with pytest.raises(LookupError):
        stragglers.look(watch(10), fail)


HELD = Found("its load balancer got 412 requests")
RELEASE = "aws:ec2/launchTemplate:LaunchTemplate"


def change(operation: Operation = Operation.UPDATE, type_: str = "aws:lb/loadBalancer:LoadBalancer") -> Change:
    return Change(operation, "amber", type_, {}, {})


@pytest.mark.parametrize("operation", Operation)
def test_every_change_of_a_colour_with_clients_is_refused_and_says_who_they_are_and_what_to_type(
    operation: Operation,
) -> None:
    with pytest.raises(Refusal) as refused:
        stragglers.decide("amber", change(operation), HELD, hotfix=False, release="1.4.2")
    assert f"amber still has clients: LoadBalancer amber cannot be {operation.value}" == refused.value.problem
    assert "412 requests" in refused.value.seen
    assert "keep a connection, or never resolve the name again" in refused.value.seen
    assert f"fewer than {FLOOR} requests" in refused.value.allowed
    assert "pulumi config set -s amber --path override.attempt amber@1.4.2" in refused.value.next_step
    assert "--path 'override.checks[0]' stragglers" in refused.value.next_step


def test_a_colour_that_nobody_goes_to_changes_without_a_word() -> None:
    assert stragglers.decide("amber", change(Operation.DELETE), NOBODY, hotfix=False) is None
    assert stragglers.decide("amber", change(Operation.DELETE), Found(warning="not known"), hotfix=False) is None


def test_a_hotfix_stays_what_it_is() -> None:
    loud = stragglers.decide("amber", change(), HELD, hotfix=True)
    assert loud == "HOTFIX: LoadBalancer amber of amber is updated although its load balancer got 412 requests"
    for refused in (change(Operation.DELETE), change(type_=RELEASE)):
        with pytest.raises(Refusal):
            stragglers.decide("amber", refused, HELD, hotfix=True)


OVERRIDE = Override("amber", "1.4.2", ("stragglers",))


def test_the_override_of_the_colour_waives_them_and_says_who_is_left_behind() -> None:
    found, lines = stragglers.waived(HELD, decide_of_colour(OVERRIDE, "amber", "1.4.2"))
    assert found == NOBODY
    (line,) = lines
    assert line.startswith("OVERRIDE in force: stragglers for amber@1.4.2: clients are left behind")
    assert "412 requests" in line


def test_an_override_of_another_release_waives_nothing_and_says_so() -> None:
    found, lines = stragglers.waived(HELD, decide_of_colour(OVERRIDE, "amber", "1.4.3"))
    assert found == HELD
    assert lines == ("the override of stragglers for amber@1.4.2 is ignored: this attempt is amber@1.4.3",)


def test_an_override_that_is_not_needed_is_to_be_taken_out() -> None:
    found, lines = stragglers.waived(NOBODY, decide_of_colour(OVERRIDE, "amber", "1.4.2"))
    assert found == NOBODY
    assert "it waives nothing now, take it out of the config" in lines[0]


def test_without_an_override_only_what_was_not_seen_is_said() -> None:
    nothing = Waiver(frozenset(), "")
    assert stragglers.waived(HELD, nothing) == (HELD, ())
    assert stragglers.waived(Found(warning="not known"), nothing)[1] == ("not known",)


def alias(identifier: str, weight: int, target: str, type_: str = "A") -> RecordSet:
    content = {"Name": "www.shop.example.", "Type": type_, "SetIdentifier": identifier, "Weight": weight}
    return RecordSet.of({**content, "AliasTarget": {"DNSName": target}})


def traffic(weights: dict[str, int], *records: RecordSet) -> TrafficState:
    return TrafficState({"www.shop.example": weights}, (), records={"www.shop.example": records})


def test_who_is_in_charge_is_found_by_the_record_set_that_carries_the_traffic() -> None:
    amber, violet = alias("amber", 0, "amber.elb.example"), alias("violet", 100, "dualstack.Violet.elb.example.")
    now = traffic({"amber": 0, "violet": 100}, amber, violet)
    assert stragglers.targets_in_charge(now, "amber") == ("violet.elb.example",)


def test_where_nobody_is_in_charge_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(LookupError, match="no load balancer carries the traffic in place of amber"):
        stragglers.targets_in_charge(traffic({"amber": 100}, alias("amber", 100, "amber.elb.example")), "amber")
    plain = RecordSet.of({"Name": "www.shop.example.", "Type": "A", "SetIdentifier": "before", "Weight": 100})
    with pytest.raises(LookupError):
        stragglers.targets_in_charge(traffic({"amber": 0, "before": 100}, plain), "amber")
    beside = traffic({"violet": 100, "before": 100}, plain, alias("violet", 100, "violet.elb.example"))
    with pytest.raises(LookupError):
        stragglers.targets_in_charge(beside, "amber")


def test_the_requests_of_several_load_balancers_are_added() -> None:
    assert stragglers.by_minute([{60: 1.0, 120: 2.0}, {120: 3.0}]) == {60: 1.0, 120: 5.0}


def test_a_young_count_is_not_older_than_the_freeze() -> None:
    """What is waited for, beyond the freeze of a short keep-alive, is three minutes and their delay."""
    assert SETTLED_SECONDS >= 2 * 60
