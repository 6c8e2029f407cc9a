"""The check `probes`: every address of the load balancer answers well, again and again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cutover.checks.check import PROBES, Check

OK = 200


@dataclass(frozen=True)
class Answered:
    """One request to one `address`: the status and the lower-case `headers` of the answer, or the `error` instead."""

    address: str
    milliseconds: float
    status: int | None = None
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def fault(answer: Answered, latency_milliseconds: int) -> str:
    """What is wrong with an answer, in words; empty when it is good."""
    took = f"{answer.address} answered {answer.status} after {answer.milliseconds:.0f} ms"
    if answer.status is None:
        return f"{answer.address} did not answer: {answer.error} (after {answer.milliseconds:.0f} ms)"
    return took if answer.status != OK or answer.milliseconds > latency_milliseconds else ""


def check(
    answers: Sequence[Answered], addresses: Sequence[str], times: int, latency_milliseconds: int, url: str
) -> Check:
    """Holds when each of `addresses` (at least one) gave `url` well `times` times; see `fault`."""
    faults = [text for answer in answers if (text := fault(answer, latency_milliseconds))]
    counted = Counter(answer.address for answer in answers)
    short = [f"{address} was asked {counted[address]} times" for address in addresses if counted[address] < times]
    slowest = max((answer.milliseconds for answer in answers), default=0.0)
    good = f"{len(addresses)} addresses answered {OK} {times} times each, within {slowest:.0f} ms"
    problem = "; ".join(dict.fromkeys(faults)) or "; ".join(short) or ("" if addresses else "no address to ask")
    return Check(
        PROBES,
        not problem,
        problem or good,
        f"{OK} from {url} at every address, {times} times, within {latency_milliseconds} ms each",
    )


def check_unasked(problem: str, url: str) -> Check:
    """The check when nobody could be asked."""
    return Check(PROBES, False, problem, f"{OK} from {url} at every address")
