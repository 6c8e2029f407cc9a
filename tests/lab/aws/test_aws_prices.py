"""List prices, asked of the lab's price list, which answers in the form of AWS."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cutover.aws import Aws, session
from cutover.cost import OwnPrices, Parts, Price, Prices, Rate, Unknown, cost_of
from cutover.cost.price import rounded
from lab.client import ApiFault, LabClient, RunningServer
from lab.messages import Call
from tests.lab.aws.in_environment import in_environment_of
from tests.unit.costs_page import BY_HAND, LISTED, NONE, PARTS

WITH_IDLE = replace(PARTS, idle_addresses=1)
Read = Callable[..., Prices]


@pytest.fixture
def read(running: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # Here it is about the answers; a busy machine may take more than the program would wait.
    monkeypatch.setattr("cutover.aws_prices.DEADLINE_SECONDS", 60.0)

    def of(region: str, parts: Parts = WITH_IDLE) -> Prices:
        return Aws(session({"region": region})).prices([parts], OwnPrices()).prices()

    with in_environment_of(running):
        yield of


def asked(lab: LabClient) -> Sequence[Call]:
    return [call for call in lab.calls() if call.action == "pricing:GetProducts"]


@pytest.mark.parametrize("region", LISTED)
def test_the_prices_are_those_of_the_page_and_make_its_sum(region: str, read: Read) -> None:
    found = read(region)
    for rate, price in found.items():
        listed = LISTED[region][rate]
        if listed == NONE:
            assert price == Unknown(f"the price list has no NatGateway-Hours for {region}")
        else:
            assert isinstance(price, Price), price
            assert str(price.amount.normalize()) == listed
    cost = cost_of(PARTS, found, region)
    at_least = "at least " if cost.at_least else ""
    assert BY_HAND[region]["sum, then rounded"] == f"{at_least}{rounded(cost.per_hour, 5)}"


def test_a_type_that_the_list_has_not_is_unknown(read: Read) -> None:
    found = read("eu-central-1", Parts("m99.large", 2))
    assert found == {Rate.INSTANCE: Unknown("the price list has no BoxUsage:m99.large for eu-central-1")}


def test_what_is_known_is_not_asked_for_again(read: Read, lab: LabClient) -> None:
    before = len(asked(lab))
    first = read("us-east-1")
    once = len(asked(lab))
    assert once == before + len(Rate)
    assert read("us-east-1") == first
    assert len(asked(lab)) == once


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException", "InvalidParameterException"])
def test_without_the_permission_all_is_unknown_and_the_next_one_asks_anew(
    code: str, read: Read, lab: LabClient
) -> None:
    lab.set_api_faults([ApiFault("pricing", "GetProducts", code, -1)])
    denied = read("eu-central-1")
    assert set(denied) == set(Rate)
    for price in denied.values():
        assert isinstance(price, Unknown)
        assert code in price.reason
    lab.clear_faults()
    assert all(isinstance(price, Price) for price in read("eu-central-1").values())
