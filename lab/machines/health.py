"""Health checks as a load balancer makes them: what one outcome after another says of a target."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from lab.machines import http1

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
AGENT = "ELB-HealthChecker/2.0"
INITIAL, HEALTHY, UNHEALTHY = "initial", "healthy", "unhealthy"


@dataclass(frozen=True)
class HealthCheck:
    """How the targets of one group are checked; seconds are the lab's own. matcher: `200`, `200,204` or `200-299`."""

    path: str = "/"
    matcher: str = "200"
    interval_seconds: float = 30
    timeout_seconds: float = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2

    def accepts(self, status: int) -> bool:
        """Whether a response with this status is a success."""
        for part in self.matcher.split(","):
            low, _, high = part.partition("-")
            if int(low) <= status <= int(high or low):
                return True
        return False


@dataclass(frozen=True)
class Outcome:
    """What came of one check: the status of the response or, without one, why there is none."""

    status: int | None = None
    timed_out: bool = False


@dataclass(frozen=True)
class Verdict:
    """The state of a target with its reason, in the words of DescribeTargetHealth; `in_a_row` speak against it."""

    state: str = INITIAL
    reason: str | None = "Elb.InitialHealthChecking"
    description: str | None = "Initial health checks in progress"
    in_a_row: int = 0


def after(before: Verdict, outcome: Outcome, check: HealthCheck) -> Verdict:
    """The verdict after one more check.

    A new target has to pass one check to be healthy, and later as many in a row as the thresholds say:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    passed = outcome.status is not None and check.accepts(outcome.status)
    if passed == (before.state == HEALTHY) and before.state != INITIAL:
        # An unhealthy target says how its latest check failed.
        return replace(before, in_a_row=0) if passed else _failed(outcome)
    needed = 1 if passed and before.state == INITIAL else check.healthy_threshold
    needed = needed if passed else check.unhealthy_threshold
    # What a new target failed is forgotten by the first check that it passes.
    in_a_row = 1 if passed and before.state == INITIAL else before.in_a_row + 1
    if in_a_row < needed:
        return replace(before, in_a_row=in_a_row)
    return Verdict(HEALTHY, None, None) if passed else _failed(outcome)


def _failed(outcome: Outcome) -> Verdict:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/check-target-health.html
    if outcome.timed_out:
        return Verdict(UNHEALTHY, "Target.Timeout", "Request timed out")
    if outcome.status is None:
        return Verdict(UNHEALTHY, "Target.FailedHealthChecks", "Health checks failed")
    return Verdict(
        UNHEALTHY, "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{outcome.status}]"
    )


Request = Callable[[HealthCheck], Awaitable[Outcome]]


class Checking:
    """The checks of one target, one after another until it is cancelled; `verdict` is what they say by now.

    check: asked anew before each, as a target group may change. request: makes one check.
    """

    def __init__(self, check: Callable[[], HealthCheck], request: Request) -> None:
        self._check, self._request = check, request
        self.verdict = Verdict()

    async def run(self) -> None:
        """For as long as the target is registered."""
        loop = asyncio.get_running_loop()
        while True:
            check, began = self._check(), loop.time()
            self.verdict = after(self.verdict, await self._request(check), check)
            await asyncio.sleep(max(0.0, began + check.interval_seconds - loop.time()))


async def request(address: str, port: int, check: HealthCheck) -> Outcome:
    """One check over the network: the Host is the target's own address and port."""
    fields = {"Host": f"{address}:{port}", "User-Agent": AGENT, "Connection": "close", "Accept-Encoding": "gzip"}
    asked = http1.request("GET", check.path, fields)
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(check.timeout_seconds):
            reader, writer = await asyncio.open_connection(address, port)
            writer.write(asked.rendered())
            answer = await http1.read(reader, asked)
    except TimeoutError:
        return Outcome(timed_out=True)
    except (OSError, http1.MalformedError):
        return Outcome()
    finally:
        if writer is not None:
            writer.close()
    return Outcome(answer.status if answer else None)
