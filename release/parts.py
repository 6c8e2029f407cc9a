"""What of this repository a user's own project is made of, and what it is not: everything is one or the other."""

import subprocess
from pathlib import Path

from ci import project
from cutover.refusal import Refusal

# And the files of the project's stacks.
GIVEN = (
    *("Pulumi.yaml", "__main__.py", "requirements.txt"),
    *("components", "cutover", "propagation", "policies", "board", "load_test", "ci", "iam", "start", "setup.sh"),
    *("docs", ".github", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md"),
)
# The lab, what tests and measures this project, and what makes releases of it.
KEPT = (
    *("lab", "tests", "bench", "release", "runbook", ".ci", "Makefile", "pyproject.toml"),
    *("requirements.in", "requirements-dev.in", "requirements-dev.txt"),
)
# Of what is given: what is about this repository, and not about a project that is made of it.
LEFT_OUT = (
    *("docs/decisions.md", "docs/dependencies.md", "docs/guards.md", "docs/lab.md", "docs/performance.md"),
    *("docs/rehearsal.png", "docs/release.md", "docs/zero-downtime.md"),
    *(".github/workflows/check.yml", ".github/workflows/release.yml"),
)


def given(root: Path) -> tuple[str, ...]:
    """What is given of the top of the repository in `root`; raises Refusal when its project cannot be read."""
    return (*GIVEN, *(project.stack_file(stack) for stack in project.read(root).stacks))


def files(root: Path) -> list[str]:
    """The files of the repository in `root` that are given, by their path from there, in order.

    Only what git has: what else lies about on a disk is nobody's to give away. Raises Refusal when something at its top
    is neither given nor kept, when something that is to be given is not there, and where no repository is.
    """
    tracked = _tracked(root)
    wanted, tops = given(root), {_top(path) for path in tracked}
    undecided = sorted(tops - {*wanted, *KEPT})
    ours = [path for path in tracked if _top(path) in wanted]
    missing = sorted({*wanted} - tops | {path for path in ours if not (root / path).is_file()})
    if undecided or missing:
        raise Refusal(
            "the template would not be what it is meant to be",
            seen=f"undecided: {', '.join(undecided) or 'none'}; not there: {', '.join(missing) or 'none'}",
            allowed="everything that git has at the top of the repository in GIVEN or KEPT of release/parts.py",
            next_step="say in release/parts.py what is to become of it, then python -m release.template again",
        )
    return sorted(path for path in ours if path not in LEFT_OUT)


def _tracked(root: Path) -> list[str]:
    """What git has of `root`, by its path from there."""
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refusal(
            "a template is made of what git has, and git does not say what that is",
            seen=" ".join(done.stderr.split()) or f"exit code {done.returncode}",
            allowed="a clone of the repository",
            next_step="git clone it, then python -m release.template there",
        )
    return [path for path in done.stdout.split("\0") if path]


def _top(path: str) -> str:
    return path.partition("/")[0]
