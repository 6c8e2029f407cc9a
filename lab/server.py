"""`python -m lab.server`: the one process that runs the embedded AWS, DNS and HTTP on loopback.

With `--copies` it can be copied (lab/copies.py).
"""

import argparse
import json
import logging
import os
import resource
import signal
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

from lab import environment
from lab.copies import Copies

OPEN_FILES = 8192


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or, if asked for, the end of stdin; one line of JSON says when it answers."""
    environment.enter()
    options = _parser().parse_args(arguments)
    _log_to(options.state_dir)
    _allow_connections()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_end_of_stdin, args=(stop,), daemon=True).start()

    # DNS and HTTP are one thread beside those of the API: a question must not wait for their turns of 5 ms, each time.
    sys.setswitchinterval(0.0005)

    from lab.cloud import Cloud  # noqa: PLC0415  # two seconds of imports: only once signals are handled

    cloud = Cloud(options.alias_ttl, options.health_seconds, options.state_dir, machines=options.machines)
    cloud.start()
    copies = Copies(cloud.stop) if options.copies else None
    addresses = replace(cloud.addresses, copies_port=copies.port if copies else None)
    print(json.dumps(asdict(addresses)), flush=True)
    logging.info("serving at %s", addresses)
    wanted = copies.wait(stop) if copies else None
    while wanted is not None:  # in the process of the copy, which can be copied too
        _log_to(wanted.state_dir)
        before, at, calls = cloud.history(), wanted.api_port, cloud.journal.calls()
        alias_ttl = options.alias_ttl if wanted.alias_ttl is None else wanted.alias_ttl
        try:
            cloud = Cloud(
                alias_ttl, options.health_seconds, wanted.state_dir, before, at, calls, machines=wanted.machines
            )
            cloud.start()
        except (Exception, SystemExit) as error:  # werkzeug exits when its port is taken
            wanted.refuse(f"{type(error).__name__}: {error}")
            raise
        copies, copy = Copies(cloud.stop), wanted
        copy.announce(replace(cloud.addresses, copies_port=copies.port), stop)
        logging.info("a copy, serving at %s", cloud.addresses)
        wanted = copies.wait(stop)
        if wanted is not None:
            copy.leave_to_the_original()
    stop.wait()
    logging.info("stopping")
    if copies is None or not copies.made:
        cloud.stop()
    return 0


def _allow_connections() -> None:
    """A load has more of them open at once than many shells allow by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _log_to(state_dir: Path) -> None:
    state_dir.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=state_dir / "server.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.server", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True, help="directory of server.log and ca.pem")
    parser.add_argument("--alias-ttl", type=int, default=60, help="TTL of aliases to load balancers, in seconds")
    parser.add_argument("--health-seconds", type=float, default=2.0, help="how long targets stay `initial`")
    parser.add_argument("--copies", action="store_true", help="let it be copied; it stops answering for the first one")
    parser.add_argument("--machines", action="store_true", help="let instances run their user data")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop at the end of stdin")
    return parser


def _wait_for_end_of_stdin(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)  # half a second faster than taking all of moto apart
