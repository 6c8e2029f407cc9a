"""The load test of an idle colour, as it is typed: what it sends, when it does not, and what it leaves behind."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.resolver
import pytest

from lab import background, shell_script
from lab import load_test as by_hand
from lab.client import FrontFault
from lab.toolchain import MissingPrerequisite
from tests.lab import building, load_testing
from tests.lab.load_testing import PEAK_RPS, SECONDS, load_test, passed, requests_to, write, written
from tests.lab.running_world import wait_until
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, SECOND, World


@pytest.fixture
def tested(first_in_charge: World) -> World:
    """A world whose second colour is to be load-tested."""
    first_in_charge.workspace.edit_project(peakRps=PEAK_RPS, loadTestSeconds=SECONDS)
    return first_in_charge


def test_a_colour_that_answers_well_has_passed_and_its_evidence_is_what_was_measured(tested: World) -> None:
    targets = requests_to(tested, "# all day\nGET /\nHEAD /search?q=shoes\nAccept: text/html\n")
    done = load_test(tested, SECOND, "--targets", targets, "--json")
    assert done.exit_code == 0, done.stderr
    said, evidence = done.said, written(tested, SECOND)
    assert (said["result"], said["asked_rate"], said["evidence"]) == ("passed", PEAK_RPS + 1, evidence)
    assert said["requests"] == (PEAK_RPS + 1) * (SECONDS + 1)
    assert said["success"] == 100
    cluster = tested.outputs(SECOND)["cluster"]
    assert (evidence["group"], evidence["release"]) == (cluster["group"], cluster["release"])
    now = passed(tested, SECOND)
    assert (evidence["instances"], evidence["load_balancer"]) == (CAPACITY, now["load_balancer"])
    assert evidence["rate"] >= PEAK_RPS
    assert evidence["by"].startswith("arn:aws:")
    progress = [line for line in done.stderr.splitlines() if "s left" in line]
    assert len(progress) >= 2, done.stderr
    assert all("a second" in line and "% answered well, p99" in line for line in progress)


def test_a_table_says_the_same(tested: World) -> None:
    done = load_test(tested, SECOND, "--seconds", "1", "--rate", "20")
    assert done.exit_code == 0, done.stderr
    rows = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert rows[:10] == [
        *("colour", "asked for", "sent", "answered well", "success", "p50", "p95", "p99", "max", "errors")
    ]
    assert f"{SECOND} has passed: 20 requests a second for 1 s" in done.stdout
    assert "a tag-in will not take it" in done.stderr, "it asked for less than the config does"


@contextmanager
def _front(world: World, **fault: int) -> Iterator[None]:
    world.faults.set_front(SECOND, FrontFault(**fault))
    try:
        yield
    finally:
        world.faults.set_front(SECOND, FrontFault())


def test_a_colour_that_answers_errors_ends_it_early_and_its_evidence_says_so(tested: World) -> None:
    good = passed(tested, SECOND)
    write(tested, SECOND, good)
    with _front(tested, status=500):
        done = load_test(tested, SECOND, "--seconds", "60", "--json")
    assert done.exit_code == 1, done.stderr
    assert done.said["result"] == "colour_short"
    assert f"{SECOND} was short: of " in done.said["reasons"][0]
    assert "100.0 % of the latest answers were bad" in done.said["reasons"][1]
    assert done.said["seconds"] < 60
    assert set(done.said["errors"]) == {"500"}
    assert written(tested, SECOND)["success"] == 0, "the newest test counts"


def test_a_slow_colour_falls_short_by_its_p99(tested: World) -> None:
    tested.workspace.edit_project(readinessLatency=100)
    with _front(tested, milliseconds=300):
        done = load_test(tested, SECOND, "--json")
    assert done.exit_code == 1, done.stderr
    (_, reason) = done.said["reasons"]
    assert reason.startswith("99 % were answered within ")
    assert reason.endswith(" ms, not 100")


def _refused(world: World, *arguments: str) -> str:
    done = load_test(world, *arguments)
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    lines = done.stderr.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("refused: "))
    assert [line[:11] for line in lines[at + 1 : at + 4]] == ["  seen:    ", "  allowed: ", "  next:    "]
    return "\n".join(lines[at : at + 4])


def test_the_colour_in_charge_one_that_is_not_whole_and_requests_that_write_are_refused(tested: World) -> None:
    before = written(tested, SECOND)
    assert f"{FIRST} cannot be load-tested: clients are sent to it" in _refused(tested, FIRST)
    assert "POST takes --writes" in _refused(tested, SECOND, "--targets", requests_to(tested, "POST /\n"))
    tested.faults.set_unhealthy_instances(tested.instances(SECOND)[:1])
    assert f"{SECOND} cannot be load-tested: it is not whole: capacity" in _refused(tested, SECOND)
    tested.faults.set_unhealthy_instances([])
    tested.workspace.aws("ssm").delete_parameter(Name=load_testing.parameter(SECOND))
    assert "there is no place for the evidence" in _refused(tested, SECOND)
    names = tested.workspace.aws("ssm").get_paginator("describe_parameters").paginate()
    assert load_testing.parameter(SECOND) not in {one["Name"] for page in names for one in page["Parameters"]}
    assert before == {"tested": False}


def test_without_a_peak_without_vegeta_and_for_a_colour_that_sleeps_nothing_is_sent(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    assert "nothing says how many requests a second to send" in _refused(world, SECOND)
    world.workspace.edit_stack(SECOND, awake=False)
    assert f"{SECOND} cannot be tested: it is asleep" in _refused(world, SECOND, "--rate", "10")
    world.workspace.edit_stack(SECOND, awake=None)
    words, environment = load_testing.command(world, SECOND, "--rate", "10")
    done = load_testing.typed(world, words, {**environment, "PATH": "/nowhere"})
    assert done.exit_code == 2
    assert "go install github.com/tsenart/vegeta/v12@v12.13.0" in done.stderr


def test_with_resolvers_over_https_alone_nobody_else_is_asked_and_with_one_beside_them_it_is(tested: World) -> None:
    over_https, before = tested.addresses.doh, written(tested, SECOND)
    tested.workspace.edit_stack(LIVE, resolvers=over_https)
    message = _refused(tested, SECOND)
    assert f"every resolver that answers {SECOND}.{NAME} with an address of its load balancer is asked over" in message
    assert f"{over_https[0]}: " in message
    assert written(tested, SECOND) == before
    tested.workspace.edit_stack(LIVE, resolvers=[*over_https, tested.addresses.resolvers[0]])
    done = load_test(tested, SECOND, "--seconds", "1", "--rate", "5")
    assert done.exit_code == 0, done.stderr


HELD_BACK = """#!/bin/sh
case $1 in
attack)
  for word do
    shift
    case $word in -rate=*) word=-rate=5/1s ;; esac
    set -- "$@" "$word"
  done
  ;;
esac
exec {vegeta} "$@"
"""


def test_a_machine_that_cannot_send_as_much_is_told_from_a_colour_that_is_short(tested: World, tmp_path: Path) -> None:
    words, environment = load_testing.command(tested, SECOND, "--json")
    vegeta = shutil.which("vegeta", path=environment["PATH"])
    (tmp_path / "vegeta").write_text(HELD_BACK.format(vegeta=vegeta))
    (tmp_path / "vegeta").chmod(0o700)
    done = load_testing.typed(tested, words, {**environment, "PATH": f"{tmp_path}:{environment['PATH']}"})
    assert done.exit_code == 3, done.stderr
    assert done.said["result"] == "generator_short"
    assert done.said["success"] == 100
    assert f"of {PEAK_RPS} requests a second" in done.said["reasons"][0]
    assert written(tested, SECOND)["rate"] < PEAK_RPS, "so that no tag-in takes it"


@contextmanager
def _under_way(world: World, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A test that has been sending for a while."""
    words, environment = load_testing.command(world, SECOND, *arguments)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(
        # What is begun in the background of a shell takes no notice of Ctrl-C, nor do its children.
        ["env", "--default-signal=INT", *words],
        cwd=world.workspace.directory,
        env=environment,
        text=True,
        **pipes,  # type: ignore[call-overload]  # both are pipes
    )
    try:
        assert process.stderr is not None
        while "s left" not in process.stderr.readline():
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_it_and_leaves_the_evidence_as_it_was(tested: World) -> None:
    good = passed(tested, SECOND)
    write(tested, SECOND, good)
    with _under_way(tested, "--seconds", "600") as process:
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert "interrupted: no evidence was written" in stderr
    assert written(tested, SECOND) == good


def test_it_ends_when_the_colour_gets_weight_and_writes_nothing(tested: World) -> None:
    with _under_way(tested, "--seconds", "600") as process:
        (record,) = [one for one in tested.records() if one.get("SetIdentifier") == SECOND]
        tested.change(("UPSERT", {**record, "Weight": 1}))
        stdout, stderr = process.communicate(timeout=60)
        tested.change(("UPSERT", record))
    assert process.returncode == 2, stderr
    assert stdout == ""
    assert f"{SECOND} cannot be load-tested: clients are sent to it, or may still be" in stderr
    assert f"{SECOND} 1" in stderr
    assert written(tested, SECOND) == {"tested": False}


def test_it_ends_with_the_process_however_that_ends(tested: World) -> None:
    with _under_way(tested, "--seconds", "600") as process:
        process.kill()
        process.communicate(timeout=60)
    addresses, port = _addresses(tested), tested.workspace.project_config("httpsPort")
    wait_until(lambda: not _connections(addresses, port))


def test_meanwhile_there_are_connections_that_could_be_left(tested: World) -> None:
    """What the test above looks at is there to be seen."""
    with _under_way(tested, "--seconds", "600"):
        addresses, port = _addresses(tested), tested.workspace.project_config("httpsPort")
        wait_until(lambda: _connections(addresses, port) > 0)


def _addresses(world: World) -> set[str]:
    """Those of the second colour's load balancer."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [world.addresses.resolvers[0]], world.addresses.dns_port
    return {one.to_text() for one in resolver.resolve(f"{SECOND}.{NAME}", "A", lifetime=60)}


def _connections(addresses: set[str], port: int) -> int:
    """How many clients of this machine are connected to `port` of any of `addresses`.

    https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt: 01 is ESTABLISHED, and addresses are words.
    """
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    there = {f"{socket.inet_aton(one)[::-1].hex().upper()}:{port:04X}" for one in addresses}
    return sum(row[2] in there and row[3] == "01" for row in rows)


def test_the_lab_by_hand_has_it_with_its_own_vegeta(
    tested: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(background, "ENV", tmp_path / "env")
    with pytest.raises(MissingPrerequisite, match="make lab"):
        by_hand.run(building.report, [SECOND])
    background.ENV.write_text(shell_script.entering(tested.workspace, ".lab/env"))
    assert by_hand.run(building.report, [SECOND, "--rate", "5", "--seconds", "1"]) == 0
    assert f"{SECOND} has passed: 5 requests a second for 1 s" in capfd.readouterr().out
    assert by_hand.run(building.report, ["; touch x"]) == 2
    assert "there is no stack ; touch x" in capfd.readouterr().err


def test_a_tag_in_takes_what_the_command_left(tested: World) -> None:
    tested.workspace.edit_project(loadTest="required")
    assert load_test(tested, SECOND).exit_code == 0
    tested.must_tag_in(SECOND)
    assert tested.weights(NAME)[SECOND] == 100
    tested.workspace.edit_stack(LIVE, active=SECOND)
