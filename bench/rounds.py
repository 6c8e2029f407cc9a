"""The order in which everybody is measured: in turn, so that whatever else the machine does falls on all."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import certificate, counts
from bench.contestant import Contestant, Ran
from bench.figures import BUILD, PREVIEW, TAG_IN, Figures, Sample, sample, with_moments
from bench.moments import moments, of_names
from bench.ours import Ours
from bench.stage import Stage, copied
from bench.world import CommandFailed, required, say

# A build computes for some seconds at its start, and then sleeps for most of its two minutes.
APART_SECONDS = 15.0
# By then whoever is measured beside the others has read its state anew, and sleeps.
ASLEEP_AFTER_SECONDS = 8.0


@dataclass
class Rounds:
    """Everybody who takes part, and what was measured until now.

    many: with more names than that, whoever has a pair for each of them is measured beside the others: most of its
    minutes it sleeps. failed: what did not succeed and has no sample.
    """

    everybody: Sequence[Contestant]
    many: int = 10
    samples: list[Sample] = field(default_factory=list)
    made: dict[str, Mapping[str, int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def build(self, empty: Stage, like: Stage, root: Path, number: int) -> None:
        """Everybody builds a cluster in a lab without one, a copy of `empty`; they begin one after the other.

        like: where our own clusters are, which the others build the like of.
        """
        turned = _turned(self.everybody, number)
        with ExitStack() as stack:
            fresh = [stack.enter_context(copied(empty, root / f"build-{number}-{turn}")) for turn in range(len(turned))]
            pool = stack.enter_context(ThreadPoolExecutor(len(turned)))
            building = [
                pool.submit(self._build, one, stage, like, turn * APART_SECONDS)
                for turn, (one, stage) in enumerate(zip(turned, fresh, strict=True))
            ]
            for future in building:
                future.result()

    def _build(self, one: Contestant, stage: Stage, like: Stage, after_seconds: float) -> None:
        time.sleep(after_seconds)
        say(f"build: {one.name}")
        self._note(one, BUILD, stage, one.build(stage, stage.colours[0], like))

    def switch(self, stage: Stage, root: Path, number: int) -> None:
        """Everybody previews a tag-in and makes it, in a fresh copy of the stage with the first colour in charge."""
        with copied(stage, root / f"{stage.names}-{number}") as fresh:
            for one in _turned(taking_part(self.everybody, stage), number):
                if not self._is_beside(one, stage):
                    self._do(PREVIEW, one, fresh, number)
                    self._do(TAG_IN, one, fresh, number)

    @contextmanager
    def beside(self, stage: Stage, root: Path, number: int) -> Iterator[None]:
        """Meanwhile, whoever is measured beside the others makes its tag-in in another copy; its preview is before."""
        asleep = [one for one in taking_part(self.everybody, stage) if self._is_beside(one, stage)]
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(1))
            fresh = stack.enter_context(copied(stage, root / f"{stage.names}-{number}-beside")) if asleep else stage
            under_way: list[Future[None]] = []
            for one in asleep:
                self._do(PREVIEW, one, fresh, number)
                under_way.append(pool.submit(self._do, TAG_IN, one, fresh, number))
                time.sleep(ASLEEP_AFTER_SECONDS)
            yield
            for future in under_way:
                future.result()

    def _do(self, deed: str, one: Contestant, stage: Stage, number: int) -> None:
        """A preview or a tag-in of the second colour."""
        say(f"round {number}, {stage.names} names: {deed} of {one.name}")
        act = one.preview if deed == PREVIEW else one.tag_in
        try:
            self._note(one, deed, stage, act(stage, stage.colours[1]))
        except CommandFailed as failed:
            # On a machine that is too busy a readiness check refuses; the others are measured all the same.
            say(str(failed))
            self.failed.append(f"{deed} of {one.name}, round {number}, {stage.names} names")

    def _note(self, one: Contestant, deed: str, stage: Stage, ran: Ran) -> None:
        found = sample(one.name, deed, stage.names, ran, stage.lab.calls())
        if deed == TAG_IN:
            names = one.names(stage)
            seen = moments(of_names(stage.lab.history(), names), ran.usage.began_at, ran.usage.ended_at)
            found = with_moments(found, seen)
        if deed == BUILD:
            self.made[one.name] = ran.made
        say(f"{one.name}: {deed} {found.seconds:.1f} s, {found.own_seconds:.1f} s of it without waits")
        self.samples.append(found)

    def figures(self, about: Mapping[str, Any]) -> Figures:
        """What was measured until now; of everybody what they have built more or less of than ours."""
        ours = self.made.get(Ours.name, {})
        differences = {who: counts.differences(ours, made) for who, made in self.made.items()}
        return Figures(tuple(self.samples), about, differences, dict(ours))

    def _is_beside(self, one: Contestant, stage: Stage) -> bool:
        return stage.names > self.many and len(one.names(stage)) > 1 and not isinstance(one, Ours)


@contextmanager
def with_names(
    base: Stage, root: Path, numbers: Sequence[int], everybody: Sequence[Contestant]
) -> Iterator[list[Stage]]:
    """Copies of `base` for each number of names, in which everybody has the first colour in charge of so many."""
    certificate_arn = certificate.for_all(base)
    with ExitStack() as stack:
        stages = [stack.enter_context(copied(base, root / f"names-{names}", names)) for names in numbers]
        with ThreadPoolExecutor(len(stages)) as pool:
            list(pool.map(lambda stage: _lay_out(stage, certificate_arn, everybody), stages))
        yield stages


def _lay_out(stage: Stage, certificate_arn: str, everybody: Sequence[Contestant]) -> None:
    say(f"{stage.names} names: laying out")
    stage.made.edit_project(names=list(stage.names_of("www")), certificateArn=certificate_arn)
    for colour in stage.colours:
        required(stage.made.up(colour))
    layings: list[Callable[[Stage], None]] = [one.lay_out for one in taking_part(everybody, stage)]
    with ThreadPoolExecutor(len(layings)) as pool:
        list(pool.map(lambda lay_out: lay_out(stage), layings))


def taking_part(everybody: Sequence[Contestant], stage: Stage) -> list[Contestant]:
    """Those who are measured with so many names."""
    return [one for one in everybody if one.most_names is None or stage.names <= one.most_names]


def _turned(everybody: Sequence[Contestant], number: int) -> list[Contestant]:
    """Another one begins in each round."""
    first = number % len(everybody)
    return [*everybody[first:], *everybody[:first]]
