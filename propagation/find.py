"""From a name in DNS, and what is expected of it, to what is to be asked of whom."""

import ipaddress
from collections.abc import Sequence
from functools import partial

import dns.exception
import dns.name

from propagation.answer import Ask, Endpoint
from propagation.delegation import NO_ZONE, zone_of
from propagation.observation import few
from propagation.response import canonical
from propagation.target import Target

WITH_ADDRESSES = ("A", "AAAA")


async def find(
    name: str,
    rdtype: str,
    expected: Sequence[str],
    resolvers: Sequence[Endpoint],
    port: int,
    ask: Ask,
    *,
    private: bool,
) -> Target:
    """What to ask about `name`, and what is expected.

    `expected`: the data of all records, or for A and AAAA one other name whose addresses are meant; when empty, all
    servers have to agree. The zone and its servers are found through the resolvers, unless it is `private`.
    Raises ValueError when `expected` is not data of such a record, LookupError when there is no zone to be found.
    """
    other = _other_name(rdtype, expected)
    values = [] if other else sorted({canonical(rdtype, text) for text in expected})
    zone = NO_ZONE if private else await zone_of(name, resolvers, ask)
    make = partial(
        Target,
        name=name,
        ns_names=zone.ns_names,
        resolvers=tuple(resolvers),
        authoritative_port=port,
        rdtype=rdtype,
        zone=zone.name,
        doubts=zone.doubts,
        private=private,
    )
    if other:
        return make(expected=other, answers={other: other}, sources={other: other})
    if values:
        return make(expected=few(values), values=frozenset(values))
    return make(expected="the same everywhere", agreement=True)


def _other_name(rdtype: str, expected: Sequence[str]) -> str | None:
    """The name whose addresses are expected; None where data are. Raises ValueError for a mixture."""
    if rdtype not in WITH_ADDRESSES:
        return None
    others = [text for text in dict.fromkeys(expected) if not _is_address(text)]
    if not others:
        return None
    name = host_name(others[0])
    if len(set(expected)) > 1:
        raise ValueError(f"{others[0]!r} is a name, and stands for all addresses that are expected: give it alone")
    return name


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def host_name(text: str) -> str:
    """`text` as a name in lower case, without the dot at its end (the root is "."); ValueError when it is none.

    A name whose last label is a number is an address that lacks something: no top-level domain is one
    (https://www.rfc-editor.org/rfc/rfc3696#section-2).
    """
    try:
        name = dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text!r} is not a name in DNS: {error}") from None
    plain = name.to_text(omit_final_dot=True).lower()
    if not text or any(character.isspace() for character in text):
        raise ValueError(f"{text!r} is not a name in DNS: it is {'empty' if not text else 'written with white space'}")
    if plain.rpartition(".")[2].isdigit():
        raise ValueError(f"{text!r} is not a name in DNS: its last label is a number")
    return plain
