"""Asking one server about one name again and again, without waiting for what gets lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

# With a timeout of 2 s and a question each 0.3 s there are seven; a burst is 20.
UNDER_WAY_AT_MOST = 24


async def ask_for_ever(
    until_next: Callable[[], Awaitable[None]],
    how_many: Callable[[int], int],
    look: Callable[[], Coroutine[Any, Any, None]],
    patience_seconds: Callable[[], float | None],
    clock: Callable[[], float],
    young_seconds: Callable[[], float],
) -> None:
    """`look` again and again, each in a task of its own: what became of a question is noted whenever it is known.

    `until_next` returns when it is time to. `how_many` says how often to look then, given how many questions are
    unanswered and younger than `young_seconds`; older ones are not counted on. `patience_seconds`: how long to wait for
    the answers before going on, None for as long as it takes.
    """
    async with asyncio.TaskGroup() as group:
        under_way: dict[asyncio.Task[None], float] = {}
        while True:
            await until_next()
            under_way = {task: asked_at for task, asked_at in under_way.items() if not task.done()}
            now = clock()
            young = young_seconds()
            count = how_many(sum(now - asked_at < young for asked_at in under_way.values()))
            asked = {group.create_task(look()): now for _ in range(count)}
            under_way |= asked
            if not asked:
                await asyncio.wait(under_way, timeout=patience_seconds(), return_when=asyncio.FIRST_COMPLETED)
            elif len(under_way) < UNDER_WAY_AT_MOST:
                await asyncio.wait(asked, timeout=patience_seconds())
            else:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
