"""What of this repository a user's own project is made of, and what it is not: everything is one or the other."""

import fnmatch
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from cutover.refusal import Refusal

GIVEN = (
    *("Pulumi.yaml", "Pulumi.red.yaml", "Pulumi.blue.yaml", "Pulumi.live.yaml", "__main__.py", "requirements.txt"),
    *("components", "cutover", "propagation", "policies", "board", "load_test", "ci", "start", "setup.sh"),
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
_GIT = ".git"


def files(root: Path) -> list[str]:
    """The files of the repository in `root` that are given, by their path from there, in order.

    Raises Refusal when something at its top is neither given nor kept, or when something that is to be given is not
    there.
    """
    ignored = _ignored(root)
    there = {path.name for path in root.iterdir() if not _is_ignored(path.name, ignored)}
    undecided, missing = sorted(there - {*GIVEN, *KEPT}), sorted({*GIVEN} - there)
    if undecided or missing:
        raise Refusal(
            "the template would not be what it is meant to be",
            seen=f"undecided: {', '.join(undecided) or 'none'}; not there: {', '.join(missing) or 'none'}",
            allowed="everything at the top of the repository in GIVEN or KEPT of release/parts.py",
            next_step="say in release/parts.py what is to become of it, then python -m release.template again",
        )
    found = [path for name in GIVEN for path in _below(root, PurePosixPath(name), ignored)]
    return sorted(path for path in found if path not in LEFT_OUT)


def _below(root: Path, path: PurePosixPath, ignored: tuple[str, ...]) -> Iterator[str]:
    if not (root / path).is_dir():
        yield str(path)
        return
    for one in sorted((root / path).iterdir()):
        if not _is_ignored(one.name, ignored):
            yield from _below(root, path / one.name, ignored)


def _ignored(root: Path) -> tuple[str, ...]:
    """The patterns of .gitignore: what they name is nobody's. None of ours has a path in it."""
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    return (_GIT, *(line.strip("/ ") for line in lines if line.strip() and not line.startswith("#")))


def _is_ignored(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
