"""The lab's server and bare moto, each one for all tests: starting them takes a second."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from lab.aws import embedded
from lab.client import LabClient, RunningServer, start
from tests.lab.parts.lab_account import Account


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # the name is werkzeug's
        pass


def warmed(account: Account) -> Account:
    """Let boto3 and moto read their service models now, and not in the first test that happens to need them."""
    account.ec2.describe_subnets()
    account.elbv2.describe_load_balancers()
    account.autoscaling.describe_auto_scaling_groups()
    return account


@pytest.fixture(scope="session")
def moto() -> Iterator[Account]:
    """moto as it comes."""
    server = make_server("127.0.0.1", 0, embedded.application(), threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield warmed(Account(f"http://127.0.0.1:{server.server_port}"))
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("lab"), alias_ttl=1, health_seconds=0.0) as server:
        yield server


@pytest.fixture(scope="session")
def account(running: RunningServer) -> Account:
    return warmed(Account(running.addresses.endpoint))


@pytest.fixture
def lab(running: RunningServer) -> Iterator[LabClient]:
    yield running.client
    running.client.clear_faults()
