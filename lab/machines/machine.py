"""One machine: it runs its user data, answers for the commands in it, and ends when its instance does."""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.machines import household
from lab.machines.aws_command import AwsCommand
from lab.machines.calls import Call, Command, Counter, Reply, failed
from lab.machines.console import Console
from lab.machines.docker import Docker, Host
from lab.machines.household import Household
from lab.machines.spec import MachineSpec, MachineState

log = logging.getLogger("lab.machines")
STOP_SECONDS = 10.0
LAST_WORDS_SECONDS = 0.5
# What a command says when it fails because it was told to, as it does when the network is away.
_AWAY = {
    "dnf": (1, "Error: Failed to download metadata for repo 'amazonlinux': Cannot prepare internal mirrorlist"),
    "systemctl": (1, "Job for docker.service failed because the control process exited with error code."),
    "docker": (1, 'Error response from daemon: Get "https://registry/v2/": net/http: TLS handshake timeout'),
    "aws": (255, "\nConnect timeout on endpoint URL"),
}


@dataclass(frozen=True)
class Surroundings:
    """What all machines have in common.

    failing: command, as `docker pull` or `aws ssm`, -> how often it fails on each machine before it works.
    """

    household: Household
    counter: Counter
    failing: Callable[[], Mapping[str, int]]


class Machine:
    """To be used within one event loop; what tells of it may be read by other threads."""

    def __init__(self, spec: MachineSpec, host: Host, aws: AwsCommand, around: Surroundings) -> None:
        self.spec, self.address = spec, host.address
        self._around, self._aws = around, aws
        self._docker = Docker(host)
        self._token = secrets.token_hex(16)
        self._failures: Tally[str] = Tally()
        self._loop = asyncio.get_running_loop()
        self.started_at = self._loop.time()
        self.console = Console(lambda: self._loop.time() - self.started_at)
        self._commands: dict[str, Command] = {
            "dnf": self._dnf,
            "systemctl": self._systemctl,
            "docker": self._docker,
            "aws": self._aws,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._lifeline: int | None = None
        self.state = "booting"
        self.exit_code: int | None = None
        self._running = self._loop.create_task(self._boot())

    def described(self) -> MachineState:
        """All there is to be told."""
        containers = [container.described() for container in list(self._docker.containers.values())]
        text = self.console.read().decode(errors="replace")
        return MachineState(
            self.spec.instance_id, self.spec.colour, self.address, self.state, self.exit_code, text, containers
        )

    async def end(self, grace_seconds: float = STOP_SECONDS) -> None:
        """The instance is shut down: what runs ends, its services after what is under way."""
        self._kill()
        await self._docker.stop(grace_seconds)
        self._running.cancel()
        self.close()

    async def crash(self) -> None:
        """The host dies: nothing of it answers any more, and nobody is told."""
        self._kill()
        await self._docker.stop(grace_seconds=0)
        self._running.cancel()
        self.state = "crashed"

    def close(self) -> None:
        """At once, and without waiting for anything."""
        self._kill()
        self._around.counter.dismiss(self._token)
        self._around.household.leave(self.spec.instance_id)
        self.state = "terminated"

    async def _boot(self) -> None:
        around, spec = self._around, self.spec
        self.console.say("Amazon Linux 2023, kernel 6.1 of the lab")
        try:
            home = await asyncio.to_thread(
                around.household.settle,
                spec.instance_id,
                spec.user_data,
                self._commands,
                around.counter.port,
                self._token,
            )
            around.counter.admit(self._token, self._carry_out)
            await self._run_script(home)
        except OSError as failure:
            log.exception("%s cannot boot", spec.instance_id)
            self.state = "failed"
            self.console.say(f"cloud-init[1600]: the user data cannot be run: {failure}")

    async def _run_script(self, home: Path) -> None:
        """Run user data to its end. Pipes are ours: those of asyncio make it wait for whoever else holds them."""
        input_, self._lifeline = os.pipe()
        output, written = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *household.command(home),
                stdin=input_,
                stdout=written,
                stderr=asyncio.subprocess.STDOUT,
                cwd="/",
                env=household.environment(home),
                start_new_session=True,
                **self._around.household.user.options,
            )
        except OSError:
            os.close(output)
            raise
        finally:
            os.close(input_)
            os.close(written)
        await self._listen(self._process, output)

    async def _listen(self, process: asyncio.subprocess.Process, output: int) -> None:
        """Until the script has ended; what it left behind in the background does not hold anything open."""
        reader = asyncio.StreamReader()
        pipe = os.fdopen(output, "rb", buffering=0)
        transport, _ = await self._loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        reading = self._loop.create_task(self._read(reader))
        self.exit_code = await process.wait()
        # What it wrote last may be on its way still.
        await asyncio.wait((reading,), timeout=LAST_WORDS_SECONDS)
        reading.cancel()
        transport.close()
        self._kill()  # the watchdog
        if self.state != "terminated":
            self.state = "failed" if self.exit_code else "booted"
        if self.exit_code:
            # In the words of cloud-init 22.2.2, which Amazon Linux 2023 has.
            self.console.say("cloud-init[1600]: cc_scripts_user.py[WARNING]: Failed to run module scripts-user")
        self.console.say("cloud-init[1600]: Cloud-init v. 22.2.2 finished")
        log.info("%s: user data ended with %s", self.spec.instance_id, self.exit_code)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while output := await reader.read(4096):
            self.console.write(output)

    def _kill(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _carry_out(self, call: Call) -> Reply:
        told = next(
            (key for key in self._around.failing() if f"{call.line} ".startswith(f"{key} ")),
            None,
        )
        if told is not None and self._failures[told] < self._around.failing()[told]:
            self._failures[told] += 1
            code, text = _AWAY[call.name]
            return failed(code, text)
        return await self._commands[call.name](call)

    async def _dnf(self, call: Call) -> Reply:
        if "install" in call.arguments and "docker" in call.arguments:
            self._docker.installed = True
        return Reply(output=b"Complete!\n")

    async def _systemctl(self, call: Call) -> Reply:
        names = [word.removesuffix(".service") for word in call.arguments if not word.startswith("-")]
        if "docker" in names:
            if not self._docker.installed:
                return failed(1, "Failed to enable unit: Unit file docker.service does not exist.")
            self._docker.started = self._docker.started or "start" in names or "--now" in call.arguments
        return Reply()
