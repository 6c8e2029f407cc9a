"""vegeta, which sends the requests: where it is, what it is told, and what it says.

https://github.com/tsenart/vegeta. Requests are sent at a constant rate, whatever becomes of those before: a colour
that is slow is not asked less. Nothing of it goes through a shell.
"""

import csv
import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from cutover.printable import printable
from cutover.refusal import Refusal
from load_test.results import Hit, hit_of
from propagation import Endpoint

PROGRAM = "vegeta"
INSTALL = "go install github.com/tsenart/vegeta/v12@v12.13.0"
# Load balancers get more addresses under load, and an alias has a TTL of 60 s.
_DNS_TTL = "30s"
# One answer's header fields are part of a row.
_LONGEST_FIELD_BYTES = 2**24
_LAST_WORDS_CHARACTERS = 300
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def find(environment: Mapping[str, str]) -> str:
    """Its path; raises Refusal when it is not on PATH."""
    found = shutil.which(PROGRAM, path=environment.get("PATH", ""))
    if found is None:
        raise Refusal(
            f"{PROGRAM} is missing, which sends the requests of a load test",
            seen=f"no {PROGRAM} on PATH",
            allowed=f"{PROGRAM} 12.13.0, of Go's own build",
            next_step=f'{INSTALL}, and its folder on PATH: export PATH="$PATH:$(go env GOPATH)/bin"',
        )
    return found


@dataclass(frozen=True)
class Order:
    """How many requests a second, for how many seconds, and how long an answer may take; `resolvers` are asked for the
    colour's address, none of them over HTTPS. `targets` as `load_test.targets.rendered` gives them.

    Raises ValueError without a resolver: vegeta would ask the system's, which nobody has checked.
    """

    rate: int
    seconds: int
    timeout_seconds: float
    resolvers: Sequence[Endpoint]
    targets: bytes

    def __post_init__(self) -> None:
        if not self.resolvers or any(one.is_https for one in self.resolvers):
            raise ValueError("no resolver that vegeta can ask")

    def arguments(self) -> list[str]:
        """The command line of `vegeta attack`."""
        return [
            "attack",
            "-format=json",
            f"-rate={self.rate}/1s",
            f"-duration={self.seconds}s",
            f"-timeout={round(self.timeout_seconds * 1000)}ms",
            f"-dns-ttl={_DNS_TTL}",
            # An answer that leads elsewhere is an answer: nothing but the colour is asked.
            "-redirects=-1",
            # Over HTTP/2 all would go over a few connections, to a few of the load balancer's addresses.
            "-http2=false",
            "-max-body=0",
            f"-resolvers={','.join(_with_port(one) for one in self.resolvers)}",
        ]


def _with_port(resolver: Endpoint) -> str:
    address = f"[{resolver.address}]" if ":" in resolver.address else resolver.address
    return f"{address}:{resolver.port}"


def direct(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without any proxy: a load test of a proxy would be no load test of the colour."""
    return {name: value for name, value in environment.items() if name.lower() not in _PROXIES}


class Attack:
    """One attack that is under way, to be used in a `with`: what comes of it are hits. It ends when this process does.

    `vegeta encode` reads what `vegeta attack` writes, and writes rows to a pipe that is read here: when nobody reads it
    any more, both are ended by their next row.
    """

    def __init__(self, program: str, order: Order, environment: Mapping[str, str]) -> None:
        # Files, so that no thread has to read and write them.
        self._said, targets = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # closed at the end
        targets.write(order.targets)
        targets.seek(0)
        # Ctrl-C is for this process, which tells vegeta.
        common = {"env": direct(environment), "stderr": self._said, "start_new_session": True}
        with targets:
            self._attack = subprocess.Popen(
                [program, *order.arguments()],
                stdin=targets,
                stdout=subprocess.PIPE,
                **common,  # type: ignore[call-overload]  # the same options for both
            )
        self._encode = subprocess.Popen(
            [program, "encode", "-to", "csv"],
            stdin=self._attack.stdout,
            stdout=subprocess.PIPE,
            **common,  # type: ignore[call-overload]  # as above
        )
        self._attack.stdout.close()  # else nobody would end it when `encode` ends

    def __enter__(self) -> "Attack":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for process in (self._attack, self._encode):
            if process.poll() is None:
                process.kill()
            process.wait()
        self._encode.stdout.close()
        self._said.close()

    def hits(self) -> Iterator[Hit]:
        """Every request, as soon as it is answered; raises ValueError for what is no row of results."""
        csv.field_size_limit(_LONGEST_FIELD_BYTES)
        try:
            for row in csv.reader(io.TextIOWrapper(self._encode.stdout, "utf-8", "backslashreplace", newline="")):
                yield hit_of(row)
        except csv.Error as error:
            raise ValueError(str(error)) from None

    def stop(self) -> None:
        """Send no more; what is under way is answered still."""
        if self._attack.poll() is None:
            os.kill(self._attack.pid, signal.SIGINT)

    def problem(self) -> str:
        """Why it ended, once the hits have; empty when it went well."""
        codes = self._attack.wait(), self._encode.wait()
        self._said.seek(0)
        words = printable(" ".join(self._said.read().decode(errors="replace").split()), _LAST_WORDS_CHARACTERS)
        return f"exit codes {codes[0]} and {codes[1]}; {words or 'nothing was said'}" if any(codes) else ""
