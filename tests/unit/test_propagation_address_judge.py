"""Keeping up with the addresses of load balancers."""

import asyncio

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.judges import AddressJudge
from propagation.observation import Worth
from propagation.questions import Limiter, Runtime, TimedAnswer
from propagation.target import Target
from tests.unit.virtual_time import run_in_virtual_time

SERVER, RESOLVER = Endpoint("192.0.2.1"), Endpoint("192.0.2.53")
TARGET = Target(
    name="www.example.com",
    expected="blue",
    answers={"red": "red.example.com", "blue": "blue.example.com"},
    sources={"red": "red.balancer.example.net", "blue": "blue.balancer.example.net"},
    ns_names=("ns-1.example.net",),
    resolvers=(RESOLVER,),
)


class Names:
    """Answers by name from a table that a test may change; counts the questions."""

    def __init__(self, **addresses: str) -> None:
        self.table = {f"{label}.example.com": answer(address) for label, address in addresses.items()}
        self.asked: list[str] = []
        self.seconds = 0.0

    async def ask(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        assert recursive is (server == RESOLVER)
        assert rdtype == "A"
        self.asked.append(name)
        await asyncio.sleep(self.seconds)
        return self.table.get(name, Answer(AnswerKind.NXDOMAIN, detail="NXDOMAIN"))


def answer(address: str, ttl_seconds: float = 60) -> Answer:
    return Answer(AnswerKind.RECORDS, frozenset({address}), ttl_seconds)


class Judge:
    """A lookup, on virtual time, of what a live name's address is worth."""

    def __init__(self, names: Names) -> None:
        self.clock = asyncio.get_running_loop().time
        self.lookup = AddressJudge(TARGET, Limiter(Runtime(names.ask, self.clock)))

    async def verdict(self, address: str, server: Endpoint = SERVER) -> Worth:
        now = self.clock()
        look = await self.lookup.judge(server, TimedAnswer(answer(address), now, now), recursive=server == RESOLVER)
        return look.verdict


def test_looking_up_is_shared_and_repeated_after_five_seconds_or_for_what_is_expected_half_a_ttl() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1", blue="203.0.113.1")
        judge = Judge(names)
        old, new = await asyncio.gather(judge.verdict("198.51.100.1"), judge.verdict("203.0.113.1"))
        assert (old, new) == (Worth.OTHER, Worth.EXPECTED)
        await asyncio.sleep(4)
        await judge.verdict("203.0.113.1")
        assert sorted(names.asked) == ["blue.example.com", "red.example.com"]
        await asyncio.sleep(2)
        await judge.verdict("203.0.113.1")
        assert len(names.asked) == 2
        await judge.verdict("198.51.100.1")
        assert len(names.asked) == 4
        await asyncio.sleep(31)
        await judge.verdict("203.0.113.1")
        assert len(names.asked) == 6

    run_in_virtual_time(main())


def test_an_unknown_address_is_looked_up_at_once() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1", blue="203.0.113.1")
        judge = Judge(names)
        await judge.verdict("203.0.113.1")
        await asyncio.sleep(1)
        names.table["blue.example.com"] = answer("203.0.113.9")
        assert await judge.verdict("203.0.113.9") is Worth.EXPECTED
        assert not any("balancer" in name for name in names.asked)
        assert await judge.verdict("203.0.113.1") is Worth.EXPECTED

    run_in_virtual_time(main())


def test_an_address_that_is_no_more_is_forgotten_after_two_ttls() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1", blue="203.0.113.1")
        judge = Judge(names)
        await judge.verdict("203.0.113.1")
        names.table["blue.example.com"] = answer("203.0.113.9")
        await asyncio.sleep(121)
        assert await judge.verdict("203.0.113.1") is Worth.UNKNOWN

    run_in_virtual_time(main())


def test_what_its_own_names_do_not_tell_the_load_balancers_names_do() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1")
        names.table["blue.balancer.example.net"] = answer("203.0.113.1")
        judge = Judge(names)
        assert await judge.verdict("203.0.113.1") is Worth.EXPECTED
        assert await judge.verdict("192.0.2.99") is Worth.UNKNOWN

    run_in_virtual_time(main())


def test_what_a_cache_says_is_as_old_as_the_part_of_its_ttl_that_is_gone() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1", blue="203.0.113.1")
        judge = Judge(names)
        await judge.verdict("203.0.113.1")
        await asyncio.sleep(30)
        names.table = {"red.example.com": answer("192.0.2.7", 5), "blue.example.com": answer("192.0.2.7", 50)}
        assert await judge.verdict("192.0.2.7", RESOLVER) is Worth.EXPECTED
        names.table = {"red.example.com": answer("192.0.2.8", 50), "blue.example.com": answer("192.0.2.8", 5)}
        await asyncio.sleep(6)
        assert await judge.verdict("192.0.2.8", RESOLVER) is Worth.OTHER

    run_in_virtual_time(main())


def test_an_answer_still_being_judged_is_in_doubt() -> None:
    async def main() -> None:
        names = Names(red="198.51.100.1", blue="203.0.113.1")
        names.seconds = 1
        judge = Judge(names)
        judging = asyncio.create_task(judge.verdict("198.51.100.1"))
        await asyncio.sleep(0.5)
        assert judge.lookup.in_doubt == 1
        assert await judging is Worth.OTHER
        assert judge.lookup.in_doubt == 0

    run_in_virtual_time(main())
