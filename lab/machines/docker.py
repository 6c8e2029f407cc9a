"""Docker on a machine: images that are pulled, containers that run the lab's sample service."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lab.machines import docker_options
from lab.machines.calls import Call, Reply, failed
from lab.machines.docker_options import ContainerSpec, UsageError
from lab.machines.service import HIGHEST_PRIVILEGED_PORT, Behaviour, Service

log = logging.getLogger("lab.machines")
DAEMON_IS_OFF = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
REFUSED = 125  # https://docs.docker.com/engine/containers/run/#exit-status
# Private registries of ECR by all their names; they are of no use without a login.
_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.")
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 60.0


@dataclass(frozen=True)
class Registry:
    """What the registries of all machines do just now.

    unpublished: tags that were never pushed. pull_seconds: how long a pull takes.
    """

    unpublished: tuple[str, ...] = ()
    pull_seconds: float = 0.0


@dataclass(frozen=True)
class Workload:
    """What the service of one image does on one instance just now: whether it ends right after it was started."""

    behaviour: Behaviour
    crashes: bool = False


@dataclass(frozen=True)
class Host:
    """The instance that a Docker is on: its address, and what its services say of it."""

    instance_id: str
    colour: str
    address: str
    registry: Callable[[], Registry]
    workload: Callable[[str], Workload]


@dataclass(eq=False)
class Container:
    """A container that was run, and what became of it."""

    id: str
    spec: ContainerSpec
    state: str = "created"
    restarts: int = 0
    service: Service | None = None
    running: "asyncio.Task[None] | None" = field(default=None, repr=False)

    def described(self) -> dict[str, Any]:
        """Plain data, the environment included."""
        return {
            "name": self.spec.name,
            "image": self.spec.image,
            "state": self.state,
            "restarts": self.restarts,
            "publish": [list(pair) for pair in self.spec.publish],
            "environment": dict(self.spec.environment),
            "restart": self.spec.restart,
            "log_driver": self.spec.log_driver,
            "log_options": dict(self.spec.log_options),
            "served": self.service.served if self.service else 0,
            "under_way": self.service.under_way if self.service else 0,
        }


class Docker:
    """The daemon of one machine and the command that talks to it; to be used within one event loop."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.installed = self.started = False
        self._images: set[str] = set()
        self._registries: set[str] = set()
        self.containers: dict[str, Container] = {}

    async def __call__(self, call: Call) -> Reply:
        """Carry out one command."""
        if not self.installed:
            return failed(127, "docker: command not found")
        verb, *rest = call.arguments or ("",)
        if verb in ("--version", "version", "help", "--help"):
            return Reply(output=b"Docker version 25.0.8, build 0bab007\n")
        if not self.started:
            return failed(1, DAEMON_IS_OFF)
        commands = {"login": self._login, "pull": self._pull, "run": self._run, "rm": self._rm, "info": self._info}
        if verb not in commands:
            return failed(1, f"docker: '{verb}' is not a docker command that the lab knows")
        try:
            return await commands[verb](call, tuple(rest))
        except UsageError as refused:
            return failed(REFUSED, str(refused))

    async def stop(self, grace_seconds: float) -> None:
        """The machine ends: containers get so long to answer what is under way."""
        await asyncio.gather(*(self._end(container, grace_seconds) for container in self.containers.values()))

    async def _info(self, _call: Call, _arguments: tuple[str, ...]) -> Reply:
        return Reply(output=f" Containers: {len(self.containers)}\n".encode())

    async def _login(self, call: Call, arguments: tuple[str, ...]) -> Reply:
        server = arguments[-1] if arguments and not arguments[-1].startswith("-") else "docker.io"
        if "--password-stdin" in arguments and not call.input.strip():
            return failed(1, "Error: Password Required")
        self._registries.add(server)
        return Reply(output=b"Login Succeeded\n")

    async def _pull(self, _call: Call, arguments: tuple[str, ...]) -> Reply:
        image = next((word for word in arguments if not word.startswith("-")), "")
        refused = await self._pulled(image)
        return failed(1, f"Error response from daemon: {refused}") if refused else Reply(output=f"{image}\n".encode())

    async def _pulled(self, image: str) -> str:
        """Why the image cannot be pulled; empty when it is here now."""
        registry, host = self._host.registry(), image.partition("/")[0]
        await asyncio.sleep(registry.pull_seconds)
        if _ECR.match(host) and host not in self._registries:
            return f'Head "https://{host}/v2/{image.partition("/")[2]}": no basic auth credentials'
        if docker_options.tag_of(image) in registry.unpublished:
            return f"manifest for {image} not found: manifest unknown: manifest unknown"
        self._images.add(image)
        return ""

    async def _rm(self, _call: Call, arguments: tuple[str, ...]) -> Reply:
        names = [word for word in arguments if not word.startswith("-")]
        for name in names:
            container = self.containers.get(name)
            if container is None:
                return failed(1, f"Error response from daemon: No such container: {name}")
            await self._end(self.containers.pop(name), 0)
        return Reply(output="".join(f"{name}\n" for name in names).encode())

    async def _run(self, call: Call, arguments: tuple[str, ...]) -> Reply:
        spec = docker_options.read(call, arguments)
        container = Container(uuid4().hex * 2, spec)
        said, problem = await self._missing(spec)
        if not problem and (spec.name or container.id) in self.containers:
            problem = f'Conflict. The container name "/{spec.name}" is already in use'
        if not problem and any(outer <= HIGHEST_PRIVILEGED_PORT for outer, _ in spec.publish):
            problem = "the lab serves no port below 1024, which takes root; let the service have another `port`"
        if problem:
            return failed(REFUSED, f"{said}docker: Error response from daemon: {problem}.")
        self.containers[spec.name or container.id] = container
        container.running = asyncio.get_running_loop().create_task(self._keep_running(container))
        if "--detach" not in spec.options:
            await container.running
        return Reply(output=f"{container.id}\n".encode(), error=said.encode())

    async def _missing(self, spec: ContainerSpec) -> tuple[str, str]:
        """What is said of the image while it is fetched, and why it cannot be had."""
        if spec.image in self._images:
            return "", ""
        if spec.options.get("--pull") == ("never",):
            return "", f"No such image: {spec.image}"
        return f"Unable to find image '{spec.image}' locally\n", await self._pulled(spec.image)

    async def _keep_running(self, container: Container) -> None:
        """Start the service, again and again if the policy says so and the service ends by itself."""
        spec, pause = container.spec, _FIRST_PAUSE_SECONDS
        while self._host.workload(spec.tag).crashes:
            if spec.restart in ("no", ""):
                container.state = "exited"
                return
            container.state = "restarting"
            container.restarts += 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        container.state = "running"
        if not spec.publish:
            return  # it runs, and nobody can reach it
        container.service = self._service(spec)
        try:
            await container.service.start()
        except OSError as taken:
            log.error("%s: %s cannot listen: %s", self._host.instance_id, spec.image, taken)
            container.state = "exited"

    def _service(self, spec: ContainerSpec) -> Service:
        host = self._host
        fields: Mapping[str, str] = {"X-Colour": host.colour, "X-Release": spec.tag, "X-Instance": host.instance_id}
        content = {"colour": host.colour, "release": spec.tag, "instance": host.instance_id}
        port = spec.publish[0][0]
        return Service(host.address, port, fields, content, lambda: host.workload(spec.tag).behaviour)

    async def _end(self, container: Container, grace_seconds: float) -> None:
        if container.service is not None:
            await container.service.stop(min(grace_seconds, container.spec.stop_seconds))
        if container.running is not None:
            container.running.cancel()
        container.state = "exited"
