"""What one line of vegeta says of a request."""

import json

import pytest

from lab.load.hit import Hit, kind, parse

LINE = {
    "attack": "honest",
    "seq": 7,
    "code": 200,
    "timestamp": "2026-11-26T14:00:01.123456789Z",
    "latency": 12500000,
    "bytes_out": 0,
    "bytes_in": 2,
    "error": "",
    "body": None,
    "method": "GET",
    "url": "http://www.shop.example.:80/",
    "headers": {"X-Colour": ["red"], "X-Release": ["1.4.1"], "Content-Length": ["2"]},
}


def line(**changes: object) -> bytes:
    return json.dumps({**LINE, **changes}).encode()


def test_a_good_answer_says_when_how_long_and_who() -> None:
    number, hit = parse(line(), "honest")
    assert number == 7
    assert (hit.pool, hit.status, hit.error, hit.colour, hit.release) == ("honest", 200, "", "red", "1.4.1")
    assert hit.at == pytest.approx(1795701601.123456, abs=1e-5)
    assert hit.latency_seconds == 0.0125
    assert hit.ended_at == pytest.approx(hit.at + 0.0125)
    assert not hit.failed


def test_an_answer_that_says_nothing_of_itself_is_nobodys() -> None:
    for said in ("null", "{}", '{"X-Colour": []}'):
        _, hit = parse(line(headers=json.loads(said)), "honest")
        assert (hit.colour, hit.release) == (None, None)


@pytest.mark.parametrize("status", [0, 201, 204, 301, 404, 503])
def test_whatever_is_no_200_has_failed(status: int) -> None:
    _, hit = parse(line(code=status), "honest")
    assert hit.failed


def test_an_answer_of_200_that_broke_off_has_failed() -> None:
    _, hit = parse(line(error="unexpected EOF"), "honest")
    assert hit.failed
    assert hit.error == "closed"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ('Get "http://a.:1/": dial tcp: lookup a. on 10.0.0.1:53: no such host', "DNS"),
        ('Get "http://a.:1/": dial tcp: lookup a.: i/o timeout', "DNS"),
        ('Get "http://a.:1/": dial tcp 0.0.0.0:0->127.0.0.1:1: connect: connection refused', "refused"),
        ('Get "http://a.:1/": read tcp 127.0.0.1:2->127.0.0.1:1: read: connection reset by peer', "reset"),
        ('Get "http://a.:1/": EOF', "closed"),
        ('Get "http://a.:1/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)', "timeout"),
        ("dial tcp 10.0.0.1:80: connect: network is unreachable", "unreachable"),
        ("dial tcp 127.0.0.1:1: connect: cannot assign requested address", "generator"),
        ("something that nobody has thought of", "other"),
        ("", "other"),
    ],
)
def test_an_error_without_an_answer_is_of_a_kind(error: str, expected: str) -> None:
    assert kind(0, error) == expected


def test_an_error_with_an_answer_is_its_status() -> None:
    assert kind(503, "503 Service Unavailable") == "status 503"
    assert kind(200, "") == ""


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b"[]", b"{}", b"vegeta: out of memory", b"\xff", line(timestamp="yesterday"), line(code="x"),
     line(headers=7), line(latency=None)],
)  # fmt: skip
def test_a_line_that_is_no_result_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"no result|Invalid|Expecting|invalid|decode"):
        parse(text, "honest")


def test_a_hit_is_small() -> None:
    assert not hasattr(Hit("a", 0.0, 0.0, 200), "__dict__")
