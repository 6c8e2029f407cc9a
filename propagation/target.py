"""What a wait for DNS waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from propagation.answer import Endpoint


@dataclass(frozen=True)
class Target:
    """`name`, and every one of the `further` names, answers what is `expected`, everywhere.

    Further names are decided by the same record as the first, on the same server, like aliases to it in the same zone:
    the wait follows the first name, and makes sure of the others.

    What that is, is said in one of three ways. `answers` has `expected` and every other answer that may still be about
    (none when there was nothing before), each with a name in the zone that has its addresses; `sources`, where they are
    known, the names elsewhere that these lead to, like those of load balancers. Or `values` are the data of the records
    that are expected. Or `agreement` alone: all servers give the same, whatever it is. `expected` is then for people.

    `ns_names` are the zone's name servers by its own account, as in its delegation set; those of the parent are asked
    for where the name of the `zone` is given. All addresses are looked up through `resolvers`. A `private` zone has no
    `ns_names`: only the resolvers can be asked. `rdtype` is the type of the records. `minimum_ttl_seconds`, where
    given, is waited for even if the servers give a shorter TTL: for a caller who knows that older answers had a longer
    one. `doubts`: what could not be found out about the zone, to be warned of.
    Raises ValueError when there is nothing to ask, nobody to ask, or nothing to compare with.
    """

    name: str
    expected: str
    further: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    agreement: bool = False
    ns_names: tuple[str, ...] = ()
    resolvers: tuple[Endpoint, ...] = ()
    authoritative_port: int = 53
    minimum_ttl_seconds: float | None = None
    rdtype: str = "A"
    zone: str | None = None
    private: bool = False
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        needed = ("name", "resolvers") if self.private else ("name", "ns_names", "resolvers")
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"{name} is empty: a wait for DNS needs at least one")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"a name is there twice: {', '.join(self.names)}")
        if self.private and self.ns_names:
            raise ValueError(f"a private zone has no name servers that can be asked, but ns_names is {self.ns_names}")
        ways = [name for name in ("answers", "values", "agreement") if getattr(self, name)]
        if len(ways) > 1:
            raise ValueError(f"what is expected is said in one way, but there are {' and '.join(ways)}")
        if not self.values and not self.agreement and self.expected not in self.answers:
            known = ", ".join(self.answers) or "none"
            raise ValueError(f"expected is {self.expected!r}, which is not one of the answers: {known}")

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (self.name, *self.further)
