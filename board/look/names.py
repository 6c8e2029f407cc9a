"""What DNS says of the live names: every authoritative address and every resolver, asked at the same time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from board.facts import DnsFacts, Fact, Known
from board.look.reading import Limit
from components.settings import LiveSettings
from cutover.checks import dns
from cutover.weights import Weights, carrying
from propagation import Endpoint, Outcome, Target, Watch

# Whoever has not answered shortly before the board's own limit is shown so.
SPARE_SECONDS, SHORTEST_SECONDS = 0.5, 0.1


@dataclass(frozen=True)
class Carried:
    """What Route 53 says: `private`, the zone's name servers, the weights, and where the sets of each colour lead."""

    private: bool
    ns_names: Sequence[str]
    weights: Weights
    balancers: Mapping[str, str]


class Names:
    """The live names as DNS has them."""

    def __init__(self, live: LiveSettings, limit: Limit) -> None:
        self._live, self._limit = live, limit
        self._resolvers = tuple(Endpoint.resolver(text, live.dns_port) for text in live.resolvers)

    async def look(self, carried: Carried) -> Fact[DnsFacts]:
        """Ask about every live name that somebody carries.

        Nobody is asked about the others: a resolver would remember for minutes that there is no such name.
        """
        switch, *further = self._live.names
        carriers = {switch: carrying({switch: carried.weights.get(switch, {})})}
        # The others are aliases of it, and carried by the same.
        carriers |= {name: carriers[switch] for name in further if name in carried.weights}
        about = dns.carried(tuple(carriers), carriers)
        if not about:
            return Known(DnsFacts(None))
        colours = frozenset(carried.balancers)
        expected = dns.choose(tuple(about), about, colours, min(colours, default="")).asked_for
        target = self._target(tuple(about), carried.private, carried.ns_names, expected, carried.balancers)
        return await self._limit.awaited("DNS", f"about {switch}", self._facts(target, expected), self._remedy)

    async def look_without_aws(self) -> Fact[DnsFacts]:
        """Ask about the switch alone, when Route 53 does not say who carries it: only what the servers say is known."""
        switch = self._live.names[0]
        return await self._limit.awaited("DNS", f"about {switch}", self._by_dns_alone(), self._remedy)

    @property
    def _remedy(self) -> str:
        return f".venv/bin/python -m propagation {self._live.names[0]}"

    async def _by_dns_alone(self) -> DnsFacts:
        """The zone's servers by the resolvers; then they, and once one of them has the name the resolvers too."""
        switch, zone = self._live.names[0], self._live.shared.zone
        ns_names = tuple(sorted(await self._known(zone, "NS")))
        if not ns_names:
            raise LookupError(f"no resolver knows a name server of {zone}")
        addresses = await self._known(ns_names[0], "A")
        servers = tuple(Endpoint(address, self._live.dns_port) for address in sorted(addresses))
        if not servers or not await self._known(switch, "A", servers):
            raise LookupError(f"the name servers of {zone} know no address of {switch}, and Route 53 cannot be read")
        return await self._facts(self._target((switch,), False, ns_names, "", {}), "")

    async def _known(self, name: str, rdtype: str, servers: tuple[Endpoint, ...] = ()) -> frozenset[str]:
        """The records that any of the `servers`, the resolvers if there are none, has of a name."""
        target = Target(
            name, "anything", agreement=True, private=True, rdtype=rdtype, resolvers=servers or self._resolvers
        )
        said = (await self._glance(target)).said_by_resolvers
        return frozenset(record.rstrip(".") for one in said for record in one.records)

    def _target(
        self,
        names: tuple[str, ...],
        private: bool,
        ns_names: Sequence[str],
        expected: str,
        balancers: Mapping[str, str],
    ) -> Target:
        return Target(
            names[0],
            expected if balancers else "the same everywhere",
            further=names[1:],
            answers={colour: self._live.shared.own_name(colour) for colour in balancers},
            sources=dict(balancers),
            agreement=not balancers,
            ns_names=tuple(ns_names),
            zone=self._live.shared.zone,
            private=private,
            resolvers=self._resolvers,
            authoritative_port=self._live.dns_port,
        )

    async def _facts(self, target: Target, expected: str) -> DnsFacts:
        return DnsFacts(await self._glance(target), expected)

    async def _glance(self, target: Target) -> Outcome:
        seconds = max(self._limit.left - SPARE_SECONDS, SHORTEST_SECONDS)
        return await Watch(target).glance(seconds, lambda _: True)
