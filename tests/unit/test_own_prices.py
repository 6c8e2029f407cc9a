"""The config key `prices`."""

import re
from decimal import Decimal

import pytest

from components import settings_reader
from cutover.cost import Price, Rate
from cutover.cost.own_prices import OwnPrices, parse
from cutover.refusal import Refusal
from tests.unit import stack_values


def test_what_it_names_counts_and_the_rest_is_left_to_the_list() -> None:
    own = parse('{"currency": "EUR", "instanceHour": 0.1, "natGatewayHour": "0.0620", "addressHour": 0}')
    assert own.currency == "EUR"
    assert own.amounts == {
        Rate.INSTANCE: Decimal("0.1"),
        Rate.NAT_GATEWAY: Decimal("0.062"),
        Rate.ADDRESS: Decimal(0),
    }
    assert own.prices[Rate.INSTANCE] == Price(Decimal("0.1"), "EUR", "config key prices")


def test_nothing_is_nothing() -> None:
    assert parse("{}") == OwnPrices()


def test_a_small_number_is_one_in_whatever_way_the_engine_writes_it() -> None:
    assert parse('{"addressHour": 5e-05}').amounts == {Rate.ADDRESS: Decimal("0.00005")}


WRONG = {
    "[]": r"[]",
    '"x"': '"x"',
    "x": "Expecting value",
    '{"instances": 1}': "instances",
    '{"currency": "usd"}': "currency: usd",
    '{"currency": 5}': "currency: 5",
    '{"instanceHour": -0.1}': "instanceHour: -0.1",
    '{"instanceHour": "-0.1"}': "instanceHour: -0.1",
    '{"instanceHour": NaN}': "NaN",
    '{"instanceHour": Infinity}': "Infinity",
    '{"instanceHour": "NaN"}': "instanceHour: NaN",
    '{"instanceHour": 1e400}': "instanceHour: 1E+400",
    '{"instanceHour": ""}': "instanceHour: ",
    '{"instanceHour": "0,10"}': "instanceHour: 0,10",
    '{"instanceHour": "\u0661"}': "instanceHour: \u0661",
    '{"instanceHour": true}': "instanceHour: True",
    '{"instanceHour": null}': "instanceHour: None",
    '{"instanceHour": [1]}': "instanceHour: ",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_price_is_refused_with_the_part_at_fault(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(WRONG[text])):
        parse(text)


def test_the_refusal_has_the_key_the_value_and_what_is_allowed() -> None:
    with pytest.raises(Refusal) as refused:
        stack_values.colour(prices='{"instanceHour": -1}')
    assert refused.value.problem == "config key prices of stack amber has a value that is not allowed"
    assert refused.value.seen == 'prices: {"instanceHour": -1} (at fault: instanceHour: -1)'
    assert "natGatewayHour" in refused.value.allowed
    assert refused.value.next_step.startswith("edit `prices` under `config` in Pulumi.yaml")


def test_both_colours_have_the_same_prices() -> None:
    with pytest.raises(Refusal, match="overrides prices, which all stacks share"):
        settings_reader.load(
            "amber",
            {**stack_values.PROJECT, **stack_values.OWN["amber"], "prices": '{"instanceHour": 1}'},
            stack_values.PROJECT,
        )
