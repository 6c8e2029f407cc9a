"""A stage under the load of the four pools, which says how it is going."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from lab.load.attack import Aim, Attack
from lab.load.clients import REQUESTS_PER_SECOND
from lab.load.pool import TIMEOUT_SECONDS, let_it_hold, pools
from lab.machines.capacity import Capacity
from lab.rehearsal import HEADROOM
from lab.stage import Report, Stage
from lab.ticker import ticking

LEAD_SECONDS = 5.0
TICK_SECONDS = 10.0


@dataclass(frozen=True)
class Load:
    """Requests a second of all pools together, and the program that sends them."""

    program: Path
    rate: int = REQUESTS_PER_SECOND


@contextmanager
def under_load(stage: Stage, load: Load, report: Report) -> Iterator[Attack]:
    """Clients send requests from some seconds before the context until its end.

    Each colour carries HEADROOM times the load, shared out evenly over its instances.
    """
    let_it_hold(stage.lab, stage.addresses, stage.alias_ttl)
    capacity = stage.workspace.project_config("capacity")
    each = Capacity(per_second=HEADROOM * load.rate / capacity, patience_seconds=TIMEOUT_SECONDS)
    stage.lab.set_machines(capacity=asdict(each))
    aim = Aim(stage.name, stage.addresses.http_port)
    with Attack(load.program, aim, pools(stage.addresses, load.rate)) as attack:
        time.sleep(LEAD_SECONDS)
        began = time.monotonic()
        with ticking(partial(_line, attack), report, TICK_SECONDS):
            yield attack
        report(_line(attack, time.monotonic() - began))


def _line(attack: Attack, seconds: float) -> str:
    hits = list(attack.hits)
    return f"  {seconds:4.0f} s: {len(hits)} requests, {sum(hit.failed for hit in hits)} failed"
