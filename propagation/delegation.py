"""Which name servers a zone has: by its own account, and by that of its parent, which the world's resolvers follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from propagation.answer import AnswerKind, Ask, Endpoint
from propagation.client import is_routable
from propagation.questions import all_of, first_to_know

FAMILIES = ("A", "AAAA")
# Of the parent's servers (the root has 13) so many are asked; the first to answer is believed.
PARENT_SERVERS_AT_MOST = 4


@dataclass(frozen=True)
class Delegation:
    """The name servers of a zone, without a dot at the end: its `own`, and those of the `parent` zone's referral.

    `by_parent` is None as long as the parent was not seen, and `problem` says why; `is_awaited`: it may be any moment.
    `doubts` and `parent_doubts`: what was not found out on the way to the zone, and to its parent.
    """

    own: tuple[str, ...]
    parent: str = ""
    by_parent: tuple[str, ...] | None = None
    problem: str = ""
    is_awaited: bool = False
    doubts: tuple[str, ...] = ()
    parent_doubts: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be between the zone and its parent, and what is not known."""
        return (*self.doubts, *self._between_zone_and_parent, *self.parent_doubts)

    @property
    def _between_zone_and_parent(self) -> tuple[str, ...]:
        if self.by_parent is None:
            return (f"parent zone not seen: {self.problem}",) if self.problem else ()
        if set(self.by_parent) == set(self.own):
            return ()
        return (
            f"the parent zone {self.parent} delegates to {', '.join(self.by_parent)}, "
            f"the zone itself has {', '.join(self.own)}: all of them are asked",
        )


NO_DELEGATION = Delegation(())


@dataclass(frozen=True)
class Zone:
    """A zone and its name servers, as resolvers give them; `doubts` tell of zones that may have been overlooked."""

    name: str | None
    ns_names: tuple[str, ...]
    doubts: tuple[str, ...] = ()


NO_ZONE = Zone(None, ())


def plain_names(names: Iterable[str]) -> tuple[str, ...]:
    """Host names in lower case, without a dot at the end, sorted."""
    return tuple(sorted({name.rstrip(".").lower() for name in names}))


async def ask_parent(
    delegation: Delegation, zone: str, resolvers: Sequence[Endpoint], port: int, ask: Ask
) -> Delegation:
    """`delegation` with what the parent of `zone` says; with the `problem` where it cannot be found out.

    The parent is the next zone above; which that is, and its name servers' addresses, the resolvers are asked.
    """
    doubts: tuple[str, ...] = ()
    try:
        parent = await _first_zone(ancestors(zone), resolvers, ask)
        doubts = parent.doubts
        servers = await _addresses(parent.ns_names[:PARENT_SERVERS_AT_MOST], resolvers, port, ask)
        answer = await first_to_know(zone, "NS", servers, ask, recursive=False)
        if answer.kind is not AnswerKind.RECORDS:
            raise LookupError(f"the name servers of {parent.name} say {answer.detail} of {zone}")
    except LookupError as error:
        return replace(delegation, problem=str(error), is_awaited=False, parent_doubts=doubts)
    return replace(
        delegation,
        parent=parent.name or "",
        by_parent=plain_names(answer.records),
        problem="",
        is_awaited=False,
        parent_doubts=doubts,
    )


async def zone_of(name: str, resolvers: Sequence[Endpoint], ask: Ask) -> Zone:
    """The zone that `name` is in; raises LookupError."""
    found = await _first_zone([name, *ancestors(name)], resolvers, ask)
    return replace(found, ns_names=plain_names(found.ns_names))


def ancestors(name: str) -> list[str]:
    """The names above `name`, nearest first, up to the root."""
    labels = name.rstrip(".").split(".")
    return [*(".".join(labels[n:]) for n in range(1, len(labels))), "."]


async def _first_zone(candidates: Sequence[str], resolvers: Sequence[Endpoint], ask: Ask) -> Zone:
    """The first of the candidates that is a zone: only a zone has name servers at its top.

    One that cannot be looked up is passed over, and remembered: it may be a zone, with servers that nobody asks then.
    """
    failed: dict[str, str] = {}
    for candidate in candidates:
        answer = await first_to_know(candidate, "NS", resolvers, ask)
        if answer.kind is AnswerKind.RECORDS:
            doubts = tuple(
                f"the resolvers say {said} to NS of {name}: {candidate} was asked in its place, "
                f"and if {name} is a zone of its own, its name servers were overlooked"
                for name, said in failed.items()
            )
            return Zone(candidate, tuple(sorted(answer.records)), doubts)
        if answer.kind in (AnswerKind.FAILURE, AnswerKind.NO_ANSWER):
            failed[candidate] = answer.detail
    for name, said in failed.items():
        raise LookupError(f"the resolvers say {said} to NS of {name}")
    raise LookupError(f"no name server is known of any of {', '.join(candidates)}")


async def _addresses(
    ns_names: Sequence[str], resolvers: Sequence[Endpoint], port: int, ask: Ask
) -> tuple[Endpoint, ...]:
    answers = await all_of(
        first_to_know(ns_name, rdtype, resolvers, ask) for ns_name in ns_names for rdtype in FAMILIES
    )
    found = [Endpoint(address, port) for answer in answers for address in sorted(answer.records)]
    servers = tuple(server for server in dict.fromkeys(found) if is_routable(server))
    if not servers:
        raise LookupError(f"no address is known of {', '.join(ns_names)}")
    return servers
