"""The board in scripted states of the embedded AWS: no figure is wrong or stale, and the next command is right."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from board.judged import ATTENTION, NOT_TOLD, WELL
from lab.client import ApiFault
from tests.lab.board.command import Seen, ran, seen
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, RELEASES, SECOND, World

# What the board is run with here: the role of its own, which reads and can open no secret.
pytestmark = pytest.mark.roles
UP = "pulumi up -s live"
REFRESH = "pulumi refresh -s live --yes && pulumi up -s live"
PARAMETER = f"/tag-team/{NAME}/in-charge"
# Long enough for whole minutes in which clients might have come.
OUT_SECONDS = 600


@contextmanager
def faulty(world: World, *faults: ApiFault) -> Iterator[None]:
    world.faults.set_api_faults(faults)
    try:
        yield
    finally:
        world.faults.set_api_faults(())


@contextmanager
def weights(world: World, **wanted: int) -> Iterator[None]:
    """Other weights, set by hand for a while."""
    before = [one for one in world.records_at(NAME) if "Weight" in one]
    world.change(*(("UPSERT", {**one, "Weight": wanted[one["SetIdentifier"]]}) for one in before))
    try:
        yield
    finally:
        world.change(*(("UPSERT", one) for one in before))


@contextmanager
def in_charge(world: World, text: str) -> Iterator[None]:
    """Another text in the parameter, written by hand for a while."""
    ssm = world.workspace.aws("ssm")
    before = ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    ssm.put_parameter(Name=PARAMETER, Value=text, Overwrite=True)
    try:
        yield
    finally:
        ssm.put_parameter(Name=PARAMETER, Value=before, Overwrite=True)


def healthy_figures(found: Seen, name: str) -> None:
    """The figures of a colour that is up and whole."""
    colour = found.colour(name)
    assert colour["instances"]["wanted"] == colour["instances"]["healthy"] == CAPACITY
    assert sum(colour["instances"]["healthy_by_zone"].values()) == CAPACITY
    assert colour["load_balancer"]["state"] == "active"
    assert colour["release"] == RELEASES[name]
    assert 360 < colour["certificate"]["days_left"] < 366


def test_a_world_at_rest_is_well(shared_world: World) -> None:
    found = seen(shared_world)
    assert (found.exit_code, found.codes) == (WELL, []), found.form
    assert [one for one in found.form["unknown"] if one["hides_attention"]] == []
    assert found.form["in_charge"]["colour"] == FIRST
    assert found.form["in_charge"]["weights"] == {FIRST: 100, SECOND: 0}
    for name in (FIRST, SECOND):
        healthy_figures(found, name)
    assert (found.colour(FIRST)["state"], found.colour(SECOND)["state"]) == ("in charge", "idle")
    assert found.next == f"{UP} -c active={SECOND}"
    dns = found.form["dns"]
    # A machine that is busy loses questions.
    assert {one["verdict"] for one in (*dns["authoritative"], *dns["resolvers"])} - {"no_answer"} == {"expected"}
    assert len(dns["resolvers"]) == len(shared_world.addresses.resolvers)
    (tag_in,) = found.form["history"]
    assert (tag_in["colour"], tag_in["release"], tag_in["ended"]) == (FIRST, RELEASES[FIRST], "succeeded")
    assert tag_in["seconds"] > 0


def test_weights_that_were_set_by_hand(shared_world: World) -> None:
    with weights(shared_world, **{FIRST: 70, SECOND: 30}):
        found = seen(shared_world)
    assert found.exit_code == ATTENTION
    assert found.codes[:2] == ["changed-by-hand", "changed-by-hand"]
    assert found.next == REFRESH
    assert found.form["in_charge"]["weights"] == {FIRST: 70, SECOND: 30}
    assert (found.colour(SECOND)["weight"], found.colour(SECOND)["share"]) == (30, 0.3)
    assert found.colour(SECOND)["frozen"]["because"].startswith("it carries traffic")


def test_in_charge_that_was_edited(shared_world: World) -> None:
    said: Mapping[str, Any] = {**shared_world.named(), "colour": SECOND}
    for text, code, named in (
        (json.dumps(said), "in-charge-by-hand", SECOND),
        ("nonsense", "in-charge-unreadable", None),
    ):
        with in_charge(shared_world, text):
            found = seen(shared_world)
        assert (found.exit_code, found.codes[0], found.next) == (ATTENTION, code, UP)
        assert found.form["in_charge"]["colour"] == named
        assert found.form["in_charge"]["weights"] == {FIRST: 100, SECOND: 0}


def test_dead_instances_of_the_one_in_charge(shared_world: World) -> None:
    dead = sorted(shared_world.instances(FIRST))[:1]
    shared_world.faults.set_unhealthy_instances(dead)
    try:
        found = seen(shared_world)
    finally:
        shared_world.faults.set_unhealthy_instances(())
    assert (found.exit_code, found.codes) == (ATTENTION, ["carrier-not-whole"])
    assert found.colour(FIRST)["instances"]["healthy"] == CAPACITY - 1
    assert list(found.colour(FIRST)["instances"]["sick"]) == dead
    assert found.next == f"{UP} -c active={SECOND}"
    healthy_figures(found, SECOND)


def test_a_certificate_that_ends_soon(shared_world: World) -> None:
    shared_world.faults.set_certificate_days(SECOND, 9.5)
    try:
        found = seen(shared_world)
    finally:
        shared_world.faults.set_certificate_days(SECOND, None)
    assert (found.exit_code, found.codes) == (ATTENTION, ["certificate"])
    assert 9.4 < found.colour(SECOND)["certificate"]["days_left"] < 9.6
    assert found.colour(SECOND)["certificate"]["arn"] in found.next


def locks(world: World) -> Path:
    """The folder of the locks of the stack live in the world's backend."""
    state = Path(unquote(urlsplit(world.workspace.environment["PULUMI_BACKEND_URL"]).path))
    (project,) = [path.name for path in (state / ".pulumi" / "stacks").iterdir() if path.is_dir()]
    return state / ".pulumi" / "locks" / "organization" / project / LIVE


def test_a_stack_that_is_locked(shared_world: World) -> None:
    folder = locks(shared_world)
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "b7.json"
    said = {"pid": 4711, "username": "ada", "hostname": "laptop", "timestamp": datetime.now(UTC).isoformat()}
    lock.write_text(json.dumps(said))
    try:
        found = seen(shared_world)
    finally:
        lock.unlink()
    assert (found.exit_code, found.codes) == (ATTENTION, ["stack-locked"])
    assert "ada@laptop, process 4711" in found.form["in_charge"]["lock"]
    assert found.next == ".venv/bin/python -m board --watch"
    assert "pulumi cancel live" in found.form["attention"][0]["text"]


def test_metrics_that_are_missing(shared_world: World) -> None:
    with in_charge(shared_world, json.dumps({**shared_world.named(), "colour": SECOND})):
        pass  # the second one was in charge, and is not any more
    faults = shared_world.faults
    faults.age_parameter(PARAMETER, OUT_SECONDS)
    try:
        with faulty(shared_world, ApiFault("monitoring", "GetMetricData", "AccessDenied", -1)):
            found = seen(shared_world)
    finally:
        faults.age_parameter(PARAMETER, -OUT_SECONDS)
    assert (found.exit_code, found.codes) == (NOT_TOLD, [])
    assert f"whether clients are left at {SECOND}" in found.unknown
    for name in (FIRST, SECOND):
        assert "AccessDenied" in found.colour(name)["requests_per_minute"]["unknown"]
        healthy_figures(found, name)


def test_a_minute_without_requests_is_zero(shared_world: World) -> None:
    found = seen(shared_world)
    assert found.colour(SECOND)["requests_per_minute"] == 0


def test_throttled(shared_world: World) -> None:
    with faulty(shared_world, ApiFault("route53", "ListHostedZonesByName", "Throttling", -1)):
        found = seen(shared_world)
    assert found.exit_code == NOT_TOLD
    assert "Throttling" in found.form["in_charge"]["weights"]["unknown"]
    assert found.colour(FIRST)["state"] == "unknown"
    assert found.form["in_charge"]["parameter_names"] == FIRST
    assert found.next == "the same command again in a minute"
    for name in (FIRST, SECOND):
        healthy_figures(found, name)
    # Without Route 53 the servers are found through DNS alone, and what they say is still known.
    assert found.form["dns"]["authoritative"]


@contextmanager
def hanging() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for one in kept:
            one.close()


def test_an_api_that_is_slow(shared_world: World) -> None:
    with hanging() as address:
        found = seen(shared_world, "--limit", "4", AWS_ENDPOINT_URL_ROUTE_53=address)
    assert found.exit_code in (ATTENTION, NOT_TOLD)
    assert "has not answered within 4 s" in found.form["in_charge"]["weights"]["unknown"]
    assert found.next == ".venv/bin/python -m board"


def test_wrong_credentials(shared_world: World) -> None:
    found = seen(shared_world, AWS_ACCESS_KEY_ID="AKIAWRONG")
    assert found.exit_code == NOT_TOLD
    assert found.codes == []
    assert "aws sts get-caller-identity" in found.next
    for name in (FIRST, SECOND):
        colour = found.colour(name)
        assert colour["state"] == "unknown"
        for key in ("weight", "release", "instances", "load_balancer", "certificate", "requests_per_minute"):
            assert "unknown" in colour[key], key


def test_no_credentials_and_no_region_are_said_with_their_remedy(shared_world: World) -> None:
    found = seen(shared_world, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert found.exit_code == NOT_TOLD
    assert "AWS_PROFILE" in found.next
    found = seen(shared_world, AWS_REGION="", AWS_DEFAULT_REGION="")
    assert "AWS_REGION" in found.next


def test_another_region_is_not_taken_for_a_colour_that_sleeps(shared_world: World) -> None:
    found = seen(shared_world, AWS_REGION="us-east-1")
    assert (found.exit_code, found.codes[0]) == (ATTENTION, "carrier-gone")
    assert "us-east-1" in found.form["attention"][0]["text"]
    assert "AWS_REGION" in found.next


def test_without_pulumi_the_stacks_are_unknown_and_the_rest_is_not(shared_world: World) -> None:
    found = seen(shared_world, PATH="/nowhere")
    assert found.exit_code == NOT_TOLD
    assert {f"the stack {LIVE}", f"the lock of {LIVE}", "the history of live"} <= set(found.unknown)
    assert found.form["history"][0]["seconds"] == {"unknown": "there is no `pulumi` command on this machine"}
    for name in (FIRST, SECOND):
        healthy_figures(found, name)
    assert seen(shared_world, "--no-stacks", PATH="/nowhere").exit_code == WELL


def test_the_other_forms_say_the_same(shared_world: World, tmp_path: Path) -> None:
    plain = ran(shared_world)
    assert plain.returncode == WELL, plain.stdout
    assert plain.stdout.startswith(f"WELL; in charge: {FIRST}")
    page = tmp_path / "board.html"
    assert ran(shared_world, "--html", str(page)).returncode == WELL
    assert f"in charge: {FIRST}" in page.read_text(encoding="utf-8")


def test_a_folder_without_a_project_is_refused(shared_world: World, tmp_path: Path) -> None:
    result = ran(shared_world, PULUMI_OPTION_CWD=str(tmp_path))
    assert (result.returncode, result.stdout) == (NOT_TOLD, "")
    assert "Pulumi.yaml cannot be read" in result.stderr


@pytest.fixture
def calls_of_the_board(shared_world: World) -> set[str]:
    before = len(shared_world.faults.calls())
    seen(shared_world)
    return {call.action for call in shared_world.faults.calls()[before:]}


def test_it_only_reads(calls_of_the_board: set[str]) -> None:
    assert calls_of_the_board
    reading = ("Describe", "Get", "List")
    assert [action for action in calls_of_the_board if not action.partition(":")[2].startswith(reading)] == []
