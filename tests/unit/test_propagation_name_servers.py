"""Finding the addresses of name servers."""

import asyncio
from collections.abc import Mapping

import pytest

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.client import is_routable
from propagation.name_servers import NameServers
from propagation.questions import Limiter, Runtime, first_to_know
from propagation.target import Target
from tests.unit.virtual_time import START, run_in_virtual_time

KNOWS = Answer(AnswerKind.RECORDS, frozenset({"192.0.2.1"}), 3600)
NODATA = Answer(AnswerKind.NODATA, detail="NODATA")
NXDOMAIN = Answer(AnswerKind.NXDOMAIN, detail="NXDOMAIN")
SERVFAIL = Answer(AnswerKind.FAILURE, detail="SERVFAIL")
SILENCE = Answer(AnswerKind.NO_ANSWER, detail="no answer over UDP in 2 s")


def found(answers: Mapping[str, tuple[float, Answer]]) -> Answer:
    """What is found when each resolver gives its answer after so many seconds."""

    async def ask(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        assert (name, rdtype, recursive) == ("ns-1.example.net", "A", True)
        seconds, answer = answers[server.address]
        await asyncio.sleep(seconds)
        return answer

    async def main() -> Answer:
        return await first_to_know("ns-1.example.net", "A", [Endpoint(address) for address in answers], ask)

    return asyncio.run(main())


def test_the_first_resolver_that_knows_is_enough() -> None:
    assert found({"192.0.2.11": (30, SILENCE), "192.0.2.12": (0, SERVFAIL), "192.0.2.13": (0.01, KNOWS)}) == KNOWS


def test_no_data_counts_only_if_no_resolver_knows_an_address() -> None:
    assert found({"192.0.2.11": (0, NODATA), "192.0.2.12": (0.01, KNOWS)}) == KNOWS
    assert found({"192.0.2.11": (0, NODATA), "192.0.2.12": (0.01, SERVFAIL)}) == NODATA


def test_where_no_resolver_knows_the_failure_is_told() -> None:
    assert found({"192.0.2.11": (0, SERVFAIL), "192.0.2.12": (0, SERVFAIL)}) == SERVFAIL


@pytest.mark.parametrize("trouble", [NODATA, SERVFAIL, NXDOMAIN], ids=lambda answer: answer.detail)
def test_an_address_that_can_be_found_after_a_while_is_found_half_a_second_later_at_most(trouble: Answer) -> None:
    """The later it is found, the later the wait ends."""
    known_from = START + 21.9

    async def ask(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:  # noqa: ARG001  # as in Ask
        loop = asyncio.get_running_loop()
        if loop.time() < known_from:
            return trouble
        return KNOWS if rdtype == "A" else NODATA

    async def main() -> float:
        loop = asyncio.get_running_loop()
        found_at: list[float] = []
        target = Target(
            "www.example.net",
            "anything",
            agreement=True,
            ns_names=("ns-1.example.net",),
            resolvers=(Endpoint("192.0.2.11"),),
        )
        runtime = Runtime(ask=ask, clock=loop.time)
        await NameServers(target, Limiter(runtime), runtime, lambda _name, _address: found_at.append(loop.time())).run()
        return found_at[0]

    assert known_from <= run_in_virtual_time(main()) <= known_from + 0.5


def test_ipv4_is_taken_for_routable() -> None:
    assert is_routable(Endpoint("192.0.2.1"))


def test_an_ipv6_address_is_routable_where_a_socket_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_routable(Endpoint("::1", 5353))

    class Unroutable:
        def __init__(self, *_: object) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("socket.socket", Unroutable)
    assert not is_routable(Endpoint("2001:db8::53"))
