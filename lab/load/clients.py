"""The clients of a rehearsal: four pools that send requests to the live name while the context lasts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from lab.load import tally
from lab.load.attack import Aim, Attack
from lab.load.hit import Hit
from lab.load.pool import Pool, held_seconds
from lab.load.tally import PoolFigures, Second, Switch
from lab.traffic import Served

REQUESTS_PER_SECOND = 200
# After the last moment at which somebody may move: so long it has to be seen that they have.
SEEN_SECONDS = 5.0
_FIRST_FAILURES = 10


@dataclass(frozen=True)
class LoadFigures:
    """What the clients of a rehearsal were served. asked, sent: requests a second in all."""

    asked: int
    sent: float
    pools: dict[str, PoolFigures] = field(default_factory=dict)
    never_move: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """`requests_per_second` and `pools` of .lab/rehearsal.json."""
        return {
            "requests_per_second": round(self.sent, 1),
            "requests_per_second_asked": self.asked,
            "pools": {name: _pool(figures) for name, figures in self.pools.items()},
        }

    def stayed(self) -> list[str]:
        """The pools that should have moved after each switch, and were not seen to."""
        return [
            name
            for name, figures in self.pools.items()
            if name not in self.never_move and None in figures.moved_seconds
        ]


def _pool(figures: PoolFigures) -> dict[str, object]:
    moved = [None if one is None else round(one, 1) for one in figures.moved_seconds]
    return {
        "requests": figures.requests,
        "failed": figures.failed,
        "moved_seconds": moved[0] if moved else None,
        "moved_back_seconds": moved[1] if len(moved) > 1 else None,
        "by_colour": dict(figures.by_colour),
        "failures": dict(figures.failures),
    }


class Clients:
    """Sends `asked` requests a second in `pools` to `aim`.

    keep_alive_seconds: after which load balancers end a connection (`clientKeepAlive`). Leaving raises LoadFailed.
    """

    def __init__(
        self, program: Path, aim: Aim, pools: Sequence[Pool], keep_alive_seconds: float, ttl_seconds: int
    ) -> None:
        self._attack = Attack(program, aim, pools)
        self._pools, self._keep_alive_seconds, self._ttl_seconds = tuple(pools), keep_alive_seconds, ttl_seconds
        self.asked = int(sum(pool.per_second for pool in pools))
        self.began = 0.0

    def __enter__(self) -> Self:
        self.began = time.time()
        self._attack.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._attack.__exit__(kind, *rest)

    @property
    def hits(self) -> Sequence[Hit]:
        """Every request that has been answered or given up by now."""
        return self._attack.hits

    @property
    def served(self) -> Served:
        """All pools together."""
        hits = list(self._attack.hits)
        served = Served()
        served.by_colour.update(tally.by_colour(hits))
        failures = [hit for hit in hits if hit.failed]
        served.failed = len(failures)
        served.failures = [
            f"{time.strftime('%H:%M:%S', time.localtime(hit.at))} {hit.pool}: {hit.error}"
            for hit in failures[:_FIRST_FAILURES]
        ]
        return served

    def all_followed_at(self, lowered_at: float, let_go_at: float) -> float:
        """When everybody who follows DNS has followed, and been seen to (Unix time)."""
        return max(lowered_at + held_seconds(self._ttl_seconds), let_go_at + self._keep_alive_seconds) + SEEN_SECONDS

    def figures(self, switches: Sequence[Switch]) -> LoadFigures:
        """Once the context has ended."""
        never = tuple(pool.name for pool in self._pools if not pool.moves)
        found = tally.by_pool(self.hits, switches)
        in_order = {pool.name: found[pool.name] for pool in self._pools if pool.name in found}
        return LoadFigures(self.asked, tally.requests_per_second(self.hits), in_order, never)

    def by_second(self) -> list[Second]:
        """Of every pool, from the first second on."""
        return tally.by_second(self.hits, self.began)

    def p99_by_second(self) -> dict[int, float]:
        """In milliseconds, of all pools together."""
        return tally.p99_by_second(self.hits, self.began)
