"""A workflow of GitHub, run here: the `run:` steps of each job under bash, in order, with the environment they ask for.

What `uses:` names is replaced by what it does to the steps after it: a checkout, a variable, a file.
"""

import ast
import fnmatch
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STRING = re.compile(r"'(?:[^']|'')*'")
# https://github.com/aws-actions/configure-aws-credentials/issues/1293
DENIED = "Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
SUCCESS, FAILURE, SKIPPED = "success", "failure", "skipped"
Values = Mapping[str, Any]
FUNCTIONS: Values = {
    "always": lambda: True,
    "cancelled": lambda: False,
    "fromJSON": json.loads,
    "contains": lambda of, one: one in of,
}


def load(path: Path) -> dict[str, Any]:
    """A workflow's file; every value as it is written."""
    content: dict[str, Any] = yaml.load(path.read_text(), yaml.BaseLoader)
    return content


def evaluate(expression: str, contexts: Values) -> Any:
    """The value of what stands between `${{` and `}}`, as far as these workflows go."""
    strings = _STRING.findall(expression)
    code = _STRING.sub("\0", expression).replace("&&", " and ").replace("||", " or ").replace("!=", "\1")
    code = code.replace("!", " not ").replace("\1", "!=").replace("-", "_")
    for text in strings:
        code = code.replace("\0", repr(text[1:-1].replace("''", "'")), 1)
    return _value(ast.parse(" ".join(code.split()), mode="eval").body, contexts)


def _value(node: ast.expr, contexts: Values) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name("true" | "false" as word):
            return word == "true"
        case ast.Name(name):
            return contexts.get(name, "")
        case ast.Attribute(of, name):
            found = _value(of, contexts)
            # Names with a hyphen are no names of Python.
            named = {key.replace("-", "_"): value for key, value in found.items()} if isinstance(found, Mapping) else {}
            return named.get(name, "")
        case ast.BoolOp(ast.And(), values):
            return _chain(values, contexts, stop_at=False)
        case ast.BoolOp(ast.Or(), values):
            return _chain(values, contexts, stop_at=True)
        case ast.UnaryOp(ast.Not(), operand):
            return not _value(operand, contexts)
        case ast.Compare(left, [ast.Eq() | ast.NotEq() as how], [right]):
            same = _text(_value(left, contexts)) == _text(_value(right, contexts))
            return same if isinstance(how, ast.Eq) else not same
        case ast.Call(ast.Name(name), arguments):
            return contexts["functions"][name](*(_value(one, contexts) for one in arguments))
    raise AssertionError(f"not understood: {ast.dump(node)}")


def _chain(values: Sequence[ast.expr], contexts: Values, *, stop_at: bool) -> Any:
    found: Any = not stop_at
    for one in values:
        found = _value(one, contexts)
        if bool(found) is stop_at:
            return found
    return found


def _text(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value)


def filled(text: str, contexts: Values) -> str:
    """`text` with the value of every expression in it."""
    return _EXPRESSION.sub(lambda found: _text(evaluate(found[1], contexts)), text)


class ActionFailed(Exception):
    """What a step `uses` did not end well."""


@dataclass
class Job:
    """How a job ended: success, failure or skipped; `log` is what its steps printed."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""


@dataclass
class Runner:
    """Runs workflows in `folder`, in checkouts of `repository`.

    pulumi: what the action of that name brings into the environment. session: the credentials that STS gives for the
    ARN of a role to a job in the environment of that name, None where the role does not trust it. venv: what
    ci/setup.sh finds. settings: the contexts `vars` and `secrets`. approves: whether somebody approves a job in the
    environment of that name. broken: the actions that fail.
    """

    folder: Path
    repository: Path
    venv: Path
    pulumi: Mapping[str, str]
    session: Callable[[str, str], Mapping[str, str] | None]
    settings: Mapping[str, Mapping[str, str]]
    github: Mapping[str, str]
    approves: Callable[[str], bool] = lambda _: True
    environments: list[str] = field(default_factory=list)
    broken: frozenset[str] = frozenset()

    def run(self, workflow: Path, event: Values, *, commit: str, inputs: Values | None = None) -> dict[str, Job]:
        """Run a workflow for an event at a commit; each job's end by its name in the file."""
        content, jobs = load(workflow), dict[str, Job]()
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        github = {"event": event, "sha": commit, "token": self.github["GITHUB_TOKEN"], **event["github"]}
        contexts = {"github": github, "inputs": inputs or {}, "functions": FUNCTIONS, **self.settings}
        for name, job in content["jobs"].items():
            before = {one: jobs[one] for one in _list(job.get("needs", []))}
            of_job = {**contexts, "needs": {one: vars(done) for one, done in before.items()}}
            failed = any(done.result != SUCCESS for done in before.values())
            if not self._wanted(job.get("if"), of_job, failed=failed):
                jobs[name] = Job(SKIPPED)
                continue
            variables = {**content.get("env", {}), **job.get("env", {})}
            jobs[name] = self._matrix(job, of_job, variables)
        return jobs

    def _matrix(self, job: Values, contexts: Values, variables: Mapping[str, str]) -> Job:
        matrix = job.get("strategy", {}).get("matrix", {})
        if not matrix:
            return self._job(job, contexts, variables)
        ((key, text),) = matrix.items()
        whole = _EXPRESSION.fullmatch(text)
        assert whole, "a matrix of something else than an expression"
        done = Job(SKIPPED)
        for value in evaluate(whole[1], contexts):
            log = done.log
            done = self._job(job, {**contexts, "matrix": {key: value}}, variables)
            done.log = log + done.log
            if done.result == FAILURE:
                break
        return done

    def _job(self, job: Values, contexts: Values, variables: Mapping[str, str]) -> Job:
        if environment := job.get("environment"):
            self.environments.append(environment)
            if not self.approves(environment):
                return Job(FAILURE, log=f"nobody approved {environment}")
        folder = self.folder / "work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        done, steps = Job(SUCCESS), dict[str, Any]()
        # What a hosted runner has; credentials and `pulumi` come with the actions.
        environment = {
            name: value for name, value in os.environ.items() if name in ("HOME", "PATH", "LC_ALL", "TMPDIR")
        }
        for step in job["steps"]:
            of_step = {**contexts, "steps": steps}
            if not self._wanted(step.get("if"), of_step, failed=done.result == FAILURE):
                continue
            if "uses" in step:
                try:
                    self._use(step, {**of_step, "job": job}, folder, environment)
                except ActionFailed as failed:
                    done.log += f"{failed}\n"
                    if step.get("continue-on-error") != "true":
                        done.result = FAILURE
                continue
            own = {**variables, **step.get("env", {})}
            ran = {name: filled(value, of_step) for name, value in own.items()}
            outputs, code = self._bash(step["run"], folder, {**environment, **ran}, of_step, done)
            steps[step.get("id", step["name"])] = {"outputs": outputs}
            if code:
                done.result = FAILURE
        done.outputs = {
            name: filled(text, {**contexts, "steps": steps}) for name, text in job.get("outputs", {}).items()
        }
        return done

    def _bash(
        self, script: str, folder: Path, environment: Mapping[str, str], contexts: Values, done: Job
    ) -> tuple[dict[str, str], int]:
        assert not _EXPRESSION.search(script), "an expression in a script"
        output, summary = self.folder / "output", self.folder / "summary"
        for file in (output, summary):
            file.write_text("")
        of_github = {
            **self.github,
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_EVENT_NAME": contexts["github"]["event_name"],
            "GITHUB_SHA": contexts["github"]["sha"],
            "GITHUB_REF": f"refs/heads/{contexts['github'].get('ref_name', '')}",
        }
        # The token is only where a step asks for it.
        of_github.pop("GITHUB_TOKEN")
        ran = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=folder,
            env={**of_github, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        done.log += ran.stdout
        done.summary += summary.read_text()
        lines = (line.partition("=") for line in output.read_text().splitlines())
        return {name: value for name, _, value in lines}, ran.returncode

    @staticmethod
    def _wanted(condition: str | None, contexts: Values, *, failed: bool) -> bool:
        if condition is None:
            return not failed
        whole = _EXPRESSION.fullmatch(condition.strip())
        found = bool(evaluate(whole[1] if whole else condition, contexts))
        # Without a function of its own a condition also means that all went well.
        return found and (not failed or any(name in condition for name in ("always()", "cancelled()")))

    def _use(self, step: Values, contexts: Values, folder: Path, environment: dict[str, str]) -> None:
        """Do what a step `uses`; raises ActionFailed."""
        given = {name: filled(value, contexts) for name, value in step.get("with", {}).items()}
        if (action := step["uses"].partition("@")[0]) in self.broken:
            raise ActionFailed(f"{action} failed")
        match action:
            case "actions/checkout":
                commit = given.get("ref") or contexts["github"]["sha"]
                for arguments in (
                    ["clone", "-q", str(self.repository), str(folder)],
                    ["-C", str(folder), "checkout", "-q", commit],
                ):
                    subprocess.run(["git", *arguments], check=True)
                (folder / ".venv").symlink_to(self.venv)
            case "actions/setup-python":
                pass
            case "pulumi/actions":
                assert "command" not in given
                environment.update(self.pulumi)
            case "aws-actions/configure-aws-credentials":
                role, of_job = given["role-to-assume"], contexts["job"].get("environment", "")
                held = self.session(role, of_job)
                if held is None:
                    raise ActionFailed(f"Error: {DENIED} ({role!r}, in the environment {of_job!r})")
                environment.update(held)
                environment.update(dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), given["aws-region"]))
            case "actions/attest-build-provenance":
                assert list(folder.glob(given["subject-path"])), f"{given} has no files"
            case "actions/upload-artifact":
                if (folder / given["path"]).is_dir():
                    shutil.copytree(
                        folder / given["path"], self.folder / "artifacts" / given["name"], dirs_exist_ok=True
                    )
                else:
                    assert given.get("if-no-files-found") == "ignore", f"{given} has no files"
            case "actions/download-artifact":
                self._download(given, folder)
            case other:
                raise AssertionError(f"what does {other} do?")

    def _download(self, given: Mapping[str, str], folder: Path) -> None:
        there = sorted((self.folder / "artifacts").glob("*"))
        if "name" in given:
            there = [one for one in there if one.name == given["name"]]
            if not there:
                raise ActionFailed(f"no artifact {given['name']}")
        else:
            patterns = given["pattern"].strip("{}").split(",")
            there = [one for one in there if any(fnmatch.fnmatch(one.name, pattern) for pattern in patterns)]
            assert given["merge-multiple"] == "true"
        (folder / given["path"]).mkdir(parents=True, exist_ok=True)
        for one in there:
            shutil.copytree(one, folder / given["path"], dirs_exist_ok=True)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
