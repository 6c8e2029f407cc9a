"""One process of the `aws` plugin for many `pulumi` commands, which else start one each: 2 of their 6 s of CPU.

It sees the environment that it was started with, so commands in another one must do without VARIABLE; but for the
credentials, which it reads anew for every command, from a file. An engine finds it as it finds one in a debugger:
https://www.pulumi.com/docs/iac/guides/building-extending/providers/debugging-provider-packages/
"""

import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.plugins.aws_provider import PLUGIN_VERSION

VARIABLE = "PULUMI_DEBUG_PROVIDERS"
# Names the file with the credentials, for `lent`.
CREDENTIALS = "LAB_KEPT_CREDENTIALS"
# Discard: nothing listens there, and every engine says where it is itself.
_NO_ENGINE_YET = "127.0.0.1:9"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_lending = threading.Lock()
# File to how many commands go on with each set of credentials.
_lent: dict[str, Counter[tuple[str, ...]]] = {}
# File to what stood in it before anybody had it lent.
_before: dict[str, str] = {}


class KeptProvider:
    """Runs from its start to `end`, or to the end of this process; `variables` lead commands to it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        plugin = (
            Path(environment["PULUMI_HOME"]) / "plugins" / f"resource-aws-v{PLUGIN_VERSION}" / "pulumi-resource-aws"
        )
        self._folder = tempfile.TemporaryDirectory(prefix="tag-team-provider-")
        file = Path(self._folder.name) / "credentials"
        _write(file, _text(_keys(environment)))
        own = {name: value for name, value in environment.items() if name not in _KEYS}
        self._process = subprocess.Popen(
            [plugin, _NO_ENGINE_YET],
            env={**own, "AWS_SHARED_CREDENTIALS_FILE": str(file)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip().decode()
        assert port.isdigit(), f"{plugin} printed {port!r} where its port was expected"
        self.variables = {VARIABLE: f"aws:{port}", CREDENTIALS: str(file)}

    def end(self) -> None:
        """End it and all that it runs."""
        self._process.communicate()
        self._folder.cleanup()


@contextmanager
def lent(environment: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The environment of one command: with the provider that it names, which then has the command's credentials.

    Without it while another command goes on with it that has others: the command starts one of its own.
    """
    file, keys = environment.get(CREDENTIALS), _keys(environment)
    if file is None or VARIABLE not in environment:
        yield environment
        return
    with _lending:
        users = _lent.setdefault(file, Counter())
        is_free = not set(users) - {keys}
        if is_free:
            if not users:
                _before[file] = Path(file).read_text()
            users[keys] += 1
            _write(Path(file), _text(keys))
    try:
        yield environment if is_free else {name: text for name, text in environment.items() if name != VARIABLE}
    finally:
        with _lending:
            if is_free:
                users[keys] -= 1
                _lent[file] = +users  # without those of whom nobody is left
                if not _lent[file]:
                    # A command to which nobody lends it, like one that a shell runs, finds it as it was made.
                    _write(Path(file), _before.pop(file))


def _keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(environment.get(name, "") for name in _KEYS)


def _text(keys: tuple[str, ...]) -> str:
    """https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html"""
    lines = [f"{name.lower()} = {key}" for name, key in zip(_KEYS, keys, strict=True) if key]
    return "\n".join(["[default]", *lines, ""])


def _write(file: Path, text: str) -> None:
    """At once: whoever reads it finds all of it."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)
