"""The bench: moments without a colour, and who was lowered first, by the history of Route 53."""

import pytest

from bench.moments import Moments, moments, of_names
from lab.messages import RecordSetState, ZoneState

ONE, TWO = "one.shop.example", "two.shop.example"
Pair = tuple[int, int]


def states(*steps: tuple[float, dict[str, Pair]]) -> list[ZoneState]:
    """At which time which name had which weights: of `a`, which is in charge at first, and of `b`."""
    return [
        ZoneState(
            at,
            "shop.example.",
            "Z1",
            (
                RecordSetState("shop.example.", "NS", None, None, None, 60, ("ns.example.",)),
                *(
                    RecordSetState(f"{name}.", "A", colour, weight, "lb.example.", None, ())
                    for name, pair in names.items()
                    for colour, weight in zip("ab", pair, strict=True)
                ),
            ),
        )
        for at, names in steps
    ]


def seen(*steps: tuple[float, dict[str, Pair]], ended: float = 100.0) -> Moments:
    names = {name for _, weights in steps for name in weights}
    return moments(of_names(states(*steps), names), 10.0, ended)


def test_raised_first_and_then_lowered_is_never_without_a_colour() -> None:
    found = seen((0, {ONE: (100, 0)}), (20, {ONE: (100, 100)}), (35, {ONE: (0, 100)}))
    assert found == Moments(names=1, lower_first=0, nobody=0, nobody_seconds=0, apart_seconds=15)


def test_lowered_first_is_at_zero_until_the_other_is_raised() -> None:
    found = seen((0, {ONE: (100, 0)}), (20, {ONE: (0, 0)}), (21.5, {ONE: (0, 100)}))
    assert (found.lower_first, found.nobody, found.nobody_seconds) == (1, 1, 1.5)


def test_who_is_never_raised_is_at_zero_to_the_end() -> None:
    assert seen((0, {ONE: (100, 0)}), (20, {ONE: (0, 0)}), ended=60).nobody_seconds == 40


def test_names_are_counted_each_and_are_apart_from_the_first_change_to_the_last() -> None:
    found = seen(
        (0, {ONE: (100, 0), TWO: (100, 0)}),
        (20, {ONE: (0, 0), TWO: (100, 0)}),
        (22, {ONE: (0, 100), TWO: (100, 0)}),
        (40, {ONE: (0, 100), TWO: (100, 100)}),
        (41, {ONE: (0, 100), TWO: (0, 100)}),
    )
    assert found == Moments(names=2, lower_first=1, nobody=1, nobody_seconds=2, apart_seconds=21)


def test_both_in_one_batch_is_neither() -> None:
    found = seen((0, {ONE: (100, 0)}), (20, {ONE: (0, 100)}))
    assert (found.lower_first, found.nobody, found.apart_seconds) == (0, 0, 0)


def test_what_was_before_and_after_does_not_count() -> None:
    found = seen((0, {ONE: (0, 0)}), (5, {ONE: (100, 0)}), (20, {ONE: (100, 100)}), (200, {ONE: (0, 0)}))
    assert (found.lower_first, found.nobody) == (0, 0)


def test_a_name_that_has_no_weights_is_not_counted() -> None:
    found = moments(of_names(states((0, {ONE: (100, 0)})), [ONE, "alias.shop.example"]), 10.0, 20.0)
    assert found.names == 1


@pytest.mark.parametrize("times", [1, 3])
def test_what_did_not_change_is_one_step(times: int) -> None:
    assert of_names(states(*[(float(at), {ONE: (100, 0)}) for at in range(times)]), [ONE]) == {
        ONE: [(0.0, {"a": 100, "b": 0})]
    }
