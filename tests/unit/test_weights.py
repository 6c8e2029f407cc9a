"""Weights change only in an order in which every live name always has somebody to answer for it."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cutover import weights
from cutover.refusal import Refusal
from cutover.weights import Weights

WWW, SHOP = "www.shop.example", "shop.example"
NAMES = (WWW, SHOP)
AMBER_IN_CHARGE: Weights = {WWW: {"amber": 100, "violet": 0}, SHOP: {"amber": 100, "violet": 0}}
BOTH: Weights = {WWW: {"amber": 100, "violet": 100}, SHOP: {"amber": 100, "violet": 100}}
HALF_RAISED: Weights = {WWW: {"amber": 100, "violet": 100}, SHOP: {"amber": 100, "violet": 0}}
NOBODY: Weights = {WWW: {}, SHOP: {}}


def refusal_of(decide: Callable[[], None]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        decide()
    return refused.value


def test_weights_are_described_in_one_line_with_every_name_and_colour() -> None:
    text = weights.describe({WWW: {"violet": 0, "amber": 100}, SHOP: {}})
    assert text == "www.shop.example: amber 100, violet 0; shop.example: no record"


def test_whoever_has_weight_on_any_name_is_in_charge() -> None:
    assert weights.in_charge(AMBER_IN_CHARGE) == {"amber"}
    assert weights.in_charge(HALF_RAISED) == {"amber", "violet"}
    assert weights.in_charge({WWW: {"amber": 0}, SHOP: {}}) == frozenset()


@pytest.mark.parametrize(
    ("of", "carrying"),
    [
        ({"amber": 100, "violet": 0}, {"amber"}),
        ({"amber": 0, "violet": 0}, {"amber", "violet"}),
        ({"amber": 0}, {"amber"}),
        ({"before": 0, "amber": 100}, {"amber"}),
        ({"before": 0, "amber": 0}, {"before", "amber"}),
        ({}, set()),
    ],
)
def test_where_nobody_has_weight_everybody_carries(of: dict[str, int], carrying: set[str]) -> None:
    assert weights.carrying({WWW: of}) == carrying
    assert weights.carrying({WWW: of, SHOP: {"other": 1}}) == carrying | {"other"}


def test_an_old_record_alone_at_zero_does_not_stand_in_the_way_of_the_first_tag_in() -> None:
    weights.refuse_undeclared({WWW: {"before": 0}}, frozenset({"amber"}))
    assert refusal_of(lambda: weights.refuse_undeclared({WWW: {"before": 1}}, frozenset({"amber"})))


def test_a_colour_without_a_cluster_must_not_have_weight() -> None:
    refusal = refusal_of(lambda: weights.refuse_undeclared(AMBER_IN_CHARGE, frozenset({"violet"})))
    assert "amber has weight in Route 53, but no cluster" in refusal.problem
    assert "amber 100" in refusal.seen
    assert refusal.allowed == "weight only on violet"
    assert refusal.next_step.startswith("pulumi config set awake true -s amber && pulumi up -s amber")


def test_a_colour_without_a_cluster_may_be_at_zero() -> None:
    weights.refuse_undeclared(AMBER_IN_CHARGE, frozenset({"amber"}))
    weights.refuse_undeclared(NOBODY, frozenset())


@pytest.mark.parametrize(
    ("seen", "short"),
    [(AMBER_IN_CHARGE, f"{WWW}, {SHOP}"), (HALF_RAISED, SHOP), (NOBODY, f"{WWW}, {SHOP}")],
    ids=["nothing raised", "half raised", "no record"],
)
def test_a_colour_is_not_lowered_before_the_other_one_carries_every_name(seen: Weights, short: str) -> None:
    refusal = refusal_of(lambda: weights.refuse_lowering(seen, "violet", "amber"))
    assert refusal.problem == f"amber cannot be lowered: violet does not carry {short} yet"
    assert refusal.seen == weights.describe(seen)
    assert refusal.allowed == "violet at 100 on every name first"
    assert "pulumi up -s live -c active=amber to tag back" in refusal.next_step


def test_a_share_short_of_full_weight_does_not_carry_a_name() -> None:
    assert refusal_of(lambda: weights.refuse_lowering({WWW: {"amber": 100, "violet": 99}}, "violet", "amber"))


def test_a_colour_is_lowered_when_the_other_one_carries_every_name() -> None:
    weights.refuse_lowering(BOTH, "violet", "amber")


def test_dns_is_not_waited_for_while_the_old_colour_still_has_weight() -> None:
    refusal = refusal_of(lambda: weights.refuse_unswitched(HALF_RAISED, "violet"))
    assert f"violet is not in charge of {WWW}, {SHOP}" in refusal.problem
    assert refusal.next_step == "pulumi up -s live, without --target"


def test_dns_is_not_waited_for_when_a_name_has_no_weight_at_all() -> None:
    refusal = refusal_of(lambda: weights.refuse_unswitched({WWW: {"violet": 100}, SHOP: {"violet": 0}}, "violet"))
    assert f"not in charge of {SHOP}:" in refusal.problem


def test_dns_is_waited_for_with_the_other_colour_at_zero_or_absent() -> None:
    weights.refuse_unswitched({WWW: {"violet": 100, "amber": 0}, SHOP: {"violet": 100}}, "violet")


@pytest.mark.parametrize(
    ("seen", "colour", "names", "problem"),
    [
        (AMBER_IN_CHARGE, "amber", NAMES, f"amber carries {WWW}"),
        ({WWW: {"amber": 1, "violet": 255}}, "amber", NAMES, f"amber carries {WWW}"),
        ({WWW: {"amber": 0}}, "amber", NAMES, f"last one of {WWW}"),
        ({WWW: {"amber": 0, "violet": 0}}, "amber", NAMES, f"nobody has weight on {WWW}"),
        (AMBER_IN_CHARGE, "violet", (SHOP,), f"{WWW} is a live name and would be left without a record"),
    ],
    ids=["in charge", "a small share", "the last one", "all at zero", "a name that left the config"],
)
def test_a_record_that_clients_would_miss_is_not_deleted(
    seen: Weights, colour: str, names: tuple[str, ...], problem: str
) -> None:
    refusal = refusal_of(lambda: weights.refuse_removal(seen, WWW, colour, names))
    assert problem in refusal.problem
    assert refusal.seen == weights.describe(seen)
    assert "Retire a name" in refusal.next_step


@pytest.mark.parametrize(("colour", "of"), [("violet", {"amber": 100, "violet": 0}), ("amber", {"amber": 100})])
def test_a_set_of_a_further_name_goes_only_with_the_batch_that_makes_it_follow(colour: str, of: dict[str, int]) -> None:
    seen = {WWW: {"amber": 100}, SHOP: of}
    refusal = refusal_of(lambda: weights.refuse_removal(seen, SHOP, colour, NAMES))
    assert f"{SHOP} does not follow {WWW} yet" in refusal.problem
    weights.refuse_removal({WWW: {"amber": 100}, SHOP: {}}, SHOP, colour, NAMES)


def test_the_weights_that_count_are_those_of_the_first_name_and_whatever_is_left_on_others() -> None:
    seen = {WWW: {}, SHOP: {}, "old.shop.example": {"amber": 0}}
    assert weights.that_count(seen, list(seen)) == {WWW: {}, "old.shop.example": {"amber": 0}}
    assert weights.carrying(weights.that_count(seen, list(seen))) == {"amber"}


def test_a_record_at_zero_beside_one_with_weight_may_go() -> None:
    weights.refuse_removal(AMBER_IN_CHARGE, WWW, "violet", NAMES)


def test_a_record_that_is_gone_already_may_go() -> None:
    weights.refuse_removal({WWW: {"amber": 100}}, WWW, "violet", NAMES)
    weights.refuse_removal(NOBODY, WWW, "violet", NAMES)


def test_a_name_with_records_cannot_be_forgotten() -> None:
    refusal = refusal_of(lambda: weights.refuse_forgetting(AMBER_IN_CHARGE, [SHOP]))
    assert f"{WWW} cannot be removed from names" in refusal.problem
    assert f"names: {SHOP}" in refusal.seen
    assert WWW in refusal.allowed
    assert "Retire a name" in refusal.next_step


def test_names_may_be_added_and_turned_round_and_one_without_records_forgotten() -> None:
    weights.refuse_forgetting({**AMBER_IN_CHARGE, "new.shop.example": {}}, [SHOP, "new.shop.example", WWW])
    weights.refuse_forgetting({WWW: {"amber": 100}, SHOP: {}}, [WWW])


def test_the_account_of_who_is_in_charge_is_not_abandoned_while_somebody_is() -> None:
    refusal = refusal_of(lambda: weights.refuse_abandoning(AMBER_IN_CHARGE))
    assert "amber is in charge" in refusal.problem
    weights.refuse_abandoning(NOBODY)


def test_a_set_alone_at_zero_is_somebody_in_charge_of_the_account_too() -> None:
    assert "amber is in charge" in refusal_of(lambda: weights.refuse_abandoning({WWW: {"amber": 0}, SHOP: {}})).problem


STEP = st.tuples(st.sampled_from(["raise", "lower", "delete"]), st.sampled_from(NAMES), st.sampled_from("av"))


@hypothesis_settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(STEP, max_size=30), st.sampled_from([NAMES, (WWW,), (SHOP, WWW)]))
def test_no_order_of_allowed_steps_leaves_a_name_without_weight(
    steps: list[tuple[str, str, str]], names: tuple[str, ...]
) -> None:
    now = {name: {"a": 100, "v": 0} for name in NAMES}
    for step, name, colour in steps:
        other = "v" if colour == "a" else "a"
        with suppress(Refusal):
            if step == "raise":
                now[name][colour] = weights.FULL
            elif step == "lower" and colour in now[name]:
                weights.refuse_lowering(now, other, colour)
                now[name][colour] = weights.NONE
            elif step == "delete" and colour in now[name]:
                weights.refuse_removal(now, name, colour, names)
                del now[name][colour]
        assert all(sum(of.values()) > 0 for of in now.values()), f"after {step} {colour} on {name}: {now}"


def test_an_identifier_from_outside_is_neither_printed_raw_nor_put_into_a_command_as_it_is() -> None:
    with pytest.raises(Refusal) as refused:
        weights.refuse_undeclared({WWW: {"x; rm -rf ~\x1b[2J": 5}}, frozenset({"amber"}))
    assert "\x1b" not in str(refused.value)
    assert "-s 'x; rm -rf ~\\x1b[2J'" in str(refused.value)
