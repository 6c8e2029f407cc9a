from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policies.finding import Finding
from policies.resource import Resource, Stack
from policies.rule import Parameters, resource_rule, stack_rule
from tests.policies.rules.declared import UNKNOWN, urn

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def too_small(resource: Resource, _: Parameters) -> Iterator[Finding]:
    if resource.props["size"] < 2:
        yield Finding("too small", resource.props["size"], "It breaks.", "Take two.")


def painted(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    if resource.props["paint"] != parameters["paint"]:
        yield Finding("wrong paint", resource.props["paint"], "It rusts.", "Paint it.")


RULE = resource_rule("solid", "Solid", "Things are solid.", "Mend it.", [too_small, painted])


def asked(**props: Any) -> list[str]:
    """What the rule reports of a resource."""
    reported: list[str] = []
    args = ResourceValidationArgs(
        "thing", unknown_checking_proxy(props), urn("thing", "it"), "it", OPTIONS, None, {"paint": "green"}
    )
    RULE.validate(args, lambda message, _: reported.append(message))
    return reported


def test_a_finding_says_what_is_wrong_what_was_seen_why_it_matters_and_what_to_do() -> None:
    assert asked(size=1, paint="green") == ["too small (seen: 1). It breaks. Take two."]


def test_a_rule_says_all_that_its_checks_find_and_nothing_of_what_is_right() -> None:
    assert len(asked(size=1, paint="grey")) == 2
    assert asked(size=2, paint="green") == []


def test_a_value_that_is_not_known_yet_is_told_to_pulumi_policy_which_makes_it_advisory() -> None:
    with pytest.raises(UnknownValueError) as raised:
        asked(size=UNKNOWN, paint="green")
    assert raised.value.message == (
        "string value at .size can't be known during preview (thing it): "
        "it cannot be checked yet, and will be by the update"
    )


def test_what_is_wrong_is_said_also_when_another_check_cannot_read_its_value() -> None:
    reported: list[str] = []
    props = unknown_checking_proxy({"size": UNKNOWN, "paint": "grey"})
    args = ResourceValidationArgs("thing", props, urn("thing", "it"), "it", OPTIONS, None, {"paint": "green"})
    with pytest.raises(UnknownValueError):
        RULE.validate(args, lambda message, _: reported.append(message))
    assert [message.partition(" (")[0] for message in reported] == ["wrong paint"]


def test_a_stack_rule_is_asked_about_every_resource_and_names_it() -> None:
    def alone(resource: Resource, stack: Stack, _: Parameters) -> Iterator[Finding]:
        if len(stack.of(resource.type)) == 1:
            yield Finding("alone", resource.name, "", "")

    things = [
        PolicyResource(kind, unknown_checking_proxy({}), urn(kind, name), name, OPTIONS, None, None, [], {})
        for kind, name in (("thing", "a"), ("thing", "b"), ("other", "c"))
    ]
    reported: list[tuple[str, str | None]] = []
    rule = stack_rule("together", "Together", "Things come in pairs.", "Add one.", [alone])
    rule.validate(StackValidationArgs(things), lambda message, of: reported.append((message.partition(" ")[0], of)))
    assert reported == [("alone", urn("other", "c"))]


def test_a_rule_is_mandatory_unless_it_says_otherwise() -> None:
    assert RULE.enforcement_level is EnforcementLevel.MANDATORY
