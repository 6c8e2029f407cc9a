"""Threads for what blocks, like reading AWS: the hooks' own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
# As many reads at once as Route 53 and the connection pools of boto3 bear.
_THREADS = ThreadPoolExecutor(max_workers=10, thread_name_prefix="read")


async def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """What `function` returns, from a thread; raises what it raises.

    Not the event loop's own threads, which `asyncio.to_thread` takes: Pulumi has four of those for each operation it
    may run at once (`--parallel`), and each resource that is registered holds one until its hooks have ended. With
    enough resources side by side the hooks would wait for a thread, and the threads for the hooks, for ever.
    """
    return await asyncio.get_running_loop().run_in_executor(_THREADS, function, *arguments)
