"""What the Pulumi backend says of the stacks: asked by the `pulumi` command, which takes no lock for reading."""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from board.facts import Fact, Known, Lock, Stack, Unknown, Update, then
from board.look import locks
from board.look.reading import Limit
from cutover import cluster_facts
from cutover.owned import Owned

# Nothing may ask a question, look for a newer version, or colour what it prints.
_QUIET = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_SKIP_CONFIRMATIONS": "true", "NO_COLOR": "1"}
_UPDATES = 60
_STACK = "pulumi:pulumi:Stack"
# The engine's words for a stack that is not there, and for one that was made and never updated.
_NO_STACK = "no stack named"
NOT_INSTALLED = Unknown("there is no `pulumi` command on this machine", ".venv/bin/python -m board --no-stacks")
REMEDY = "pulumi whoami -v"
LEFT_OUT = Unknown("left out, as --no-stacks says")
_SAID_CHARACTERS = 300


class CommandFailed(Exception):
    """A `pulumi` command that ended badly; its text is what it printed."""


class Backend:
    """The stacks of the project in `directory`; `url` is where the project's file says that they are kept."""

    def __init__(self, directory: Path, project: str, url: str, limit: Limit) -> None:
        self._directory, self._project, self._limit = directory, project, limit
        self._url = os.environ.get("PULUMI_BACKEND_URL") or url
        self._program = shutil.which("pulumi")

    async def stack(self, name: str) -> Fact[Stack]:
        """The state of a stack, by `pulumi stack export`."""
        exported = await self._asked(f"for the state of stack {name}", "stack", "export", "-s", name)
        if isinstance(exported, Unknown):
            return Known(Stack(False)) if _NO_STACK in exported.reason else exported
        try:
            return Known(_stack(exported.value))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Unknown(f"`pulumi stack export -s {name}` gave what cannot be read: {error!r}")

    async def updates(self, name: str) -> Fact[Sequence[Update]]:
        """The latest updates of a stack, newest first, by `pulumi stack history`."""
        found = await self._asked(
            f"for the history of stack {name}",
            *("stack", "history", "-s", name, "--json", "--page-size", str(_UPDATES), "--page", "1"),
        )
        if isinstance(found, Unknown):
            return Known(()) if _NO_STACK in found.reason else found
        try:
            return Known(tuple(map(_update, found.value or ())))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Unknown(f"`pulumi stack history -s {name}` gave what cannot be read: {error!r}")

    async def locks(self, stacks: Sequence[str]) -> Mapping[str, Fact[Lock | None]]:
        """Who works on each of the stacks; see board.look.locks."""
        if self._program is None:
            return dict.fromkeys(stacks, NOT_INSTALLED)
        url = self._url or await self._current_url()
        if isinstance(url, Unknown):
            return dict.fromkeys(stacks, url)
        folder = locks.folder_of(url)
        if folder is not None:
            about = "for its locks"
            found = await self._limit.read("the backend", about, locks.of_folder, folder, self._project, stacks)
        else:
            listed = await self._asked("for its stacks", "stack", "ls", "--json")
            found = then(listed, lambda said: locks.of_list(said, stacks))
        return found.value if isinstance(found, Known) else dict.fromkeys(stacks, found)

    async def _current_url(self) -> str | Unknown:
        """The backend that somebody logged in to, where neither the environment nor the project names one."""
        said = await self._asked("which it is", "whoami", "--verbose", "--json")
        return str(said.value.get("url", "")) if isinstance(said, Known) else said

    async def _asked(self, about: str, *arguments: str) -> Fact[Any]:
        if self._program is None:
            return NOT_INSTALLED
        return await self._limit.awaited("the Pulumi backend", about, self._run(*arguments), REMEDY)

    async def _run(self, *arguments: str) -> Any:
        assert self._program is not None  # asked before
        process = await asyncio.create_subprocess_exec(
            self._program,
            *arguments,
            "--non-interactive",
            cwd=self._directory,
            env={**os.environ, **_QUIET},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            printed, said = await process.communicate()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            words = " ".join(said.decode(errors="replace").split())
            raise CommandFailed(words[:_SAID_CHARACTERS] or f"it ended with {process.returncode}")
        return json.loads(printed)


def _stack(exported: Mapping[str, Any]) -> Stack:
    deployment = exported.get("deployment") or {}
    resources: Sequence[Mapping[str, Any]] = deployment.get("resources") or ()
    alive = [one for one in resources if not one.get("delete")]
    outputs = next((one.get("outputs") or {} for one in alive if one["type"] == _STACK), {})
    cluster = cluster_facts.awake({"": outputs.get("cluster")})
    return Stack(
        True,
        tuple(Owned(str(one["urn"]).rpartition("::")[2], one["type"], one.get("outputs") or {}) for one in alive),
        cluster.get(""),
        len(deployment.get("pending_operations") or ()),
    )


def _update(entry: Mapping[str, Any]) -> Update:
    about: Mapping[str, str] = entry.get("environment") or {}
    config: Mapping[str, Any] = entry.get("config") or {}
    active = next((one.get("value") for key, one in config.items() if key.endswith(":active")), "")
    ended = entry.get("endTime")
    return Update(
        str(entry["kind"]),
        str(entry.get("result", "")),
        _time(entry["startTime"]),
        _time(ended) if ended else None,
        str(about.get("git.author") or about.get("git.committer") or ""),
        str(active or ""),
    )


def _time(said: str) -> float:
    return datetime.fromisoformat(said).timestamp()
