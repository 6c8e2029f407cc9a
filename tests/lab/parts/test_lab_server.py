"""The life of the lab's server process."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import HTTPClientError

from lab.client import Addresses, LabClient, LabError, aws_environment, start
from tests.lab.parts.lab_account import Account

ADDRESSES = Addresses("http://127.0.0.1:1", 53, 80, {"ns.example": ["127.0.0.2", "::1"]}, ["127.0.0.3"], "ca.pem")


def test_the_server_tells_its_addresses_and_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    with start(tmp_path) as server:
        assert server.client.is_ready()
        assert server.client.addresses() == server.addresses
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
    assert not server.client.is_ready()
    assert "stopping" in server.log.read_text()


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from lab.client import start\n"
        "with start(Path(sys.argv[1])) as server: print(server.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    server_pid = int(parent.stdout.readline())
    handle = os.pidfd_open(server_pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ended, _, _ = select.select([handle], [], [], 60)
    os.close(handle)
    assert ended, "the server outlived its parent by a minute"


def test_a_server_that_does_not_come_up_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"ended with code 2 before it answered(.|\n)*invalid float"):
        start(tmp_path, health_seconds="soon").__enter__()  # type: ignore[arg-type]  # wrong on purpose


def test_a_lab_that_is_not_running_is_named_in_the_error() -> None:
    with pytest.raises(LabError, match=r"http://127.0.0.1:1/_lab/faults.*is the lab's server running"):
        LabClient("http://127.0.0.1:1").faults()


def test_the_environment_leads_to_the_lab_and_nowhere_else() -> None:
    environment = aws_environment(ADDRESSES)
    assert environment["AWS_ENDPOINT_URL"] == ADDRESSES.endpoint
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert not [name for name in environment if "REGION" in name or "PROFILE" in name]


def test_the_addresses_of_all_servers_are_in_one_list() -> None:
    assert ADDRESSES.server_addresses() == ["127.0.0.2", "::1"]


def test_an_endpoint_that_is_away_hangs_up_on_every_call_and_comes_back(tmp_path: Path) -> None:
    with start(tmp_path) as server:
        route53 = Account(server.addresses.endpoint).route53
        server.client.set_endpoint_away(away=True)
        with pytest.raises(HTTPClientError):
            route53.list_hosted_zones()
        assert server.client.faults().endpoint_away, "the control endpoint answers"
        server.client.set_endpoint_away(away=False)
        assert route53.list_hosted_zones()["HostedZones"] == []
