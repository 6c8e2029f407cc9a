"""Resolvers as people write them."""

import pytest

from propagation import Endpoint


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *((address, address) for address in Endpoint.PUBLIC_RESOLVERS),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"),
        ("https://dns.google/dns-query", "https://dns.google/dns-query"),
        ("https://192.0.2.53:8443/dns-query", "https://192.0.2.53:8443/dns-query"),
        ("https://[2001:db8::1]/dns-query", "https://[2001:db8::1]/dns-query"),
    ],
)
def test_addresses_and_https_urls_are_resolvers(text: str, read: str) -> None:
    assert Endpoint.resolver(text) == Endpoint(read)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dns.google",
        "http://dns.google/dns-query",
        "https://dns.google",
        "https://dns.google/",
        "https:///dns-query",
        "https://user:word@dns.google/dns-query",
        "https://dns.google:99999/dns-query",
        "https://dns.google/dns-query?dns=AAAA",
        "https://dns.google/dns-query#x",
        "https://dns.google/dns query",
        "192.0.2.256",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whoever calls it says what is allowed
        Endpoint.resolver(text)


def test_an_endpoint_over_https_has_no_port_of_its_own() -> None:
    endpoint = Endpoint("https://dns.google/dns-query", 5353)
    assert endpoint.is_https
    assert str(endpoint) == "https://dns.google/dns-query"
    assert not Endpoint("192.0.2.53", 5353).is_https
