"""All machines of a lab: one for every running instance with user data, in one event loop.

No process is one of theirs but that of user data while it runs: services, load balancers and whoever answers for the
commands of user data are tasks of the loop that serves DNS and HTTP.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lab.machines.addresses import MachineAddresses
from lab.machines.aws_command import AwsCommand
from lab.machines.calls import Counter
from lab.machines.docker import Host, Registry, Workload
from lab.machines.household import Household
from lab.machines.machine import Machine, Surroundings
from lab.machines.service import Behaviour
from lab.machines.spec import MachineSpec, MachineState
from lab.messages import Faults, MachineSettings, RoleCredentials

log = logging.getLogger("lab.machines")
KEPT = 100  # consoles of instances that have gone


@dataclass(frozen=True)
class Links:
    """What machines need of the lab.

    faults: those that are set now. credentials: from an instance profile's ARN and an instance's id; raises ValueError.
    endpoint: of the embedded AWS. drained: called when an instance is to end; cut: when its delay is over.
    """

    faults: Callable[[], Faults]
    credentials: Callable[[str, str], RoleCredentials]
    endpoint: Callable[[], str]
    drained: Callable[[str], None]
    cut: Callable[[str], None]


class Machines:
    """Every method is to be called within the loop but `address_of`, `console`, `age_seconds` and `described`."""

    def __init__(self, addresses: MachineAddresses, links: Links) -> None:
        self._addresses, self._links = addresses, links
        self._household = Household()
        self._counter = Counter()
        self._around = Surroundings(self._household, self._counter, lambda: links.faults().machines.failing)
        self._machines: dict[str, Machine] = {}
        self._gone: dict[str, Machine] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """From now on machines can be made."""
        self._loop = asyncio.get_running_loop()
        await self._counter.start()

    async def stop(self) -> None:
        """All of them end at once, and their files go."""
        for task in self._ending:
            task.cancel()
        there = [*self._machines.values(), *self._gone.values()]
        self._machines.clear()
        await asyncio.gather(*(machine.end(grace_seconds=0) for machine in there), return_exceptions=True)
        self._counter.stop()
        self._household.close()

    def follow(self, wanted: Iterable[MachineSpec]) -> None:
        """Let exactly these instances have a machine."""
        specs = {spec.instance_id: spec for spec in wanted}
        for instance_id in [one for one in self._machines if one not in specs]:
            task = asyncio.get_running_loop().create_task(self._end(self._machines.pop(instance_id)))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        for instance_id, spec in specs.items():
            if instance_id not in self._machines and instance_id not in self._gone:
                self._begin(spec)

    async def crash(self, instance_ids: Iterable[str]) -> None:
        """These machines die, and are still there; those that have none do not matter."""
        there = [self._machines[one] for one in instance_ids if one in self._machines]
        await asyncio.gather(*(machine.crash() for machine in there))

    def address_of(self, instance_id: str) -> str | None:
        """Where the services of an instance answer; None when it has no machine, or none any more."""
        machine = self._machines.get(instance_id)
        return machine.address if machine else None

    def age_seconds(self, instance_id: str) -> float:
        """How long an instance has been there; 0 when it has no machine."""
        machine = self._machines.get(instance_id)
        return self._loop.time() - machine.started_at if machine and self._loop else 0.0

    def console(self, instance_id: str) -> bytes:
        """The console's output, also when the instance has gone; empty when it never had a machine."""
        machine = self._machines.get(instance_id) or self._gone.get(instance_id)
        return machine.console.read() if machine else b""

    def described(self) -> list[MachineState]:
        """All there are, and those that have gone."""
        return [machine.described() for machine in [*list(self._gone.values()), *list(self._machines.values())]]

    def _begin(self, spec: MachineSpec) -> None:
        try:
            address = self._addresses.take()
        except LookupError as none_left:
            log.error("%s does not boot: %s", spec.instance_id, none_left)
            return
        settings = self._settings
        host = Host(
            spec.instance_id,
            spec.colour,
            address,
            lambda: Registry(settings().unpublished, settings().pull_seconds),
            lambda tag: workload(tag, spec.instance_id, self._links.faults()),
        )
        aws = AwsCommand(
            self._links.endpoint(), spec.region, lambda: self._links.credentials(spec.profile_arn, spec.instance_id)
        )
        log.info("%s of %s boots at %s", spec.instance_id, spec.colour, address)
        self._machines[spec.instance_id] = Machine(spec, host, aws, self._around)

    async def _end(self, machine: Machine) -> None:
        instance_id = machine.spec.instance_id
        self._gone[instance_id] = machine
        self._links.drained(instance_id)
        await asyncio.sleep(machine.spec.delay_seconds / self._settings().pace)
        self._links.cut(instance_id)
        await machine.end()
        self._addresses.give_back(machine.address)
        while len(self._gone) > KEPT:
            self._gone.pop(next(iter(self._gone)))

    def _settings(self) -> MachineSettings:
        return self._links.faults().machines


def workload(tag: str, instance_id: str, faults: Faults) -> Workload:
    """What the service of the release `tag` does on an instance, by the faults that are set."""
    settings = faults.machines
    is_sick = tag in faults.broken_releases or instance_id in faults.unhealthy_instances
    statuses: Mapping[str, int] = settings.health_status
    behaviour = Behaviour(
        settings.boot_seconds.get(tag, 0.0),
        503 if is_sick else statuses.get(tag, 200),
        settings.capacity_of.get(instance_id, settings.capacity),
    )
    return Workload(behaviour, tag in settings.crashing)
