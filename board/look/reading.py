"""One read at a time limit: in a thread that nobody waits for in the end, and known or unknown afterwards."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TypeVar

from board.facts import Fact, Known, Unknown
from cutover.asking import asking
from cutover.refusal import Refusal

T = TypeVar("T")
AGAIN = ".venv/bin/python -m board"


async def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """What `function` returns, from a thread of its own; raises what it raises.

    A daemon: the threads of an executor are joined when the process ends, and a call that hangs would hold it up.
    """
    loop, future = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def settle(outcome: T | None, error: BaseException | None) -> None:
        if future.done():
            return  # nobody waits any more
        if error is None:
            future.set_result(outcome)
        else:
            future.set_exception(error)

    def work() -> None:
        outcome: T | None = None
        failure: Exception | None = None
        try:
            outcome = function(*arguments)
        except StopIteration as error:  # which no future takes
            failure = RuntimeError(str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised where it is waited for
            failure = error
        try:
            loop.call_soon_threadsafe(settle, outcome, failure)
        except RuntimeError:
            return  # the loop has ended: too late

    threading.Thread(target=work, name="look", daemon=True).start()
    found: T = await future
    return found


class Limit:
    """The moment until which everything has to be read; what is not by then is unknown."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self._clock = seconds, clock
        self._ends_at = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, never less than 0."""
        return max(0.0, self._ends_at - self._clock())

    async def read(self, whom: str, about: str, read: Callable[..., T], *arguments: object) -> Fact[T]:
        """What `read` returns, called in a thread; unknown, with the reason, whatever keeps it from that.

        `whom` and `about` are for the reason, like `Route 53` and `for the zone`.
        """
        return await self.awaited(whom, about, in_thread(read, *arguments))

    async def awaited(self, whom: str, about: str, answer: Awaitable[T], remedy: str = "") -> Fact[T]:
        """The same for what is awaited; `remedy` is what to type where `whom` is not AWS."""
        try:
            with nullcontext() if remedy else asking(whom, about):
                return Known(await asyncio.wait_for(answer, self.left))
        except TimeoutError:
            slow = f"{whom} was asked {about}, and has not answered within {self.seconds:g} s"
            return Unknown(slow, remedy or AGAIN)
        except Refusal as refusal:
            return Unknown(f"{refusal.problem}: {refusal.seen}", refusal.next_step)
        except Exception as error:  # noqa: BLE001  # whatever went wrong, what was to be read was not
            said = str(error) or type(error).__name__
            return Unknown(f"{whom} could not be asked {about}: {said}", remedy or AGAIN)
