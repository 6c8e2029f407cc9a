"""What a tag-back did is proposed once, as one line of the file as it is now, however often it is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ci import saved_intent, tagged_back
from ci.tagged_back import TaggedBack
from cutover.refusal import Refusal
from tests.stub_github import BOT, REPOSITORY, Kept, github, step_variables

BRANCH, FILE = "tag-back-red-4711", "Pulumi.live.yaml"
PROJECT = "name: shop\nconfig:\n  cidrs: {default: {red: a, blue: b}}\n  names: {default: [w.shop]}\n  zone: shop\n"
# Edited since the tag-back began.
ON_MAIN = "# ours\nconfig:\n  active: blue  # who\n  propagationTimeout: 900\n"
WANTED = ON_MAIN.replace("blue", "red")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    tagged_back.write(tmp_path, TaggedBack("red", succeeded=True, moved=True, text="how DNS stands: @somebody"))
    with github() as started:
        started.files["main", FILE] = ON_MAIN
        for name, value in step_variables(started.url, GITHUB_RUN_ID="4711").items():
            monkeypatch.setenv(name, value)
        yield started


def propose(colour: str = "red") -> int:
    return saved_intent.main([colour, "--from", "."])


def test_what_a_tag_back_did_is_proposed_on_a_branch_of_its_own(kept: Kept) -> None:
    assert propose() == 0
    assert kept.files == {("main", FILE): ON_MAIN, (BRANCH, FILE): WANTED}
    ((_, made),) = kept.pulls.items()
    assert (made["head"], made["base"]) == (BRANCH, "main")
    assert "```\nhow DNS stands: @somebody\n```" in made["body"]
    with pytest.raises(Refusal, match="there is no such colour"):
        propose("green")


def test_a_tag_back_that_moved_the_traffic_and_failed_is_proposed_and_says_so(kept: Kept) -> None:
    tagged_back.write(Path(), TaggedBack("red", moved=True, text="DNS still answers blue"))
    propose()
    ((_, made),) = kept.pulls.items()
    assert made["title"] == "red has the traffic, and its tag-back has not ended well"
    assert "DNS still answers blue" in made["body"]


def test_run_again_it_takes_up_what_is_there(kept: Kept) -> None:
    for _ in range(3):
        assert propose() == 0
    assert len(kept.pulls) == 1
    assert [call for call in kept.calls if call[0] == "PUT"] == [("PUT", f"/repos/{REPOSITORY}/contents/{FILE}")]


def test_a_setting_that_lets_no_workflow_propose_is_named_and_once_it_is_mended_the_run_goes_on(kept: Kept) -> None:
    kept.may_propose = False
    for _ in range(2):
        with pytest.raises(Refusal, match="lets no workflow of this repository open a pull request") as refused:
            propose()
    assert "Allow GitHub Actions to create and approve pull requests" in refused.value.allowed
    assert refused.value.next_step.startswith(f"gh pr create --head {BRANCH} --base main --fill")
    assert "403" in refused.value.seen
    # That is what there is to open by hand.
    assert kept.files[BRANCH, FILE] == WANTED
    kept.may_propose = True
    assert propose() == 0
    assert [one["head"] for one in kept.pulls.values()] == [BRANCH]


def test_a_branch_that_was_made_and_not_yet_edited_is_taken_up(kept: Kept) -> None:
    kept.branches[BRANCH] = kept.branches["main"]
    kept.files[BRANCH, FILE] = ON_MAIN.replace("900", "600")
    kept.branches["main"] = "1" * 40
    assert propose() == 0
    assert kept.files[BRANCH, FILE] == WANTED.replace("900", "600")
    assert len(kept.pulls) == 1


def test_what_main_says_already_is_not_proposed(kept: Kept) -> None:
    kept.files["main", FILE] = WANTED
    assert propose() == 0
    assert (kept.pulls, list(kept.branches)) == ({}, ["main"])


def test_a_pull_request_that_was_closed_or_of_another_branch_is_not_taken_for_it(kept: Kept) -> None:
    other = {"state": "open", "base": "main", "head": "tag-back-red-47", "user": {"login": BOT}, "number": 1}
    kept.pulls = {1: other, 2: {**other, "number": 2, "head": BRANCH, "state": "closed"}}
    propose()
    assert len(kept.pulls) == 3


def test_a_file_that_main_does_not_have_or_that_does_not_say_it_once_is_refused(kept: Kept) -> None:
    del kept.files["main", FILE]
    with pytest.raises(Refusal, match=r"there is no Pulumi\.live\.yaml on main that can be edited"):
        propose()
    kept.files["main", FILE] = "config: {}\n"
    with pytest.raises(Refusal, match=r"`active` cannot be written into Pulumi\.live\.yaml"):
        propose()
    assert list(kept.branches) == ["main"]


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_any_other_no_is_a_refusal(kept: Kept, status: int) -> None:
    kept.refuse = status
    with pytest.raises(Refusal):
        propose()
    assert kept.pulls == {}


def test_without_what_the_tag_back_left_nothing_is_proposed(kept: Kept) -> None:
    (Path() / tagged_back.FILE).unlink()
    with pytest.raises(Refusal, match="nothing says how the tag-back to red ended"):
        propose()
    tagged_back.write(Path(), TaggedBack("red", text="red is asleep"))
    with pytest.raises(Refusal, match="the traffic was not moved to red"):
        propose()
    assert kept.calls == []
