"""Somebody who begins: an empty folder, the template of a release at an address, and an AWS that has only the zone."""

import contextlib
import functools
import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab import workspace
from lab.authority import DAY, Authority
from lab.aws.certificates import Certificate
from lab.client import start
from lab.pulumi_command import Result
from lab.workspace import CHECKOUT
from release import ready, template, version
from tests.lab.building import report
from tests.lab.typed import CONFIRMING
from tests.lab.world import ALIAS_TTL_SECONDS, LIVE, READINESS_MILLISECONDS, World

NAME = "shop"
_HERE = "127.0.0.1"
# `pulumi new` takes an address for one when it looks like those of a host of git, as that of a release does.
_RELEASES = "shop/tag-team/releases/download"
_EXPORT = 'pulumi.export("awake", wanted.awake)\n'
# Whoever commits, whatever the machine's own git is told.
GIT = {
    **{f"GIT_{who}_{what}": "ann@shop.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}
# What is to be in the project's file, and in that of the stack `live`, whatever else is edited there.
_EDITOR = """\
import sys
from pathlib import Path
import json, yaml
for name, wanted in json.loads(Path(__file__).with_name("wanted.json").read_text()).items():
    file = Path(sys.argv[1]).with_name(name)
    content = yaml.safe_load(file.read_text())
    for key, value in wanted.items():
        known = content["config"].get(key)
        content["config"][key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    file.write_text(yaml.safe_dump(content, sort_keys=False))
"""


@dataclass(frozen=True)
class Newcomer:
    """folder: where he works. world: the lab, and his project in `folder`/shop, once it is there. templates: where the
    archives lie of which one is at $TEMPLATE."""

    folder: Path
    world: World
    templates: Path

    @property
    def project(self) -> Path:
        """His project."""
        return self.folder / NAME

    @property
    def environment(self) -> dict[str, str]:
        """Of the shell in which he types."""
        return dict(self.world.workspace.environment)


@contextlib.contextmanager
def beginning(root: Path, shown: Mapping[str, Any] | None = None) -> Iterator[Newcomer]:
    """The lab, the template of this checkout at `$TEMPLATE`, and an editor that writes what the lab needs and `shown`.

    His `python3 -m venv` gives the environment of these tests, in which the pinned requirements are already.
    """
    templates, folder, tools, backend, web = (
        root / name for name in ("templates", "folder", "tools", "backend", "web")
    )
    for path in (folder, tools, backend, web):
        path.mkdir()
    authority = Authority(web)
    number = version.read(CHECKOUT)
    released = templates / _RELEASES / version.tag(number)
    packed = ready.write(CHECKOUT, released, number, "https://github.com/shop/tag-team")
    with (
        start(root / "server", alias_ttl=ALIAS_TTL_SECONDS, health_seconds=1) as server,
        _served(templates, authority) as address,
    ):
        lab = root / "lab"
        lab.mkdir()
        made = workspace.lay_out(lab, server.addresses, report)
        of_project = {
            **(shown or {}),
            "httpsPort": {"default": made.project_config("httpsPort")},
            "readinessLatency": {"default": READINESS_MILLISECONDS},
            "capacity": {"default": 2},
        }
        of_live = {"resolvers": list(server.addresses.resolvers), "dnsPort": server.addresses.dns_port}
        trusted = web / "trusted.pem"
        trusted.write_text("\n".join(Path(file).read_text() for file in (server.addresses.ca_file, authority.ca_file)))
        wanted = {"Pulumi.yaml": of_project, f"Pulumi.{LIVE}.yaml": of_live}
        environment = {
            **{name: value for name, value in made.environment.items() if name != "PULUMI_BACKEND_URL"},
            **CONFIRMING,
            # What a page wants to be seen before, it previews.
            "PULUMI_OPTION_SKIP_PREVIEW": "true",
            "STATE": backend.as_uri(),
            "SSL_CERT_FILE": str(trusted),
            "TEMPLATE": f"{address}/{packed.relative_to(templates)}",
            "PYTHON": str(pinned_already(tools / "python3")),
            "EDITOR": str(_editor(tools, wanted)),
            **GIT,
        }
        his = replace(made, directory=folder / NAME, environment=environment)
        yield Newcomer(folder, World(his, server.addresses, server.client, Result(1, 0.0, (), "")), released)


def next_template(folder: Path) -> None:
    """The template of a version after this one: an output more, another text in Pulumi.yaml, and a page less."""
    template.assemble(CHECKOUT, folder)
    _change(folder / "components" / "colour_stack.py", _EXPORT, f'{_EXPORT}    pulumi.export("next", "is there")\n')
    _change(folder / "Pulumi.yaml", "Port on which the container", "The port on which the container")
    (folder / "docs" / "freeze.md").unlink()


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, file
    file.write_text(text.replace(old, new))


@contextlib.contextmanager
def _served(folder: Path, authority: Authority) -> Iterator[str]:
    """The files of a folder, as a release has them on the web; the address of the folder.

    By HTTPS: of other addresses `pulumi new` asks a registry on the internet.
    """

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer((_HERE, 0), functools.partial(Handler, directory=str(folder)))
    context = authority.context(Certificate((_HERE,), int(time.time() + DAY.total_seconds())))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://{_HERE}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _editor(folder: Path, wanted: Mapping[str, Any]) -> Path:
    """One word, as a shell takes $EDITOR apart at spaces."""
    (folder / "wanted.json").write_text(json.dumps(wanted))
    (folder / "editor.py").write_text(_EDITOR)
    return _script(folder / "editor", f'exec {shlex.join([sys.executable, str(folder / "editor.py")])} "$@"')


def pinned_already(path: Path) -> Path:
    """A `python3` whose `-m venv .venv` gives the environment of these tests, which has the pinned requirements."""
    return _script(path, f'[ "$*" = "-m venv .venv" ] && ln -s {shlex.quote(sys.prefix)} .venv')


def _script(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path
