"""What a rehearsal measures, as a file and as a table."""

import math
from dataclasses import dataclass, field

from cutover.printable import printable
from lab.load.clients import LoadFigures
from lab.load.tally import PoolFigures, Switch
from lab.marks import LET_GO, LOWER, RAISE, Mark, at
from lab.traffic import Served

TAG_IN, TAG_BACK = "tag-in", "tag-back"
NEVER, NOTHING = "never", "-"


@dataclass
class Figures:
    """What the rehearsal measures; times in seconds.

    lab_megabytes: the most memory that the lab, with all its machines, has had; 0 without a lab. marks: the moments of
    its tag-ins. load: of clients in pools, None of others. calls: of AWS, by the roles that made them; denied: what of
    them was, a line each.
    """

    engine: str
    provider: str
    seconds: dict[str, float] = field(default_factory=dict)
    in_charge: str = ""
    lab_megabytes: int = 0
    served: Served = field(default_factory=Served)
    marks: list[Mark] = field(default_factory=list)
    load: LoadFigures | None = None
    calls: dict[str, int] = field(default_factory=dict)
    denied: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """The figures under the names that .lab/rehearsal.json promises."""
        return {
            **{key: round(value, 1) for key, value in self.seconds.items()},
            "requests": self.served.requests,
            "failed": self.served.failed,
            "by_colour": dict(self.served.by_colour),
            "in_charge": self.in_charge,
            "lab_megabytes": self.lab_megabytes,
            "engine": self.engine,
            "provider": self.provider,
            **({"calls_by_role": dict(self.calls), "calls_denied": len(self.denied)} if self.calls else {}),
            **(self.load.as_dict() if self.load else {}),
        }


def switches(marks: list[Mark], first: str, second: str) -> list[Switch]:
    """The two of a rehearsal, as far as it came: from `first` to `second`, and back."""
    found = []
    tagged_in, back_began = at(marks, LOWER, TAG_IN), at(marks, RAISE, TAG_BACK)
    if tagged_in is not None:
        until = math.inf if back_began is None else back_began
        found.append(Switch(tagged_in, first, second, until, at(marks, LET_GO, TAG_IN)))
    tagged_back = at(marks, LOWER, TAG_BACK)
    if tagged_back is not None:
        found.append(Switch(tagged_back, second, first, let_go_at=at(marks, LET_GO, TAG_BACK)))
    return found


def wrong(figures: Figures, expected: str) -> list[str]:
    """Why the rehearsal has failed, a sentence each; `expected`: who should be in charge at the end."""
    found = []
    if figures.served.failed:
        found.append(f"{figures.served.failed} of {figures.served.requests} requests failed")
    if not figures.served.requests:
        found.append("no request was sent")
    if figures.in_charge != expected:
        found.append(f"{printable(figures.in_charge) or 'nobody'} is in charge at the end, not {expected}")
    if figures.denied:
        found.append(f"{len(figures.denied)} calls were denied, the first: {printable(figures.denied[0])}")
    if figures.load is not None:
        found += [line for name, pool in figures.load.moving().items() for line in _not_followed(name, pool)]
    return found


def _not_followed(name: str, pool: PoolFigures) -> list[str]:
    """Why a pool has not followed the tag-in and the tag-back as it has to; nothing where it has."""
    phases = (TAG_IN, TAG_BACK)
    moved = [one for one in pool.moved_seconds if one is not None]
    if len(moved) < len(phases):
        return [f"the pool {name} was not seen to follow each switch"]
    found = []
    for phase, seconds, within in zip(phases, moved, [*pool.within_seconds, None, None], strict=False):
        if within is None:
            found.append(f"nothing says by when the pool {name} has to follow the {phase}")
        elif seconds > within:
            found.append(f"the pool {name} followed the {phase} {seconds:.1f} s after it, not within {within:.1f} s")
    return found


def show(figures: Figures) -> None:
    """Print the table."""
    rows = [(key.removesuffix("_seconds").replace("_", " "), f"{s:.1f} s") for key, s in figures.seconds.items()]
    served = figures.served
    rows += [("requests", str(served.requests)), ("failed", str(served.failed))]
    rows += [(f"served by {printable(colour)}", str(count)) for colour, count in sorted(served.by_colour.items())]
    rows.append(("in charge at the end", figures.in_charge))
    if figures.lab_megabytes:
        rows.append(("memory of the lab", f"{figures.lab_megabytes} MB"))
    if figures.calls:
        by_role = ", ".join(f"{count} {name}" for name, count in sorted(figures.calls.items()))
        rows.append(("calls by role", f"{by_role}; {len(figures.denied)} denied"))
    print(f"\nRehearsal on engine {figures.engine}, provider {figures.provider}")
    for label, value in rows:
        print(f"  {label:<24}{value:>12}")
    for line in () if figures.load is None else of_pools(figures.load):
        print(f"  {line}")
    for failure in served.failures:
        print(f"  failed: {failure}")
    print(f"failed {served.failed}", flush=True)


def of_pools(load: LoadFigures) -> list[str]:
    """The table of the pools, a line each.

    `moved`, `back`: how long after each switch the last of them had moved; beside it the most that this may be.
    """
    lines = [f"{load.sent:.1f} requests/s sent, {load.asked} asked, from four pools of clients:"]
    lines.append(f"  {'pool':<22}{'requests':>9}{'failed':>8}{'moved':>10}{'at most':>10}{'back':>10}{'at most':>10}")
    for name, figures in load.pools.items():
        moved, within = ([*both, None, None][:2] for both in (figures.moved_seconds, figures.within_seconds))
        words = [
            text
            for one, most in zip(moved, within, strict=True)
            for text in (_seconds(one, NEVER), _seconds(most, NOTHING))
        ]
        lines.append(f"  {name:<22}{figures.requests:>9}{figures.failed:>8}{''.join(f'{word:>10}' for word in words)}")
    return lines


def _seconds(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:.1f} s"
