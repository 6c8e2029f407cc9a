"""What a load balancer answers, as bytes."""

import pytest

from lab import http_answer
from lab.aws.listeners import Redirect
from lab.http_answer import HttpRequest

REQUEST = HttpRequest("GET", "/shop", "id=1", "www.example.test")


def test_the_host_is_read_without_its_port_and_the_query_apart_from_the_path() -> None:
    head = b"GET /shop?id=1 HTTP/1.1\r\nhost: www.example.test:8080\r\nAccept: */*\r\n\r\n"
    assert http_answer.read(head) == REQUEST


def test_what_is_no_request_is_none() -> None:
    assert http_answer.read(b"\x16\x03\x01\r\n\r\n") is None


@pytest.mark.parametrize(
    ("redirect", "location"),
    [
        (Redirect(301, protocol="HTTPS", port="8443"), "https://www.example.test:8443/shop?id=1"),
        (Redirect(301), "http://www.example.test:8080/shop?id=1"),
        (
            Redirect(302, host="other.#{host}", path="/new/#{path}", query=""),
            "http://other.www.example.test:8080/new/shop?",
        ),
    ],
)
def test_placeholders_of_a_redirect_are_filled_from_the_request(redirect: Redirect, location: str) -> None:
    assert http_answer.location(redirect, REQUEST, 8080, "http") == location


def test_a_redirect_of_a_request_without_a_query_has_none() -> None:
    request = HttpRequest("GET", "/", "", "www.example.test")
    assert (
        http_answer.location(Redirect(301, "HTTPS", port="443"), request, 80, "http") == "https://www.example.test:443/"
    )


def test_a_head_request_gets_the_length_and_not_the_body() -> None:
    request = HttpRequest("HEAD", "/", "", "www.example.test")
    answer = http_answer.rendered(request, 200, {}, {"colour": "amber"})
    assert b"Content-Length: 19\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
