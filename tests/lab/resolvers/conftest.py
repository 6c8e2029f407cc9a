"""The lab's name servers, a live name, and real resolvers in front of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from lab.client import RunningServer, start
from propagation import Endpoint
from tests.lab.parts.lab_account import Account, Cluster
from tests.lab.resolvers import software
from tests.lab.resolvers.live_name import INCOMING, OUTGOING, LiveName, wait_until_it_answers
from tests.lab.resolvers.software import Program

TTL_SECONDS = 5


class Start(Protocol):
    """Start a resolver and wait until it answers for `name`."""

    def __call__(
        self, program: Program, name: str, options: Mapping[str, str], upstreams: Sequence[Endpoint] | None = None
    ) -> Endpoint: ...


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("lab"), alias_ttl=TTL_SECONDS, health_seconds=0.0) as server:
        yield server


@pytest.fixture(scope="module")
def account(running: RunningServer) -> Account:
    return Account(running.addresses.endpoint)


@pytest.fixture(scope="module")
def clusters(account: Account) -> dict[str, Cluster]:
    return {colour: account.cluster(colour, size=0) for colour in (OUTGOING, INCOMING)}


@pytest.fixture
def unmade(running: RunningServer, account: Account, clusters: dict[str, Cluster]) -> Iterator[LiveName]:
    """A live name without records yet; every fault is healed after the test."""
    zone_id, zone = account.zone()
    yield LiveName(running, account, clusters, zone_id, zone, TTL_SECONDS)
    running.client.clear_faults()


@pytest.fixture
def live(unmade: LiveName) -> LiveName:
    """A live name with all weight on the outgoing colour."""
    unmade.create()
    return unmade


@pytest.fixture(params=software.PROGRAMS, ids=lambda program: program.name)
def program(request: pytest.FixtureRequest) -> Program:
    """Each of the resolvers that are on this machine."""
    found: Program = request.param
    if found.path() is None:
        pytest.skip(f"{found.name} is not installed; tests/lab/resolvers/fetch.sh gets it from Debian's packages")
    return found


@pytest.fixture
def name_servers(running: RunningServer) -> list[Endpoint]:
    """The IPv4 addresses of the lab's name servers."""
    addresses = running.addresses
    return [Endpoint(address, addresses.dns_port) for address in addresses.server_addresses() if ":" not in address]


@pytest.fixture
def start_resolver(tmp_path: Path, name_servers: list[Endpoint]) -> Iterator[Start]:
    """Resolvers, which end with the test."""
    with ExitStack() as started:

        def run(
            program: Program, name: str, options: Mapping[str, str], upstreams: Sequence[Endpoint] | None = None
        ) -> Endpoint:
            servers = name_servers if upstreams is None else upstreams
            resolver = started.enter_context(software.run(program, tmp_path / program.name, servers, options))
            wait_until_it_answers(resolver, name)
            return resolver

        yield run
