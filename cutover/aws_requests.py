"""What is read of the requests that load balancers get: CloudWatch counts them by the minute."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cutover.aws_clusters import AwsClusters
from cutover.record_set import target

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricTypeDef

MINUTE_SECONDS = 60
_KIND = ":loadbalancer/"


class AwsRequests(AwsClusters):
    """Reads of one account's load balancers; every method raises what boto3 raises."""

    def load_balancers_called(self, dns_names: Iterable[str]) -> dict[str, str]:
        """The load balancers with these names in DNS, in the region of the session: name to ARN, over all pages.

        Raises LookupError when one of them is not there.
        """
        wanted = {target(name): name for name in dns_names}
        pages = self._client("elbv2").get_paginator("describe_load_balancers").paginate()
        found = {
            wanted[target(one["DNSName"])]: one["LoadBalancerArn"]
            for page in pages
            for one in page["LoadBalancers"]
            if target(one.get("DNSName", "")) in wanted
        }
        missing = sorted(set(wanted.values()) - set(found))
        if missing:
            raise LookupError(f"there is no load balancer {', '.join(missing)} in {self.region}")
        return found

    def requests_by_minute(self, arn: str, begin: int, end: int) -> dict[int, float]:
        """The requests that the load balancer sent to targets: beginning of the minute (Unix time, seconds) to number.

        From the minute that begins at `begin` to the one that ends at `end`. Minutes without requests are not there:
        CloudWatch has no data for them. Health checks are not counted, nor are redirects and what no target was chosen
        for. Raises LookupError when the answer is not whole.
        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
        """
        asked: dict[str, Any] = {
            "MetricDataQueries": [_query(arn)],
            "StartTime": datetime.fromtimestamp(begin, UTC),
            "EndTime": datetime.fromtimestamp(end, UTC),
            "ScanBy": "TimestampAscending",
        }
        found: dict[int, float] = {}
        status, said = "", []
        for page in self._client("cloudwatch", arn.split(":")[3]).get_paginator("get_metric_data").paginate(**asked):
            said += _messages(page)
            for result in page["MetricDataResults"]:
                status = result.get("StatusCode", "")
                said += _messages(result)
                for at, number in zip(result["Timestamps"], result["Values"], strict=True):
                    minute = int(at.timestamp()) // MINUTE_SECONDS * MINUTE_SECONDS
                    found[minute] = found.get(minute, 0.0) + _counted(number)
        # Of more than one page, the last one says whether it is whole.
        if status != "Complete":
            raise LookupError(f"CloudWatch answered in part: {'; '.join([status or 'no result', *said])}")
        return found


def _messages(of: Mapping[str, Any]) -> list[str]:
    return [str(one.get("Value", "")) for one in of.get("Messages", ())]


def _counted(number: float) -> float:
    """A number of requests; raises LookupError when it is none."""
    if not 0 <= number < math.inf:
        raise LookupError(f"CloudWatch counted {number!r} requests")
    return number


def dimension(arn: str) -> str:
    """How CloudWatch names the load balancer of an ARN: app/NAME/ID. Raises ValueError for another ARN."""
    _, is_one, name = arn.partition(_KIND)
    if not is_one or not name.startswith("app/"):
        raise ValueError(f"no ARN of an application load balancer: {arn}")
    return name


def _query(arn: str) -> "MetricDataQueryTypeDef":
    metric: MetricTypeDef = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": [{"Name": "LoadBalancer", "Value": dimension(arn)}],
    }
    return {"Id": "requests", "MetricStat": {"Metric": metric, "Period": MINUTE_SECONDS, "Stat": "Sum"}}
