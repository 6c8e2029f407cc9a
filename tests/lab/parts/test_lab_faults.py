"""The faults that can be set, and the health they leave targets in."""

import json
from dataclasses import asdict

import pytest

from lab.aws.target_health import TargetHealth, checked
from lab.faults import FaultBoard
from lab.messages import ApiFault, Faults, FrontFault, ServerFault

TARGET = TargetHealth("i-1", 80, "healthy", release="1.0.0")


@pytest.fixture
def board() -> FaultBoard:
    return FaultBoard(["127.0.0.2"], ["127.0.0.3"], health_seconds=2.0, clock=lambda: 100.0)


def test_settings_of_a_server_are_merged_field_by_field(board: FaultBoard) -> None:
    board.merge({"servers": {"127.0.0.2": {"lag_seconds": 3}}})
    board.merge({"servers": {"127.0.0.2": {"fault": "drop"}}})
    assert board.current().servers["127.0.0.2"] == ServerFault(lag_seconds=3, fault="drop")
    assert board.timelines["127.0.0.2"].latest.fault.fault == "drop"


def test_a_server_set_to_null_has_no_fault(board: FaultBoard) -> None:
    board.merge({"servers": {"127.0.0.2": {"lag_seconds": 3}}})
    board.merge({"servers": {"127.0.0.2": None}})
    assert board.current().servers["127.0.0.2"] == ServerFault()


def test_clearing_restores_what_the_lab_started_with(board: FaultBoard) -> None:
    board.merge({"health_seconds": 0, "broken_releases": ["9.9.9"], "resolvers": {"127.0.0.3": {"fault": "stuck"}}})
    assert board.clear() == Faults({"127.0.0.2": ServerFault()}, {"127.0.0.3": ServerFault()}, health_seconds=2.0)
    assert board.timelines["127.0.0.3"].latest.fault == ServerFault()


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({"serverz": {}}, "servers"),
        ({"servers": {"127.0.0.9": {"fault": "drop"}}}, "127.0.0.2"),
        ({"servers": {"127.0.0.2": {"fault": "explode"}}}, "truncate_udp"),
        ({"servers": {"127.0.0.2": {"lag": 1}}}, "lag_seconds"),
        ({"servers": ["127.0.0.2"]}, "JSON object"),
        ({"fronts": {"amber": {"status": 999}}}, "999"),
        ({"fronts": {"amber": {"seconds": 1}}}, "milliseconds, status"),
        ({"certificate_days": {"amber": "soon"}}, "soon"),
        ({"endpoint_away": "yes"}, "true or false"),
        ({"api": [{"service": "route53", "action": "*", "code": "Throttling", "every": 0}]}, "every must be 1 or more"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_with_what_does(
    board: FaultBoard, patch: dict[str, object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        board.merge({"insync_seconds": 5, **patch})
    assert board.current().insync_seconds == 0


def test_fronts_and_certificates_are_set_and_healed_colour_by_colour(board: FaultBoard) -> None:
    board.merge({"fronts": {"amber": {"milliseconds": 800}}, "certificate_days": {"amber": 13}})
    board.merge({"fronts": {"green": {"status": 500}}, "certificate_days": {"green": -1}})
    board.merge({"fronts": {"amber": None}, "certificate_days": {"amber": None}})
    assert board.current().fronts == {"green": FrontFault(status=500)}
    assert board.current().certificate_days == {"green": -1.0}


def test_faults_are_the_same_after_their_way_over_the_control_endpoint(board: FaultBoard) -> None:
    faults = board.merge({"fronts": {"amber": {"status": 500}}, "silent_addresses": ["127.0.0.9"]})
    assert Faults.from_json(json.loads(json.dumps(asdict(faults)))) == faults


def test_an_api_fault_is_met_as_often_as_it_was_set(board: FaultBoard) -> None:
    board.merge({"api": [{"service": "route53", "action": "GetChange", "code": "Throttling", "count": 2}]})
    assert board.take_api_fault("route53", "ListHostedZones") is None
    met = [board.take_api_fault("route53", "GetChange") for _ in range(3)]
    assert [fault.code if fault else None for fault in met] == ["Throttling", "Throttling", None]
    assert board.current().api == ()


def test_an_api_fault_without_end_stays(board: FaultBoard) -> None:
    board.merge({"api": [{"service": "elbv2", "action": "DescribeRules", "code": "Throttling", "count": -1}]})
    met = [board.take_api_fault("elasticloadbalancing", "DescribeRules") for _ in range(5)]
    assert met == [ApiFault("elasticloadbalancing", "DescribeRules", "Throttling", -1)] * 5


def test_every_third_call_of_a_service_fails_whichever_its_actions_are(board: FaultBoard) -> None:
    board.merge({"api": [{"service": "route53", "action": "*", "code": "Throttling", "count": -1, "every": 3}]})
    actions = ["GetChange", "ListHostedZones", "GetChange", "GetChange", "ListHostedZones", "ListHostedZones"]
    met = [board.take_api_fault("route53", action) for action in actions]
    assert [bool(fault) for fault in met] == [False, False, True, False, False, True]
    assert board.take_api_fault("ssm", "GetParameter") is None


def test_a_fault_of_every_third_call_ends_after_its_count(board: FaultBoard) -> None:
    board.merge({"api": [{"service": "route53", "action": "*", "code": "Throttling", "count": 1, "every": 3}]})
    assert [bool(board.take_api_fault("route53", "GetChange")) for _ in range(9)] == [False] * 2 + [True] + [False] * 6


def test_a_target_is_initial_before_it_is_anything_else() -> None:
    faults = Faults(health_seconds=2.0, broken_releases=("1.0.0",))
    assert checked(TARGET, 1.9, faults).reason == "Elb.InitialHealthChecking"
    assert checked(TARGET, 2.0, faults).state == "unhealthy"


def test_a_target_is_unhealthy_by_its_release_or_by_itself() -> None:
    assert checked(TARGET, 9.0, Faults(broken_releases=("1.0.0",))).reason == "Target.FailedHealthChecks"
    assert checked(TARGET, 9.0, Faults(unhealthy_instances=("i-1",))).state == "unhealthy"
    assert checked(TARGET, 9.0, Faults(broken_releases=("2.0.0",), unhealthy_instances=("i-2",))) == TARGET
