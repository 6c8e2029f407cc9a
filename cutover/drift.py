"""Drift: record sets of the live names that are not what the state has, so that an update would not notice."""

from collections.abc import Iterator, Sequence

from cutover.owned import Owned
from cutover.refusal import Refusal
from cutover.replacement import FORGET
from cutover.weighted_set import WeightedSet, WeightedSets, held, of_state, weights_of
from cutover.weights import describe


def refuse(owned: Sequence[Owned], wanted: WeightedSets, seen: WeightedSets) -> None:
    """Raise Refusal when Route 53 has (`seen`) another set than `wanted`, and the stack's own state has not.

    The engine compares what is wanted with its state and not with Route 53. Where these two are the same, it leaves
    the record alone, whatever became of it. Where they differ, as in a tag-in or after an update that was cut short,
    the update sets the record anyway.
    """
    drifted = list(_drifted(owned, wanted, seen))
    if drifted:
        raise Refusal(
            "the live record is not as this stack left it, and an update would not mend it; DNS was not touched",
            seen=f"{'; '.join(drifted)} (Route 53 now: {describe(weights_of(seen))})",
            allowed="record sets as the last update left them, or an update that sets them",
            next_step="pulumi refresh -s live --yes && pulumi up -s live; if it says the same again, a replacement was "
            f"cut short: {FORGET.format(stack='live')}, then the same",
        )


def _drifted(owned: Sequence[Owned], wanted: WeightedSets, seen: WeightedSets) -> Iterator[str]:
    left_alone = {key: of_state(outputs) for key, outputs in held(owned).items()}
    for name, sets in wanted.items():
        for colour, one in sets.items():
            now = seen.get(name, {}).get(colour)
            if left_alone.get((name, colour)) == one and now != one:
                yield f"{name} {colour}: {_said(now)}, not {one}"


def _said(now: WeightedSet | None) -> str:
    return "no record set" if now is None else str(now)
