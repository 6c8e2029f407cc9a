"""Real resolver software, run as a user would: a config file, a port on loopback, and the lab's name servers behind."""

import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.plugins.lifeline import Child
from propagation import Endpoint

ADDRESS = "127.0.0.1"
FETCHED = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tag-team" / "resolvers"
_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")


@dataclass(frozen=True)
class Program:
    """One resolver: the name of its program, and lines of its config by what they do.

    stretch: every answer is kept for an hour. serve_stale: an answer is given on while there is no fresh one.
    short_denials: a denial is kept for 3 s. random_case: it asks name servers in random case (pdns has none of it).
    stale_said: what it says of its own accord with a stale answer (RFC 8914). cut_said: what is said of it when it has
    no way to the name servers; unbound then tries for longer than two seconds.
    """

    name: str
    stretch: Mapping[str, str]
    serve_stale: Mapping[str, str]
    short_denials: Mapping[str, str]
    random_case: Mapping[str, str]
    stale_said: str
    cut_said: str

    def path(self) -> Path | None:
        """Where the program is: installed, or put into the cache by fetch.sh; None where it is not."""
        fetched = os.pathsep.join(str(FETCHED / folder) for folder in _FOLDERS)
        found = shutil.which(self.name, path=os.pathsep.join(["/usr/sbin", os.environ.get("PATH", ""), fetched]))
        return None if found is None else Path(found)


# https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html
UNBOUND = Program(
    "unbound",
    stretch={"cache-min-ttl": "3600", "cache-max-ttl": "7200"},
    serve_stale={"serve-expired": "yes", "serve-expired-client-timeout": "0", "ede": "yes", "ede-serve-expired": "yes"},
    short_denials={"cache-max-negative-ttl": "3"},
    random_case={"use-caps-for-id": "yes"},
    stale_said="EDE 3 (Stale Answer)",
    cut_said="no answer",
)
# https://doc.powerdns.com/recursor/settings.html
RECURSOR = Program(
    "pdns_recursor",
    stretch={"minimum-ttl-override": "3600"},
    serve_stale={"serve-stale-extensions": "1440"},
    short_denials={"max-negative-ttl": "3"},
    random_case={},
    stale_said="",
    cut_said="SERVFAIL",
)
PROGRAMS = (UNBOUND, RECURSOR)


@contextmanager
def run(
    program: Program, folder: Path, upstreams: Sequence[Endpoint], options: Mapping[str, str]
) -> Iterator[Endpoint]:
    """Run the resolver while the context lasts; it ends with this process, however that ends.

    It asks `upstreams` for every name; `options` are lines of its config. Yields where it listens, which it may not do
    yet.
    """
    path = program.path()
    assert path is not None, f"{program.name} is not here"
    folder.mkdir(parents=True, exist_ok=True)
    endpoint = Endpoint(ADDRESS, _free_port())
    write = {UNBOUND.name: _unbound, RECURSOR.name: _recursor}[program.name]
    command = [str(path), *write(folder, endpoint, upstreams, options)]
    libraries = sorted({str(library.parent) for library in FETCHED.glob("**/*.so.*")})
    environment = {"PATH": os.defpath, "LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    with (folder / "log").open("wb") as log:
        child = Child(command, cwd=folder, env=environment, stdout=log.fileno(), stderr=log.fileno())
    try:
        yield endpoint
    finally:
        child.end()


def _unbound(
    folder: Path, endpoint: Endpoint, upstreams: Sequence[Endpoint], options: Mapping[str, str]
) -> Sequence[str]:
    """Write the config; returns the arguments. `test.` is a name of its own that it would not ask for."""
    server = {
        "interface": endpoint.address,
        "port": str(endpoint.port),
        "do-daemonize": "no",
        "do-not-query-localhost": "no",
        "do-ip6": "no",
        "username": '""',
        "chroot": '""',
        "directory": f'"{folder}"',
        "pidfile": '""',
        "use-syslog": "no",
        "num-threads": "1",
        "module-config": '"iterator"',
        "qname-minimisation": "no",
        "local-zone": '"test." nodefault',
        **options,
    }
    lines = [
        "server:",
        *(f"  {key}: {value}" for key, value in server.items()),
        "remote-control:",
        "  control-enable: no",
    ]
    lines += [
        "forward-zone:",
        '  name: "."',
        *(f"  forward-addr: {server.address}@{server.port}" for server in upstreams),
    ]
    (folder / "unbound.conf").write_text("\n".join(lines) + "\n")
    return ("-d", "-p", "-c", str(folder / "unbound.conf"))


def _recursor(
    folder: Path, endpoint: Endpoint, upstreams: Sequence[Endpoint], options: Mapping[str, str]
) -> Sequence[str]:
    settings = {
        "local-address": f"{endpoint.address}:{endpoint.port}",
        "forward-zones": ".=" + ";".join(f"{server.address}:{server.port}" for server in upstreams),
        "dont-query": "",
        "hint-file": "no",
        "dnssec": "off",
        "threads": "1",
        "daemon": "no",
        "disable-syslog": "yes",
        "write-pid": "no",
        "socket-dir": ".",  # where it runs; the name of a socket may have 107 characters only
        "security-poll-suffix": "",
        **options,
    }
    (folder / "recursor.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    return (f"--config-dir={folder}",)


def _free_port() -> int:
    """A port that is free for UDP and TCP now."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        ):
            udp.bind((ADDRESS, 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind((ADDRESS, port))
            except OSError:
                continue
            return port
