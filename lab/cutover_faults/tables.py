"""The tables of docs/zero-downtime.md that a run writes: a row for each fault, and one for each kill. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from lab.cutover_faults.faults import FAULTS, KILLED, Fault
from lab.cutover_faults.rows import PoolRow, Row

_NONE = "0"


def page(rows: Mapping[str, Row], kills: Sequence[Row], seed: int) -> list[str]:
    """All lines: faults, why those that cost something do, kills. Raises KeyError when a fault has no row."""
    faults = [rows[fault.name] for fault in FAULTS]
    seconds = by_second([*faults, *kills])
    in_seconds = ["Failed requests by second, counted from the fault:", "", *seconds, ""] if seconds else []
    return [*of_faults(faults), "", *reasons(FAULTS), "", *in_seconds, *of_kills(kills, seed)]


def of_faults(rows: Iterable[Row]) -> list[str]:
    """A row for each fault."""
    return [
        _line(
            "what breaks", "the tag-in", "left half-way", "failed requests", "the next `up`", "tag-back", "load, TTL"
        ),
        _line(*["---"] * 7),
        *(
            _line(
                row.title,
                "ends well" if row.exit_code == 0 else f"is refused: {row.said}",
                row.left,
                failed(row),
                next_up(row),
                "as before" if row.back == "nothing: not begun" else row.back or "",
                f"{row.rate}/s, {row.alias_ttl} s",
            )
            for row in rows
        ),
    ]


def reasons(faults: Iterable[Fault]) -> list[str]:
    """Why each fault costs what it costs."""
    return [f"- **{fault.title}** ({fault.moment.value}): {fault.why}" for fault in faults]


def of_kills(rows: Sequence[Row], seed: int) -> list[str]:
    """A row for each kill."""
    return [
        f"{KILLED[0].upper()}{KILLED[1:]} (SIGKILL to all its processes) at {len(rows)} random moments, seed {seed}, "
        f"under {' or '.join(sorted({f'{row.rate}/s with a TTL of {row.alias_ttl} s' for row in rows}))}; "
        "then `pulumi cancel` and `pulumi up`:",
        "",
        _line("killed after", "it was at", "left half-way", "failed requests", "the next `up`"),
        _line(*["---"] * 5),
        *(
            _line(
                row.title,
                ", ".join(f"`{name}`" for name in innermost(row.under_way)) or "its begin or end",
                row.left,
                failed(row),
                next_up(row),
            )
            for row in rows
        ),
    ]


def innermost(under_way: Sequence[str]) -> list[str]:
    """Of the steps under way those that are none of the stack and its components, which are under way all the time."""
    return [name for name in under_way if "::" not in name and not name.endswith("-live")]


def failed(row: Row) -> str:
    """How many of how many; where any, by pool with the seconds, counted from the fault, in which they failed."""
    if not row.failed:
        return f"{_NONE} of {row.requests}"
    parts = (f"{name} {_of_pool(pool)}" for name, pool in row.pools.items() if pool.failed)
    return f"**{row.failed}** of {row.requests}: " + "; ".join(parts)


def _of_pool(pool: PoolRow) -> str:
    seconds = sorted(map(int, pool.by_second))
    return f"{pool.failed} of {pool.requests} ({', '.join(pool.by_kind)}; seconds {seconds[0]} to {seconds[-1]})"


def by_second(rows: Iterable[Row]) -> list[str]:
    """A row for each pool of which requests failed: how many in each second from the first to the last such one."""
    lines = [_line(row.title, name, *_counts(pool)) for row in rows for name, pool in row.pools.items() if pool.failed]
    if not lines:
        return []
    return [_line("what breaks", "pool", "from second", "failed in each second"), _line(*["---"] * 4), *lines]


def _counts(pool: PoolRow) -> tuple[str, str]:
    seconds = sorted(map(int, pool.by_second))
    counts = (pool.by_second.get(str(second), 0) for second in range(seconds[0], seconds[-1] + 1))
    return str(seconds[0]), " ".join(map(str, counts))


def next_up(row: Row) -> str:
    """Whether it converges, and whether the one after it has anything to do."""
    if row.again_exit_code:
        return f"fails: {row.again}"
    after = "no changes after it" if not row.quiet else f"{row.quiet} changes after it"
    return f"{'switched' if row.again == 'nothing: switched' else row.again}; {after}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
