"""CloudWatch counts the requests of load balancers by the minute, and tells of a minute some time after its end."""

import time
from datetime import UTC, datetime
from typing import Any

from lab.client import LabClient, RunningServer
from tests.lab.parts.lab_account import Account
from tests.lab.parts.test_lab_web import addresses_of, asked

REDIRECTING_PORT = 8081


def _minute(ago: int = 0) -> int:
    """When a minute began, so many of them ago (Unix time, seconds)."""
    return int(time.time()) // 60 * 60 - 60 * ago


def _told(account: Account, arn: str, minutes: int = 60) -> dict[int, float]:
    """Beginning of a minute to requests, by both calls, which say the same."""
    cloudwatch, dimension = account.client("cloudwatch"), arn.partition("loadbalancer/")[2]
    dimensions = [{"Name": "LoadBalancer", "Value": dimension}]
    begin, end = (datetime.fromtimestamp(_minute(ago), UTC) for ago in (minutes, -1))
    window = {"StartTime": begin, "EndTime": end}
    metric: dict[str, Any] = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": dimensions,
    }
    query = {"Id": "requests", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    (data,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"]
    points = cloudwatch.get_metric_statistics(**metric, **window, Period=60, Statistics=["Sum"])["Datapoints"]
    by_data = {int(at.timestamp()): value for at, value in zip(data["Timestamps"], data["Values"], strict=True)}
    assert by_data == {int(point["Timestamp"].timestamp()): point["Sum"] for point in points}
    return by_data


def test_requests_that_a_target_answers_are_counted_and_redirects_and_503s_are_not(
    running: RunningServer, account: Account, lab: LabClient
) -> None:
    cluster, other = account.cluster("amber"), account.cluster("green")
    redirect = {"Protocol": "HTTPS", "Port": "8443", "StatusCode": "HTTP_301"}
    account.listen(cluster, REDIRECTING_PORT, {"Type": "redirect", "RedirectConfig": redirect})
    lab.set_metrics_delay_seconds(-60)
    addresses = addresses_of(running, cluster.dns_name)
    for address in addresses:
        for _ in range(3):
            assert asked(address, running.addresses.http_port).status == 200
    assert asked(addresses[0], REDIRECTING_PORT).status == 301
    lab.set_unhealthy_instances(account.instance_ids(cluster))
    time.sleep(0.5)  # the front looks at the targets five times a second
    assert asked(addresses[0], running.addresses.http_port).status == 503
    assert sum(_told(account, cluster.load_balancer_arn).values()) == 3 * len(addresses)
    assert _told(account, other.load_balancer_arn) == {}


def test_a_minute_is_told_of_once_it_has_ended_and_its_delay_is_over(account: Account, lab: LabClient) -> None:
    arn = account.cluster("amber", size=0).load_balancer_arn
    lab.put_requests(arn, {_minute(3): 30, _minute(0): 1})
    assert _told(account, arn) == {_minute(3): 30}
    lab.set_metrics_delay_seconds(300)
    assert _told(account, arn) == {}
    lab.set_metrics_delay_seconds(-60)
    assert sum(_told(account, arn).values()) == 31
    lab.forget_requests()
    assert _told(account, arn) == {}


def test_what_was_counted_gets_older_with_a_parameter(account: Account, lab: LabClient) -> None:
    arn = account.cluster("amber", size=0).load_balancer_arn
    account.client("ssm").put_parameter(Name="/aged-with", Type="String", Value="one", Overwrite=True)
    lab.put_requests(arn, {_minute(3): 30})
    lab.age_parameter("/aged-with", 600)
    assert _told(account, arn) in ({_minute(13): 30}, {_minute(14): 30})
