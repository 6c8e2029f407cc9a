"""The look at who is left at a colour: which load balancers are asked, once, and what becomes of a failure."""

from collections.abc import Iterable
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from components.settings import ColourSettings
from components.straggler_look import StragglerLook
from cutover.aws_requests import AwsRequests
from cutover.freeze import TrafficState
from cutover.in_charge import Entry
from cutover.owned import BALANCER, Owned
from cutover.record_set import RecordSet
from tests.unit import stack_values

SINCE = 1_000_000 * 60
NAME = "www.shop.example"
OWN = Owned("amber", BALANCER, {"arn": "arn:amber"})


class Requests:
    """Stands for AWS: 500 requests a minute at the colour, 10,000 at the other one, and notes whom it was asked for."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._error = error

    def load_balancers_called(self, dns_names: Iterable[str]) -> dict[str, str]:
        return {name: f"arn:{name.partition('.')[0]}" for name in dns_names}

    def requests_by_minute(self, arn: str, begin: int, end: int) -> dict[int, float]:
        self.asked.append(arn)
        if self._error:
            raise self._error
        return dict.fromkeys(range(begin, end, 60), {"arn:amber": 500.0, "arn:violet": 10_000.0}[arn])


def _traffic(*, was_in_charge: bool = True) -> TrafficState:
    content = {"Name": f"{NAME}.", "Type": "A", "SetIdentifier": "violet", "Weight": 100}
    record = RecordSet.of({**content, "AliasTarget": {"DNSName": "violet.elb.example."}})
    history = (*([Entry(5.0, "amber")] if was_in_charge else []), Entry(SINCE, "violet"))
    return TrafficState({NAME: {"violet": 100, "amber": 0}}, history, SINCE + 3600.0, records={NAME: (record,)})


def _look(
    aws: Requests, owned: tuple[Owned, ...] = (OWN,), settings: ColourSettings | None = None
) -> tuple[StragglerLook, list[str]]:
    said: list[str] = []
    return StragglerLook(settings or stack_values.colour(), owned, cast(AwsRequests, aws), said.append), said


def test_its_own_load_balancer_is_compared_with_that_of_who_is_in_charge_once() -> None:
    aws = Requests()
    look, said = _look(aws)
    found = look.read(_traffic())
    assert "its load balancer got 500 requests" in found.because
    assert aws.asked == ["arn:amber", "arn:violet"]
    assert look.read(_traffic()) is found
    assert len(aws.asked) == 2
    assert not said


@pytest.mark.parametrize(
    ("owned", "traffic"), [((), _traffic()), ((OWN,), _traffic(was_in_charge=False))], ids=["asleep", "never in charge"]
)
def test_nothing_is_asked_of_a_colour_that_has_left_nobody(owned: tuple[Owned, ...], traffic: TrafficState) -> None:
    aws = Requests()
    look, said = _look(aws, owned)
    assert not look.read(traffic).because
    assert not aws.asked
    assert not said


@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="https://monitoring.example"), LookupError("in part"), KeyError("Values")]
)
def test_whatever_keeps_the_counts_from_being_read_is_said_once_and_refuses_nothing(error: Exception) -> None:
    look, said = _look(Requests(error))
    for _ in range(2):
        assert not look.read(_traffic()).because
    (line,) = said
    assert "whether clients still go to amber is not known, as requests cannot be counted" in line


def test_where_nobody_is_in_charge_nothing_can_be_compared_and_that_is_said() -> None:
    aws = Requests()
    look, said = _look(aws)
    traffic: Any = _traffic()
    assert not look.read(TrafficState(traffic.weights, traffic.history, traffic.read_at)).because
    assert not aws.asked
    assert "no load balancer carries the traffic in place of amber" in said[0]


def test_the_colours_override_leaves_them_behind_and_says_so_once() -> None:
    override = '{"attempt": "amber@1.0.0", "checks": ["stragglers"]}'
    look, said = _look(Requests(), settings=stack_values.colour(override=override))
    for _ in range(2):
        assert not look.read(_traffic()).because
    (line,) = said
    assert "OVERRIDE in force: stragglers for amber@1.0.0: clients are left behind" in line


def test_the_share_that_is_too_many_is_that_of_the_config() -> None:
    look, _ = _look(Requests(), settings=stack_values.colour(stragglers="5"))
    assert not look.read(_traffic()).because
