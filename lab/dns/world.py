"""What there is to resolve at one moment, and the history of it."""

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lab.aws.record_set import RecordSet

LOAD_BALANCER_DOMAIN = "elb.amazonaws.com."


@dataclass(frozen=True)
class Host:
    """A name outside the zones with its addresses (IPv4 and IPv6) and the TTL to serve them with."""

    addresses: tuple[str, ...]
    ttl_seconds: int


@dataclass(frozen=True)
class Zone:
    """A hosted zone. `name` is lower case and ends with a dot. A `private` one is for resolvers only."""

    name: str
    record_sets: tuple[RecordSet, ...]
    private: bool = False

    @cached_property
    def by_name(self) -> dict[str, list[RecordSet]]:
        """The record sets of each name; names that only have names below them have an empty list."""
        found: dict[str, list[RecordSet]] = {}
        for record_set in self.record_sets:
            found.setdefault(record_set.name, []).append(record_set)
            parent = record_set.name
            while parent != self.name and parent.endswith("." + self.name):
                found.setdefault(parent, [])
                parent = parent.partition(".")[2]
        return found


@dataclass(frozen=True)
class World:
    """All zones, and all hosts by name: the load balancers and the name servers themselves."""

    zones: tuple[Zone, ...] = ()
    hosts: Mapping[str, Host] | None = None

    def zone_of(self, name: str) -> Zone | None:
        """The closest zone that `name` belongs to."""
        fitting = [zone for zone in self.zones if name == zone.name or name.endswith("." + zone.name)]
        return max(fitting, key=lambda zone: len(zone.name), default=None)

    @cached_property
    def public(self) -> "World":
        """What the name servers of the internet know."""
        return World(tuple(zone for zone in self.zones if not zone.private), self.hosts)

    @cached_property
    def private(self) -> "World":
        """What resolvers inside of private networks know besides."""
        return World(tuple(zone for zone in self.zones if zone.private), self.hosts)

    def host(self, name: str) -> Host | None:
        return (self.hosts or {}).get(name)


class History:
    """The worlds since the start, by Unix time. Written by one thread at a time, read by any."""

    def __init__(self, at: float, first: World) -> None:
        self._entries: list[tuple[float, World]] = [(at, first)]

    @property
    def latest(self) -> World:
        return self._entries[-1][1]

    def add(self, at: float, world: World) -> None:
        if world != self.latest:
            self._entries.append((at, world))

    def at(self, moment: float) -> World:
        """The world that was current at `moment`; the first one for any time before it."""
        entries = self._entries
        index = bisect.bisect_right(entries, moment, key=lambda entry: entry[0])
        return entries[max(index - 1, 0)][1]

    def starts(self) -> list[float]:
        return [at for at, _ in self._entries]
