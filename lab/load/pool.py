"""The four kinds of clients that a cutover meets, each as the flags with which vegeta behaves like them."""

import math
from dataclasses import dataclass
from fractions import Fraction

from lab.client import LabClient
from lab.messages import Addresses, ServerFault

HONEST, HOLDS_TWICE, NEVER_AGAIN, KEEP_ALIVE = "honest", "holds twice the TTL", "never resolves again", "keep-alive"
# Load balancers of AWS have this TTL as targets of an alias:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
ALIAS_TTL_SECONDS = 60
_TIMES_TOO_LONG = 2
_KINDS = 4
# As patient as a browser; a machine that is busy is not a failed request.
TIMEOUT_SECONDS = 20
# So many seconds' worth of a pool's requests may be under way at once. A machine that is short of time then makes the
# load slower, which is told, and not every answer later and later until clients give up.
_UNDER_WAY_SECONDS = 2


@dataclass(frozen=True)
class Pool:
    """Clients of one kind.

    resolver: IP:PORT of the one resolver that they ask. flags: how vegeta is told to be like them: `-dns-ttl=-1`
    resolves at every connection, `-dns-ttl=0` once and for all; `-keepalive=false` makes every request a connection.
    per_second: requests of all of them. moves: whether they ever follow DNS by themselves. held_ttls: for how many TTLs
    their resolver holds an answer. keeps_connections: whether a request takes the connection of another one.
    """

    name: str
    resolver: str
    flags: tuple[str, ...]
    per_second: Fraction
    moves: bool = True
    held_ttls: int = 1
    keeps_connections: bool = False

    def arguments(self) -> list[str]:
        """Of `vegeta attack`. Bodies are read and not kept; the rate is N requests in M seconds."""
        return [
            f"-name={self.name}",
            f"-resolvers={self.resolver}",
            f"-rate={self.per_second.numerator}/{self.per_second.denominator}s",
            f"-max-workers={max(10, math.ceil(_UNDER_WAY_SECONDS * self.per_second))}",
            f"-timeout={TIMEOUT_SECONDS}s",
            "-max-body=0",
            "-duration=0",
            *self.flags,
        ]


def pools(addresses: Addresses, rate: int) -> list[Pool]:
    """The four, with `rate` requests a second in all, each through a resolver of its own.

    `holding_resolver` says which resolver has to be told to hold (`let_it_hold`). Raises ValueError for no rate.
    """
    if rate < 1:
        raise ValueError(f"the rate must be at least 1 request a second, not {rate}")
    first, second, third = honest_resolvers(addresses)
    anew, once, closed = "-dns-ttl=-1", "-dns-ttl=0", "-keepalive=false"
    each = Fraction(rate, _KINDS)

    def at(resolver: str) -> str:
        return f"{resolver}:{addresses.dns_port}"

    return [
        Pool(HONEST, at(first), (anew, closed), each),
        Pool(HOLDS_TWICE, at(holding_resolver(addresses)), (anew, closed), each, held_ttls=_TIMES_TOO_LONG),
        Pool(KEEP_ALIVE, at(second), (anew,), each, keeps_connections=True),
        Pool(NEVER_AGAIN, at(third), (once, closed), each, moves=False),
    ]


def honest_resolvers(addresses: Addresses) -> list[str]:
    """Those that keep an answer for exactly its TTL: the ones that the program's `resolvers` should name."""
    return addresses.resolvers[:-1]


def holding_resolver(addresses: Addresses) -> str:
    """The one that holds too long. Nobody who deploys knows of it: it is not to be among `resolvers`."""
    return addresses.resolvers[-1]


def held_seconds(ttl_seconds: int = ALIAS_TTL_SECONDS) -> int:
    """How long it holds an answer."""
    return _TIMES_TOO_LONG * ttl_seconds


def let_it_hold(client: LabClient, addresses: Addresses, ttl_seconds: int = ALIAS_TTL_SECONDS) -> None:
    """Tell the lab to let `holding_resolver` hold every answer for twice its TTL, before anybody asks it."""
    client.set_resolver_fault(holding_resolver(addresses), ServerFault(minimum_ttl_seconds=held_seconds(ttl_seconds)))
