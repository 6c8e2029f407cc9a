"""An answer of CloudWatch counts when it is whole; over however many pages."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import boto3
import pytest

from cutover.aws_requests import AwsRequests

ARN = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/amber-1/0123456789abcdef"
BEGIN = 1_000_000 * 60


class Session:
    """Stands for boto3: every client has one paginator, with these pages."""

    region_name = "eu-west-1"

    def __init__(self, *pages: Mapping[str, Any]) -> None:
        self._pages = pages
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._client = ""

    def client(self, service: str, region_name: str | None = None, **_: object) -> "Session":
        self._client = f"{service} {region_name}"
        return self

    def get_paginator(self, operation: str) -> "Session":
        self._client += f" {operation}"
        return self

    def paginate(self, **arguments: Any) -> Sequence[Mapping[str, Any]]:
        self.asked.append((self._client, arguments))
        return self._pages


def _page(counts: Mapping[int, float], status: str = "Complete", *messages: str) -> dict[str, Any]:
    at = [datetime.fromtimestamp(BEGIN + 60 * minute, UTC) for minute in counts]
    result = {"Id": "requests", "Timestamps": at, "Values": list(counts.values()), "StatusCode": status}
    return {"MetricDataResults": [result], "Messages": [{"Code": "x", "Value": text} for text in messages]}


def _read(*pages: Mapping[str, Any]) -> dict[int, float]:
    return AwsRequests(cast(boto3.Session, Session(*pages))).requests_by_minute(ARN, BEGIN, BEGIN + 600)


def test_the_region_is_that_of_the_load_balancer_and_the_minutes_are_its_own() -> None:
    session = Session(_page({}))
    AwsRequests(cast(boto3.Session, session)).requests_by_minute(ARN, BEGIN, BEGIN + 600)
    ((client, asked),) = session.asked
    assert client == "cloudwatch eu-west-3 get_metric_data"
    assert [asked[name].timestamp() for name in ("StartTime", "EndTime")] == [BEGIN, BEGIN + 600]
    (query,) = asked["MetricDataQueries"]
    stat = query["MetricStat"]
    assert (stat["Period"], stat["Stat"]) == (60, "Sum")
    assert stat["Metric"] == {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": [{"Name": "LoadBalancer", "Value": "app/amber-1/0123456789abcdef"}],
    }


def test_all_pages_are_read_and_the_last_one_says_whether_that_is_all() -> None:
    first, second = _page({0: 5.0, 1: 7.0}, "PartialData"), _page({2: 1.0})
    assert _read(first, second) == {BEGIN: 5.0, BEGIN + 60: 7.0, BEGIN + 120: 1.0}


def test_no_data_is_an_answer() -> None:
    assert _read(_page({})) == {}


@pytest.mark.parametrize(
    "pages",
    [
        [],
        [{"MetricDataResults": []}],
        [_page({0: 5.0}, "PartialData")],
        [_page({0: 5.0}), _page({1: 5.0}, "InternalError")],
        [_page({}, "Forbidden", "not yours")],
        [_page({0: math.nan})],
        [_page({0: -1.0})],
        [_page({0: math.inf})],
    ],
)
def test_an_answer_that_is_not_whole_or_no_number_is_none(pages: list[Mapping[str, Any]]) -> None:
    with pytest.raises(LookupError, match="CloudWatch"):
        _read(*pages)


def test_what_cloudwatch_says_about_it_is_said() -> None:
    with pytest.raises(LookupError, match="Forbidden; not yours"):
        _read(_page({}, "Forbidden", "not yours"))
