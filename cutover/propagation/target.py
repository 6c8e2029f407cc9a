"""What a wait for DNS waits for."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutover.propagation.answer import Endpoint


@dataclass(frozen=True)
class ColourNames:
    """The names a colour's addresses are found by: its own name in the zone and, where known, its load balancer's."""

    own_name: str
    load_balancer_dns_name: str | None = None


@dataclass(frozen=True)
class Target:
    """Every one of `names` answers the `incoming` colour everywhere.

    `colours` has the incoming colour and every other whose answers may still be about (none when the first colour is
    put in charge). `ns_names` are the zone's name servers, as in its delegation set; their addresses are looked up
    through `resolvers`. `rdtype` is A or AAAA. `minimum_ttl_seconds`, where given, is waited for even if the servers
    give a shorter TTL: for a caller who knows that older answers had a longer one.
    Raises ValueError when there is nothing to ask or nobody to ask.
    """

    names: tuple[str, ...]
    incoming: str
    colours: Mapping[str, ColourNames]
    ns_names: tuple[str, ...]
    resolvers: tuple[Endpoint, ...]
    authoritative_port: int = 53
    minimum_ttl_seconds: float | None = None
    rdtype: str = "A"

    def __post_init__(self) -> None:
        for field in ("names", "ns_names", "resolvers"):
            if not getattr(self, field):
                raise ValueError(f"{field} is empty: a wait for DNS needs at least one")
        if self.incoming not in self.colours:
            raise ValueError(
                f"incoming is {self.incoming!r}, which is not one of the colours {', '.join(self.colours)}"
            )
