"""Load balancers in front of machines: one way to its targets for each of them."""

from collections.abc import Callable, Iterable, Sequence

from lab.machines.forwarding import Forwarder, Target, Times
from lab.machines.http1 import Message


class MachineFront:
    """To be used within one event loop.

    targets: from the ARN of a load balancer to the targets that requests may go to now. times: from its ARN, too.
    counted: called with its ARN for each request that goes to a target.
    """

    def __init__(
        self,
        targets: Callable[[str], Sequence[Target]],
        times: Callable[[str], Times],
        counted: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._targets, self._times, self._counted = targets, times, counted
        self._forwarders: dict[str, Forwarder] = {}

    async def answer(self, arn: str, request: Message) -> Message:
        """A request that came to a load balancer, forwarded."""
        if arn not in self._forwarders:
            self._forwarders[arn] = Forwarder(
                lambda: self._targets(arn), lambda: self._times(arn), lambda: self._counted(arn)
            )
        return await self._forwarders[arn].answer(request)

    def keep_only(self, arns: Iterable[str]) -> None:
        """Load balancers that are not among these have gone."""
        kept = set(arns)
        for arn in [arn for arn in self._forwarders if arn not in kept]:
            self._forwarders.pop(arn).close()

    def drain(self, target_id: str) -> None:
        for forwarder in self._forwarders.values():
            forwarder.drain(target_id)

    def cut(self, target_id: str) -> None:
        for forwarder in self._forwarders.values():
            forwarder.cut(target_id)
