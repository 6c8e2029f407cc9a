"""What came of each disturbed tag-in as JSON keeps it, and what of it should not be. Pure."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cutover.printable import printable
from lab.cutover_faults.acts import Act
from lab.cutover_faults.faults import Fault
from lab.load import tally

_SAID = 300


@dataclass(frozen=True)
class PoolRow:
    """Of one pool: requests, failed ones, and how many failed in which second, counted from the fault."""

    requests: int
    failed: int
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_second: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """Of one act. said: the first words of its first error. left, again, back: what was there, in words.

    quiet: changes of the `up` after the next one. problems: what should not be, in words; none when all is well.
    """

    name: str
    title: str
    rate: int
    alias_ttl: int
    pools: Mapping[str, PoolRow]
    exit_code: int
    said: str
    under_way: tuple[str, ...]
    left: str
    again: str
    again_exit_code: int
    quiet: int
    back: str | None
    problems: tuple[str, ...]

    @property
    def requests(self) -> int:
        """Of all pools."""
        return sum(pool.requests for pool in self.pools.values())

    @property
    def failed(self) -> int:
        """Of all pools."""
        return sum(pool.failed for pool in self.pools.values())

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Row":
        """From what `asdict` gives; raises KeyError and TypeError for anything else."""
        pools = {name: PoolRow(**pool) for name, pool in data["pools"].items()}
        tuples = {name: tuple(data[name]) for name in ("under_way", "problems")}
        return Row(**{**data, **tuples, "pools": pools})

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def of_fault(fault: Fault, act: Act, rate: int) -> Row:
    """The row of a tag-in with a fault."""
    problems = _of_clients(act, fault.may_fail) + _of_ends(act) + _of_the_disturbance(act)
    if act.left is not None and act.exit_code == 0 and not act.left.is_switched:
        problems.append(f"the tag-in ended well, and left {act.left.words()}")
    if (act.exit_code != 0) != fault.is_refused:
        problems.append(f"the tag-in ended with {act.exit_code}: {_first_words(act.said)}")
    if act.back is None or not act.back.is_untouched:
        problems.append(f"after the tag-back: {act.back.words() if act.back else 'nothing is known'}")
    return _row(act, rate, fault.alias_ttl, problems)


def of_kill(act: Act, rate: int, alias_ttl: int) -> Row:
    """The row of a tag-in that was killed."""
    return _row(act, rate, alias_ttl, _of_clients(act, ()) + _of_ends(act) + _of_the_disturbance(act))


def _of_the_disturbance(act: Act) -> list[str]:
    return [f"nothing disturbed it: {_first_words(act.missed)}"] if act.missed else []


def _of_clients(act: Act, may_fail: tuple[str, ...]) -> list[str]:
    failed = {name: of.failed for name, of in tally.by_pool(act.hits).items() if of.failed and name not in may_fail}
    return [f"{count} requests of the pool {name} failed" for name, count in failed.items()]


def _of_ends(act: Act) -> list[str]:
    if act.converges:
        return []
    after = act.again.words() if act.again else "nothing is known"
    return [
        f"the next up ended with {act.again_exit_code} ({after}), "
        f"the one after it with {act.quiet_exit_code}, and made {act.quiet} changes"
    ]


def _row(act: Act, rate: int, alias_ttl: int, problems: list[str]) -> Row:
    return Row(
        act.name,
        act.title,
        rate,
        alias_ttl,
        _pools(act),
        act.exit_code,
        _first_words(act.said),
        act.under_way,
        act.left.words() if act.left else "",
        act.again.words() if act.again else "",
        act.again_exit_code,
        act.quiet,
        act.back.words() if act.back else None,
        tuple(problems),
    )


def _pools(act: Act) -> dict[str, PoolRow]:
    seconds: dict[str, Counter[str]] = {}
    for hit in sorted(act.hits, key=lambda hit: hit.at):
        if hit.failed:
            seconds.setdefault(hit.pool, Counter())[str(math.floor(hit.at - act.at))] += 1
    return {
        name: PoolRow(of.requests, of.failed, dict(of.failures), dict(seconds.get(name, {})))
        for name, of in tally.by_pool(act.hits).items()
    }


def _first_words(said: str) -> str:
    line = next((line.strip() for line in said.splitlines() if line.strip()), "")
    return printable(line)[:_SAID]
