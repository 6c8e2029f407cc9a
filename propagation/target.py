"""What a wait for DNS waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from propagation.answer import Endpoint


@dataclass(frozen=True)
class ColourNames:
    """The names a colour's addresses are found by: its own name in the zone and, where known, its load balancer's."""

    own_name: str
    load_balancer_dns_name: str | None = None


@dataclass(frozen=True)
class Target:
    """Every one of `names` answers what is `incoming` everywhere: a colour, or what a judge of another kind looks for.

    `colours` has the incoming colour and every other whose answers may still be about (none when the first colour is
    put in charge). `ns_names` are the zone's name servers by its own account, as in its delegation set; those of the
    parent are asked for where the name of the `zone` is given. All addresses are looked up through `resolvers`.
    A `private` zone has no `ns_names`: only the resolvers can be asked. `rdtype` is the type of the records.
    `minimum_ttl_seconds`, where given, is waited for even if the servers give a shorter TTL: for a caller who knows
    that older answers had a longer one. `doubts`: what could not be found out about the zone, to be warned of.
    Raises ValueError when there is nothing to ask or nobody to ask.
    """

    names: tuple[str, ...]
    incoming: str
    colours: Mapping[str, ColourNames] = field(default_factory=dict)
    ns_names: tuple[str, ...] = ()
    resolvers: tuple[Endpoint, ...] = ()
    authoritative_port: int = 53
    minimum_ttl_seconds: float | None = None
    rdtype: str = "A"
    zone: str | None = None
    private: bool = False
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        needed = ("names", "resolvers") if self.private else ("names", "ns_names", "resolvers")
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"{name} is empty: a wait for DNS needs at least one")
        if self.private and self.ns_names:
            raise ValueError(f"a private zone has no name servers that can be asked, but ns_names is {self.ns_names}")
