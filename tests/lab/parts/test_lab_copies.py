"""Copies of a lab: each holds all that the lab held, at addresses of its own, and is changed by itself."""

import os
import select
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import pytest

from lab.client import Addresses, LabClient, start
from lab.copies import copied
from tests.lab.parts.lab_account import Account

LONG_SECONDS = 3600.0


def _resolved(addresses: Addresses, name: str) -> list[str]:
    query = dns.message.make_query(name, "A")
    answer = dns.query.udp(query, addresses.server_addresses()[0], port=addresses.dns_port, timeout=60)
    return sorted(item.to_text() for records in answer.answer for item in records)


@pytest.fixture
def original(tmp_path: Path) -> Iterator[Addresses]:
    """A lab that can be copied; a target that it gets after it was copied is `initial` for an hour."""
    with start(tmp_path / "original", health_seconds=LONG_SECONDS, copies=True) as server:
        yield server.addresses


def _port(original: Addresses) -> int:
    assert original.copies_port is not None
    return original.copies_port


def test_a_copy_holds_what_the_lab_held_and_is_changed_by_itself(original: Addresses, tmp_path: Path) -> None:
    account = Account(original.endpoint)
    cluster = account.cluster("red")
    zone_id, zone = account.zone()
    record = {"Name": f"a.{zone}", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    account.change(zone_id, ("CREATE", record))
    history, calls = LabClient(original.endpoint).history(), LabClient(original.endpoint).calls()

    with copied(_port(original), tmp_path / "one") as one, copied(_port(original), tmp_path / "two") as two:
        copies = [Account(one.endpoint), Account(two.endpoint)]
        assert LabClient(one.endpoint).history() == history
        assert LabClient(one.endpoint).calls() == calls
        assert [len(copy.record_sets(zone_id)) for copy in copies] == [1, 1]
        copies[0].change(zone_id, ("DELETE", record))
        assert [len(copy.record_sets(zone_id)) for copy in copies] == [0, 1]
        assert _resolved(one, f"a.{zone}") == []
        assert _resolved(two, f"a.{zone}") == ["192.0.2.1"]

        at = [set(_resolved(copy, cluster.dns_name)) for copy in (one, two)]
        assert not at[0] & at[1], "no address is given to a second load balancer"
        # Its targets were healthy already when the copy was made, and that is what it goes on from.
        with urllib.request.urlopen(f"http://{min(at[1])}:{two.http_port}/", timeout=60) as response:
            assert response.headers["X-Colour"] == "red"


def test_a_lab_that_was_copied_answers_no_more_and_can_be_copied_again(original: Addresses, tmp_path: Path) -> None:
    with copied(_port(original), tmp_path / "one") as one:
        assert LabClient(one.endpoint).is_ready()
        assert not LabClient(original.endpoint).is_ready()
    assert not LabClient(one.endpoint).is_ready()
    with copied(_port(original), tmp_path / "two") as two:
        assert LabClient(two.endpoint).is_ready()


def test_a_copy_is_copied_like_a_lab_and_ends_by_itself(original: Addresses, tmp_path: Path) -> None:
    account = Account(original.endpoint)
    zone_id, zone = account.zone()
    first, then = (
        {"Name": f"{label}.{zone}", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.1"}]}
        for label in ("first", "then")
    )
    with copied(_port(original), tmp_path / "one") as one:
        Account(one.endpoint).change(zone_id, ("CREATE", first))
        with copied(_port(one), tmp_path / "of-it") as of_it:
            assert not LabClient(one.endpoint).is_ready()
            Account(of_it.endpoint).change(zone_id, ("CREATE", then))
            assert [_resolved(of_it, f"{label}.{zone}") for label in ("first", "then")] == [["192.0.2.1"]] * 2
        assert not LabClient(of_it.endpoint).is_ready()
        with copied(_port(one), tmp_path / "again") as again:
            assert [_resolved(again, f"{label}.{zone}") for label in ("first", "then")] == [["192.0.2.1"], []]
    with copied(_port(original), tmp_path / "two") as two:
        assert _resolved(two, f"first.{zone}") == []


def test_a_copy_that_cannot_be_made_is_an_error(original: Addresses, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").mkdir()  # where its authority is to be
    with pytest.raises(RuntimeError, match=r"did not come up: \w+Error"):
        copied(_port(original), tmp_path).__enter__()


def test_a_copy_ends_when_the_process_that_needs_it_is_killed(original: Addresses, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from lab.copies import copied\n"
        "with copied(int(sys.argv[1]), Path(sys.argv[2])) as copy: print(copy.endpoint, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(_port(original)), str(tmp_path / "one")]
    user = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    host, _, port = user.stdout.readline().strip().removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as open_for_as_long_as_the_copy:
        os.kill(user.pid, signal.SIGKILL)
        user.wait()
        user.stdout.close()
        ended, _, _ = select.select([open_for_as_long_as_the_copy], [], [], 60)
    assert ended, "the copy outlived its user by a minute"
