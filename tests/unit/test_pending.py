"""Letting a state forget the pending deletes of what is still in use, and nothing else."""

import io
import json
from typing import Any

import pytest

from cutover import pending

LIVE = {"urn": "urn:record", "id": "zone_www_A_amber", "type": "aws:route53/record:Record", "inputs": {"weight": 100}}
LEFTOVER = {**LIVE, "delete": True}
OLD_READY = {"urn": "urn:ready", "id": "one", "delete": True}
READY = {"urn": "urn:ready", "id": "two"}
GONE = {"urn": "urn:retired", "id": "three", "delete": True}
STACK = {"urn": "urn:stack"}


def exported(*resources: Any) -> dict[str, Any]:
    return {"version": 3, "deployment": {"manifest": {"magic": "x"}, "resources": list(resources)}}


def test_the_pending_delete_of_what_is_in_use_is_forgotten() -> None:
    left, forgotten = pending.forget(exported(STACK, LIVE, LEFTOVER))
    assert left == exported(STACK, LIVE)
    assert forgotten == ("urn:record",)


def test_all_of_them_are() -> None:
    left, forgotten = pending.forget(exported(LEFTOVER, LIVE, LEFTOVER))
    assert left == exported(LIVE)
    assert forgotten == ("urn:record", "urn:record")


def test_a_pending_delete_of_something_else_stays_for_the_next_update() -> None:
    half_replaced = {"urn": "urn:idle", "id": "four", "pendingReplacement": True}
    before = exported(STACK, READY, OLD_READY, LIVE, GONE, half_replaced, {**half_replaced, "delete": True})
    assert pending.forget(before) == (before, ())


def test_a_replacement_that_was_cut_short_after_its_delete_loses_its_mark_so_that_a_refresh_sees_it() -> None:
    left, forgotten = pending.forget(exported({**LIVE, "pendingReplacement": True}, READY))
    assert left == exported(LIVE, READY)
    assert forgotten == ("urn:record",)


def run(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return pending.main(), *capsys.readouterr()


def test_the_command_gives_what_can_be_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(json.dumps(exported(LIVE, LEFTOVER, OLD_READY)), monkeypatch, capsys)
    assert code == 0
    assert json.loads(out) == exported(LIVE, OLD_READY)
    assert err == "forgotten: what was pending of urn:record\n"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no state", "null", '{"deployment": {}}', '{"deployment": {"resources": 1}}']
)
def test_what_is_no_export_gives_nothing_to_import(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(text, monkeypatch, capsys)
    assert (code, out) == (1, "")
    assert "this is no output of `pulumi stack export`" in err


def test_without_such_a_delete_there_is_nothing_to_import(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(json.dumps(exported(LIVE, OLD_READY, READY)), monkeypatch, capsys)
    assert (code, out) == (1, "")
    assert "no delete is pending of anything that is in use" in err
