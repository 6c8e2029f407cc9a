"""Finding the addresses of a zone's name servers."""

import asyncio
import socket
from collections.abc import Sequence

from cutover.propagation.answer import Answer, Ask, Endpoint, Kind

FAMILIES = ("A", "AAAA")


async def find_addresses(ns_name: str, rdtype: str, resolvers: Sequence[Endpoint], ask: Ask) -> Answer:
    """Ask all `resolvers` at once for the `rdtype` (A or AAAA) addresses of a name server; the first to know any wins.

    A NODATA counts only when no resolver knows an address: a server that is overlooked could stay stale unseen.
    Returns an Answer of kind ADDRESSES or NODATA, or, where no resolver knows, the last failure.
    """
    questions = [asyncio.create_task(ask(resolver, ns_name, rdtype, recursive=True)) for resolver in resolvers]
    second_best = Answer(Kind.NO_ANSWER, detail="no resolver answers")
    try:
        for question in asyncio.as_completed(questions):
            answer = await question
            if answer.kind is Kind.ADDRESSES:
                return answer
            if second_best.kind is not Kind.NODATA:
                second_best = answer
        return second_best
    finally:
        for task in questions:
            task.cancel()


def is_routable(server: Endpoint) -> bool:
    """Whether this machine has a route to `server`; found by connecting a UDP socket, which sends no packet.

    IPv4 is taken for granted; many networks have no IPv6.
    """
    if ":" not in server.address:
        return True
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect((server.address, server.port))
    except OSError:
        return False
    return True
