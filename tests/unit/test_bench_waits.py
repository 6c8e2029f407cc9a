"""The bench: how long the provider slept, by the calls that AWS got."""

from bench.waits import naps, seconds_within, until_all_serve, within
from lab.messages import Call

CHANGE, ASK = "route53:ChangeResourceRecordSets", "route53:GetChange"
BALANCER = ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DescribeLoadBalancers")


def call(at: float, action: str) -> Call:
    return Call(at, "somebody", action, ("*",), True, "eu-central-1")


def test_a_nap_is_from_a_change_to_the_first_question_about_it() -> None:
    calls = [
        call(10, CHANGE),
        call(25, ASK),
        call(26, "ssm:PutParameter"),
        call(30, BALANCER[0]),
        call(60, BALANCER[1]),
    ]
    assert naps(calls) == [(10, 25), (30, 60)]


def test_naps_that_overlap_count_once_whoever_belongs_to_whom() -> None:
    calls = [call(10, CHANGE), call(12, CHANGE), call(25, ASK), call(27, ASK)]
    assert seconds_within(naps(calls), (0, 100)) == 17
    assert seconds_within([(12, 25), (10, 27)], (0, 100)) == 17


def test_a_change_that_nobody_asks_about_is_no_nap() -> None:
    assert naps([call(10, CHANGE)]) == []
    assert naps([call(5, ASK), call(10, CHANGE)]) == []


def test_a_question_of_another_kind_wakes_nobody() -> None:
    assert naps([call(10, CHANGE), call(11, BALANCER[1]), call(25, ASK)]) == [(10, 25)]


def test_a_second_question_about_the_same_change_is_no_second_nap() -> None:
    assert naps([call(10, CHANGE), call(25, ASK), call(30, ASK)]) == [(10, 25)]


def test_who_asks_at_once_has_not_slept_yet() -> None:
    """A load balancer is read right after it was created, and again half a minute later."""
    assert naps([call(30, BALANCER[0]), call(30.1, BALANCER[1]), call(60, BALANCER[1])]) == [(30, 60)]


def test_capacity_is_waited_for_from_the_group_to_the_last_look_at_its_targets() -> None:
    look = "elasticloadbalancing:DescribeTargetHealth"
    calls = [call(5, look), call(10, "autoscaling:CreateAutoScalingGroup"), call(12, look), call(19, look)]
    assert until_all_serve(calls) == [(10, 19)]
    assert until_all_serve(calls[:1]) == []
    assert until_all_serve(calls[1:2]) == []


def test_only_what_is_in_the_window_counts() -> None:
    assert seconds_within([(0, 10), (20, 40), (60, 70)], (5, 30)) == 15
    assert seconds_within([], (0, 10)) == 0
    assert [one.at for one in within([call(1, ASK), call(2, ASK), call(3, ASK)], (2, 3))] == [2, 3]
