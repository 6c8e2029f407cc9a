"""Prices that are kept for a week."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from cutover import price_cache
from cutover.cost import Parts, Price
from cutover.cost.price_list import queries
from cutover.price_cache import MOST_BYTES, WEEK_SECONDS, PriceCache, folder
from tests.unit.price_lists import NAT

NOW = 1_795_700_000.0
ASKED = Price(Decimal("0.0520000000"), "USD", "x")
ENDPOINT = "https://api.pricing.eu-central-1.amazonaws.com"


@pytest.fixture
def cache(tmp_path: Path) -> PriceCache:
    return PriceCache(tmp_path / "prices", ENDPOINT)


def file_of(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "prices").iterdir()
    return file


def test_a_price_is_believed_for_a_week(cache: PriceCache) -> None:
    assert cache.get(NAT, NOW) is None
    cache.put(NAT, ASKED, NOW)
    kept = cache.get(NAT, NOW + WEEK_SECONDS)
    assert kept == Price(Decimal("0.052"), "USD", "price list, 2026-11-26")
    assert cache.get(NAT, NOW + WEEK_SECONDS + 1) is None
    assert cache.get(NAT, NOW - 1) is None, "what is from the future is of another clock"


def test_a_small_price_is_kept_as_it_is(cache: PriceCache) -> None:
    small = Price(Decimal("0.0000001000"), "USD", "x")
    cache.put(NAT, small, NOW)
    kept = cache.get(NAT, NOW)
    assert kept is not None
    assert kept.amount == small.amount


def test_another_place_or_question_has_prices_of_its_own(cache: PriceCache, tmp_path: Path) -> None:
    cache.put(NAT, ASKED, NOW)
    assert PriceCache(tmp_path / "prices", "https://other.example").get(NAT, NOW) is None
    (elsewhere,) = queries(Parts(nat_gateways=1), "us-east-1")
    assert cache.get(elsewhere, NOW) is None
    file_of(tmp_path).rename(tmp_path / "prices" / "us-east-1 NatGateway-Hours.json")
    assert cache.get(elsewhere, NOW) is None, "a file of another name is a namesake"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "NaN"},
        {"amount": "-1"},
        {"amount": 0.1},
        {"amount": None},
        {"currency": "dollars"},
        {"currency": 5},
        {"at": None},
        {"at": "1"},
        {"at": True},
        {"at": float("nan")},
        {"at": float("inf")},
        {"at": -(10**400)},
        {"asked": {}},
    ],
)
def test_a_price_that_somebody_changed_is_not_there(
    cache: PriceCache, tmp_path: Path, change: dict[str, object]
) -> None:
    cache.put(NAT, ASKED, NOW)
    said = json.loads(file_of(tmp_path).read_text())
    file_of(tmp_path).write_text(json.dumps({**said, **change}))
    assert cache.get(NAT, NOW) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * MOST_BYTES, b'{"at": 1}', b"0" * 9999]
)
def test_a_broken_file_is_not_there_and_is_written_anew(cache: PriceCache, tmp_path: Path, content: bytes) -> None:
    cache.put(NAT, ASKED, NOW)
    file_of(tmp_path).write_bytes(content)
    assert cache.get(NAT, NOW) is None
    cache.put(NAT, ASKED, NOW)
    assert cache.get(NAT, NOW) is not None


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_raised(tmp_path: Path) -> None:
    (tmp_path / "prices").write_text("a file in the way")
    cache = PriceCache(tmp_path / "prices", ENDPOINT)
    cache.put(NAT, ASKED, NOW)
    assert cache.get(NAT, NOW) is None
    (tmp_path / "other" / "eu-central-1 NatGateway-Hours.json").mkdir(parents=True)
    in_the_way = PriceCache(tmp_path / "other", ENDPOINT)
    in_the_way.put(NAT, ASKED, NOW)
    assert in_the_way.get(NAT, NOW) is None
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["eu-central-1 NatGateway-Hours.json"]


def test_readers_beside_writers_find_a_whole_price(cache: PriceCache) -> None:
    cache.put(NAT, ASKED, NOW)

    def write() -> None:
        for _ in range(50):
            cache.put(NAT, ASKED, NOW)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    assert all(cache.get(NAT, NOW) for _ in range(500))
    for writer in writers:
        writer.join()


def test_a_region_cannot_lead_out_of_the_folder(cache: PriceCache, tmp_path: Path) -> None:
    (query,) = queries(Parts(nat_gateways=1), "../../x")
    cache.put(query, ASKED, NOW)
    assert file_of(tmp_path).parent == tmp_path / "prices"


def test_it_is_in_the_cache_of_the_user() -> None:
    assert folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/tag-team/prices")
    assert folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/tag-team/prices")
    assert folder({"HOME": "/h"}) == Path("/h/.cache/tag-team/prices")
    assert price_cache.source(NOW) == "price list, 2026-11-26"
