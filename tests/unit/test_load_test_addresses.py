"""The requests go to the colour's own load balancer, by the resolvers that are asked, or nowhere."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import pytest

from cutover.refusal import Refusal
from load_test.addresses import resolvers_for
from propagation import Endpoint, Outcome, Target
from tests.unit.outcomes import outcome

OWN, BALANCER = "violet.www.shop.example", "violet.elb.example"
ONE, OTHER = Endpoint("192.0.2.53"), Endpoint("192.0.2.54", 5353)
OVER_HTTPS = Endpoint("https://dns.example/dns-query")
GOOD = ("198.51.100.1", "198.51.100.2")
Answers = Mapping[tuple[Endpoint, str], tuple[str, ...]]
EVERYWHERE: Answers = {(server, name): GOOD for server in (ONE, OTHER) for name in (OWN, BALANCER)}


def ask(answers: Answers, resolvers: Sequence[Endpoint] = (ONE, OTHER)) -> tuple[Endpoint, ...]:
    async def glance(target: Target, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
        assert deadline_seconds > 0
        assert is_enough(outcome())
        return outcome(
            said_by_resolvers=tuple(
                Outcome.Said(str(server), name, "", "answers" if records else "SERVFAIL", records)
                for (server, name), records in answers.items()
                if name == target.name
            )
        )

    return asyncio.run(resolvers_for(OWN, BALANCER, resolvers, glance))


def test_all_resolvers_that_know_it_are_asked() -> None:
    assert ask(EVERYWHERE) == (ONE, OTHER)


def test_one_address_in_common_is_enough_as_load_balancers_tell_some_of_theirs() -> None:
    assert ask({**EVERYWHERE, (ONE, OWN): (GOOD[1], "198.51.100.9"), (OTHER, OWN): GOOD[:1]}) == (ONE, OTHER)


@pytest.mark.parametrize("answer", [(), ("203.0.113.9",)])
def test_a_resolver_that_knows_nothing_or_another_place_is_left_out(answer: tuple[str, ...]) -> None:
    assert ask({**EVERYWHERE, (OTHER, OWN): answer}) == (ONE,)


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ({}, "no answer; violet.elb.example: no address"),
        ({(ONE, OWN): GOOD}, "violet.elb.example: no address"),
        ({(ONE, OWN): ("203.0.113.9",), (ONE, BALANCER): GOOD}, "198.51.100.1, 198.51.100.2"),
        ({(ONE, OWN): (), (ONE, BALANCER): GOOD}, "192.0.2.53: SERVFAIL"),
    ],
)
def test_when_none_leads_there_no_request_is_sent(answers: Answers, seen: str) -> None:
    with pytest.raises(Refusal, match="no request was sent") as refused:
        ask(answers)
    assert seen in refused.value.seen


WITH_HTTPS: Answers = {**EVERYWHERE, (OVER_HTTPS, OWN): GOOD, (OVER_HTTPS, BALANCER): GOOD}


def test_those_over_https_are_left_to_who_can_ask_them() -> None:
    assert ask(WITH_HTTPS, (OVER_HTTPS, OTHER)) == (OTHER,)


@pytest.mark.parametrize("resolvers", [(OVER_HTTPS,), (ONE, OVER_HTTPS)])
def test_where_only_those_over_https_lead_there_nobody_else_is_asked_and_no_request_is_sent(
    resolvers: Sequence[Endpoint],
) -> None:
    answers = {key: said for key, said in WITH_HTTPS.items() if key[0] in resolvers} | {(ONE, OWN): ("203.0.113.9",)}
    with pytest.raises(Refusal) as refused:
        ask(answers, resolvers)
    assert refused.value.problem == (
        f"every resolver that answers {OWN} with an address of its load balancer is asked over HTTPS, which vegeta "
        "cannot; no request was sent"
    )
    assert "https://dns.example/dns-query: answers" in refused.value.seen
    assert refused.value.next_step.startswith("edit `resolvers` in Pulumi.live.yaml: one by its IP address; ")
