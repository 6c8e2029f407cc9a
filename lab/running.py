"""What runs in a lab that has machines: machines, their health checks, and the way of load balancers to them."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from lab.aws import launched
from lab.aws.group_healing import GroupHealing
from lab.aws.iam.credentials import credentials_for_profile
from lab.aws.load_balancers import LoadBalancer, LoadBalancers
from lab.machines.addresses import MachineAddresses
from lab.machines.checks import CheckedTarget, Checks
from lab.machines.forwarding import Target, Times
from lab.machines.front import MachineFront
from lab.machines.health import Verdict
from lab.machines.machines import Links, Machines
from lab.machines.spec import MachineSpec
from lab.messages import Faults
from lab.reservation import MACHINES, Reservation

log = logging.getLogger("lab.machines")
HEALING_SECONDS = 1.0
CRASH_SECONDS = 60
NOBODY = "127.49.0.1"  # an address of no lab


class Running:
    """Machines of one lab, put together; `follow` brings them up to what the embedded AWS says.

    balancers: the load balancers of the embedded AWS. changed: called when a group has replaced instances by itself.
    counted: called with the ARN of a load balancer for each request that goes to a target.
    """

    def __init__(
        self,
        own: Reservation,
        faults: Callable[[], Faults],
        endpoint: Callable[[], str],
        balancers: Callable[[], LoadBalancers],
        changed: Callable[[], None],
        counted: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._faults, self._balancers, self._changed = faults, balancers, changed
        self._times: dict[str, Times] = {}
        self.front = MachineFront(self._reachable, lambda arn: self._times.get(arn, Times()), counted)
        self._machines = Machines(
            MachineAddresses(own.first_machine, MACHINES),
            Links(faults, credentials_for_profile, endpoint, self.front.drain, self.front.cut),
        )
        self._checks = Checks(self._machines.address_of)
        self._healing = GroupHealing(self._checks.verdict, self._machines.age_seconds)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = threading.Event()
        self._following = threading.Lock()

    async def start(self) -> None:
        """Everything that runs is a task of the running loop."""
        self._loop = asyncio.get_running_loop()
        await self._machines.start()

    def heal_from_now_on(self, alone: AbstractContextManager[Any]) -> None:
        """Let groups replace what is unhealthy, in a thread of its own; `alone` holds off calls of the API."""
        threading.Thread(target=self._heal, args=(alone,), name="healing", daemon=True).start()

    async def stop(self) -> None:
        """All machines end."""
        self._stopped.set()
        self._checks.follow(())
        self.front.keep_only(())
        await self._machines.stop()

    def follow(self) -> None:
        """Read what there is to run, in whichever thread, and have the loop do it."""
        with self._following:  # what was read later is done later
            specs = list(launched.instances())
            targets = list(launched.checked_targets(lambda: self._faults().machines.pace))
            balancers = self._balancers().current()
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._apply, specs, targets, balancers)

    def _apply(self, specs: list[MachineSpec], targets: list[CheckedTarget], balancers: Sequence[LoadBalancer]) -> None:
        self._times = {
            one.arn: Times(idle=one.idle_seconds, client_keep_alive=one.client_keep_alive_seconds) for one in balancers
        }
        self._machines.follow(specs)
        self._checks.follow(targets)
        self.front.keep_only(one.arn for one in balancers)

    def verdict(self, group_arn: str, target_id: str) -> Verdict:
        """What the health checks say of a target."""
        return self._checks.verdict(group_arn, target_id)

    def console(self, instance_id: str) -> bytes:
        """What the machine of an instance has written."""
        return self._machines.console(instance_id)

    def times(self, arn: str) -> Times:
        """Of a load balancer."""
        return self._times.get(arn, Times())

    def crash(self, instance_ids: Sequence[str]) -> None:
        """End what runs on these instances at once, in whichever thread; as EC2 sees it, they run."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._machines.crash(instance_ids), self._loop).result(CRASH_SECONDS)

    def described(self) -> list[dict[str, Any]]:
        """Every machine, also those that have gone."""
        return [asdict(state) for state in self._machines.described()]

    def _reachable(self, arn: str) -> list[Target]:
        # Nobody answers at the address of one that has just gone: who is sent there finds that out.
        found = self._balancers().targets_in_use(arn)
        return [Target(id, self._machines.address_of(id) or NOBODY, port) for id, port in found]

    def _heal(self, alone: AbstractContextManager[Any]) -> None:
        while not self._stopped.wait(HEALING_SECONDS):
            try:
                with alone:
                    killed = self._healing.heal()
                if killed:
                    self._changed()
            except Exception:  # it is looked at again in a moment, and this thread is the only one that looks
                log.exception("groups cannot be healed")
