"""The clients of a rehearsal: four pools that send requests to the live name while the context lasts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from lab.load import tally
from lab.load.attack import Aim, Attack
from lab.load.following import Following
from lab.load.hit import Hit
from lab.load.pool import Pool
from lab.load.tally import PoolFigures, Second, Switch
from lab.traffic import Served

REQUESTS_PER_SECOND = 200
# After the last moment at which somebody may move: so long it has to be seen that they have.
SEEN_SECONDS = 5.0
_FIRST_FAILURES = 10


@dataclass(frozen=True)
class LoadFigures:
    """What the clients of a rehearsal were served.

    asked, sent: requests a second in all. slowest_seconds: what the slowest answer took.
    """

    asked: int
    sent: float
    pools: dict[str, PoolFigures] = field(default_factory=dict)
    never_move: tuple[str, ...] = ()
    slowest_seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """`requests_per_second`, the slowest answer and `pools` of .lab/rehearsal.json."""
        return {
            "requests_per_second": round(self.sent, 1),
            "requests_per_second_asked": self.asked,
            "slowest_answer_seconds": round(self.slowest_seconds, 1),
            "pools": {name: _pool(figures) for name, figures in self.pools.items()},
        }

    def moving(self) -> dict[str, PoolFigures]:
        """The pools that should have moved after each switch."""
        return {name: figures for name, figures in self.pools.items() if name not in self.never_move}


def _pool(figures: PoolFigures) -> dict[str, object]:
    moved, back = _of_two(figures.moved_seconds)
    within, back_within = _of_two(figures.within_seconds)
    return {
        "requests": figures.requests,
        "failed": figures.failed,
        "moved_seconds": moved,
        "moved_within_seconds": within,
        "moved_back_seconds": back,
        "moved_back_within_seconds": back_within,
        "by_colour": dict(figures.by_colour),
        "failures": dict(figures.failures),
    }


def _of_two(seconds: Sequence[float | None]) -> list[float | None]:
    """Of both switches, None of one that was not."""
    return [None if one is None else round(one, 1) for one in [*seconds, None, None][:2]]


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
        """When everybody who follows DNS has followed, also on a busy machine, and been seen to (Unix time)."""
        following = self._following(list(self.hits))
        within = (following.within_seconds(pool, let_go_at - lowered_at) for pool in self._pools)
        return lowered_at + max((one for one in within if one is not None), default=0.0) + SEEN_SECONDS

    def figures(self, switches: Sequence[Switch]) -> LoadFigures:
        """Once the context has ended."""
        never = tuple(pool.name for pool in self._pools if not pool.moves)
        found, following = tally.by_pool(self.hits, switches), self._following(self.hits)
        in_order = {
            pool.name: replace(
                found[pool.name],
                within_seconds=tuple(following.within_seconds(pool, one.let_go_seconds) for one in switches),
            )
            for pool in self._pools
            if pool.name in found
        }
        sent = tally.requests_per_second(self.hits)
        return LoadFigures(self.asked, sent, in_order, never, following.slowest_seconds)

    def _following(self, hits: Sequence[Hit]) -> Following:
        return Following(self._ttl_seconds, self._keep_alive_seconds, tally.slowest_seconds(hits))

    def by_second(self) -> list[Second]:
        """Of every pool, from the first second on."""
        return tally.by_second(self.hits, self.began)

    def p99_by_second(self) -> dict[int, float]:
        """In milliseconds, of all pools together."""
        return tally.p99_by_second(self.hits, self.began)
