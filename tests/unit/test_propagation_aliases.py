"""Following a CNAME out of the zone."""

import asyncio

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.questions import Aliases, Limiter, Runtime, TimedAnswer

RESOLVER = Endpoint("192.0.2.53")
CNAME = Answer(
    AnswerKind.NODATA, ttl_seconds=300, detail="NODATA", longest_ttl_seconds=120, alias="lb.elsewhere.example."
)


def followed(*answers: Answer, found: Answer) -> tuple[list[Answer], int]:
    """What becomes of answers heard at once, and how many questions that takes."""
    asked = 0

    async def ask(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        nonlocal asked
        asked += 1
        assert (server, name, rdtype, recursive) == (RESOLVER, "lb.elsewhere.example.", "AAAA", True)
        return found

    async def main() -> list[Answer]:
        aliases = Aliases("AAAA", [RESOLVER], Limiter(Runtime(ask, lambda: 10.0)))
        heard = await asyncio.gather(*(aliases.followed(TimedAnswer(answer, 10, 11)) for answer in answers))
        assert all((one.asked_at, one.at) == (10, 11) for one in heard)
        return [one.answer for one in heard]

    return asyncio.run(main()), asked


def test_an_alias_gets_the_addresses_that_resolvers_have_and_keeps_its_own_ttl() -> None:
    (answer, again), asked = followed(CNAME, CNAME, found=Answer(AnswerKind.RECORDS, frozenset({"2001:db8::1"}), 7))
    assert answer == again
    assert (answer.kind, answer.records) == (AnswerKind.RECORDS, frozenset({"2001:db8::1"}))
    assert (answer.ttl_seconds, answer.longest_ttl_seconds) == (120, 120)
    assert asked == 1


def test_an_alias_without_addresses_stays_no_data() -> None:
    (answer,), _ = followed(CNAME, found=Answer(AnswerKind.NXDOMAIN, detail="NXDOMAIN"))
    assert answer == CNAME


def test_what_is_no_alias_is_not_followed() -> None:
    plain = Answer(AnswerKind.RECORDS, frozenset({"2001:db8::1"}), 60)
    assert followed(plain, found=plain) == ([plain], 0)
