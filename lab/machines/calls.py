"""Commands that user data calls and that the lab answers for: how they come, and how they are answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

log = logging.getLogger("lab.machines")


@dataclass(frozen=True)
class Call:
    """A command as it was called: its name, its arguments, the environment and the input that it was given.

    files: the content of each file that an argument names and that the command reads, by name.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    input: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The command and its arguments up to the first option, in one line: `docker pull`."""
        words = [self.name]
        for word in self.arguments:
            if word.startswith("-"):
                break
            words.append(word)
        return " ".join(words)


@dataclass(frozen=True)
class Reply:
    """What a command says and its exit code."""

    code: int = 0
    output: bytes = b""
    error: bytes = b""


def failed(code: int, text: str) -> Reply:
    """A command that failed, and why."""
    return Reply(code, error=f"{text}\n".encode("utf-8", "surrogateescape"))


Command = Callable[[Call], Awaitable[Reply]]


class Counter:
    """Where commands of machines arrive: one port of loopback, each machine known by a token of its own."""

    def __init__(self) -> None:
        self._machines: dict[str, Command] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def admit(self, token: str, command: Command) -> None:
        """Let commands with this token be carried out by `command`."""
        self._machines[token] = command

    def dismiss(self, token: str) -> None:
        self._machines.pop(token, None)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            token, call = _call(await reader.read())
            command = self._machines.get(token)
            reply = failed(255, "this instance has gone") if command is None else await command(call)
            for part in (str(reply.code).encode(), reply.output, reply.error):
                writer.write(b"%d:%s" % (len(part), part))
            await writer.drain()
        except (OSError, ValueError) as broken:
            log.info("a command broke off: %s", broken)
        except asyncio.CancelledError:
            return  # the lab ends
        finally:
            writer.close()


def _call(received: bytes) -> tuple[str, Call]:
    """Token and call, as stand_ins/command.py sends them. Raises ValueError when it is cut off."""
    parts = []
    while received:
        length, _, rest = received.partition(b":")
        if len(rest) < int(length):
            raise ValueError("cut off")
        parts.append(rest[: int(length)])
        received = rest[int(length) :]
    token, name, arguments, environment, given, *files = parts
    return token.decode(), Call(
        name.decode(),
        tuple(_texts(arguments)),
        dict(item.partition("=")[::2] for item in _texts(environment)),
        given,
        {files[at].decode("utf-8", "surrogateescape"): files[at + 1] for at in range(0, len(files) - 1, 2)},
    )


def _texts(joined: bytes) -> list[str]:
    """Each of them ends with NUL."""
    return [item.decode("utf-8", "surrogateescape") for item in joined.split(b"\0")[:-1]]
