"""Real requests to real TLS servers on loopback, trusted by the CA that SSL_CERT_FILE names."""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cutover.checks.http_request import AT_ONCE, Question, addresses_of, ask_all, ask_once
from cutover.checks.probes import Answered, fault
from propagation import Endpoint, Outcome, Target
from tests.lab.parts.tls_server import PAGE, Authority, serving
from tests.unit.outcomes import outcome

HOST = "violet.www.shop.example"
ADDRESS, OTHER_ADDRESS = "127.0.0.1", "127.0.0.2"
T = TypeVar("T")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def tls(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What the checks use: the default trust, which is in a file that the environment names."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    return ssl.create_default_context()


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def question(port: int, tls: ssl.SSLContext | None, timeout_seconds: float = 60.0) -> Question:
    return Question(HOST, port, "/healthz?deep=1", timeout_seconds, tls)


def test_a_server_with_a_certificate_for_the_own_name_answers_with_status_headers_and_time(
    authority: Authority, tls: ssl.SSLContext
) -> None:
    async def ask() -> None:
        async with serving(ADDRESS, authority.server_context(HOST)) as served:
            began = time.monotonic()
            answer = await ask_once(ADDRESS, question(served.port, tls))
            assert 0 < answer.milliseconds <= 1000 * (time.monotonic() - began)
            assert (answer.address, answer.status, answer.error) == (ADDRESS, 200, "")
            assert answer.headers["x-release"] == "2.0.0"
            assert served.server_names == [HOST]
            first, *fields = served.heads[0].splitlines()
            assert first == "GET /healthz?deep=1 HTTP/1.1"
            assert f"Host: {HOST}:{served.port}" in fields
            assert "Connection: close" in fields

    run(ask())


def failure(context: ssl.SSLContext, tls: ssl.SSLContext) -> Answered:
    async def ask() -> Answered:
        async with serving(ADDRESS, context) as served:
            return await ask_once(ADDRESS, question(served.port, tls))

    answer = run(ask())
    assert answer.status is None
    return answer


def test_a_certificate_for_another_name_is_an_error(authority: Authority, tls: ssl.SSLContext) -> None:
    assert "Hostname mismatch" in failure(authority.server_context("amber.www.shop.example"), tls).error


def test_a_certificate_that_has_expired_is_an_error(authority: Authority, tls: ssl.SSLContext) -> None:
    assert "expired" in failure(authority.server_context(HOST, days=-1), tls).error


def test_a_certificate_of_an_authority_nobody_trusts_is_an_error(tmp_path: Path, tls: ssl.SSLContext) -> None:
    assert "verify failed" in failure(Authority(tmp_path).server_context(HOST), tls).error


def test_plain_http_where_tls_is_expected_is_an_error(tls: ssl.SSLContext) -> None:
    async def ask() -> Answered:
        async with serving(ADDRESS, None) as served:
            return await ask_once(ADDRESS, question(served.port, tls, timeout_seconds=0.4))

    answer = run(ask())
    assert answer.status is None
    assert answer.error


def plain(page: bytes, timeout_seconds: float = 60.0, seconds: float = 0.0) -> Answered:
    async def ask() -> Answered:
        async with serving(ADDRESS, None, lambda _number: page, seconds) as served:
            return await ask_once(ADDRESS, question(served.port, None, timeout_seconds))

    return run(ask())


def test_without_tls_the_answer_is_read_as_well() -> None:
    assert plain(PAGE).status == 200


def test_a_status_that_is_not_good_is_an_answer() -> None:
    assert plain(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").status == 503


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (b"", "0 bytes read"),
        (b"HTTP/1.1 200 OK\r\n", "bytes read"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not an HTTP response"),
        (b"HTTP/1.1 OK\r\n\r\n", "invalid literal"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "limit"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n", "more than 100 headers"),
    ],
)
def test_an_answer_that_is_no_http_or_is_cut_short_is_an_error(page: bytes, error: str) -> None:
    answer = plain(page)
    assert answer.status is None
    assert error in answer.error


def test_an_answer_that_does_not_come_in_time_is_an_error_with_the_time() -> None:
    answer = plain(PAGE, timeout_seconds=0.1, seconds=0.4)
    assert answer.error == "nothing, or not all, came in 0.1 s"
    assert answer.milliseconds >= 99


def test_a_late_answer_is_as_late_as_it_was() -> None:
    assert plain(PAGE, seconds=0.15).milliseconds >= 149


def test_an_address_where_nobody_listens_is_an_error() -> None:
    async def ask() -> Answered:
        async with serving(ADDRESS, None) as served:
            port = served.port
        return await ask_once(ADDRESS, question(port, None))

    assert "Connect call failed" in run(ask()).error


def test_every_address_is_asked_as_often_as_wanted_and_only_a_few_times_at_once(
    authority: Authority, tls: ssl.SSLContext
) -> None:
    async def ask() -> None:
        context = authority.server_context(HOST)
        async with (
            serving(ADDRESS, context, company=2) as one,
            serving(OTHER_ADDRESS, context, port=one.port) as two,
        ):
            answers = await ask_all([ADDRESS, OTHER_ADDRESS], question(one.port, tls), 10, 60_000)
            assert [answer.address for answer in answers] == [ADDRESS] * 10 + [OTHER_ADDRESS] * 10
            assert {answer.status for answer in answers} == {200}
            assert len(one.heads) == len(two.heads) == 10
            assert 1 < one.most_at_once <= AT_ONCE

    run(ask())


def test_an_address_that_answers_badly_once_is_not_asked_on_and_the_others_are() -> None:
    async def ask() -> None:
        def bad_at_second(number: int) -> bytes:
            return PAGE if number != 2 else b"HTTP/1.1 500 Oh\r\n\r\n"

        async with (
            serving(ADDRESS, None, bad_at_second) as one,
            serving(OTHER_ADDRESS, None, port=one.port) as two,
        ):
            answers = await ask_all([ADDRESS, OTHER_ADDRESS], question(one.port, None), 12, 60_000)
            assert len(one.heads) == AT_ONCE
            assert len(two.heads) == 12
            assert [answer.status for answer in answers].count(500) == 1

    run(ask())


@pytest.mark.parametrize(
    ("port", "secure", "url"),
    [
        (443, True, f"https://{HOST}/healthz"),
        (8443, True, f"https://{HOST}:8443/healthz"),
        (80, False, f"http://{HOST}/healthz"),
        (443, False, f"http://{HOST}:443/healthz"),
    ],
)
def test_the_port_is_named_where_it_is_not_the_standard_one(port: int, secure: bool, url: str) -> None:
    assert Question(HOST, port, "/healthz", 1.0, ssl.create_default_context() if secure else None).url == url


class Resolvers:
    """What each resolver says, by its address."""

    def __init__(self, **said: Outcome.Said) -> None:
        self.servers: Sequence[Endpoint] = [Endpoint(name) for name in said]
        self._said = said

    async def glance(self, target: Target, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
        assert (target.names, target.rdtype, target.private) == (("violet.elb.example",), "A", True)
        assert (list(target.resolvers), deadline_seconds > 0) == (self.servers, True)
        seen = outcome(said_by_resolvers=tuple(replace(said, server=name) for name, said in self._said.items()))
        assert is_enough(seen)
        return seen

    def addresses(self) -> tuple[str, ...]:
        return run(addresses_of("violet.elb.example", self.servers, self.glance))


def known(*addresses: str) -> Outcome.Said:
    return Outcome.Said("", "violet.elb.example", "expected", "answers", addresses)


def without(verdict: str, status: str) -> Outcome.Said:
    return Outcome.Said("", "violet.elb.example", verdict, status)


def test_the_addresses_are_all_that_any_resolver_knows() -> None:
    dead = without("no_answer", "no answer over UDP in 2 s")
    assert Resolvers(a=known("192.0.2.2"), b=dead, c=known("192.0.2.1", "192.0.2.2")).addresses() == (
        "192.0.2.1",
        "192.0.2.2",
    )


def test_when_no_resolver_has_an_address_each_ones_words_are_in_the_error() -> None:
    resolvers = Resolvers(a=without("negative", "NXDOMAIN"), b=without("failure", "SERVFAIL"))
    with pytest.raises(LookupError, match=r"no address of violet.elb.example is to be had \(a: NXDOMAIN; b: SERVFAIL"):
        resolvers.addresses()


def test_an_answer_is_told_apart_from_one_that_was_never_complete() -> None:
    assert fault(plain(PAGE), 60_000) == ""
    assert fault(plain(b"HTTP/1.1 200 OK\r\n"), 60_000) != ""
