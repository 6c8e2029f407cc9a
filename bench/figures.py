"""What was measured: one sample for each command, and the median and the spread of several."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from typing import Any

from bench.contestant import Ran
from bench.moments import Moments
from bench.waits import Span, naps, seconds_within, until_all_serve, within
from lab.messages import Call

BUILD, PREVIEW, TAG_IN = "build", "preview", "tag-in"
BEFORE, AFTER = "until the first step", "after the last step"
DEEDS = (PREVIEW, TAG_IN, BUILD)


@dataclass(frozen=True)
class Sample:
    """One command of somebody (`who`), in seconds.

    seconds: all of it. provider_seconds: while the provider slept, by its own naps. waited_seconds: while it waited for
    DNS in a tag-in (only ours does), for full capacity in a build. own_seconds: what is left; where both waits are
    under way at once they count once. calls: that AWS got meanwhile. steps: what of `own_seconds` was before the first
    step, in each of them, and after the last one. moments: of a tag-in only.
    """

    who: str
    deed: str
    names: int
    seconds: float
    provider_seconds: float
    waited_seconds: float
    own_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    calls: int
    steps: Mapping[str, float] = field(default_factory=dict)
    moments: Moments | None = None

    @staticmethod
    def read(content: Mapping[str, Any]) -> "Sample":
        """From JSON."""
        moments = content.get("moments")
        return Sample(**{**content, "moments": Moments(**moments) if moments else None})


def sample(who: str, deed: str, names: int, ran: Ran, calls: Iterable[Call]) -> Sample:
    """One sample; `calls` are those of the lab, at whatever time they came."""
    window = (ran.usage.began_at, ran.usage.ended_at)
    during = within(calls, window)
    slept, waited = naps(during), [*ran.waited, *until_all_serve(during)]
    both = seconds_within([*slept, *waited], window)
    return Sample(
        who=who,
        deed=deed,
        names=names,
        seconds=ran.usage.seconds,
        provider_seconds=seconds_within(slept, window),
        waited_seconds=seconds_within(waited, window),
        own_seconds=ran.usage.seconds - both,
        cpu_seconds=ran.usage.cpu_seconds,
        peak_megabytes=ran.usage.peak_megabytes,
        calls=len(during),
        steps=_own_seconds_of(ran, window, [*slept, *waited]),
    )


def _own_seconds_of(ran: Ran, window: Span, waits: Sequence[Span]) -> dict[str, float]:
    """Seconds before the first step, in each step without its waits, and after the last one; none without steps."""
    if not ran.steps:
        return {}
    first, last = min(began for began, _ in ran.steps.values()), max(ended for _, ended in ran.steps.values())
    inside = {
        name: span[1] - span[0] - seconds_within(waits, span)
        for name, span in sorted(ran.steps.items(), key=lambda step: step[1])
    }
    return {BEFORE: first - window[0], **inside, AFTER: window[1] - last}


@dataclass(frozen=True)
class Spread:
    """The median of some values, and between which they are."""

    median: float
    least: float
    most: float
    count: int

    def text(self, unit: str = "s", digits: int = 1) -> str:
        """As it stands in a table."""
        one = f"{self.median:.{digits}f} {unit}".strip()
        return one if self.count == 1 else f"{one} ({self.least:.{digits}f} to {self.most:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(median(values), min(values), max(values), len(values))


@dataclass(frozen=True)
class Figures:
    """All samples of one run, what it ran on, and what the contestants made differently from ours (`differences`)."""

    samples: tuple[Sample, ...]
    about: Mapping[str, Any]
    differences: Mapping[str, Sequence[str]]
    resources: Mapping[str, int]

    def of(self, who: str, deed: str, names: int) -> tuple[Sample, ...]:
        """The samples of one row."""
        return tuple(one for one in self.samples if (one.who, one.deed, one.names) == (who, deed, names))

    def spread(self, who: str, deed: str, names: int, value: Callable[[Sample], float]) -> Spread | None:
        """None when nothing was measured."""
        values = [value(one) for one in self.of(who, deed, names)]
        return spread(values) if values else None

    @property
    def who(self) -> tuple[str, ...]:
        """In the order of their first sample."""
        return tuple(dict.fromkeys(one.who for one in self.samples))

    @property
    def names(self) -> tuple[int, ...]:
        """How many names there were, the fewest first."""
        return tuple(sorted({one.names for one in self.samples}))

    def as_dict(self) -> dict[str, Any]:
        """The form of .lab/bench.json."""
        return {
            "about": dict(self.about),
            "differences": {who: list(lines) for who, lines in self.differences.items()},
            "resources": dict(self.resources),
            "samples": [_rounded(asdict(one)) for one in self.samples],
        }

    @staticmethod
    def read(content: Mapping[str, Any]) -> "Figures":
        """From what `as_dict` gave."""
        samples = tuple(Sample.read(one) for one in content["samples"])
        return Figures(samples, content["about"], content["differences"], content["resources"])


def _rounded(value: Any) -> Any:
    """To the millisecond."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 3) if isinstance(value, float) else value


def with_moments(of: Sample, moments: Moments) -> Sample:
    """The same sample with what clients may have met meanwhile."""
    return replace(of, moments=moments)
