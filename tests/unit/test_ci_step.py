"""One line for each resource that is not left as it was."""

import pytest

from ci import step
from ci.outcome import Outcome, Violation
from ci.step import Step

RECORD = "aws:route53/record:Record"
URN = f"urn:pulumi:live::tag-team::tag-team:index:LiveRecord${RECORD}::www.shop.example-blue"


def test_what_is_new_in_an_update_is_shown_with_its_path() -> None:
    old = {"name": "www", "weightedRoutingPolicies": [{"weight": 0}], "__defaults": ["a"]}
    new = {"name": "www", "weightedRoutingPolicies": [{"weight": 100}], "__defaults": []}
    found = step.of("update", URN, RECORD, old, new)
    assert found == Step(
        "update", "aws:route53:Record", "www.shop.example-blue", ("weightedRoutingPolicies[0].weight: 0 => 100",)
    )
    assert found.shown == (
        " ~ aws:route53:Record  www.shop.example-blue  update  weightedRoutingPolicies[0].weight: 0 => 100"
    )
    assert found.line == "update aws:route53:Record www.shop.example-blue"


@pytest.mark.parametrize("op", ["same", "read", "create-replacement", "delete-replaced", "discard"])
def test_what_changes_nothing_or_is_a_part_of_another_step_is_no_line(op: str) -> None:
    assert step.of(op, URN, RECORD, {}, {}) is None


def test_the_stack_itself_is_no_line() -> None:
    assert step.of("create", "urn:pulumi:live::p::pulumi:pulumi:Stack::p-live", "pulumi:pulumi:Stack", {}, {}) is None


def test_lists_of_another_length_and_what_is_known_later_are_shown_as_they_are() -> None:
    found = step.of("replace", URN, RECORD, {"a": [1]}, {"a": [1, 2], "b": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
    assert found is not None
    assert found.values == ("a: [1] => [1, 2]", "b: None => [unknown]")


def test_values_are_escaped_and_short_and_not_too_many() -> None:
    found = step.of("update", URN, RECORD, {}, {f"k{n}": "x\n" * 100 for n in range(9)})
    assert found is not None
    assert len(found.values) == step.MOST_VALUES + 1
    assert found.values[-1] == "3 more"
    assert all("\n" not in value and len(value) < 90 for value in found.values)


def test_a_new_resource_is_shown_without_its_values() -> None:
    assert step.of("create", URN, RECORD, {}, {"a": 1}) == Step("create", "aws:route53:Record", "www.shop.example-blue")


def test_an_outcome_is_told_in_a_few_words() -> None:
    assert Outcome("live", True).told == "no changes"
    assert Outcome("live", True, (Step("update", "t", "n"),)).told == "1 changes"
    assert Outcome("live", False).told == "refused"
    advice, law = Violation("a", "advisory", "", ""), Violation("b", "mandatory", "", "")
    assert Outcome("live", False, violations=(advice, law)).told == "refused by b"


def test_where_no_error_was_heard_the_end_of_the_output_says_why() -> None:
    assert Outcome("live", False, output="one\ntwo").why == ("one", "two")
    assert Outcome("live", False, errors=("e",), output="one").why == ("e",)
