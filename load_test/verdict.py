"""Who was short: the colour, or the machine that sent the requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from cutover.checks.load_test import Measure, shortfalls
from cutover.load_evidence import Evidence
from load_test.results import of_the_generator

# Asked for a little more than has to be shown: a rate is measured, and seconds are counted between two requests.
_MORE_PER_CENT, MORE_SECONDS = 1, 1


class Result(Enum):
    """How a test ended; the values are exit codes."""

    PASSED = 0
    COLOUR_SHORT = 1
    NOT_TESTED = 2
    GENERATOR_SHORT = 3
    INTERRUPTED = 130


@dataclass(frozen=True)
class Verdict:
    """How it ended, and why, a line for each reason."""

    result: Result
    reasons: Sequence[str]


def rate_for(measure: Measure) -> int:
    """How many requests a second to send, so that the measured rate is no less than that of `measure`."""
    return measure.rps + -(-measure.rps * _MORE_PER_CENT // 100)


def judge(found: Evidence, measure: Measure, *, ended_at_limit: str) -> Verdict:
    """Whether the colour has passed; `ended_at_limit` says why the test ended early, or is empty.

    What the generator did not send says nothing of the colour, and what it could not send counts as not answered. So
    whoever sends too little is short first.
    """
    figures = found.figures
    reasons = [*([ended_at_limit] if ended_at_limit else []), *shortfalls(figures, measure)]
    own = of_the_generator(figures)
    generator = []
    if figures.rate < measure.rps:
        generator.append(
            f"the generator was short: this machine sent {figures.rate:.1f} of {measure.rps} requests a second; more "
            "processors, or another machine"
        )
    if own:
        generator.append(
            f"the generator was short: {own} requests never left this machine ({', '.join(figures.errors)}); "
            "ulimit -n, or another machine"
        )
    if generator:
        return Verdict(Result.GENERATOR_SHORT, [*generator, *reasons])
    if reasons:
        short = (
            f"{found.colour} was short: of {figures.rate:.1f} requests a second, which this machine did send, it "
            f"answered {figures.answered_rate:.1f} well"
        )
        return Verdict(Result.COLOUR_SHORT, [short, *reasons])
    return Verdict(Result.PASSED, [f"{found.colour} has passed: {measure}"])
