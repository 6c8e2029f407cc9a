"""The workflows: what they may do, what of them is a script, and that they call what is there."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.toolchain import _CLI
from tests import workflow
from tests.pages import Page
from tests.unit.sources import ROOT, nodes, packages, words

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {path.stem: workflow.load(path) for path in FILES}
# The customer's pins; the others are the tags' own commits.
PINNED = {
    "pulumi/actions": "8e5e406f4007fca908480587cb9893c07090f58d",
    "aws-actions/configure-aws-credentials": "e6de054238d6b7531b4efff3b6587d9aade6a06c",
}
# What another CI does in its own way: whether a pull request is of a fork.
FORK = "A pull request of a fork is brought onto a branch first"
WRITES = {
    ("preview", "preview"): {"id-token"},
    ("preview", "comment"): {"pull-requests"},
    ("up", "approved"): set(),
    ("up", "colour"): {"id-token"},
    ("up", "live"): {"id-token"},
    ("up", "report"): {"pull-requests"},
    ("tag-back", "tag-back"): {"id-token"},
    ("tag-back", "saved-intent"): {"contents", "pull-requests"},
    ("drift", "drift"): {"id-token"},
    ("drift", "issue"): {"issues"},
    ("check", "check"): set(),
    ("release", "assemble"): set(),
    ("release", "attest"): {"id-token", "attestations"},
    ("release", "publish"): {"contents"},
}


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, content in WORKFLOWS.items():
        for job, of in content["jobs"].items():
            yield name, job, of


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job, of in jobs():
        for step in of["steps"]:
            yield f"{name}/{job}", step


def test_every_job_may_do_what_it_needs_and_no_more() -> None:
    for content in WORKFLOWS.values():
        assert content["permissions"] == {}
    found = {
        (name, job): {what for what, how in of["permissions"].items() if how == "write"} for name, job, of in jobs()
    }
    assert found == WRITES


def test_whoever_has_credentials_of_aws_cannot_write_to_the_repository() -> None:
    for (_, _), writes in WRITES.items():
        # An attestation is kept beside the repository, and is nothing in it.
        assert not ("id-token" in writes and writes - {"id-token", "attestations"})


def test_only_a_job_in_an_environment_has_secrets_or_a_role() -> None:
    for name, job, of in jobs():
        text = str(of)
        if "secrets." in text or "role-to-assume" in text:
            assert of.get("environment"), f"{name}/{job}"


def test_only_a_job_in_an_environment_can_get_an_identity_or_sign_anything() -> None:
    """A workflow by hand is that of whichever branch it is asked for, and an environment can be limited to one."""
    writing = [(name, job, of) for name, job, of in jobs() if WRITES[name, job] & {"id-token", "attestations"}]
    assert len(writing) > 4
    assert [f"{name}/{job}" for name, job, of in writing if not of.get("environment")] == []
    assert {of.get("environment") for name, _, of in writing if name == "release"} == {"release"}


def test_a_release_is_verified_by_the_workflow_and_the_branch_that_made_it() -> None:
    (verify,) = (block.text for block in Page("docs/release.md").blocks if "attestation verify" in block.text)
    assert "--source-ref refs/heads/main" in verify
    (signer,) = re.findall(r"--signer-workflow OWNER/tag-team/(\S+)", verify)
    assert ROOT / signer in FILES
    assert "attest" in WORKFLOWS[Path(signer).stem]["jobs"]


def test_live_is_behind_an_environment_of_its_own() -> None:
    environments = {of.get("environment") for _, _, of in jobs() if of.get("environment")}
    assert environments == {"preview", "colours", "live", "tag-back", "release"}
    assert WORKFLOWS["up"]["jobs"]["live"]["environment"] == "live"


def test_no_update_is_cancelled_and_each_stack_has_one_at_a_time() -> None:
    for name, group in (("colour", "stack-${{ matrix.stack }}"), ("live", "stack-live")):
        found = WORKFLOWS["up"]["jobs"][name]["concurrency"]
        assert found == {"group": group, "cancel-in-progress": "false"}
    assert WORKFLOWS["tag-back"]["concurrency"]["cancel-in-progress"] == "false"


def test_every_action_is_pinned_by_its_commit_and_says_which_version_that_is() -> None:
    for path in FILES:
        for line in path.read_text().splitlines():
            if "uses:" in line:
                assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
    for _, step in steps():
        action, _, commit = step.get("uses", "").partition("@")
        assert PINNED.get(action, commit) == commit
    assert {step.get("uses", "").partition("@")[0] for _, step in steps()} >= set(PINNED)


def test_no_checkout_keeps_the_token_and_no_script_has_an_expression_in_it() -> None:
    for where, step in steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false", where
        assert "${{" not in step.get("run", ""), where


def test_every_step_calls_what_a_ci_that_is_not_githubs_can_call() -> None:
    called = {module for _, step in steps() for module in re.findall(r"-m (ci\.\w+)", step.get("run", ""))}
    assert called == {
        f"ci.{name}" for name in ("preview", "say", "approved", "up", "tag_back", "saved_intent", "drift")
    }
    assert all(importlib.util.find_spec(module) for module in called)
    scripts = {step["run"] for _, step in steps() if "run" in step and "-m ci." not in step["run"]}
    of_releases = {f".venv/bin/python -m release.{what} release-out" for what in ("ready --out", "publish --from")}
    (fork,) = (step["run"] for _, step in steps() if step.get("name") == FORK)
    assert scripts == {"sh ci/setup.sh", ".ci/run", fork} | of_releases
    assert all(importlib.util.find_spec(f"release.{name}") for name in ("ready", "publish"))


def test_the_steps_know_neither_the_lab_nor_any_colour() -> None:
    modules = sorted((ROOT / "ci").glob("*.py"))
    assert len(modules) > 15
    for path in modules:
        assert not packages(path) & {"lab", "tests", "moto", "pytest"}, path
        assert not words(nodes(path)) & {"red", "blue"}, path


def test_what_a_pull_request_brings_never_runs_with_a_token_that_can_write() -> None:
    comment = WORKFLOWS["preview"]["jobs"]["comment"]
    assert comment["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha || github.sha }}"
    assert "pull_request_target" not in str(WORKFLOWS)


@pytest.mark.parametrize("head", [{"repo": {"full_name": "somebody/tag-team"}}, {"repo": {}}, {}])
def test_a_pull_request_of_a_fork_fails_the_check_and_gets_nothing(tmp_path: Path, head: dict[str, Any]) -> None:
    """A job that is skipped by its `if` would count as passed, and the pull request could be merged."""
    of_github = {"event_name": "pull_request", "repository": "shop/tag-team", "ref_name": "main"}
    pull_request = {"number": "12", "head": head, "base": {"sha": "0" * 40}}
    # With a repository that is not there a checkout would fail, and so would any credentials with these settings.
    runner = workflow.Runner(tmp_path, tmp_path / "none", tmp_path, {}, lambda *_: None, {}, {"GITHUB_TOKEN": "x"})
    event = {"github": of_github, "pull_request": pull_request}
    jobs = runner.run(ROOT / ".github" / "workflows" / "preview.yml", event, commit="0" * 40)
    assert {name: job.result for name, job in jobs.items()} == {
        "preview": workflow.FAILURE,
        "comment": workflow.SKIPPED,
    }
    assert "::error::" in jobs["preview"].log
    assert "bring its commits onto a branch of this repository" in jobs["preview"].log


def test_the_engine_is_the_one_that_the_lab_has_tried() -> None:
    versions = {
        step["with"]["pulumi-version"] for _, step in steps() if step.get("uses", "").startswith("pulumi/actions@")
    }
    assert versions == {_CLI.version().removeprefix("v")}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.event.number || inputs.pull_request", "7"),
        ("github.event_name != 'pull_request' || github.event.number == '8'", False),
        ("always() && contains(fromJSON('[\"success\", \"it''s\"]'), needs.tag-back.result)", True),
        ("needs.tag-back.outputs.changed == 'true'", False),
        ("!cancelled() && 'a' == 'a'", True),
    ],
)
def test_the_runner_of_the_tests_reads_expressions_as_github_does(expression: str, value: object) -> None:
    contexts = {
        "github": {"event_name": "pull_request", "event": {"number": ""}},
        "inputs": {"pull_request": "7"},
        "needs": {"tag-back": {"result": "success", "outputs": {}}},
        "functions": workflow.FUNCTIONS,
    }
    assert workflow.evaluate(expression, contexts) == value
