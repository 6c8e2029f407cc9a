"""What vegeta says of each request, and what all of them come to."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_test.results import NO_PORT_LEFT, TOO_MANY_FILES, Hit, Tally, hit_of, of_the_generator


def row(status: int, error: str = "", sent: int = 1_767_268_800_000_000_000, latency: int = 12_500_000) -> list[str]:
    return [str(sent), str(status), str(latency), "0", "0", error, "", "", "0", "GET", "https://x/", ""]


def tally(*hits: Hit) -> Tally:
    found = Tally()
    for hit in hits:
        found.add(hit)
    return found


def evenly(count: int, per_second: float, bad: int = 0, seconds: float = 0.01) -> Tally:
    return tally(*(Hit(1000 + n / per_second, seconds, "503" if n < bad else "") for n in range(count)))


def test_a_row_is_read() -> None:
    assert hit_of(row(200)) == Hit(1_767_268_800.0, 0.0125)
    assert hit_of(row(302)).kind == ""


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (503, "503 Service Unavailable", "503"),
        (404, "404 Not Found", "404"),
        (0, 'Get "https://x/": context deadline exceeded (Client.Timeout exceeded)', "no answer in time"),
        (0, 'Get "http://x/": dial tcp 192.0.2.1:80: i/o timeout', "no connection in time"),
        (0, 'Get "http://x/": dial tcp 192.0.2.1:80: connect: connection refused', "connection refused"),
        (0, 'Get "http://x/": read tcp 192.0.2.9:1->192.0.2.1:80: read: connection reset by peer', "connection reset"),
        (0, 'Get "http://x/": EOF', "connection closed"),
        (0, 'Get "http://x/": dial tcp: lookup x: no such host', "no address"),
        (0, 'Get "https://x/": tls: failed to verify certificate: x509: unknown authority', "certificate not trusted"),
        (0, "dial tcp 0.0.0.0:0->192.0.2.1:80: socket: too many open files", TOO_MANY_FILES),
        (0, "dial tcp 0.0.0.0:0->192.0.2.1:80: bind: cannot assign requested address", NO_PORT_LEFT),
        (0, "something new", "no answer"),
        (200, "unexpected EOF", "connection closed"),
    ],
)
def test_errors_are_of_few_kinds_whatever_ports_they_name(status: int, error: str, kind: str) -> None:
    assert hit_of(row(status, error)).kind == kind


@pytest.mark.parametrize("broken", [[], ["1", "2"], row(200)[:5], ["x", *row(200)[1:]]])
def test_what_is_no_row_is_an_error(broken: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no row|invalid literal"):
        hit_of(broken)


def test_the_rate_is_that_between_the_first_and_the_last_request() -> None:
    found = evenly(401, 40).figures()
    assert found.requests == 401
    assert found.seconds == pytest.approx(10.0)
    assert found.rate == pytest.approx(40.0)


def test_answers_that_come_in_another_order_change_nothing() -> None:
    hits = [Hit(1000 + n / 40, 0.01 * (n % 7)) for n in range(80)]
    assert tally(*hits).figures() == tally(*reversed(hits)).figures()


def test_half_a_colour_is_half_of_the_rate() -> None:
    found = evenly(401, 40, bad=160).figures()
    assert found.success == pytest.approx(60.1, abs=0.1)
    assert found.answered_rate == pytest.approx(24.0, abs=0.1)
    assert found.errors == {"503": 160}


@given(st.lists(st.floats(1e-6, 60), min_size=1, max_size=200))
def test_a_quantile_is_never_too_little_and_at_most_one_per_cent_too_much(latencies: list[float]) -> None:
    found = tally(*(Hit(1000.0, one) for one in latencies)).figures()
    ordered = sorted(latencies)
    for share, said in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        true = ordered[math.ceil(share * len(ordered)) - 1] * 1000
        assert true * (1 - 1e-9) <= said <= true * 1.0101
    assert found.max == ordered[-1] * 1000
    assert found.p50 <= found.p95 <= found.p99 <= found.max


def test_of_nothing_there_are_no_figures() -> None:
    found = Tally().figures()
    assert (found.requests, found.rate, found.success, found.p99, found.max) == (0, 0, 0, 0, 0)
    one = tally(Hit(1000.0, 0.1)).figures()
    assert (one.requests, one.rate, one.success) == (1, 0, 100)


def test_what_never_left_this_machine_is_not_the_colours_fault() -> None:
    found = tally(Hit(1, 0, TOO_MANY_FILES), Hit(2, 0, "503"), Hit(3, 0, NO_PORT_LEFT), Hit(4, 0)).figures()
    assert of_the_generator(found) == 2


def test_the_share_of_failures_is_that_of_the_latest_seconds_and_of_whole_ones() -> None:
    found = tally(*(Hit(1000 + n / 10, 0.0, "503" if n >= 100 else "") for n in range(150)))
    assert found.failed_lately(5) == pytest.approx(80)
    assert found.failed_lately(10) == pytest.approx(40)
    assert evenly(40, 10).failed_lately(5) is None, "not before so many seconds have passed"
    assert Tally().failed_lately(5) is None
