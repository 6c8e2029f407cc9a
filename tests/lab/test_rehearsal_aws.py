"""`make rehearsal-aws`, on the lab for an account: led there by the environment alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import workspace
from lab.client import RunningServer, start
from lab.workspace import CHECKOUT, Workspace
from tests.lab.building import report
from tests.lab.world import ALIAS_TTL_SECONDS, READINESS_MILLISECONDS

PATIENCE_SECONDS = 1200
ABOUT = Path("tag-team") / "rehearsal-aws" / "about.json"


@dataclass(frozen=True)
class Account:
    """The lab as somebody's account, and the folder that rehearsals are kept in."""

    made: Workspace
    server: RunningServer
    state: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """Of the shell of somebody who works on this account."""
        own = {"PULUMI_OPTION_CWD": str(self.made.directory), "XDG_STATE_HOME": str(self.state)}
        return {**self.made.environment, **own}

    def begin(self, answer: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "lab.own_account"],
            cwd=CHECKOUT,
            env=dict(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(f"{answer}\n")
        process.stdin.flush()
        return process

    def nothing_is_left(self) -> None:
        """Of all that a rehearsal makes, also what has no tags, and what the lab does not count."""
        aws = self.made.aws
        assert self.server.client.leftovers() == {}
        assert [one["RoleName"] for one in aws("iam").list_roles()["Roles"] if "tag-team" in one["Path"]] == []
        assert aws("iam").list_instance_profiles()["InstanceProfiles"] == []
        assert aws("acm").list_certificates()["CertificateSummaryList"] == []
        assert aws("ssm").get_parameters_by_path(Path="/tag-team", Recursive=True)["Parameters"] == []
        assert aws("ec2").describe_addresses()["Addresses"] == []
        assert not (self.state / ABOUT.parent).exists()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    root = tmp_path_factory.mktemp("account")
    with start(root / "server", alias_ttl=ALIAS_TTL_SECONDS, health_seconds=1) as server:
        made = workspace.lay_out(root, server.addresses, report)
        made.edit_project(readinessLatency=READINESS_MILLISECONDS)
        yield Account(made, server, root / "state-home")


def until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_it_ends_with_the_same_table_and_nothing_is_left(account: Account) -> None:
    before = {file.name: file.read_text() for file in account.made.directory.glob("*.yaml")}
    out, err = account.begin("yes").communicate(timeout=PATIENCE_SECONDS)
    lines = out.splitlines()
    (begin,) = [number for number, line in enumerate(lines) if line.startswith("Rehearsal on engine ")]
    table = {line[:26].strip(): line[26:].strip() for line in lines[begin + 1 : -1]}
    assert int(table["requests"]) > 0
    assert (table["failed"], table["in charge at the end"], lines[-1]) == ("0", "red", "failed 0"), out
    assert int(table["requests"]) == int(table["served by red"]) + int(table["served by blue"])
    assert {"build", "first in charge", "tag in", "tag in dns", "tag back", "tag back dns"} <= set(table)
    assert any(line.startswith("at most about $ ") for line in lines[:begin])
    assert "is frozen" in out  # blue could not be destroyed while it carried the traffic
    assert "is left" in err
    account.nothing_is_left()
    assert {file.name: file.read_text() for file in account.made.directory.glob("*.yaml")} == before


def test_one_that_was_killed_is_found_by_the_next_run_and_removed(account: Account) -> None:
    process = account.begin("yes")
    until(lambda: len(account.server.client.leftovers().get("load_balancers", ())) == 2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    name = yaml.safe_load((account.state / ABOUT).read_text())["name"]
    # What was being made at that moment, and no state knows of.
    elbv2 = account.made.aws("elbv2")
    subnets = [zone["SubnetId"] for zone in elbv2.describe_load_balancers()["LoadBalancers"][0]["AvailabilityZones"]]
    tags = [{"Key": "service", "Value": name}, {"Key": "colour", "Value": "red"}]
    elbv2.create_load_balancer(Name="red-0000000", Subnets=subnets, Tags=tags)
    out, err = account.begin("no").communicate(timeout=PATIENCE_SECONDS)
    assert f"the rehearsal of {name} was cut off" in err
    assert "was not destroyed by its state" not in err, "what no state knows kept it from being destroyed"
    assert f"nothing of {name} is left" in err
    assert "Type yes to begin" in out
    account.nothing_is_left()
