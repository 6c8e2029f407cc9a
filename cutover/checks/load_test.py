"""The check `load-test`: the instances that are behind the colour now were tested with all of the traffic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cutover import load_evidence
from cutover.checks.check import LOAD_TEST, Check
from cutover.cluster_facts import ClusterFacts
from cutover.load_evidence import SHOWN_CHARACTERS, Evidence, Figures, Unreadable
from cutover.printable import printable

REQUIRED, OPTIONAL, OFF = "required", "optional", "off"
# AWS's servers tell the time in whole seconds, each by its own clock.
CLOCK_SECONDS = 5
# The longest ARN of an assumed role: 46 characters of AWS's own in its longest partition, a role's name and a
# session's of 64 each. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ARN_CHARACTERS = 175
COMMAND = ".venv/bin/python -m load_test {colour}"


@dataclass(frozen=True)
class Measure:
    """What a load test has to show: a rate (requests a second; 0: nobody said) for so many seconds, with `success`
    (per cent) at least, and the p99 of answers in milliseconds at most.
    """

    rps: int
    seconds: int
    success: float
    p99: int

    def __str__(self) -> str:
        return (
            f"{self.rps} requests a second for {self.seconds} s, at least {self.success:g} % of them answered well, "
            f"99 % within {self.p99} ms"
        )


@dataclass(frozen=True)
class Asked:
    """What is asked of a colour: the measure, how old (hours) the test may be, whether it refuses, and where it is."""

    measure: Measure
    max_age_hours: int
    required: bool
    parameter: str


@dataclass(frozen=True)
class GroupNow:
    """The Auto Scaling group that is behind the colour now: when AWS made it (Unix time, seconds), how many instances
    it is to have, and the load balancers (ARNs) that send requests to it.
    """

    created_at: float
    instances: int
    load_balancers: Sequence[str]


@dataclass(frozen=True)
class LoadTestSeen:
    """What the parameter says; None when it is not there. `read_at` is when, by AWS's clock.

    `group` is None where there is none.
    """

    text: str | None
    read_at: datetime
    group: GroupNow | None


def shortfalls(found: Figures, measure: Measure) -> list[str]:
    """How the figures of a test fall short of `measure`, in words; none when the colour has passed."""
    return list(_shortfalls(found, measure))


def _shortfalls(found: Figures, measure: Measure) -> Iterator[str]:
    if found.rate < measure.rps:
        yield f"{found.rate:.1f} requests a second were sent, not {measure.rps}"
    if found.seconds < measure.seconds:
        yield f"it took {found.seconds:.1f} s, not {measure.seconds}"
    if found.success < measure.success:
        most = max(found.errors, key=lambda kind: found.errors[kind], default="")
        how = f" (most often: {most})" if most else ""
        yield f"{_cut(found.success)} % were answered well, not {measure.success:g}{how}"
    if found.p99 > measure.p99:
        yield f"99 % were answered within {found.p99:.0f} ms, not {measure.p99}"


def _cut(per_cent: float) -> str:
    """To two places, and never up: 99.996 is no 100."""
    return f"{int(per_cent * 100) / 100:g}"


def check(seen: LoadTestSeen, asked: Asked, cluster: ClusterFacts) -> Check:
    """Holds when the newest test of the colour was of this group at this release, with no more instances than it has
    now and the load balancer that it has now, is young enough, and has passed.
    """
    found = load_evidence.parse(seen.text) if seen.text is not None else None
    problems = _problems(found, seen, asked, cluster)
    text = "; ".join(problems) if problems or not isinstance(found, Evidence) else _good(found, seen)
    return _check(asked, cluster.colour, not problems, text, built=seen.text is not None)


def check_unset(asked: Asked, colour: str) -> Check:
    """The check where nothing says how much traffic there is: not asked, or, where it is required, one that fails."""
    if not asked.required:
        return Check(LOAD_TEST, True, f"peakRps is not set (loadTest: {OPTIONAL})", "anything", asked=False)
    text = f"peakRps is not set, so nothing says what {colour} has to carry; {asked.parameter} was not read"
    return _check(asked, colour, False, text)


def _check(asked: Asked, colour: str, holds: bool, text: str, *, built: bool = True) -> Check:
    allowed = f"a test of these instances within {asked.max_age_hours} h, with {asked.measure}"
    if not asked.measure.rps:
        allowed, step = "`peakRps`, the requests a second of the busiest moment", "set `peakRps` in Pulumi.yaml"
    else:
        test = COMMAND.format(colour=colour)
        step = test if built else f"pulumi up -s {colour} && {test}"
    return Check(LOAD_TEST, holds, text, allowed, step)


def _problems(
    found: Evidence | Unreadable | None, seen: LoadTestSeen, asked: Asked, cluster: ClusterFacts
) -> list[str]:
    if seen.text is None:
        return [
            f"{asked.parameter} is not there: {cluster.colour} is being taken down, or was built before there was one"
        ]
    if found is None:
        return [f"{cluster.colour} was not tested since it was built"]
    if isinstance(found, Unreadable):
        return [f"unreadable: {found.because} (in {asked.parameter})"]
    ahead = found.at - seen.read_at
    if ahead > timedelta(seconds=CLOCK_SECONDS):
        return [f"unreadable: it is from the future, {found.at:%Y-%m-%d %H:%M:%S} UTC (in {asked.parameter})"]
    return [
        *_of_others(found, seen, cluster),
        *_too_old(found, seen, asked),
        *_shortfalls(found.figures, asked.measure),
    ]


def _of_others(found: Evidence, seen: LoadTestSeen, cluster: ClusterFacts) -> Iterator[str]:
    if found.colour != cluster.colour:
        yield f"it is a test of {_shown(found.colour)}"
    if found.release != cluster.release:
        yield f"it is a test of release {_shown(found.release)}, and {cluster.release} is behind {cluster.colour}"
    if found.group != cluster.group:
        yield f"it is a test of the group {_shown(found.group)}, and {cluster.group} is behind {cluster.colour}"
    elif seen.group is None:
        yield f"the group {cluster.group} is not there any more"
    else:
        yield from _changed_since(found, seen.group, cluster)


def _changed_since(found: Evidence, now: GroupNow, cluster: ClusterFacts) -> Iterator[str]:
    """A name need not be unique, so the group has to have been there before the test; and it can be made smaller, or
    get another load balancer, and stay the same group. More instances carry what fewer of them have carried.
    """
    if found.at.timestamp() + CLOCK_SECONDS < now.created_at:
        made = datetime.fromtimestamp(now.created_at, UTC)
        yield f"it is older than the group {cluster.group}, which was made at {made:%Y-%m-%d %H:%M:%S} UTC"
    if found.instances > now.instances:
        left = "1 is" if now.instances == 1 else f"{now.instances} are"
        yield f"it is a test of {found.instances} instances, and {left} behind {cluster.colour}"
    if list(now.load_balancers) != [found.load_balancer]:
        others = ", ".join(map(_balancer, now.load_balancers)) or "none"
        yield f"it is a test of the load balancer {_balancer(found.load_balancer)}, and {others} is before it now"


def _balancer(arn: str) -> str:
    """What tells a load balancer from others of the account and region: its name, and what AWS gave it."""
    return _shown(arn.rpartition(":loadbalancer/")[2])


def _shown(text: str) -> str:
    """The beginning of what was compared as a whole."""
    return printable(text, SHOWN_CHARACTERS)


def _too_old(found: Evidence, seen: LoadTestSeen, asked: Asked) -> Iterator[str]:
    age = seen.read_at - found.at
    if age > timedelta(hours=asked.max_age_hours):
        yield f"it is {age / timedelta(hours=1):.1f} h old"


def _good(found: Evidence, seen: LoadTestSeen) -> str:
    age, figures = max(seen.read_at - found.at, timedelta()) / timedelta(hours=1), found.figures
    return (
        f"{figures.requests} requests at {figures.rate:.1f} a second, {_cut(figures.success)} % answered well, "
        f"99 % within {figures.p99:.0f} ms, {age:.1f} h ago, by {printable(found.by, ARN_CHARACTERS)}"
    )
