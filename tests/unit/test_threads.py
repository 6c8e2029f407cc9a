"""Reading AWS from a hook while Pulumi holds every thread of the event loop."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cutover.threads import in_thread


def test_a_read_needs_none_of_the_event_loops_own_threads() -> None:
    registered = threading.Event()

    async def hook() -> str:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        registering = loop.run_in_executor(None, registered.wait)  # ends when the hook has ended, as in Pulumi
        try:
            async with asyncio.timeout(60):
                return await in_thread(lambda: "read")
        finally:
            registered.set()
            await registering

    assert asyncio.run(hook()) == "read"


def test_what_the_read_raises_is_raised() -> None:
    def denied(what: str) -> None:
        raise PermissionError(what)

    with pytest.raises(PermissionError, match="weights"):
        asyncio.run(in_thread(denied, "weights"))
