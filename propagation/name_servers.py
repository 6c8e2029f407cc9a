"""Finding the addresses of a zone's name servers, however long that takes, by its own account and its parent's."""

import asyncio
from collections.abc import Callable

from propagation import delegation
from propagation.answer import AnswerKind, Endpoint
from propagation.delegation import FAMILIES, Delegation
from propagation.questions import Limiter, Runtime, all_of, first_to_know
from propagation.schedule import LONGEST_BACKOFF_SECONDS
from propagation.target import Target

NOT_ASKED = "not asked yet"
# A parent zone that was not seen at first is asked for again, ever more seldom.
PARENT_SECONDS = 10.0
# Nobody asks a server without an address, so the end may wait for that: a longer pause would make it later. After the
# first while, in which what has just failed comes back, it is as long as after any failure.
UNLOCATED_PAUSE_SECONDS, UNLOCATED_HURRY_SECONDS = 0.5, 30.0


class NameServers:
    """What is known of the servers of the target's zone.

    `delegation`: their names; `unlocated` maps those without a known address to the reason. `found` is called with the
    name and each address of a server as soon as it is known, and maybe more than once.
    """

    def __init__(
        self, target: Target, limiter: Limiter, runtime: Runtime, found: Callable[[str, Endpoint], None]
    ) -> None:
        self._target, self._limiter, self._runtime, self._found = target, limiter, runtime, found
        self.delegation = Delegation(
            delegation.plain_names(target.ns_names),
            is_awaited=target.zone is not None and not target.private,
            doubts=target.doubts,
        )
        self.unlocated = dict.fromkeys(self.delegation.own, NOT_ASKED)

    async def run(self) -> None:
        """Find all of them."""
        async with asyncio.TaskGroup() as group:
            for ns_name in self.delegation.own:
                group.create_task(self._locate(ns_name))
            if self._target.zone is not None and not self._target.private:
                group.create_task(self._find_parent(self._target.zone, group))

    async def _find_parent(self, zone: str, group: asyncio.TaskGroup) -> None:
        """Find out to whom the parent delegates, and locate those as well that the zone itself does not have."""
        target, pause_seconds = self._target, PARENT_SECONDS
        while self.delegation.by_parent is None:
            self.delegation = await delegation.ask_parent(
                self.delegation, zone, target.resolvers, target.authoritative_port, self._limiter
            )
            for ns_name in self.delegation.by_parent or ():
                if ns_name not in self.delegation.own:
                    self.unlocated[ns_name] = NOT_ASKED
                    group.create_task(self._locate(ns_name))
            if self.delegation.by_parent is None:
                await self._runtime.sleep(pause_seconds)
                pause_seconds *= 2

    async def _locate(self, ns_name: str) -> None:
        """Find the addresses of one name server, and tell each as soon as it is known."""
        began = self._runtime.clock()
        while not any(await all_of(self._locate_family(ns_name, rdtype, began) for rdtype in FAMILIES)):
            self.unlocated[ns_name] = "it has neither A nor AAAA records"
            await self._pause(began)
        del self.unlocated[ns_name]

    async def _locate_family(self, ns_name: str, rdtype: str, began: float) -> bool:
        """Whether the name server has addresses of this family; asks until that is known."""
        while True:
            answer = await first_to_know(ns_name, rdtype, self._target.resolvers, self._limiter)
            if answer.kind is AnswerKind.RECORDS:
                for address in sorted(answer.records):
                    self._found(ns_name, Endpoint(address, self._target.authoritative_port))
                return True
            if answer.kind is AnswerKind.NODATA:
                return False
            self.unlocated[ns_name] = f"its {rdtype} records: {answer.detail}"
            await self._pause(began)

    async def _pause(self, began: float) -> None:
        is_early = self._runtime.clock() < began + UNLOCATED_HURRY_SECONDS
        await self._runtime.sleep(UNLOCATED_PAUSE_SECONDS if is_early else LONGEST_BACKOFF_SECONDS)
