"""The questions to GitHub, asked of a server on loopback; and what is said there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ci import approved, result, say, seen
from ci.comment import DRIFT_MARKER, MARKER
from ci.github import GitHub, number, of_environment, run_url
from ci.result import Result
from ci.seen import Seen
from cutover.refusal import Refusal
from release.hub import Releases
from tests.stub_github import BOT, REPOSITORY, TOKEN, Kept, github, step_variables

COMMIT = "ab" * 20
SEEN = Seen({"in charge": "red"}, {"blue": ("a",), "live": ("b",)}, commit=COMMIT)
BODY = f"{MARKER}\nsaid\n\n{SEEN.line()}"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    with github() as started:
        for name, value in step_variables(started.url, GITHUB_SHA=COMMIT, PULL_REQUEST="7").items():
            monkeypatch.setenv(name, value)
        yield started


@pytest.fixture
def hub(kept: Kept) -> GitHub:
    return GitHub(kept.url, REPOSITORY, TOKEN)


def bodies(kept: Kept, number: int = 7) -> list[str]:
    return [one["body"] for one in kept.comments[number]]


def test_one_comment_is_kept_up_to_date_among_those_of_others(hub: GitHub, kept: Kept) -> None:
    for author in ("somebody", "else", "third"):
        kept.written_by(author, 7, "looks good")
    hub.put_comment(7, MARKER, f"{MARKER} one")
    hub.put_comment(7, MARKER, f"{MARKER} two")
    kept.written_by("somebody", 7, "thanks")
    hub.put_comment(7, MARKER, f"{MARKER} three")
    assert bodies(kept) == ["looks good"] * 3 + [f"{MARKER} three", "thanks"]


def test_what_somebody_else_wrote_is_never_taken_for_ours(hub: GitHub, kept: Kept) -> None:
    kept.written_by("mallory", 7, BODY)
    kept.written_by("github-actions", 7, BODY)
    assert hub.comment(7, MARKER) is None
    with pytest.raises(Refusal, match="nothing says what was approved with pull request 7") as refused:
        approved.of_pull_request(hub, 7)
    assert "gh workflow run preview.yml -f pull_request=7" in refused.value.next_step
    kept.written_by(BOT, 7, f"a text of ours that quotes {BODY}")
    assert hub.comment(7, MARKER) is None


def test_the_record_of_the_merged_pull_request_is_what_was_approved(kept: Kept) -> None:
    kept.written_by(BOT, 7, BODY)
    assert approved.of_pull_request(of_environment(), 7) == SEEN


def test_a_preview_that_was_refused_approves_nothing(hub: GitHub, kept: Kept) -> None:
    refused = Seen(SEEN.facts, SEEN.steps, refused=True, commit=COMMIT)
    kept.written_by(BOT, 7, f"{MARKER}\n{refused.line()}")
    with pytest.raises(Refusal, match="its preview was refused"):
        approved.of_pull_request(hub, 7)
    kept.comments.clear()
    kept.written_by(BOT, 7, f"{MARKER}\nRefused: there is no preview")
    with pytest.raises(Refusal, match="nothing says what was approved"):
        approved.of_pull_request(hub, 7)


def test_the_pull_request_of_a_commit_is_the_one_merged_into_this_branch(hub: GitHub, kept: Kept) -> None:
    environment = {"GITHUB_SHA": COMMIT, "GITHUB_REF_NAME": "main"}
    with pytest.raises(Refusal, match="the commit came by no pull request"):
        approved.of_commit(hub, environment)
    kept.merge(COMMIT, 5, "release")
    kept.merged[COMMIT].append({"number": 6, "merged_at": None, "base": {"ref": "main"}})
    kept.merge(COMMIT, 7)
    assert approved.of_commit(hub, environment) == 7
    kept.merge(COMMIT, 8)
    with pytest.raises(Refusal, match="the commit came by several"):
        approved.of_commit(hub, environment)
    with pytest.raises(Refusal, match="the commit came by no pull request"):
        approved.of_commit(hub, {})


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_an_answer_that_is_no_yes_is_a_refusal(hub: GitHub, kept: Kept, status: int) -> None:
    kept.refuse = status
    with pytest.raises(Refusal, match="GitHub could not be asked") as refused:
        hub.put_comment(7, MARKER, "x")
    assert str(status) in refused.value.seen
    assert TOKEN not in str(refused.value)


def test_a_server_that_is_away_is_a_refusal() -> None:
    away = GitHub("http://127.0.0.1:1", REPOSITORY, TOKEN, retries=False)
    with pytest.raises(Refusal, match="GitHub could not be asked"):
        away.comment(7, MARKER)


@pytest.mark.parametrize(
    "environment", [{}, {"GITHUB_REPOSITORY": "a/b"}, {"GITHUB_REPOSITORY": "a", "GITHUB_TOKEN": "x"}]
)
def test_without_repository_or_token_nothing_is_asked(environment: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="which repository this is"):
        of_environment(environment)


@pytest.mark.parametrize("text", ["", "0", "7; rm", "\uff17", "-1", "1e3", "99999999999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="no number of a pull request"):
        number(text, "PULL_REQUEST")


def test_a_preview_is_said_as_it_was_written(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "comment.md").write_text(BODY)
    assert say.main(["preview", "--from", str(tmp_path)]) == 0
    assert bodies(kept) == [BODY]


def test_a_step_that_left_nothing_is_said_so_and_what_is_no_comment_is_not_said(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the step before has left nothing to say"):
        say.main(["preview", "--from", str(tmp_path)])
    (tmp_path / "comment.md").write_text("anything")
    with pytest.raises(Refusal, match="no comment of a preview"):
        say.main(["preview", "--from", str(tmp_path)])
    assert not kept.comments


def test_what_became_of_it_is_said_in_the_same_comment(kept: Kept, tmp_path: Path) -> None:
    kept.written_by(BOT, 7, BODY)
    (tmp_path / "seen.json").write_text(SEEN.to_json())
    result.write(tmp_path, Result("blue", True, "updated"))
    result.write(tmp_path, Result("live", False, "refused: the world"))
    assert say.main(["after", "--from", str(tmp_path)]) == 0
    (said,) = bodies(kept)
    assert said.startswith(MARKER)
    assert "After the merge: refused, live" in said
    assert seen.of_comment(said) == SEEN


def test_drift_is_an_issue_that_is_opened_kept_up_to_date_and_closed(kept: Kept, tmp_path: Path) -> None:
    issue = tmp_path / "issue.md"
    for body in ("", f"{DRIFT_MARKER} one", f"{DRIFT_MARKER} two", "", ""):
        issue.write_text(body)
        assert say.main(["drift", "--from", str(tmp_path)]) == 0
    ((made, one),) = kept.issues.items()
    assert (one["body"], one["state"], one["labels"]) == (f"{DRIFT_MARKER} two", "closed", ["drift"])
    assert len(kept.comments[made]) == 1


def test_a_look_that_left_nothing_is_an_issue_and_closes_none(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_RUN_ID", "4711")
    run = f"https://github.com/{REPOSITORY}/actions/runs/4711"
    for _ in range(2):
        assert say.main(["drift", "--from", str(tmp_path)]) == 0
    ((_, made),) = kept.issues.items()
    assert made["state"] == "open"
    assert "Could not look" in made["body"]
    assert run in made["body"]
    assert "could not be told" in made["title"]

    # What is known to have drifted is not forgotten by a night in which nobody could look, or by two.
    issue = tmp_path / "issue.md"
    issue.write_text(f"{DRIFT_MARKER}\n\nblue is not as it is written")
    say.main(["drift", "--from", str(tmp_path)])
    assert made["body"] == f"{DRIFT_MARKER}\n\nblue is not as it is written"
    issue.unlink()
    for _ in range(2):
        say.main(["drift", "--from", str(tmp_path)])
        assert made["body"].startswith(DRIFT_MARKER)
        assert "Could not look" in made["body"]
        assert made["body"].count("blue is not as it is written") == 1
    assert (made["state"], len(kept.issues), kept.comments) == ("open", 1, {})


@pytest.mark.parametrize(
    "changed", [{"SERVER_URL": "javascript:x"}, {"RUN_ID": "1)"}, {"REPOSITORY": "a"}, {"RUN_ID": ""}]
)
def test_only_what_is_a_page_of_a_run_is_linked(changed: dict[str, str]) -> None:
    known = {"SERVER_URL": "https://github.com", "REPOSITORY": "a/b", "RUN_ID": "1"}
    assert (
        run_url({f"GITHUB_{name}": value for name, value in known.items()}) == "https://github.com/a/b/actions/runs/1"
    )
    assert run_url({f"GITHUB_{name}": value for name, value in {**known, **changed}.items()}) == ""


def test_an_issue_of_somebody_else_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    theirs = {"number": 1, "state": "open", "labels": ["drift"], "body": DRIFT_MARKER, "user": {"login": "somebody"}}
    kept.issues[1] = dict(theirs)
    (tmp_path / "issue.md").write_text("")
    say.main(["drift", "--from", str(tmp_path)])
    assert kept.issues == {1: theirs}


def test_the_outputs_of_what_was_approved_are_those_that_the_workflow_needs(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.written_by(BOT, 7, BODY)
    kept.merge(COMMIT, 7)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert approved.main(["--out", str(tmp_path)]) == 0
    said = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert (json.loads(said["colours"]), said["live"], said["pull_request"]) == (["blue"], "true", "7")
    assert seen.of_json((tmp_path / "seen.json").read_text()) == SEEN


def outputs(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}


OTHERS = Seen(SEEN.facts, {"live": ("b",), "blue": ("a",)}, commit=COMMIT)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("nothing of ours", "nothing says what was approved"),
        (f"{MARKER}\n{Seen(SEEN.facts, SEEN.steps, refused=True, commit=COMMIT).line()}", "its preview was refused"),
        (f"{MARKER}\n{OTHERS.line()}", "what was approved names other stacks"),
    ],
)
def test_why_nothing_was_carried_out_is_said_on_the_pull_request(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, why: str
) -> None:
    kept.written_by(BOT, 7, body)
    kept.merge(COMMIT, 7)
    monkeypatch.delenv("PULL_REQUEST")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    out = tmp_path / "out"
    with pytest.raises(Refusal, match=why):
        approved.main(["--out", str(out)])
    # Nothing else is handed over: no job begins.
    assert outputs(tmp_path / "output") == {"pull_request": "7"}
    assert not (out / "seen.json").exists()
    monkeypatch.setenv("PULL_REQUEST", "7")
    assert say.main(["after", "--from", str(out)]) == 0
    said = bodies(kept)[-1]
    assert said.startswith(MARKER)
    assert "`up` was refused before anything was updated" in said
    assert why in said


@pytest.mark.parametrize("branch", ["", "release"])
def test_by_hand_only_a_pull_request_that_is_merged_into_this_branch_is_carried_out(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, branch: str
) -> None:
    kept.written_by(BOT, 7, BODY)
    if branch:
        kept.merge(COMMIT, 7, branch)
    else:
        kept.pulls[7] = {"number": 7, "state": "open", "head": "change", "base": "main"}
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    with pytest.raises(Refusal, match="pull request 7 is not merged into this branch") as refused:
        approved.main(["--out", str(tmp_path / "out")])
    assert (branch or "never") in refused.value.seen
    assert outputs(tmp_path / "output") == {"pull_request": "7"}
    monkeypatch.setenv("GITHUB_REF_NAME", "")
    with pytest.raises(Refusal, match="is not merged into this branch"):
        approved.main(["--out", str(tmp_path / "out")])


@pytest.mark.parametrize("found", [{}, {"merged_at": "2026-11-26", "base": None}, {"base": {"ref": "main"}}])
def test_half_an_answer_about_a_pull_request_is_no_merge(found: dict[str, Any]) -> None:
    for branch in ("main", ""):
        with pytest.raises(Refusal, match="is not merged into this branch"):
            approved.refuse_unmerged(found, 7, branch)
    approved.refuse_unmerged({"merged_at": "2026-11-26", "base": {"ref": "main"}}, 7, "main")


def test_what_is_no_pull_request_is_told_nothing(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    with pytest.raises(Refusal, match="GitHub could not be asked"):
        approved.main(["--out", str(tmp_path / "out")])
    assert outputs(tmp_path / "output") == {}
    assert not kept.comments


def test_after_a_merge_that_affects_no_stack_there_is_nothing_to_do(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.delenv("PULL_REQUEST")
    assert approved.main(["--base", "HEAD", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "output").read_text().splitlines() == ["colours=[]", "live=false", "pull_request="]
    assert kept.calls == []


@pytest.mark.parametrize(
    ("runs", "ended"),
    [
        ([], []),
        ([("check", None, "github-actions")], [""]),
        ([("check", "failure", "github-actions")], ["failure"]),
        ([("check", "success", "github-actions")], ["success"]),
        ([("check", "success", "somebody")], []),
        ([("checks", "success", "github-actions")], []),
        ([("check", "success", "github-actions"), ("check", "failure", "github-actions")], ["failure", "success"]),
        ([("check", "failure", "github-actions"), ("check", "success", "somebody")], ["failure"]),
    ],
)
def test_checks_count_when_they_are_of_a_workflow_of_githubs(
    runs: list[tuple[str, str | None, str]], ended: list[str], hub: GitHub, kept: Kept
) -> None:
    kept.checks[COMMIT] = [check(number, *run) for number, run in enumerate(runs)]
    assert Releases(hub).checks(COMMIT, "check") == ended


def check(number: int, name: str, conclusion: str | None, app: str, began: str | None = "") -> dict[str, Any]:
    """A run that began so many minutes after the hour; None: it has not begun."""
    began = f"2026-11-26T12:{number:02}:00Z" if began == "" else began
    return {"id": number, "name": name, "conclusion": conclusion, "started_at": began, "app": {"slug": app}}


def test_of_several_checks_of_a_commit_the_one_that_began_last_is_the_first(hub: GitHub, kept: Kept) -> None:
    """Whatever the order of the answer; and one that waits to begin is newer than all."""
    runs = [check(2, "check", "cancelled", "github-actions"), check(1, "check", "success", "github-actions")]
    for order in (runs, runs[::-1]):
        kept.checks[COMMIT] = order
        assert Releases(hub).checks(COMMIT, "check") == ["cancelled", "success"]
    kept.checks[COMMIT] = [*runs, check(0, "check", None, "github-actions", None)]
    assert Releases(hub).checks(COMMIT, "check") == ["", "cancelled", "success"]


def test_tags_are_read_over_all_pages(hub: GitHub, kept: Kept) -> None:
    kept.tags.update(dict.fromkeys(("v0.1.0", "v0.2.0", "v0.3.0", "w1"), COMMIT))
    assert Releases(hub).tags() == ["v0.1.0", "v0.2.0", "v0.3.0"]


def test_a_file_goes_to_githubs_own_hosts_only(hub: GitHub, kept: Kept) -> None:
    for url in ("https://uploads.github.com.evil.example/x", "http://127.0.0.1:1/x", "/x"):
        with pytest.raises(Refusal, match="could not be asked") as refused:
            hub.upload(url, b"x")
        assert "a host that is not GitHub's" in refused.value.seen
    assert kept.calls == []
