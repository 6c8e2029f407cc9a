"""The health checks of all targets of a lab, in its event loop."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.machines import health
from lab.machines.health import Checking, HealthCheck, Outcome, Verdict

Registration = tuple[str, str]


@dataclass(frozen=True)
class CheckedTarget:
    """A target that is checked: group and id, its port, and how it is checked at the time of a check."""

    group_arn: str
    target_id: str
    port: int
    check: Callable[[], HealthCheck]


class Checks:
    """address_of: where an instance answers, None when it does not. `verdict` may be asked by other threads."""

    def __init__(self, address_of: Callable[[str], str | None]) -> None:
        self._address_of = address_of
        self._checking: dict[Registration, tuple[Checking, asyncio.Task[None]]] = {}

    def follow(self, targets: Iterable[CheckedTarget]) -> None:
        """Check exactly these."""
        wanted = {(target.group_arn, target.target_id): target for target in targets}
        for registration in [one for one in self._checking if one not in wanted]:
            self._checking.pop(registration)[1].cancel()
        for registration, target in wanted.items():
            if registration not in self._checking:
                checking = Checking(target.check, self._asking(target))
                self._checking[registration] = (checking, asyncio.get_running_loop().create_task(checking.run()))

    def verdict(self, group_arn: str, target_id: str) -> Verdict:
        """What is known of a target; of one that is not checked yet, as of a new one."""
        found = self._checking.get((group_arn, target_id))
        return found[0].verdict if found else Verdict()

    def _asking(self, target: CheckedTarget) -> "health.Request":
        async def ask(check: HealthCheck) -> Outcome:
            address = self._address_of(target.target_id)
            return Outcome() if address is None else await health.request(address, target.port, check)

        return ask
