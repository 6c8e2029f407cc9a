"""What a zone holds at a name and below it, in as few questions as there need to be."""

import pytest

from cutover.record_set import RecordSet, plain, target
from cutover.refusal import Refusal
from cutover.zone_records import ZoneRecords
from tests.unit.zone_of import ZoneOf, alias, simple

FULL = [
    simple("www.shop.example", "192.0.2.1"),
    simple("_proof.app.shop.example", "x.", kind="CNAME"),
    simple("app-two.shop.example", "192.0.2.2"),
    simple("\\052.shop.example", "192.0.2.9"),
]


@pytest.mark.parametrize("page", [1, 2, 3, 300])
def test_a_name_exists_when_something_is_at_it_or_below_it(page: int) -> None:
    records = ZoneOf(*FULL, page=page).records
    assert [records.exists(f"{name}.shop.example") for name in ("www", "app", "app-two")] == [True] * 3
    assert [records.exists(f"{name}.shop.example") for name in ("ap", "app2", "ww", "x.www")] == [False] * 4
    assert [one.type for one in records.at("*.shop.example")] == ["A"]
    assert records.at("app.shop.example") == ()


def test_a_zone_that_fits_on_a_page_is_asked_once_and_of_a_larger_one_each_name() -> None:
    small, large = ZoneOf(*FULL), ZoneOf(*FULL, page=2)
    for zone in (small, large):
        for name in ("www.shop.example", "app.shop.example", "www.shop.example"):
            zone.records.exists(name)
    assert small.asked == ["shop.example"]
    assert large.asked == ["shop.example", "www.shop.example", "app.shop.example"]


def test_an_answer_without_the_top_of_the_zone_tells_nothing() -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        ZoneRecords("shop.example", lambda _: ((), True)).exists("www.shop.example")


def test_names_are_read_as_people_write_them() -> None:
    assert plain("\\052.Shop.example.") == "*.shop.example"
    assert target("dualstack.LB-1.elb.example.") == "lb-1.elb.example"
    assert RecordSet.of(alias("a.shop.example", "dualstack.lb.elb.example")).target == "lb.elb.example"


def test_what_a_server_says_is_shown_escaped() -> None:
    shown = str(RecordSet.of(simple("a.shop.example", "\x1b[2Jx\n", kind="TXT")))
    assert "\x1b" not in shown
    assert "\n" not in shown
