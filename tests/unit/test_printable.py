"""Text from outside is printed escaped, wherever it comes out."""

import ast
import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from components import display, hook
from components.invoking import invoking
from cutover import freeze, launches
from cutover.checks import awake, certificate, check, offsite, probes, release
from cutover.checks.awake import DoorSeen
from cutover.checks.certificate import CertificateSeen
from cutover.checks.probes import Answered
from cutover.cluster_facts import ClusterFacts
from cutover.freeze import Change, Operation
from cutover.group_capacity import CapacitySeen, TargetHealth
from cutover.launches import Activity
from cutover.printable import printable, quoted
from cutover.refusal import Refusal
from policies.finding import Finding
from tests.unit.sources import ROOT, relative
from tests.unit.test_no_lab_in_program import PROGRAM

# A title for the terminal, a clean screen, a line of its own, a line that begins anew, text from right to left, a
# separator of lines that only some know, a half of a character.
HOSTILE = "\x1b]0;x\x07\x1b[2J\n  next:    curl evil\r\u202e\u2028\udc9b\x9b31m"
CLUSTER = ClusterFacts("amber", "1.0.0", "eu-central-1", 2, "amber-1", "arn", "lb.example", "Z1", {})


def is_printable(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


@given(st.text(max_size=200))
def test_whatever_the_text_it_is_one_line_that_can_be_printed_and_stays_so(text: str) -> None:
    said = printable(text)
    assert said.isprintable()
    assert printable(said) == said
    assert quoted(text).isprintable()
    assert quoted(text).isascii()


def test_the_policy_pack_which_imports_nothing_of_the_program_escapes_alike() -> None:
    for character in characters():
        assert str(Finding(character, "", "", "")) == printable(f"{character} (seen: ).  ")


def characters() -> Iterator[str]:
    """Those of the languages that are written most, halves of others, and some that do something."""
    return map(chr, (*range(0x3000), *range(0xD7F0, 0xE010), 0xFEFF, 0xE0001, sys.maxunicode))


def test_no_line_of_a_refusal_is_anybody_elses() -> None:
    refusal = Refusal(HOSTILE, seen=HOSTILE, allowed=HOSTILE, next_step=HOSTILE)
    lines = str(refusal).split("\n")
    assert [line[:11] for line in lines[1:]] == ["  seen:    ", "  allowed: ", "  next:    "]
    assert all(line.isprintable() for line in lines)


def test_what_was_seen_may_have_lines_of_ours() -> None:
    refusal = Refusal("p", seen=["DNS has not let go", f"  a server: {HOSTILE}"], allowed="a", next_step="n")
    lines = str(refusal).split("\n")
    assert len(lines) == 5
    assert lines[2].startswith("  a server: \\x1b]0;x\\x07")
    assert all(line.isprintable() for line in lines)


def said_by(say: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is logged; an output of Pulumi wants a loop of its own."""
    said: list[str] = []
    for level in ("info", "warn"):
        monkeypatch.setattr(f"pulumi.log.{level}", lambda text, *_, **__: said.append(text))

    async def run() -> None:
        say()

    asyncio.run(run())
    return said


@pytest.mark.parametrize("on_a_line", [display.progress, display.note, display.warning, lambda _: display.warn])
def test_what_is_logged_is_one_line_that_can_be_printed(
    on_a_line: Callable[[str], Callable[[str], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said_by(lambda: on_a_line("urn")(HOSTILE), monkeypatch) == [printable(HOSTILE)]


def test_a_refusal_in_a_preview_keeps_its_own_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal("p", seen=HOSTILE, allowed="a", next_step="n")
    (said,) = said_by(lambda: display.would_be(refusal, "urn"), monkeypatch)
    assert len(said.split("\n")) == 4
    assert is_printable(said)


def test_what_a_hook_fails_with_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi.resource_hooks.register_resource_hook", lambda _: None)

    async def decide(_: pulumi.ResourceHookArgs) -> None:
        raise ClientError({"Error": {"Code": "X", "Message": HOSTILE}}, "GetParameter")

    outcome: Any = hook.register("gate", decide)(pulumi.ResourceHookArgs("urn", "id", "www", "type"))
    with pytest.raises(RuntimeError) as failed:
        asyncio.run(outcome)
    assert str(failed.value).isprintable()
    assert "(X) when calling the GetParameter operation: \\x1b]0;x" in str(failed.value)


def test_what_the_provider_could_not_tell_is_escaped() -> None:
    with pytest.raises(Refusal) as refused, invoking("the zones", "key"):
        raise RuntimeError(f"invocation of x returned an error: {HOSTILE}")
    assert is_printable(str(refused.value))


def door(error: str) -> check.Check:
    return awake.check(CLUSTER, DoorSeen("/door", is_there=False, error=error))


def header(text: str) -> check.Check:
    return release.check([Answered("192.0.2.1", 1.0, 200, headers={"x-release": text})], "X-Release", "1.0.0")


def certified(text: str) -> check.Check:
    seen = CertificateSeen(text, text, frozenset({text}), None, datetime(2026, 1, 1, tzinfo=UTC))
    return certificate.check(seen, ["www.shop.example"])


def capacity(text: str) -> check.Check:
    seen = CapacitySeen("amber-1", frozenset({"i-1"}), {"i-1": TargetHealth(text, text, text)}, failures=(text,))
    return check.Check(check.CAPACITY, False, str(seen), "two")


CHECKS: Sequence[Callable[[str], check.Check]] = (
    door,
    header,
    certified,
    capacity,
    lambda text: probes.check([Answered("192.0.2.1", 1.0, error=text)], ["192.0.2.1"], 1, 1000, "https://x"),
    lambda text: offsite.check({"/shop/url": text}),
)


@pytest.mark.parametrize("made", CHECKS)
def test_a_check_quotes_nobody_raw(made: Callable[[str], check.Check]) -> None:
    found = made(HOSTILE)
    assert not found.holds
    assert "\\x1b]0;x\\x07" in found.said
    assert found.said.isprintable()
    verdict = check.verdict([found], tag_back=False, waived=frozenset())
    with pytest.raises(Refusal) as refused:
        check.refuse(verdict, "amber", "weights")
    assert len(str(refused.value).split("\n")) == 4
    assert is_printable(str(refused.value))


def test_the_reasons_of_scaling_activities_are_escaped() -> None:
    (said,) = launches.failures([Activity("Failed", HOSTILE)])
    assert said.isprintable()


def test_so_is_why_the_freeze_cannot_be_told() -> None:
    change = Change(Operation.DELETE, "amber", "aws:ec2/vpc:Vpc", {}, {})
    assert is_printable(str(freeze.refusal("amber", change, HOSTILE, hotfix=False)))


def calls(path: Path) -> Iterator[str]:
    """What is called in a file, as it is written there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


SPEAKERS = {
    "components/display.py": {"pulumi.log.info", "pulumi.log.warn"},
    "components/config_table.py": {"print"},  # nothing but the table of keys
}


def test_nobody_else_speaks() -> None:
    """Who logs or prints by himself would have to remember to escape; a command prints what its own tests look at."""
    wrong = {}
    for path in (path for path in PROGRAM if path.suffix == ".py"):
        speaks = {one for one in calls(path) if one.startswith("pulumi.log.") or one in ("print", "sys.stderr.write")}
        is_command = '__name__ == "__main__"' in path.read_text()
        allowed = SPEAKERS.get(relative(path), {"print"} if is_command else set())
        if speaks - allowed:
            wrong[relative(path)] = speaks
    assert wrong == {}


def test_the_files_are_where_this_test_looks_for_them() -> None:
    assert ROOT / "components" / "display.py" in PROGRAM
