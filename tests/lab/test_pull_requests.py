"""A pull request from its preview to what was done: the workflows' own steps, in order, against the lab."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci import seen
from iam import cloudformation
from iam.roles import ROLES, Role
from lab import roles
from lab.client import ServerFault
from lab.workspace import CHECKOUT, LINKED, REGION
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World
from tests.stub_github import BOT, REPOSITORY, Kept, github, step_variables
from tests.workflow import FAILURE, SKIPPED, SUCCESS, Job, Runner

# Each command by hand has its role too, as whoever is no workflow has it.
pytestmark = pytest.mark.roles
NUMBER = 12
IN_CHARGE = f"/tag-team/{NAME}/in-charge"
# What of the workspace's environment says where the stacks are, and what the actions bring of AWS.
_BACKEND = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_OF_AWS = (*_CREDENTIALS, "AWS_REGION", "AWS_DEFAULT_REGION")
TAG_IN = ("ready  replace", "www.shop.example-blue  update", "www.shop.example-red  update", "in-charge  update")


@dataclass
class Repository:
    """The project as a repository of GitHub's, with its workflows and one pull request."""

    world: World
    hub: Kept
    runner: Runner
    root: Path

    def git(self, *arguments: str) -> str:
        own = ["-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", str(self.root), *own, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def edit(self, stack: str, **values: Any) -> None:
        """Edit a stack's file in the pull request, as an editor would; what the world itself says stays."""
        kept = self.world.workspace.stack_file(stack)
        self.world.workspace.edit_stack(stack, **values)
        (self.root / f"Pulumi.{stack}.yaml").write_text(self.world.workspace.stack_file(stack))
        self.world.workspace.restore_stack_file(stack, kept)

    def session(self, arn: str, environment: str) -> Mapping[str, str] | None:
        """The credentials of a role's session, for the jobs of its own environments alone: iam/documents/trust.json."""
        for role in ROLES:
            if arn == role_arn(self.world, role):
                held = self.world.workspace.environment_as(role.name)
                return {name: held[name] for name in _CREDENTIALS} if environment in role.environments else None
        return None

    def denied(self) -> list[str]:
        """What was called, of whichever role, and denied."""
        return roles.counted(self.world.faults.calls())[1]

    def with_longer_keep_alive(self) -> str:
        """A commit like main with a change of what all stacks share; nothing else is changed."""
        path = self.root / "Pulumi.yaml"
        self.git("checkout", "-q", "-B", "shared", "main")
        content = yaml.safe_load(path.read_text())
        content["config"]["clientKeepAlive"]["default"] += 60
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        self.git("commit", "-q", "-am", "what all share")
        commit = self.git("rev-parse", "HEAD")
        self.git("checkout", "-q", "main")
        return commit

    def branch(self) -> None:
        """Begin the pull request."""
        self.git("checkout", "-q", "-B", "change", "main")

    def preview(self) -> dict[str, Job]:
        """Push the pull request: GitHub runs its workflow on what a merge would be."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        self.git("checkout", "-q", "-B", f"pull-{NUMBER}", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "change")
        commit, base = self.git("rev-parse", "HEAD"), self.git("rev-parse", "main")
        self.git("checkout", "-q", "change")
        pull_request = {"number": str(NUMBER), "head": {"repo": {"full_name": REPOSITORY}}, "base": {"sha": base}}
        return self.run("preview", commit, {"pull_request": pull_request}, "pull_request")

    def merge(self) -> dict[str, Job]:
        """Merge it, squashed: GitHub runs the workflow of a push."""
        before = self.git("rev-parse", "main")
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--squash", "change")
        self.git("commit", "-q", "--allow-empty", "-m", f"change (#{NUMBER})")
        commit = self.git("rev-parse", "HEAD")
        self.hub.merge(commit, NUMBER)
        return self.run("up", commit, {"before": before}, "push")

    def tag_back(self, colour: str) -> dict[str, Job]:
        """Run that workflow by hand, on main as it is."""
        self.hub.files["main", f"Pulumi.{LIVE}.yaml"] = f"{self.git('show', f'main:Pulumi.{LIVE}.yaml')}\n"
        return self.run("tag-back", self.git("rev-parse", "main"), {}, "workflow_dispatch", colour=colour)

    def run(self, name: str, commit: str, event: dict[str, Any], kind: str, **inputs: str) -> dict[str, Job]:
        of_github = {"event_name": kind, "repository": REPOSITORY, "ref_name": "main"}
        path = CHECKOUT / ".github" / "workflows" / f"{name}.yml"
        return self.runner.run(path, {**event, "github": of_github}, commit=commit, inputs=inputs)

    @property
    def comment(self) -> str:
        """Our one comment."""
        (body,) = [one["body"] for one in self.hub.comments[NUMBER] if one["user"]["login"] == BOT]
        return str(body)


def role_arn(world: World, role: Role) -> str:
    project, told = roles.known(world.workspace)
    return told.place.arn("iam", f"role/{cloudformation.role_name(project.name, role)}", region=False)


@pytest.fixture
def repository(first_in_charge: World, tmp_path: Path) -> Iterator[Repository]:
    world, root = first_in_charge, tmp_path / "repository"
    directory, variables = world.workspace.directory, dict(world.workspace.environment)
    root.mkdir()
    for path in sorted(directory.glob("Pulumi*.yaml")):
        (root / path.name).write_text(path.read_text())
    for name in (*LINKED, "ci"):
        (root / name).symlink_to(CHECKOUT / name)
    with github() as hub:
        # Of AWS only where it is; who somebody is there comes with a role.
        pulumi = {name: value for name, value in variables.items() if name not in (*_OF_AWS, *_BACKEND)}
        settings = {
            "vars": {
                "PULUMI_BACKEND_URL": variables["PULUMI_BACKEND_URL"],
                "AWS_REGION": REGION,
                **{f"AWS_{role.name.upper()}_ROLE": role_arn(world, role) for role in ROLES if role.environments},
            },
            "secrets": {"PULUMI_CONFIG_PASSPHRASE": variables["PULUMI_CONFIG_PASSPHRASE"], "PULUMI_ACCESS_TOKEN": ""},
        }
        of_github = step_variables(hub.url, GITHUB_RUN_ID="4711")
        folder = tmp_path / "runner"
        folder.mkdir()
        runner = Runner(folder, root, Path(sys.prefix), pulumi, lambda *_: None, settings, of_github)
        made = Repository(world, hub, runner, root)
        runner.session = made.session
        made.git("init", "-q", "-b", "main")
        made.git("add", "-A")
        made.git("commit", "-q", "-m", "as it is")
        made.branch()
        yield made
    # What a merge has done to the idle colour is what the world's own file says from now on.
    world.workspace.restore_stack_file(SECOND, made.git("show", f"main:Pulumi.{SECOND}.yaml"))
    assert made.denied() == []


def results(jobs: dict[str, Job]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def logs(jobs: dict[str, Job]) -> str:
    return "\n".join(f"== {name}: {job.result}\n{job.log}" for name, job in jobs.items())


def weigh(world: World, weights: dict[str, int]) -> None:
    """Give the first name's record sets these weights by hand, without Pulumi."""
    sets = [one for one in world.records() if one["Name"] == f"{NAME}." and one.get("SetIdentifier") in weights]
    world.change(*(("UPSERT", {**one, "Weight": weights[one["SetIdentifier"]]}) for one in sets))


def test_a_pull_request_that_tags_in_is_previewed_approved_done_and_tagged_back(repository: Repository) -> None:
    repo, world = repository, repository.world
    repo.edit(LIVE, active=SECOND)

    jobs = repo.preview()

    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    assert [line for line in TAG_IN if line not in repo.comment] == []
    assert "Would change: `live`\n" in repo.comment
    assert f"In charge now: `{FIRST} at 1.0.0" in repo.comment
    for check in ("awake: ok", "capacity: ok", "probes: ok", "dns: ok"):
        assert check in repo.comment
    record = seen.of_comment(repo.comment)
    assert (record.stacks, record.refused, len(record.steps[LIVE])) == ((LIVE,), False, 4)
    assert record.facts["weights of www.shop.example"] == "blue 0, red 100"
    assert world.in_charge() == FIRST

    # A second push: the one comment is kept up to date, and its record is the new commit's.
    (first,) = [one["id"] for one in repo.hub.comments[NUMBER]]
    jobs = repo.preview()
    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    assert [one["id"] for one in repo.hub.comments[NUMBER]] == [first]
    pushed = repo.git("rev-parse", f"pull-{NUMBER}")
    assert record.commit != pushed
    assert seen.of_comment(repo.comment) == replace(record, commit=pushed)

    jobs = repo.merge()

    assert results(jobs) == {
        "approved": SUCCESS,
        "colour": SKIPPED,
        LIVE: SUCCESS,
        "report": SUCCESS,
    }, logs(jobs)
    assert repo.runner.environments == ["preview", "preview", LIVE]
    assert world.in_charge() == SECOND
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert "After the merge: done, live" in repo.comment
    world.assert_nothing_half_done()

    # Carried out once, it is not carried out again: the world is another one now.
    again = repo.run("up", repo.git("rev-parse", "main"), {"before": ""}, "push")
    assert again[LIVE].result == FAILURE
    assert f"in charge: {FIRST} at 1.0.0" in again[LIVE].log

    jobs = repo.tag_back(FIRST)

    assert results(jobs) == {"tag-back": SUCCESS, "saved-intent": SUCCESS}, logs(jobs)
    assert "weights of www.shop.example: blue 0, red 100" in jobs["tag-back"].summary
    assert world.in_charge() == FIRST
    ((branch, file),) = [key for key in repo.hub.files if key[0] != "main"]
    assert (branch, file) == (f"tag-back-{FIRST}-4711", f"Pulumi.{LIVE}.yaml")
    assert f"active: {FIRST}" in repo.hub.files[branch, file]

    # Until that is merged, main would tag blue in again: a change that does not say so is refused.
    repo.branch()
    project = repo.root / "Pulumi.yaml"
    project.write_text(project.read_text().replace("Container image", "The container image"))
    jobs = repo.preview()
    assert results(jobs) == {"preview": FAILURE, "comment": SUCCESS}, logs(jobs)
    assert f"would tag {SECOND} in, and does not say so" in repo.comment
    (repo.root / f"Pulumi.{LIVE}.yaml").write_text(repo.hub.files[branch, file])
    world.assert_nothing_half_done()


def test_a_pull_request_against_a_policy_is_refused_and_its_comment_says_why(repository: Repository) -> None:
    repo, world = repository, repository.world
    program = repo.root / "__main__.py"
    source = program.read_text()
    program.unlink()
    database = "engine='postgres', instance_class='db.t4g.small', allocated_storage=20"
    program.write_text(
        f"{source}\nimport pulumi_aws\n\nif hasattr(run.settings, 'colour'):\n"
        f"    pulumi_aws.rds.Instance('orders', {database})\n"
    )

    jobs = repo.preview()

    assert results(jobs) == {"preview": FAILURE, "comment": SUCCESS}, logs(jobs)
    assert f"Refused: `{SECOND}`" in repo.comment
    assert "offsite-data (mandatory), orders:" in repo.comment
    assert f"`{FIRST}` | left alone: it carries traffic" in repo.comment
    assert seen.of_comment(repo.comment).refused

    jobs = repo.merge()
    assert results(jobs) == {"approved": FAILURE, "colour": SKIPPED, LIVE: SKIPPED, "report": SUCCESS}, logs(jobs)
    for told in (jobs["approved"].log, jobs["approved"].summary, repo.comment):
        assert "its preview was refused" in told
    assert "`up` was refused before anything was updated" in repo.comment
    assert seen.of_comment(repo.comment).refused
    assert repo.runner.environments == ["preview"]
    assert not world.workspace.aws("rds").describe_db_instances()["DBInstances"]
    world.assert_nothing_half_done()


def test_a_pull_request_whose_world_has_changed_since_its_preview_is_refused(repository: Repository) -> None:
    repo, world = repository, repository.world
    repo.edit(LIVE, active=SECOND)
    assert repo.preview()["preview"].result == SUCCESS
    before = world.state(LIVE)
    # Somebody deploys to blue meanwhile: what was tested is not what would be tagged in.
    world.must_up(SECOND)

    jobs = repo.merge()

    assert results(jobs) == {"approved": SUCCESS, "colour": SKIPPED, LIVE: FAILURE, "report": SUCCESS}, logs(jobs)
    assert f"state of {SECOND}: written" in jobs[LIVE].log
    assert "the world is not the one that was previewed and approved" in jobs[LIVE].log
    assert f"gh workflow run preview.yml -f pull_request={NUMBER}" in jobs[LIVE].log
    assert "After the merge: refused, live" in repo.comment
    assert f"state of {SECOND}: written" in repo.comment
    assert (world.in_charge(), world.weights()) == (FIRST, {FIRST: 100, SECOND: 0})
    assert world.state(LIVE) == before
    world.assert_nothing_half_done()

    # Previewed anew, by hand. What all share as well waits for the tag-out of who is in charge, and so leaves it alone.
    main = repo.git("rev-parse", "main")
    shared = repo.with_longer_keep_alive()
    jobs = repo.run("preview", shared, {}, "workflow_dispatch", pull_request=str(NUMBER))
    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    assert f"`{FIRST}` | left alone: it carries traffic" in repo.comment
    assert seen.of_comment(repo.comment).stacks == (SECOND, LIVE)

    # Another one that is still open is not carried out, and is told so.
    repo.hub.pulls[NUMBER + 1] = {"number": NUMBER + 1, "state": "open", "head": "other", "base": "main"}
    jobs = repo.run("up", main, {}, "workflow_dispatch", pull_request=str(NUMBER + 1))
    assert results(jobs) == {"approved": FAILURE, "colour": SKIPPED, LIVE: SKIPPED, "report": SUCCESS}, logs(jobs)
    assert f"pull request {NUMBER + 1} is not merged into this branch" in jobs["approved"].log
    (told,) = repo.hub.comments[NUMBER + 1]
    assert f"pull request {NUMBER + 1} is not merged into this branch" in told["body"]

    # Then carried out.
    jobs = repo.run("preview", main, {}, "workflow_dispatch", pull_request=str(NUMBER))
    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    jobs = repo.run("up", main, {}, "workflow_dispatch", pull_request=str(NUMBER))
    assert jobs[LIVE].result == SUCCESS, logs(jobs)
    assert world.in_charge() == SECOND


def test_what_all_share_is_not_changed_while_the_weights_or_in_charge_say_something_else(
    repository: Repository,
) -> None:
    """As after a tag-back that switched DNS and failed its wait: the next update of `live` would switch back."""
    repo, world = repository, repository.world
    ssm, before = world.workspace.aws("ssm"), world.state(LIVE)
    good = ssm.get_parameter(Name=IN_CHARGE)["Parameter"]["Value"]
    shared = repo.root / "Pulumi.yaml"
    shared.write_text(shared.read_text().replace("Container image", "The container image"))

    weigh(world, {FIRST: 0, SECOND: 100})
    jobs = repo.preview()
    assert results(jobs) == {"preview": FAILURE, "comment": SUCCESS}, logs(jobs)
    assert "this change may switch DNS, and does not say so" in repo.comment
    assert world.weights() == {FIRST: 0, SECOND: 100}
    weigh(world, {FIRST: 100, SECOND: 0})

    ssm.put_parameter(Name=IN_CHARGE, Type="String", Value=FIRST, Overwrite=True)
    jobs = repo.preview()
    assert results(jobs) == {"preview": FAILURE, "comment": SUCCESS}, logs(jobs)
    assert "whether this change would tag somebody in cannot be told" in repo.comment
    ssm.put_parameter(Name=IN_CHARGE, Type="String", Value=good, Overwrite=True)

    jobs = repo.preview()
    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    assert seen.of_comment(repo.comment).stacks == (SECOND, LIVE)
    assert world.state(LIVE) == before
    world.assert_nothing_half_done()


def test_a_pull_request_that_edits_a_colour_and_live_deploys_first_and_then_asks_for_live(
    repository: Repository,
) -> None:
    repo, world = repository, repository.world
    release = f"{world.outputs(SECOND)['cluster']['release']}-next"
    repo.edit(SECOND, release=release)
    repo.edit(LIVE, active=SECOND)

    jobs = repo.preview()
    assert results(jobs) == {"preview": SUCCESS, "comment": SUCCESS}, logs(jobs)
    assert seen.of_comment(repo.comment).stacks == (SECOND, LIVE)
    assert f"Would change: `{SECOND}`, `{LIVE}`, in this order" in repo.comment

    # Nobody approves `live`: the colour is deployed, and in charge is who was.
    repo.runner.approves = lambda environment: environment != LIVE
    jobs = repo.merge()
    assert results(jobs) == {"approved": SUCCESS, "colour": SUCCESS, LIVE: FAILURE, "report": SUCCESS}, logs(jobs)
    assert repo.runner.environments == ["preview", "colours", LIVE]
    assert world.outputs(SECOND)["cluster"]["release"] == release
    assert world.in_charge() == FIRST
    assert f"awake: ok, {SECOND} is up with release {release}" in jobs["colour"].summary
    assert "After the merge: not done, live" in repo.comment
    world.assert_nothing_half_done()


def test_a_tag_back_whose_wait_failed_is_written_down_and_goes_on_when_it_is_run_again(repository: Repository) -> None:
    repo, world = repository, repository.world
    world.must_tag_in(SECOND)
    repo.git("checkout", "-q", "main")
    repo.edit(LIVE, active=SECOND, propagationTimeout=6)
    repo.git("commit", "-qam", "tagged in")
    stale = world.addresses.server_addresses()[2]
    world.faults.set_server_fault(stale, ServerFault(fault="stuck"))
    repo.hub.may_propose = False

    jobs = repo.tag_back(FIRST)

    assert results(jobs) == {"tag-back": FAILURE, "saved-intent": FAILURE}, logs(jobs)
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert world.in_charge() == SECOND
    told = jobs["tag-back"].summary
    for said in ("has the traffic, and its tag-back has not ended well", stale, "blue 0, red 100", f"colour={FIRST}"):
        assert said in told
    branch, file = f"tag-back-{FIRST}-4711", f"Pulumi.{LIVE}.yaml"
    assert f"gh pr create --head {branch} --base main" in jobs["saved-intent"].log
    assert f"active: {FIRST}" in repo.hub.files[branch, file]
    assert repo.hub.pulls == {}

    # Once the server is back and the setting is mended; main was edited meanwhile.
    world.faults.clear_faults()
    repo.hub.may_propose = True
    repo.edit(LIVE, active=SECOND, propagationTimeout=30)
    repo.git("commit", "-qam", "more patience")
    jobs = repo.tag_back(FIRST)

    assert results(jobs) == {"tag-back": SUCCESS, "saved-intent": SUCCESS}, logs(jobs)
    assert world.in_charge() == FIRST
    ((_, made),) = repo.hub.pulls.items()
    assert (made["head"], made["base"]) == (branch, "main")
    world.assert_nothing_half_done()


def test_a_drift_that_could_not_look_is_an_issue_until_somebody_could(repository: Repository) -> None:
    repo, well = repository, dict(repository.runner.settings)
    main = repo.git("rev-parse", "main")
    away = {**well["vars"], "PULUMI_BACKEND_URL": (repo.runner.folder / "away").as_uri()}
    secrets = {**well["secrets"], "PULUMI_CONFIG_PASSPHRASE": "another"}
    for settings, said, ended in (
        ({**well, "vars": away}, f"stack {SECOND}: it cannot be selected", FAILURE),
        ({**well, "secrets": secrets}, "incorrect passphrase", SUCCESS),
    ):
        repo.runner.settings = settings
        jobs = repo.run("drift", main, {}, "schedule")
        assert results(jobs) == {"drift": ended, "issue": SUCCESS}, logs(jobs)
        ((_, issue),) = repo.hub.issues.items()
        assert issue["state"] == "open"
        assert said in issue["body"]
    repo.runner.settings = well
    jobs = repo.run("drift", main, {}, "schedule")
    assert results(jobs) == {"drift": SUCCESS, "issue": SUCCESS}, logs(jobs)
    # On a busy machine there may be a board that could not tell.
    assert issue["state"] == "closed" or "incorrect passphrase" not in issue["body"], issue["body"]


def test_drift_is_an_issue_until_it_is_gone(repository: Repository) -> None:
    repo, world = repository, repository.world
    main = repo.git("rev-parse", "main")
    jobs = repo.run("drift", main, {}, "schedule")
    assert results(jobs) == {"drift": SUCCESS, "issue": SUCCESS}, logs(jobs)
    assert repo.hub.issues == {}

    repo.edit(SECOND, release="1.9.0")
    repo.git("commit", "-qam", "not carried out")
    drifted = repo.git("rev-parse", "HEAD")
    jobs = repo.run("drift", drifted, {}, "schedule")
    assert results(jobs) == {"drift": SUCCESS, "issue": SUCCESS}, logs(jobs)
    ((_, issue),) = repo.hub.issues.items()
    assert f"#### `{SECOND}`: `" in issue["body"]
    assert "+- aws:autoscaling:Group" in issue["body"]
    assert "refused" not in issue["body"]
    assert f"| `{FIRST}` | `no changes` |" in issue["body"]
    assert issue["state"] == "open"
    repo.git("checkout", "-q", "main")
    assert world.in_charge() == FIRST
    assert os.environ.get("GITHUB_TOKEN") is None
