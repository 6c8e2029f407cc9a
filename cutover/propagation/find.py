"""From a name in DNS, and what is expected of it, to what is to be asked of whom."""

import ipaddress
from collections.abc import Callable, Sequence
from functools import partial

from cutover.propagation.answer import Ask, Endpoint
from cutover.propagation.colour_lookup import ColourLookup
from cutover.propagation.delegation import zone_of
from cutover.propagation.expected import Agreement, ExpectedValues
from cutover.propagation.look import Judge, few
from cutover.propagation.polite_ask import PoliteAsk
from cutover.propagation.response import canonical
from cutover.propagation.target import ColourNames, Target
from cutover.propagation.watchers import NewJudge

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
    Raises LookupError when there is no zone to be found, ValueError when `expected` is not data of such a record.
    """
    zone, ns_names = (None, ()) if private else await zone_of(name, resolvers, ask)
    make = partial(
        Target,
        names=(name,),
        ns_names=ns_names,
        resolvers=tuple(resolvers),
        authoritative_port=port,
        rdtype=rdtype,
        zone=zone,
        private=private,
    )
    if not expected:
        return make(incoming="the same everywhere"), _judge(lambda: Agreement(by_resolvers=private))
    if rdtype in WITH_ADDRESSES and len(expected) == 1 and not _is_address(expected[0]):
        other = expected[0]
        return make(incoming=other, colours={other: ColourNames(other, other)}), ColourLookup
    values = [canonical(rdtype, text) for text in expected]
    return make(incoming=few(values)), _judge(lambda: ExpectedValues(values))


def _judge(new: Callable[[], Judge]) -> NewJudge:
    def new_judge(_target: Target, _ask: PoliteAsk, _clock: Callable[[], float]) -> Judge:
        return new()

    return new_judge


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
