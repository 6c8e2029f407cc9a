"""Why instances could not be launched, and that what AWS says is printed as data."""

from datetime import UTC, datetime, timedelta, timezone

from cutover.group_capacity import CapacitySeen
from cutover.launches import REASON_CHARACTERS, Activity, failures
from cutover.printable import printable

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NO_ROOM = "We currently do not have sufficient m7i.large capacity. Launching EC2 instance failed."


def test_the_latest_failure_is_told_in_awss_own_words() -> None:
    assert failures([Activity("Failed", NO_ROOM, NOON)]) == (f"Failed at 2026-01-01 12:00:00 UTC: {NO_ROOM}",)


def test_a_time_of_another_zone_is_told_in_utc() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    assert failures([Activity("Cancelled", "x", east)]) == ("Cancelled at 2026-01-01 12:00:00 UTC: x",)


def test_what_went_well_or_is_under_way_is_no_reason() -> None:
    assert failures([Activity(status, "x") for status in ("Successful", "InProgress", "PreInService")]) == ()
    assert failures([]) == ()


def test_a_reason_that_repeats_is_told_once_with_its_latest_time_and_few_are_enough() -> None:
    found = [Activity("Failed", NO_ROOM, NOON - timedelta(minutes=n)) for n in range(9)]
    other = [Activity("Failed", text, NOON - timedelta(hours=1)) for text in ("b", "c")]
    assert failures([*found, *other]) == (
        f"Failed at 2026-01-01 12:00:00 UTC: {NO_ROOM}",
        "Failed at 2026-01-01 11:00:00 UTC: b",
    )


def test_a_failure_without_a_word_says_so() -> None:
    assert failures([Activity("Failed", "")]) == ("Failed: AWS gives no reason",)


def test_a_reason_is_escaped_and_cut_short() -> None:
    (text,) = failures([Activity("Failed", "a\n\x1b[31m" + "x" * 1000)])
    assert text.startswith("Failed: a\\n\\x1b[31mxx")
    assert len(text) == len("Failed: ") + REASON_CHARACTERS


def test_the_reasons_are_part_of_what_was_seen_of_the_capacity() -> None:
    seen = CapacitySeen("g", frozenset(), {}, {}, ("Failed: no room",))
    assert str(seen) == "0 instances InService, 0 healthy targets in g (Failed: no room)"


def test_what_can_be_printed_stays_as_it_is() -> None:
    assert printable("grüße … 'x' \\ ok") == "grüße … 'x' \\ ok"
    assert printable("a\tb\u2028c\x00") == "a\\tb\\u2028c\\x00"
    assert printable("abcdef", 4) == "abc…"
    assert printable("abcd", 4) == "abcd"
