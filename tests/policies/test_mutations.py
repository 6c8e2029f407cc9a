"""The real program passes the pack, and every change of it in mutations.yaml is refused by the rule that is for it."""

from collections import Counter

import pytest

from tests.policies.conftest import pack_for, record
from tests.policies.mutation import Mutation, table
from tests.policies.pack import Finding, Pack

MUTATIONS = table()
# In which of its forms the program is changed: one colour after it was built, the other one in its first preview.
FORMS = {"colour": (("amber", False), ("violet", True)), "live": (("live", False), ("live", True))}


def findings(pack: Pack, mutation: Mutation, stack: str, *, preview: bool) -> list[Finding]:
    """What the pack says of the changed stack; the unchanged resources say nothing, see the test below."""
    mutated, changed = mutation.apply(record(stack, preview=preview))
    return [finding for resource in changed for finding in pack.of_resource(resource)] + pack.of_stack(mutated)


@pytest.mark.parametrize(
    ("stack", "changes"),
    [
        ("amber", {}),
        ("violet", {}),
        ("live", {}),
        ("live", {"active": "violet"}),
        ("live", {"share": '{"violet": 20}'}),
        ("live", {"share": '{"violet": 50}'}),
        ("live", {"failover": "true"}),
        ("amber", {"awake": "false"}),
        ("amber", {"https": "false"}),
        ("amber", {"availabilityZones": "3", "natGateways": "3", "capacity": "7", "httpsPort": "8443"}),
    ],
    ids=str,
)
def test_the_program_as_it_is_gives_no_finding(stack: str, changes: dict[str, str]) -> None:
    with pack_for(stack, **changes) as pack:
        for preview in (False, True):
            assert pack.of_all(record(stack, preview=preview, **changes)) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.rule}: {mutation.what}")
def test_what_must_never_be_deployed_is_found_by_the_rule_that_is_for_it(
    running_pack: Pack, mutation: Mutation
) -> None:
    levels = running_pack.rules()
    for stack, preview in FORMS[mutation.stack]:
        found = findings(running_pack, mutation, stack, preview=preview)
        assert {finding.rule for finding in found} == {mutation.rule, *mutation.also}, found
        said = {finding.level for finding in found if finding.rule == mutation.rule}
        if mutation.unknown:
            # It is said, and refused only when it is known.
            assert said == {"ADVISORY"}, found
        else:
            assert levels[mutation.rule] in said, found


def test_the_table_has_a_hundred_changes_and_some_for_every_rule(running_pack: Pack) -> None:
    lines = Counter(mutation.rule for mutation in MUTATIONS)
    assert lines.total() >= 100
    assert set(lines) == set(running_pack.rules())


def test_no_line_is_in_the_table_twice() -> None:
    assert len({str(mutation) for mutation in MUTATIONS}) == len(MUTATIONS)
    assert len({mutation.what for mutation in MUTATIONS}) == len(MUTATIONS)
