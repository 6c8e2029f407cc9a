"""Finding the addresses of a zone's name servers."""

import asyncio
import socket
from collections.abc import Sequence

from propagation.answer import Answer, Ask, Endpoint, Kind

FAMILIES = ("A", "AAAA")


async def first_to_know(
    name: str, rdtype: str, servers: Sequence[Endpoint], ask: Ask, *, recursive: bool = True
) -> Answer:
    """Ask all `servers` (resolvers where `recursive`) at once for the `rdtype` records of `name`; the first to have
    any wins.

    A NODATA counts only when none has any: a name server that is overlooked could stay stale unseen.
    Returns an Answer of kind ADDRESSES or NODATA, or, where none knows, the last failure.
    """
    questions = [asyncio.create_task(ask(server, name, rdtype, recursive=recursive)) for server in servers]
    second_best = Answer(Kind.NO_ANSWER, detail="no answer from anybody")
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
