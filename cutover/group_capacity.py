"""Full capacity: whether every instance of one Auto Scaling group serves, and the wait until it does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cutover.printable import printable
from cutover.refusal import Refusal

POLL_SECONDS = 3.0
HEALTHY, UNHEALTHY = "healthy", "unhealthy"


@dataclass(frozen=True)
class TargetHealth:
    """A load balancer's opinion of one instance, in the words of DescribeTargetHealth."""

    state: str
    reason: str = ""
    description: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.state, self.reason, self.description) if part)


@dataclass(frozen=True)
class CapacitySeen:
    """One look at a group: its instances that are InService, and the health and the zone of each instance by id.

    `failures`: why it is short of instances, in AWS's own words (see cutover.launches).

    An instance's own health check in its load balancer counts, not an answer that came through it: with no healthy
    target a load balancer sends to all of them.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """

    group: str
    in_service: frozenset[str]
    targets: Mapping[str, TargetHealth]
    zones: Mapping[str, str] = field(default_factory=dict)
    failures: tuple[str, ...] = ()

    @property
    def healthy(self) -> frozenset[str]:
        """The instances that are InService and healthy targets."""
        return frozenset(i for i in self.in_service if i in self.targets and self.targets[i].state == HEALTHY)

    @property
    def sick(self) -> tuple[str, ...]:
        """The instances of the group that are not healthy."""
        return tuple(sorted({*self.targets, *self.in_service} - self.healthy))

    def __str__(self) -> str:
        sick = [f"{i}: {target}" for i, target in sorted(self.targets.items()) if target.state != HEALTHY]
        counts = f"{len(self.in_service)} instances InService, {len(self.healthy)} healthy targets in {self.group}"
        problems = [printable(problem) for problem in (*sick, *self.failures)]
        return f"{counts} ({'; '.join(problems)})" if problems else counts


def is_full(seen: CapacitySeen, wanted: int) -> bool:
    """Whether at least `wanted` instances are InService and healthy."""
    return len(seen.healthy) >= wanted


def _replaced(judged: Mapping[str, TargetHealth], seen: CapacitySeen | str) -> str:
    """What the load balancer said of the latest instance that has gone, or is going; empty when none has."""
    targets = seen.targets if isinstance(seen, CapacitySeen) else judged
    still = {instance for instance, health in targets.items() if health.state in (HEALTHY, UNHEALTHY)}
    gone = [f"{instance}: {health}" for instance, health in judged.items() if instance not in still]
    return printable(f"replaced meanwhile: {gone[-1]}") if gone else ""


async def _no_words(_instances: Sequence[str]) -> str:
    return ""


async def wait_until_full(
    look: Callable[[], Awaitable[CapacitySeen]],
    wanted: int,
    timeout_seconds: float,
    colour: str,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[object]],
    report: Callable[[str], None],
    last_words: Callable[[Sequence[str]], Awaitable[str]] = _no_words,
) -> None:
    """Wait until the group that `look` looks at has `wanted` healthy instances.

    last_words: what instances say of themselves, asked at the deadline of those that are not healthy, and then of those
    that were not and have gone, the latest first.
    Raises Refusal at the deadline, with each unhealthy target and its reason, also of the latest that was replaced: its
    successors may not have been judged yet.
    """
    started = clock()
    sick: dict[str, None] = {}
    judged: dict[str, TargetHealth] = {}
    while True:
        seen: CapacitySeen | str
        try:
            seen = await look()
        except Exception as error:  # noqa: BLE001  # one look that fails is no reason to give up before the deadline
            seen = f"it cannot be read: {printable(str(error))}"
        if isinstance(seen, CapacitySeen):
            sick = dict.fromkeys((*seen.sick, *sick))
            judged |= {one: health for one, health in seen.targets.items() if health.state == UNHEALTHY}
        waited = clock() - started
        if isinstance(seen, CapacitySeen) and is_full(seen, wanted):
            return
        if waited >= timeout_seconds:
            raise Refusal(
                f"{colour} did not reach full capacity within {timeout_seconds:.0f} s; DNS was not touched",
                seen="; ".join(filter(None, (str(seen), _replaced(judged, seen), await last_words(list(sick))))),
                allowed=f"{wanted} instances InService and healthy",
                next_step=f"pulumi up -s {colour} to wait again, or set another release in its file first",
            )
        report(f"waiting for full capacity, {waited:.0f} of {timeout_seconds:.0f} s: {seen}, {wanted} wanted")
        await sleep(min(POLL_SECONDS, timeout_seconds - waited))
