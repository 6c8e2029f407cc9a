"""How the board reads: what does not answer in time, or says nonsense, is unknown, and nobody waits for it."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from board.facts import Balancer, Group, Known, Lock, Requests, Unknown, then, value_of
from board.look import backend, colours, extras, locks, project, requests
from board.look.backend import Backend
from board.look.locks import Directory
from board.look.reading import Limit, in_thread
from cutover.checks.settled import ClusterSeen
from cutover.group_capacity import CapacitySeen
from cutover.refusal import Refusal
from tests.unit.sources import ROOT
from tests.unit.stack_values import live

PROJECT = """
name: shop
runtime: python
backend: {url: "file:///nowhere"}
config:
  names: {type: array, items: {type: string}, default: [www.shop.example]}
  zone: {type: string, default: shop.example}
  cidrs: {type: object, default: {amber: 10.10.0.0/16, violet: 10.20.0.0/16}}
  image: {type: string, default: registry.shop.example/web}
  aws:region: eu-central-1
"""


def run(answer: Any) -> Any:
    return asyncio.run(answer)


def read(function: Any, seconds: float = 5.0) -> Any:
    async def look() -> Any:
        return await Limit(seconds).read("Route 53", "for the zone", function)

    return run(look())


def test_what_was_read_is_known_and_an_empty_answer_too() -> None:
    assert read(lambda: 7) == Known(7)
    assert read(lambda: ()) == Known(())
    assert read(lambda: None) == Known(None)


def test_what_does_not_answer_in_time_is_unknown_and_nobody_waits_for_it() -> None:
    hanging = threading.Event()
    found = read(hanging.wait, 0.05)
    assert found == Unknown(
        "Route 53 was asked for the zone, and has not answered within 0.05 s", ".venv/bin/python -m board"
    )
    hanging.set()


def test_a_process_ends_although_a_read_hangs() -> None:
    program = (
        "import asyncio, threading\n"
        "from board.look.reading import Limit\n"
        "async def look(): print(type(await Limit(0.05).read('it', 'that', threading.Event().wait)).__name__)\n"
        "asyncio.run(look())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "Unknown\n"


@pytest.mark.parametrize(
    ("error", "reason", "next_step"),
    [
        (NoCredentialsError(), "Unable to locate credentials", "AWS_PROFILE"),
        (ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "List"), "Rate exceeded", "again"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no\x1b"}}, "List"), "AccessDenied", "allow it"),
        (KeyError("Zones"), "Zones", "python -m board"),
        (RuntimeError(), "RuntimeError", "python -m board"),
        (StopIteration(), "RuntimeError", "python -m board"),
        (Refusal("no", seen="this", allowed="that", next_step="type it"), "no: this", "type it"),
    ],
)
def test_whatever_goes_wrong_is_the_reason_with_its_remedy(error: Exception, reason: str, next_step: str) -> None:
    def fail() -> None:
        raise error

    found = read(fail)
    assert isinstance(found, Unknown)
    assert reason in found.reason
    assert next_step in found.next_step


def test_a_thread_gives_what_its_function_returns() -> None:
    assert run(in_thread(lambda one: one + 1, 1)) == 2


def test_what_follows_from_an_unknown_fact_is_unknown_for_the_same_reason() -> None:
    assert then(Known(2), lambda two: two + 1) == Known(3)
    assert then(Unknown("why"), lambda _: 1) == Unknown("why")
    assert (value_of(Known(1)), value_of(Unknown("why"))) == (1, None)


def written(folder: Path, **files: str) -> Path:
    for stack, text in files.items():
        (folder / (f"Pulumi.{stack}.yaml" if stack != "project" else "Pulumi.yaml")).write_text(text)
    return folder


def test_the_projects_files_are_read_as_the_engine_hands_them_over(tmp_path: Path) -> None:
    live = "config:\n  shop:active: violet\n  shop:dnsPort: 5353\n  aws:profile: shop\n"
    found = project.read(
        written(tmp_path, project=PROJECT, live=live, amber='config: {"shop:release": "1.0"}', violet="config: {}")
    )
    assert (found.name, found.backend, found.shared.colours) == ("shop", "file:///nowhere", ("amber", "violet"))
    settings = value_of(found.live)
    assert settings
    assert (settings.active, settings.dns_port) == ("violet", 5353)
    assert found.provider == {"region": "eu-central-1", "profile": "shop"}
    amber, violet = found.colours["amber"], found.colours["violet"]
    assert value_of(amber)
    assert isinstance(violet, Unknown)
    assert "release" in violet.reason


def test_a_stack_file_that_is_not_there_or_is_wrong_leaves_the_rest_known(tmp_path: Path) -> None:
    found = project.read(written(tmp_path, project=PROJECT, live="config: {shop:active: green}"))
    assert isinstance(found.live, Unknown)
    assert "active" in found.live.reason
    assert found.shared.names == ("www.shop.example",)


@pytest.mark.parametrize(("text", "said"), [(None, "Pulumi.yaml"), ("[", "Pulumi.yaml"), ("name: x", "names")])
def test_without_what_all_stacks_share_there_is_nothing_to_look_at(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        written(tmp_path, project=text)
    with pytest.raises(Refusal, match=said):
        project.read(tmp_path)


def lock(folder: Path, stack: str, text: str) -> None:
    path = folder / ".pulumi" / "locks" / "organization" / "shop" / stack
    path.mkdir(parents=True)
    (path / "one.json").write_text(text)


def test_the_locks_of_a_backend_of_files_are_read_where_the_engine_writes_them(tmp_path: Path) -> None:
    said = {"pid": 4711, "username": "ada", "hostname": "laptop", "timestamp": "2026-11-26T02:58:00Z"}
    lock(tmp_path, "live", json.dumps(said))
    lock(tmp_path, "amber", "{")
    found = locks.of_folder(Directory(tmp_path), "shop", ("live", "amber", "violet"))
    assert found == {
        "live": Known(Lock("by ada@laptop, process 4711, since 2026-11-26T02:58:00Z")),
        "amber": Known(Lock("by a lock that cannot be read")),
        "violet": Known(None),
    }


def test_a_folder_without_a_backend_is_not_one_without_locks(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no folder"):
        locks.of_folder(Directory(tmp_path), "shop", ("live",))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"updateInProgress": True}, Known(Lock("by an update that the backend says is under way"))),
        ({"updateInProgress": False, "lastUpdate": "x"}, Known(None)),
        ({"url": "https://app", "resourceCount": 0}, Known(None)),
        ({"lastUpdate": "x"}, Unknown("the backend does not say whether an update is under way")),
    ],
)
def test_a_service_is_believed_only_when_it_says_something(said: Mapping[str, Any], expected: object) -> None:
    assert locks.of_list([{"name": "acme/shop/live", **said}], ("live", "amber")) == {
        "live": expected,
        "amber": Known(None),
    }


def test_of_two_stacks_of_one_name_the_one_without_an_owner_is_ours() -> None:
    ours, theirs = {"name": "live", "updateInProgress": True}, {"name": "acme/live", "updateInProgress": False}
    for listed in ([ours, theirs], [theirs, ours]):
        lock = locks.of_list(listed, ("live",))["live"]
        assert value_of(lock) == Lock("by an update that the backend says is under way")


def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, seconds: float = 20.0) -> Backend:
    """A backend whose command is `script`, for a shell."""
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return Backend(tmp_path, "shop", f"file://{tmp_path}", Limit(seconds))


EXPORT = {
    "deployment": {
        "pending_operations": [{}],
        "resources": [
            {"urn": "urn::shop", "type": "pulumi:pulumi:Stack", "outputs": {"cluster": None, "awake": False}},
            {"urn": "urn::old", "type": "aws:lb/loadBalancer:LoadBalancer", "delete": True},
            {"urn": "urn::new", "type": "aws:lb/loadBalancer:LoadBalancer", "outputs": {"arn": "arn:new"}},
        ],
    }
}


def test_a_stack_is_read_by_its_export_without_what_waits_for_its_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(asked(tmp_path, monkeypatch, f"echo '{json.dumps(EXPORT)}'").stack("amber"))
    assert (found.value.exists, found.value.pending, found.value.cluster) == (True, 1, None)
    assert [one.name for one in found.value.owned] == ["shop", "new"]


def test_a_stack_that_is_not_there_is_known_not_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asked(tmp_path, monkeypatch, "echo \"error: no stack named 'amber' found\" >&2; exit 255")
    assert run(made.stack("amber")).value.exists is False
    assert run(made.updates("amber")) == Known(())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'error: passphrase must be set' >&2; exit 255", "passphrase must be set"),
        ("exit 3", "it ended with 3"),
        ("echo nonsense", "Expecting value"),
        ("echo '[]'", "cannot be read"),
        ('echo \'{"deployment": {"resources": [{}]}}\'', "cannot be read"),
    ],
)
def test_what_the_command_does_not_say_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    found = run(asked(tmp_path, monkeypatch, script).stack("amber"))
    assert isinstance(found, Unknown)
    assert said in found.reason
    assert found.next_step in (backend.REMEDY, "")


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asked(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid; exec sleep 600", 1.0)
    assert isinstance(run(made.stack("amber")), Unknown)
    pid = tmp_path / "pid"
    assert not pid.exists() or not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_updates_are_read_with_who_and_for_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "kind": "update",
        "result": "succeeded",
        "startTime": "2026-11-26T02:57:00.000Z",
        "endTime": "2026-11-26T02:58:24.000Z",
        "environment": {"git.author": "Ada"},
        "config": {"shop:active": {"value": "violet", "secret": False}},
    }
    (found,) = run(asked(tmp_path, monkeypatch, f"echo '{json.dumps([entry])}'").updates("live")).value
    assert (found.by, found.active, found.ended_at - found.began_at) == ("Ada", "violet", 84.0)


def test_without_the_command_the_stacks_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    made = Backend(tmp_path, "shop", "", Limit(5))
    assert run(made.stack("live")) == run(made.updates("live")) == backend.NOT_INSTALLED
    assert run(made.locks(("live",))) == {"live": backend.NOT_INSTALLED}


def test_a_minute_that_nobody_has_told_of_yet_is_left_out_and_a_quiet_one_is_zero() -> None:
    now, begin, end = 1000.0, 360, 960
    counts = {"amber": Known({780: 5.0}), "violet": Known[dict[int, float]]({})}
    told = requests._told(counts, begin, end, now)
    assert told == 840  # the newest with any data, which is younger than what is settled
    assert requests._whole({780: 5.0}, begin, told).last_minute == 5.0
    assert requests._whole({}, begin, told).last_minute == 0.0
    assert requests._told({"amber": Known({})}, begin, end, now) == 780  # three minutes are certainly told of
    assert Requests({}).last_minute is None


def balancer(name: str, *zones: str) -> Balancer:
    return Balancer(f"arn:{name}", f"{name}.elb.example", "Z", "active", zones)


def test_of_several_load_balancers_the_one_in_front_of_the_group_counts() -> None:
    orphan, used = balancer("orphan"), balancer("Used")
    seen = ClusterSeen({"used.elb.example": "active"}, "", {}, {}, None)
    assert colours._in_front([orphan, used], seen) == used
    assert colours._in_front([orphan, used], None) == orphan
    assert colours._in_front([], seen) is None
    left = colours._leftovers(Known(()), Known(None), Known((orphan, used)), Known(used))
    assert left == ["load balancer orphan.elb.example"]


def test_a_colour_costs_by_what_is_there_and_by_what_it_was_built_with() -> None:
    settings = live()
    capacity = CapacitySeen("g", frozenset(), {}, {"i-1": "a", "i-2": "b", "i-3": "a"})
    group = Group("g", "1", 0.0, 4, (), "m7i.xlarge")
    made = extras.parts(settings.shared, {"natGateways": "2"}, group, balancer("one", "a", "b"), capacity)
    assert (made.instance_type, made.instances, made.volumes) == ("m7i.xlarge", 3, 3)
    assert (made.nat_gateways, made.addresses, made.load_balancers) == (2, 4, 1)
    asleep = extras.parts(settings.shared, {}, None, None, None)
    assert (asleep.idle_addresses, asleep.instances) == (settings.shared.nat_gateways, 0)
