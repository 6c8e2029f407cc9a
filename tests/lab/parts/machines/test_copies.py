"""A copy with machines of a lab without: its instances boot in the copy."""

from dataclasses import replace
from pathlib import Path

from lab.client import LabClient, start
from lab.copies import copied
from tests.lab.parts.lab_account import Account
from tests.lab.parts.machines.fleet import Fleet


def test_instances_that_a_lab_had_boot_in_a_copy_with_machines_and_in_no_other(tmp_path: Path) -> None:
    with start(tmp_path / "lab", copies=True) as server:
        group = Fleet(server, Account(server.addresses.endpoint)).group(size=2)
        port = server.addresses.copies_port
        assert port is not None
        assert server.client.machines() == []
        with copied(port, tmp_path / "two", machines=True) as two, copied(port, tmp_path / "one") as one:
            running = replace(server, addresses=two, client=LabClient(two.endpoint))
            Fleet(running, Account(two.endpoint)).wait_until_healthy(group, 2)
            assert LabClient(one.endpoint).machines() == []
