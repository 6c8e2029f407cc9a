"""CloudWatch's RequestCount of load balancers: every request that went to a target, by the minute.

moto has no metrics of load balancers. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from moto.cloudwatch.models import MetricDatum

from lab.aws import embedded

NAMESPACE, METRIC = "AWS/ApplicationELB", "RequestCount"
MINUTE_SECONDS = 60
_NOT_YET = datetime.max


class RequestCount(MetricDatum):
    """The requests of one minute; nobody is told of it before it has ended, and `delay_seconds` have passed.

    moto keeps it, and takes no look at the clock: until then its timestamp is one that nobody asks for.
    """

    delay_seconds: ClassVar[Callable[[], float]] = lambda: 0.0
    clock: ClassVar[Callable[[], float]] = time.time

    def __init__(self, arn: str, began: float) -> None:
        self._began = datetime.fromtimestamp(began, UTC).replace(tzinfo=None)  # as moto has its times
        dimensions = [{"Name": "LoadBalancer", "Value": arn.partition(":loadbalancer/")[2]}]
        super().__init__(NAMESPACE, METRIC, 0.0, dimensions, self._began, "Count")

    @property
    def timestamp(self) -> datetime:
        """When the minute began, as soon as somebody may know of it."""
        told = self._began.replace(tzinfo=UTC).timestamp() + MINUTE_SECONDS + type(self).delay_seconds()
        return self._began if type(self).clock() >= told else _NOT_YET

    @timestamp.setter
    def timestamp(self, value: datetime) -> None:
        self._began = value

    def age(self, seconds: float) -> None:
        self._began -= timedelta(seconds=seconds)


class RequestCounts:
    """Counts for all load balancers, from any thread.

    delay_seconds: how long after its end CloudWatch tells of a minute. There is one of these in a process, like moto.
    """

    def __init__(self, delay_seconds: Callable[[], float], clock: Callable[[], float] = time.time) -> None:
        RequestCount.delay_seconds, RequestCount.clock = staticmethod(delay_seconds), staticmethod(clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, tuple[int, RequestCount]] = {}

    def count(self, arn: str) -> None:
        """One request, now."""
        minute = int(self._clock()) // MINUTE_SECONDS * MINUTE_SECONDS
        with self._lock:
            if self._running.get(arn, (0,))[0] != minute:
                self._running[arn] = minute, _added(arn, minute)
            self._running[arn][1].value += 1

    def put(self, arn: str, counts: Mapping[str, float]) -> None:
        """Add requests to minutes, whenever they were: beginning of the minute (Unix time, as text) to number."""
        with self._lock:
            for began, number in counts.items():
                _added(arn, float(began)).value = float(number)

    def forget(self) -> None:
        """Let no load balancer have had any requests."""
        with self._lock:
            self._running.clear()
            for backend in embedded.cloudwatch_in_use():
                backend.metric_data[:] = [one for one in backend.metric_data if not isinstance(one, RequestCount)]

    def age(self, seconds: float) -> None:
        """Let all that was counted be so much longer ago."""
        with self._lock:
            self._running.clear()
            for one in _all():
                one.age(seconds)


def _added(arn: str, began: float) -> RequestCount:
    one = RequestCount(arn, began)
    embedded.cloudwatch(arn.split(":")[3]).metric_data.append(one)
    return one


def _all() -> Iterator[RequestCount]:
    for backend in embedded.cloudwatch_in_use():
        yield from (one for one in list(backend.metric_data) if isinstance(one, RequestCount))
