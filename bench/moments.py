"""What clients may have been answered while a tag-in was under way, by the history of Route 53: moments of 0/0, and who
was lowered before anybody was raised.

With all weights of a name at zero Route 53 answers every one of its record sets with the same probability:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.messages import ZoneState

# At what time a name had which weights: identifier of the record set -> weight.
Weights = Mapping[str, int]
History = Sequence[tuple[float, Weights]]


@dataclass(frozen=True)
class Moments:
    """Of one tag-in, over all of its names.

    names: how many have weights of their own. lower_first: of how many the one in charge lost weight before the other
    one had got any. nobody: how many were at 0/0 for a while. nobody_seconds: the longest such while. apart_seconds:
    from the first change to the last: meanwhile the names are not all of one colour.
    """

    names: int
    lower_first: int
    nobody: int
    nobody_seconds: float
    apart_seconds: float


def of_names(states: Iterable[ZoneState], names: Iterable[str]) -> dict[str, list[tuple[float, Weights]]]:
    """Of each name the weights that it had, each since a time (Unix, seconds); what did not change is left out."""
    found: dict[str, list[tuple[float, Weights]]] = {name: [] for name in names}
    for state in states:
        now: dict[str, dict[str, int]] = {}
        for record in state.records:
            name = record.name.removesuffix(".")
            if name in found and record.set_identifier is not None and record.weight is not None:
                now.setdefault(name, {})[record.set_identifier] = record.weight
        for name, weights in now.items():
            if not found[name] or found[name][-1][1] != weights:
                found[name].append((state.at, weights))
    return found


def moments(histories: Mapping[str, History], began: float, ended: float) -> Moments:
    """What became of the names from `began` until `ended` (Unix times)."""
    weighted = {name: history for name, history in histories.items() if history}
    during = {name: _during(history, began, ended) for name, history in weighted.items()}
    changed = [at for steps in during.values() for at, _ in steps[1:]]
    zeros = [_nobody_seconds(steps, ended) for steps in during.values()]
    return Moments(
        names=len(weighted),
        lower_first=sum(_lowered_first(steps) for steps in during.values()),
        nobody=sum(seconds > 0 for seconds in zeros),
        nobody_seconds=max(zeros, default=0.0),
        apart_seconds=max(changed) - min(changed) if changed else 0.0,
    )


def _during(history: History, began: float, ended: float) -> History:
    """What it had when it began, and each change until it ended."""
    before = [step for step in history if step[0] < began][-1:]
    return [*before, *(step for step in history if began <= step[0] <= ended)]


def _lowered_first(steps: History) -> bool:
    """Whether the first change only takes weight away."""
    if len(steps) < 2:
        return False
    before, after = steps[0][1], steps[1][1]
    return all(after.get(one, 0) <= weight for one, weight in before.items()) and set(after) <= set(before)


def _nobody_seconds(steps: History, ended: float) -> float:
    ends = [at for at, _ in steps[1:]] + [ended]
    return sum(
        end - at for (at, weights), end in zip(steps, ends, strict=True) if weights and not any(weights.values())
    )
