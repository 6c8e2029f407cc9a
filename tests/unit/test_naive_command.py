"""`make rehearsal-naive`: what it exits with, what it writes down, and when it leaves the page alone."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lab import environment, written_table
from lab.load import vegeta
from lab.load.attack import LoadFailed
from lab.naive import __main__ as command
from lab.naive.figures import Outcome, PoolOutcome
from lab.naive.ways import WAYS, Way
from lab.stage import StageFailed
from lab.toolchain import MissingPrerequisite

NAMES = [way.name for way in WAYS]
BEFORE = "\n".join(["# Page", *written_table.marks(command.COMMAND), "after", ""])


def outcome(way: str, failed: int = 7, alias_ttl: int = 60) -> Outcome:
    pools = {"honest": PoolOutcome(100, failed, {"refused": failed} if failed else {})}
    return Outcome(way, f"the way {way}", 200, alias_ttl, 100, failed, 3 if failed else 0, pools)


ALL = {name: outcome(name) for name in NAMES}


@dataclass
class Command:
    """The command, with what comes of each way (an outcome, or what is raised) in place of labs and clients."""

    file: Path
    page: Path
    comes: dict[str, Outcome | BaseException]

    def held(self) -> dict[str, int]:
        """Way -> failed requests, as it is written down."""
        return {one["way"]: one["failed"] for one in json.loads(self.file.read_text(encoding="utf-8"))}

    def hold(self, outcomes: Mapping[str, Outcome]) -> None:
        """As an earlier run has left it."""
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(json.dumps([one.as_dict() for one in outcomes.values()]), encoding="utf-8")

    def rows(self) -> list[str]:
        """Of the table in the page."""
        table = written_table.between(self.page.read_text(encoding="utf-8"), command.COMMAND)
        return table.splitlines()[2:]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Every way shows errors, unless a test says otherwise."""
    found = Command(tmp_path / ".lab" / "naive.json", tmp_path / "page.md", dict(ALL))
    found.page.write_text(BEFORE, encoding="utf-8")

    def play(_original: object, way: Way, *_: object) -> Outcome:
        came = found.comes[way.name]
        if isinstance(came, BaseException):
            raise came
        return came

    @contextmanager
    def built(_report: object) -> Iterator[None]:
        yield None

    def nothing(*_: object) -> None:
        return None

    replaced: dict[str, object] = {"FIGURES": found.file, "PAGE": found.page, "play": play, "built": built}
    for name, value in replaced.items():
        monkeypatch.setattr(command, name, value)
    monkeypatch.setattr(environment, "enter", nothing)
    monkeypatch.setattr(vegeta, "ensure", nothing)
    return found


def test_it_exits_with_0_and_writes_the_page_when_every_way_showed_errors(
    made: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 0
    assert made.held() == dict.fromkeys(NAMES, 7)
    assert [row.split(" | ")[2] for row in made.rows()] == ["**7**"] * 3
    assert made.page.read_text(encoding="utf-8").endswith("\nafter\n")
    assert "each of the 3 naive ways showed errors" in capsys.readouterr().out


@pytest.mark.parametrize("harmless", NAMES)
def test_one_harmless_way_exits_with_1_and_its_0_is_not_put_into_the_page(
    made: Command, harmless: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made.comes[harmless] = outcome(harmless, failed=0)
    assert command.main([]) == 1
    assert made.held() == {**dict.fromkeys(NAMES, 7), harmless: 0}
    assert made.page.read_text(encoding="utf-8") == BEFORE
    said = capsys.readouterr()
    assert f"no errors were seen in: {harmless}." in said.out
    assert f"is left as it is: nobody saw an error in: {harmless}" in said.err


def test_a_way_without_a_single_request_is_harmless_too(made: Command) -> None:
    made.comes["unready"] = replace(outcome("unready", failed=0), requests=0, pools={})
    assert command.main(["--only", "unready"]) == 1
    assert made.page.read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize("failure", [LoadFailed("a pool lost requests"), StageFailed("no targets")])
def test_what_ended_before_a_way_that_could_not_be_played_is_written_down_and_told(
    made: Command, failure: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    made.hold(ALL)
    made.comes["in-place"], made.comes["unready"] = outcome("in-place", failed=9), failure
    assert command.main([]) == 1
    assert made.held() == {"in-place": 9, "destroyed": 7}, "the old figures of what could not be played are gone"
    assert made.page.read_text(encoding="utf-8") == BEFORE
    said = capsys.readouterr()
    assert "| the way in-place (200 requests/s) | 100 | **9** |" in said.out
    assert "showed errors" not in said.out
    assert str(failure) in said.err


def test_one_that_is_cut_off_has_written_down_what_had_ended(made: Command) -> None:
    made.comes["destroyed"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        command.main([])
    assert made.held() == {"in-place": 7, "unready": 7}
    assert made.page.read_text(encoding="utf-8") == BEFORE


def test_a_lab_that_cannot_be_built_exits_with_1_and_changes_nothing(
    made: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.hold(ALL)

    def missing(_report: Callable[[str], None]) -> None:
        raise MissingPrerequisite("no Go")

    monkeypatch.setattr(vegeta, "ensure", missing)
    assert command.main([]) == 1
    assert made.held() == dict.fromkeys(NAMES, 7)
    assert made.page.read_text(encoding="utf-8") == BEFORE
    said = capsys.readouterr()
    assert (said.out, "no Go" in said.err) == ("", True)


def test_one_way_alone_is_put_among_the_others_of_before(made: Command) -> None:
    made.hold({name: one for name, one in ALL.items() if name != "unready"})
    made.comes = {"unready": outcome("unready", failed=11)}
    assert command.main(["--only", "unready"]) == 0
    assert made.held() == {"in-place": 7, "unready": 11, "destroyed": 7}
    assert [row.split(" | ")[2] for row in made.rows()] == ["**7**", "**11**", "**7**"]


def test_the_page_waits_for_every_way_and_for_the_ttl_of_aws(made: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "unready"]) == 0
    assert made.page.read_text(encoding="utf-8") == BEFORE
    assert "is left as it is: no outcome of: in-place, destroyed" in capsys.readouterr().err
    made.hold({**ALL, "destroyed": outcome("destroyed", alias_ttl=10)})
    assert command.main(["--only", "unready"]) == 0
    assert made.page.read_text(encoding="utf-8") == BEFORE
    assert "the TTL was not 60 s, as on AWS, in: destroyed" in capsys.readouterr().err


def test_a_harmless_way_of_an_earlier_run_keeps_the_page_as_it_is(
    made: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    made.hold({**ALL, "destroyed": outcome("destroyed", failed=0)})
    assert command.main(["--only", "unready"]) == 0
    assert made.page.read_text(encoding="utf-8") == BEFORE
    assert "nobody saw an error in: destroyed" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[1]", '["a"]', '[{"pools": []}]', '[{"way": "in-place"}]', "null"])
def test_what_cannot_be_read_is_as_if_nothing_had_been_played(made: Command, text: str) -> None:
    made.file.parent.mkdir()
    made.file.write_text(text, encoding="utf-8")
    assert command.read() == {}
