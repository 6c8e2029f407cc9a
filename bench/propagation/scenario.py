"""What happens to a name while it is cut over: plain data, drawn from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

ALIAS_TTL_SECONDS = 60  # of an alias to a load balancer on AWS; everything in seconds below is scaled by TTL / 60
NAME_SERVERS = 4
RESOLVERS = 4


@dataclass(frozen=True)
class Scenario:
    """One cutover. Moments are seconds after the last change of the record was accepted, lists are by server.

    lag_seconds: how long each name server still serves the past.
    both_seconds: how long before it both colours were at the same weight; 0: the answer is switched in one change.
    slow_milliseconds: how late the second name server answers.
    silent_until: the third name server says nothing from one second before the change until then.
    flip: the first name server, after it had switched, serves the past once more between these two moments.
    age_seconds: how long before the change each resolver was first asked, and holds an answer from then.
    stretch_seconds: how much longer than the TTL the first resolver keeps answers.
    """

    kind: str
    seed: int
    ttl_seconds: int
    lag_seconds: tuple[float, ...]
    both_seconds: float
    age_seconds: tuple[float, ...]
    slow_milliseconds: int = 0
    silent_until: float | None = None
    flip: tuple[float, float] | None = None
    stretch_seconds: float = 0.0

    @property
    def insync_at(self) -> float:
        """When Route 53 would say INSYNC: once all of its servers serve the change for the first time."""
        return max(self.lag_seconds)


def _one_change(scenario: Scenario, _: random.Random, __: float) -> Scenario:
    return replace(scenario, both_seconds=0.0)


def _raise_then_lower(scenario: Scenario, _: random.Random, __: float) -> Scenario:
    return scenario


def _no_lag(scenario: Scenario, _: random.Random, __: float) -> Scenario:
    return replace(scenario, lag_seconds=(0.0,) * NAME_SERVERS)


def _slow_server(scenario: Scenario, randomness: random.Random, _: float) -> Scenario:
    return replace(scenario, slow_milliseconds=randomness.randrange(300, 1500))


def _silent_for_a_while(scenario: Scenario, randomness: random.Random, scale: float) -> Scenario:
    return replace(scenario, silent_until=randomness.uniform(5, 40) * scale)


def _dead_server(scenario: Scenario, _: random.Random, __: float) -> Scenario:
    return replace(scenario, silent_until=float("inf"))


def _flips_back(scenario: Scenario, randomness: random.Random, scale: float) -> Scenario:
    begins = scenario.lag_seconds[0] + randomness.uniform(5, 30) * scale
    return replace(scenario, flip=(begins, begins + randomness.uniform(3, 8) * scale))


def _resolver_stretches(scenario: Scenario, randomness: random.Random, scale: float) -> Scenario:
    return replace(scenario, stretch_seconds=randomness.uniform(5, 20) * scale)


KINDS: dict[str, Callable[[Scenario, random.Random, float], Scenario]] = {
    "one change, servers lag": _one_change,
    "no lag": _no_lag,
    "servers lag": _raise_then_lower,
    "one slow server": _slow_server,
    "one server silent for a while": _silent_for_a_while,
    "one server dead for good": _dead_server,
    "one server flips back": _flips_back,
    "one resolver stretches the TTL": _resolver_stretches,
}


def draw(kind: str, seed: int, ttl_seconds: int = ALIAS_TTL_SECONDS) -> Scenario:
    """The scenario of this kind and seed: lags of 0 to 20 s, 15 s between raising and lowering, at TTL 60."""
    randomness = random.Random(f"{kind} {seed}")
    scale = ttl_seconds / ALIAS_TTL_SECONDS
    scenario = Scenario(
        kind,
        seed,
        ttl_seconds,
        tuple(randomness.uniform(0, 20) * scale for _ in range(NAME_SERVERS)),
        15 * scale,
        tuple(randomness.uniform(0, 0.95) * ttl_seconds for _ in range(RESOLVERS)),
    )
    return KINDS[kind](scenario, randomness, scale)
