"""The linter of GitHub's workflows, built once per user of its released Go module."""

from collections.abc import Mapping
from pathlib import Path

from lab import go_program
from lab.go_build import GoTool, Report

_TOOL = GoTool(
    Path(__file__).parent / "engine" / "actionlint", "github.com/rhysd/actionlint", "cmd/actionlint", "actionlint"
)


def ensure(report: Report, environment: Mapping[str, str] | None = None) -> Path:
    """The program; built at the first use, in some seconds. Raises MissingPrerequisite and BuildFailed."""
    return go_program.ensure(_TOOL, {}, report, environment)
