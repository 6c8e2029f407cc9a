"""What of a workflow still runs when a job before it has failed: its own file, run here."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci.comment import DRIFT_MARKER
from tests.stub_github import BOT, REPOSITORY, Kept, github, step_variables
from tests.unit.sources import ROOT
from tests.workflow import FAILURE, SKIPPED, SUCCESS, Job, Runner

ROLE = "arn:aws:iam::123456789012:role/tag-team"
CREDENTIALS = "aws-actions/configure-aws-credentials"
FILE = "Pulumi.live.yaml"
# In place of what needs AWS.
FAILING = """\
from pathlib import Path
from ci import tagged_back
from ci.tagged_back import TaggedBack

def refuse_unknown(*_): pass

if __name__ == "__main__":
    tagged_back.write(Path("ci-out"), TaggedBack("red", moved={moved}, text="DNS still answers blue"))
    raise SystemExit(1)
"""


def git(root: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(root), *own, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def kept() -> Iterator[Kept]:
    with github() as started:
        started.files["main", FILE] = "config:\n  active: blue\n"
        yield started


@pytest.fixture
def runner(kept: Kept, tmp_path: Path) -> Runner:
    root, folder = tmp_path / "repository", tmp_path / "runner"
    folder.mkdir()
    shutil.copytree(ROOT / "ci", root / "ci", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("components", "cutover", "propagation", "Pulumi.yaml", FILE):
        (root / name).symlink_to(ROOT / name)
    git(root, "init", "-q", "-b", "main")
    variables = {"AWS_REGION": "eu-central-1", "AWS_PREVIEW_ROLE": ROLE, "AWS_LIVE_ROLE": ROLE}
    settings = {"vars": variables, "secrets": {}}
    of_github = step_variables(kept.url, GITHUB_SERVER_URL="https://github.com", GITHUB_RUN_ID="4711")
    return Runner(folder, root, Path(sys.prefix), {}, lambda *_: {}, settings, of_github)


def run(runner: Runner, name: str, **inputs: str) -> dict[str, Job]:
    git(runner.repository, "add", "-A")
    git(runner.repository, "commit", "-q", "--allow-empty", "-m", "as it is")
    of_github = {"event_name": "workflow_dispatch", "repository": REPOSITORY, "ref_name": "main"}
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    commit = git(runner.repository, "rev-parse", "HEAD")
    return runner.run(path, {"github": of_github}, commit=commit, inputs=inputs)


def ends(jobs: dict[str, Job]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def test_a_drift_without_credentials_is_an_issue_and_closes_none(runner: Runner, kept: Kept) -> None:
    runner.broken = frozenset({CREDENTIALS})
    kept.issues[1] = {
        **{"number": 1, "state": "open", "labels": ["drift"], "user": {"login": BOT}},
        "body": f"{DRIFT_MARKER}\n\nblue is not as it is written",
    }
    jobs = run(runner, "drift")
    assert ends(jobs) == {"drift": FAILURE, "issue": SUCCESS}, jobs
    ((_, issue),) = kept.issues.items()
    assert issue["state"] == "open"
    assert "Could not look" in issue["body"]
    assert f"https://github.com/{REPOSITORY}/actions/runs/4711" in issue["body"]
    assert "blue is not as it is written" in issue["body"]


def test_a_tag_back_that_moved_the_traffic_and_failed_is_written_down(runner: Runner, kept: Kept) -> None:
    (runner.repository / "ci" / "tag_back.py").write_text(FAILING.format(moved=True))
    jobs = run(runner, "tag-back", colour="red")
    assert ends(jobs) == {"tag-back": FAILURE, "saved-intent": SUCCESS}, jobs
    assert "DNS still answers blue" in jobs["tag-back"].summary
    ((_, made),) = kept.pulls.items()
    assert kept.files[made["head"], FILE] == "config:\n  active: red\n"


def test_a_tag_back_that_moved_nothing_is_not(runner: Runner, kept: Kept) -> None:
    (runner.repository / "ci" / "tag_back.py").write_text(FAILING.format(moved=False))
    jobs = run(runner, "tag-back", colour="red")
    assert ends(jobs) == {"tag-back": FAILURE, "saved-intent": SKIPPED}, jobs
    runner.broken = frozenset({CREDENTIALS})
    jobs = run(runner, "tag-back", colour="red")
    assert ends(jobs) == {"tag-back": FAILURE, "saved-intent": SKIPPED}, jobs
    assert kept.pulls == {}
