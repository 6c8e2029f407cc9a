"""From a name in DNS, and what is expected of it, to what is to be asked of whom."""

import ipaddress
from collections.abc import Callable, Sequence
from functools import partial

from propagation.answer import Ask, Endpoint
from propagation.colour_lookup import ColourLookup
from propagation.delegation import NO_ZONE, zone_of
from propagation.expected import Agreement, ExpectedValues
from propagation.look import Judge, few
from propagation.names import host_name
from propagation.polite_ask import PoliteAsk
from propagation.response import canonical
from propagation.target import ColourNames, Target
from propagation.watchers import NewJudge

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
) -> tuple[Target, NewJudge]:
    """What to ask about `name`, and the judge of the answers.

    `expected`: the data of all records, or for A and AAAA one other name whose addresses are meant; when empty, all
    servers have to agree. The zone and its servers are found through the resolvers, unless it is `private`.
    Raises ValueError when `expected` is not data of such a record, LookupError when there is no zone to be found.
    """
    other = _other_name(rdtype, expected)
    values = [] if other else sorted({canonical(rdtype, text) for text in expected})
    zone = NO_ZONE if private else await zone_of(name, resolvers, ask)
    make = partial(
        Target,
        names=(name,),
        ns_names=zone.ns_names,
        resolvers=tuple(resolvers),
        authoritative_port=port,
        rdtype=rdtype,
        zone=zone.name,
        doubts=zone.doubts,
        private=private,
    )
    if other:
        return make(incoming=other, colours={other: ColourNames(other, other)}), ColourLookup
    if values:
        return make(incoming=few(values)), _judge(lambda: ExpectedValues(values))
    return make(incoming="the same everywhere"), _judge(lambda: Agreement(by_resolvers=private))


def _judge(new: Callable[[], Judge]) -> NewJudge:
    def new_judge(_target: Target, _ask: PoliteAsk, _clock: Callable[[], float]) -> Judge:
        return new()

    return new_judge


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
