"""What a tag-back leaves behind, whatever came of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ci import engine, project, tag_back, tagged_back, world
from ci.outcome import Outcome
from ci.tagged_back import TaggedBack, is_moved
from ci.world import World
from cutover.refusal import Refusal
from cutover.weights import Weights
from tests.unit.test_ci_up import KNOWN, WORLD, clusters, history

NAME = "www.shop.example"
AT_BLUE: Weights = {NAME: {"red": 0, "blue": 100}}
AT_RED: Weights = {NAME: {"red": 100, "blue": 0}}
RAISED: Weights = {NAME: {"red": 100, "blue": 100}}
NO = Refusal("Route 53 could not be asked", seen="", allowed="", next_step="")
FAILED = Outcome("live", False, errors=("DNS still answers blue; the records are already switched to red",))
Run = Callable[..., tuple[int, TaggedBack]]


def seen(weights: Weights) -> World:
    of = {f"weights of {name}": str(dict(found)) for name, found in weights.items()}
    return replace(
        WORLD,
        facts={"in charge": "blue at 1.1", **of, "state of live": "one"},
        clusters=clusters(red=("1.0", "g1"), blue=("1.1", "g2")),
        history=history(("red", "1.0", "g1"), ("blue", "1.1", "g2")),
        weights=weights,
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Tag back to red with this end and this world after it: the exit code, and what it has left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project, "read", lambda _: replace(KNOWN, name="shop"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    (tmp_path / "Pulumi.live.yaml").write_text("# ours\nconfig:\n  active: blue\n")

    def of(ended: Outcome | BaseException, *looks: World | Refusal, colour: str = "red") -> tuple[int, TaggedBack]:
        left = list(looks)

        def look(*_: object) -> World:
            found = left.pop(0)
            if isinstance(found, Refusal):
                raise found
            return found

        def update(*_: object, **__: object) -> Outcome:
            if isinstance(ended, BaseException):
                raise ended
            return ended

        monkeypatch.setattr(world, "look", look)
        monkeypatch.setattr(engine, "up", update)
        try:
            code = tag_back.main([colour, "--out", str(tmp_path / "out")])
        except KeyboardInterrupt:
            code = -1
        return code, TaggedBack(**json.loads((tmp_path / "out" / "tag-back.json").read_text()))

    return of


def said(tmp_path: Path) -> Mapping[str, str]:
    return dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())


def test_a_tag_back_that_ended_well_says_how_dns_stands(run: Run, tmp_path: Path) -> None:
    code, left = run(Outcome("live", True), seen(AT_BLUE), seen(AT_RED))
    assert (code, left.succeeded, left.moved) == (0, True, True)
    assert f"weights of {NAME}: {dict(AT_RED[NAME])}" in left.text
    assert said(tmp_path) == {"moved": "true"}
    assert "red is in charge: it was tagged back" in (tmp_path / "summary").read_text()
    assert (tmp_path / "Pulumi.live.yaml").read_text() == "# ours\nconfig:\n  active: red\n"


@pytest.mark.parametrize(("after", "moved"), [(AT_RED, True), (RAISED, True), (AT_BLUE, False)])
def test_a_tag_back_that_failed_says_whether_the_traffic_was_moved(
    run: Run, tmp_path: Path, after: Weights, moved: bool
) -> None:
    code, left = run(FAILED, seen(AT_BLUE), seen(after))
    assert (code, left.succeeded, left.moved) == (1, False, moved)
    assert "DNS still answers blue" in left.text
    assert f"weights of {NAME}: {dict(after[NAME])}" in left.text
    assert "gh workflow run tag-back.yml -f colour=red" in left.text
    assert said(tmp_path) == {"moved": "true" if moved else "false"}
    assert "DNS still answers blue" in (tmp_path / "summary").read_text()


def test_weights_that_cannot_be_seen_are_said_to_be_unknown_and_are_no_proof(run: Run) -> None:
    code, left = run(FAILED, seen(AT_BLUE), NO)
    assert (code, left.moved) == (1, False)
    assert "how DNS stands is not known" in left.text
    assert "Route 53 could not be asked" in left.text
    assert "DNS still answers blue" in left.text
    # The update's own end is proof enough: it asks before it ends well.
    code, left = run(Outcome("live", True), seen(AT_BLUE), NO)
    assert (code, left.moved) == (0, True)


def test_what_is_refused_before_the_update_is_left_too(run: Run, tmp_path: Path) -> None:
    for colour, looks in (("green", []), ("red", [NO]), ("red", [replace(seen(AT_BLUE), clusters={})])):
        code, left = run(Outcome("live", True), *looks, colour=colour)
        assert (code, left.succeeded, left.moved) == (1, False, False)
        assert "refused: " in left.text
        assert "nothing was changed" in left.text
    assert set(said(tmp_path).values()) == {"false"}
    assert "active: blue" in (tmp_path / "Pulumi.live.yaml").read_text()


def test_one_that_is_broken_off_says_that_nobody_knows(run: Run) -> None:
    code, left = run(KeyboardInterrupt(), seen(AT_BLUE))
    assert (code, left.succeeded, left.moved) == (-1, False, False)
    assert "it did not come to its end; how DNS stands is not known" in left.text


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (AT_BLUE, AT_RED, True),
        (AT_BLUE, RAISED, True),
        # Half of the traffic as its share is full weight as well.
        (RAISED, RAISED, False),
        (RAISED, AT_RED, True),
        (AT_RED, AT_RED, True),
        (AT_BLUE, AT_BLUE, False),
        ({}, {}, False),
        (AT_BLUE, {NAME: {}}, False),
        (AT_BLUE, {NAME: {"red": 5, "blue": 100}}, False),
        # A project that is not yet at one pair of record sets.
        ({**AT_BLUE, "b": {"red": 0, "blue": 100}}, {**AT_RED, "b": {"red": 0, "blue": 100}}, True),
    ],
)
def test_the_weights_say_whether_a_colour_has_the_traffic(before: Weights, after: Weights, moved: bool) -> None:
    assert is_moved(before, after, "red") is moved


def test_what_was_left_is_read_by_whoever_writes_it_down(tmp_path: Path) -> None:
    ended = TaggedBack("red", moved=True, text="the update failed")
    tagged_back.write(tmp_path, ended)
    assert tagged_back.read(tmp_path, "red") == ended


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", "null", '{"colour": "red"}', '{"colour": "blue", "moved": true}']
)
def test_what_is_not_there_or_of_another_colour_is_written_down_by_nobody(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / tagged_back.FILE).write_text(text)
    with pytest.raises(Refusal, match="nothing says how the tag-back to red ended"):
        tagged_back.read(tmp_path, "red")


def test_what_did_not_move_the_traffic_is_not_written_down(tmp_path: Path) -> None:
    tagged_back.write(tmp_path, TaggedBack("red", text="the update failed\nred is asleep"))
    with pytest.raises(Refusal, match="the traffic was not moved to red") as refused:
        tagged_back.read(tmp_path, "red")
    assert "red is asleep" in refused.value.seen
