"""By when clients have moved over after a switch: what holds them back, and what a busy machine may add. Pure."""

from dataclasses import dataclass

from lab.load.pool import Pool

# The switch is where the engine begins on the record of the outgoing colour. The call of AWS, and the name servers
# after it, take about one second more on an idle machine (docs/zero-downtime.md).
UNTIL_LOWERED_SECONDS = 2.0
# The engine, the provider, load balancers, resolvers and clients share one machine. In the slowest second of any run
# that docs/zero-downtime.md tells of, 99 of 100 answers took less than 4 s. Twice that, and somewhat more, is still far
# from a TTL of 60 s.
LEAST_TOLERANCE_SECONDS = 10.0


@dataclass(frozen=True)
class Following:
    """What holds clients back, in seconds.

    ttl_seconds: of the live name. keep_alive_seconds: after which load balancers end a connection (`clientKeepAlive`).
    slowest_seconds: the slowest answer of the run: so late everything else may have been too.
    """

    ttl_seconds: int
    keep_alive_seconds: float
    slowest_seconds: float = 0.0

    @property
    def tolerance_seconds(self) -> float:
        """What is granted to the machine. A client gives up after 20 s, so it is never more."""
        return max(LEAST_TOLERANCE_SECONDS, self.slowest_seconds)

    def within_seconds(self, pool: Pool, let_go_seconds: float | None) -> float | None:
        """By when after the switch `pool` has to have moved; None for one that never does, or of which it is not known.

        let_go_seconds: when the wait for DNS was over, after the switch: from then on no resolver of the stack answers
        the outgoing colour. Those who keep connections have opened the last one by then, and by the TTL.
        """
        if not pool.moves:
            return None
        forgotten = UNTIL_LOWERED_SECONDS + pool.held_ttls * self.ttl_seconds
        if not pool.keeps_connections:
            return forgotten + self.tolerance_seconds
        if let_go_seconds is None:
            return None
        return min(forgotten, let_go_seconds) + self.keep_alive_seconds + self.tolerance_seconds
