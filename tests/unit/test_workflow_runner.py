"""The runner of workflows (tests/workflow.py): a job has of AWS what STS gives it, and no more."""

from collections.abc import Mapping
from pathlib import Path
from subprocess import run

import pytest
import yaml

from tests.workflow import DENIED, FAILURE, SUCCESS, Runner

ROLE, ENVIRONMENT, REGION = "arn:aws:iam::123456789012:role/shop-live", "live", "eu-central-1"
JOB = {
    "environment": ENVIRONMENT,
    "steps": [
        {"uses": "actions/checkout@0"},
        {
            "uses": "aws-actions/configure-aws-credentials@0",
            "with": {"role-to-assume": "${{ vars.ROLE }}", "aws-region": REGION},
        },
        {"name": "Ask", "run": 'echo "$AWS_ACCESS_KEY_ID in $AWS_REGION"'},
    ],
}


def ran(folder: Path, of_role: str) -> Mapping[str, str]:
    """How the job ended when the variable names that role, and its log."""
    (folder / "workflow.yml").write_text(yaml.safe_dump({"jobs": {"job": JOB}}))
    root = folder / "repository"
    for command in (["init", "-q", str(root)], ["-C", str(root), *_commit()]):
        run(["git", *command], check=True)

    def session(role: str, environment: str) -> Mapping[str, str] | None:
        return {"AWS_ACCESS_KEY_ID": "of the role"} if (role, environment) == (ROLE, ENVIRONMENT) else None

    settings = {"vars": {"ROLE": of_role}, "secrets": {}}
    runner = Runner(folder, root, folder, {}, session, settings, {"GITHUB_TOKEN": ""})
    commit = run(["git", "-C", str(root), "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    done = runner.run(folder / "workflow.yml", {"github": {"event_name": "push"}}, commit=commit.strip())["job"]
    return {done.result: done.log}


def _commit() -> list[str]:
    own = ["-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false"]
    return [*own, "commit", "-q", "--allow-empty", "-m", "first"]


def test_a_job_has_the_session_of_the_role_that_it_names(tmp_path: Path) -> None:
    assert ran(tmp_path, ROLE) == {SUCCESS: f"of the role in {REGION}\n"}


@pytest.mark.parametrize("other", [f"{ROLE}-of-another", ""])
def test_a_job_that_names_another_role_is_denied_and_does_nothing(tmp_path: Path, other: str) -> None:
    ((result, log),) = ran(tmp_path, other).items()
    assert result == FAILURE
    assert DENIED in log
    assert "in " + REGION not in log
