"""Which tag-in is a tag-back: to the same instances that were in charge before."""

from cutover import tag_back
from cutover.in_charge import Entry

# Before all of them.
OLD = 0.5
RED, BLUE = Entry(1.0, "red", "1.0.0", "red-1"), Entry(2.0, "blue", "1.1.0", "blue-1")


def test_to_who_was_in_charge_before_is_a_tag_back() -> None:
    assert tag_back.is_one([RED, BLUE], "red", "1.0.0", "red-1", OLD)


def test_to_who_is_still_named_in_charge_is_one_too() -> None:
    assert tag_back.is_one([RED], "red", "1.0.0", "red-1", OLD)
    assert tag_back.is_one([RED, BLUE], "blue", "1.1.0", "blue-1", OLD)


def test_many_entries_of_one_charge_count_as_one() -> None:
    assert tag_back.is_one([RED, BLUE, BLUE, BLUE], "red", "1.0.0", "red-1", OLD)


def test_to_another_release_or_to_other_instances_is_none() -> None:
    assert not tag_back.is_one([RED, BLUE], "red", "1.2.0", "red-1", OLD)
    assert not tag_back.is_one([RED, BLUE], "red", "1.0.0", "red-2", OLD)


def test_to_who_was_in_charge_long_ago_is_none() -> None:
    history = [RED, BLUE, Entry(3.0, "red", "1.2.0", "red-2"), Entry(4.0, "blue", "1.3.0", "blue-2")]
    assert not tag_back.is_one(history, "red", "1.0.0", "red-1", OLD)
    assert not tag_back.is_one([], "red", "1.0.0", "red-1", OLD)


def test_to_instances_that_were_made_since_under_the_old_name_is_none() -> None:
    assert tag_back.may_be_one([RED, BLUE], "red", "1.0.0", "red-1")
    assert not tag_back.is_one([RED, BLUE], "red", "1.0.0", "red-1", created_at=1.5)
    assert not tag_back.is_one([RED, BLUE], "red", "1.0.0", "red-1", created_at=RED.at)


def test_when_nobody_knows_when_they_were_made_it_is_none() -> None:
    assert not tag_back.is_one([RED, BLUE], "red", "1.0.0", "red-1", created_at=None)


def test_instances_that_were_made_since_and_named_since_are_those_that_were_in_charge() -> None:
    history = [RED, BLUE, Entry(3.0, "red", "1.0.0", "red-1"), Entry(4.0, "blue", "1.1.0", "blue-1")]
    assert tag_back.is_one(history, "red", "1.0.0", "red-1", created_at=2.5)
