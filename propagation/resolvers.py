"""Which resolvers can be asked, as people write them."""

import ipaddress
from urllib.parse import urlsplit

# Cloudflare, Google, Quad9, OpenDNS.
PUBLIC_RESOLVERS = ("1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222")
ALLOWED = "IP addresses of DNS resolvers, or URLs of resolvers over HTTPS"


def resolver(text: str) -> str:
    """An IPv4 or IPv6 address, or the URL of a resolver over HTTPS (RFC 8484), like https://dns.google/dns-query.

    Raises ValueError otherwise.
    """
    if not text.startswith("https://"):
        address = ipaddress.ip_address(text)
        if address.is_unspecified or address.is_multicast:
            raise ValueError(text)
        return str(address)
    url = urlsplit(text)
    # A port that is none raises ValueError here. Nobody's password belongs in a config file.
    is_plain = url.hostname and url.port != 0 and url.path.strip("/") and "@" not in url.netloc
    if not is_plain or url.query or url.fragment or not text.isascii() or any(c.isspace() for c in text):
        raise ValueError(text)
    return text
