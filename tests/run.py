"""`python -m tests.run`: every part of the tests, whatever becomes of the others, and at the end in words what failed.

Other options are pytest's, such as `--ignore PATH`, for the lab tests. `make test` runs it.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from lab import environment

# Tests of the lab that need no world, which takes minutes to build.
WITHOUT_WORLD = (
    *("tests/lab/parts", "tests/lab/aws", "tests/lab/propagation", "tests/lab/resolvers", "tests/lab/user_data"),
    *("tests/lab/test_plugins.py", "tests/lab/test_any_shell.py", "tests/lab/test_run.py", "tests/lab/test_stacks.py"),
)
NO_TESTS = 5


@dataclass(frozen=True)
class Part:
    """`name` says what it is; `arguments` are pytest's. Parts with the same `stage` run side by side.

    module: pytest, or what runs it.
    """

    name: str
    stage: int
    arguments: Sequence[str]
    module: str = "pytest"


@dataclass(frozen=True)
class Outcome:
    """What became of a part: pytest's exit code, how many passed, which failed, how many were skipped by reason."""

    part: Part
    exit_code: int
    minutes: float
    passed: int = 0
    failed: Sequence[str] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether it ran and nothing failed."""
        return self.exit_code in (0, NO_TESTS)

    def line(self) -> str:
        """All of it but the reasons."""
        told = f"{self.passed} passed, {sum(self.skipped.values())} skipped, {self.minutes:.1f} minutes"
        if self.is_well:
            return f"{self.part.name}: {told}"
        failed = f"{len(self.failed)} FAILED" if self.failed else f"DID NOT RUN TO ITS END (exit code {self.exit_code})"
        return f"{self.part.name}: {failed}, {told}"


def parts(lab_options: Sequence[str]) -> list[Part]:
    """All there are. More processes than cores where tests mostly wait; what `lab_options` say counts more."""
    cores = len(os.sched_getaffinity(0))
    left_out = [option for path in WITHOUT_WORLD for option in ("--ignore", path)]
    worlds = ("tests/lab", *left_out, *lab_options)
    its_own = ("-n", f"{cores + 1}", "--dist", "loadfile", *WITHOUT_WORLD, *lab_options)
    return [
        *unit_tests(cores),
        # Its world is built while the others run.
        Part("lab, with worlds", 2, worlds, "tests.lab.one_world"),
        Part("components, declared", 2, ("tests/components",)),
        Part("policy pack", 2, ("tests/policies",)),
        Part("lab, its own parts", 2, its_own),
    ]


def unit_tests(processes: int) -> list[Part]:
    """The files of unit tests dealt out to so many processes, the largest first.

    They take milliseconds each: to hand them out one by one takes a third of the time again.
    """
    files = sorted(Path("tests/unit").glob("test_*.py"), key=lambda path: (-path.stat().st_size, path.name))
    piles = [files[first::processes] for first in range(processes)]
    return [
        Part(f"unit tests, {number} of {processes}", 1, tuple(map(str, pile)))
        for number, pile in enumerate(piles, start=1)
        if pile
    ]


class Run:
    """A part that is running; what it prints is kept in `folder` unless it is `shown` as it comes."""

    def __init__(self, part: Part, folder: Path, *, shown: bool) -> None:
        self._part, self._report, self._output = part, folder / f"{part.name}.xml", folder / f"{part.name}.txt"
        self._shown, self._began = shown, time.monotonic()
        command = [sys.executable, "-m", part.module, "-rs", f"--junitxml={self._report}", *part.arguments]
        with self._output.open("wb") as kept:
            self._process = subprocess.Popen(command, stdout=None if shown else kept, stderr=subprocess.STDOUT)

    def outcome(self) -> Outcome:
        """Wait for its end."""
        exit_code = self._process.wait()
        if not self._shown:
            print(self._output.read_text(encoding="utf-8", errors="replace"), flush=True)
        minutes = (time.monotonic() - self._began) / 60
        if not self._report.exists():
            return Outcome(self._part, exit_code or 1, minutes)
        return outcome(self._part, exit_code, minutes, self._report)


def outcome(part: Part, exit_code: int, minutes: float, report: Path) -> Outcome:
    """Read what pytest wrote: https://docs.pytest.org/en/stable/how-to/output.html#creating-junitxml-format-files"""
    failed, skipped, passed = [], Counter[str](), 0
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag: child.get("message", "") for child in case}
        if kinds.keys() & {"failure", "error"}:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        elif "skipped" in kinds:
            skipped[kinds["skipped"]] += 1
        else:
            passed += 1
    return Outcome(part, exit_code, minutes, passed, failed, skipped)


def run(wanted: Sequence[Part]) -> list[Outcome]:
    """Run all parts, stage after stage; of those side by side the first is shown as it comes."""
    outcomes = []
    with TemporaryDirectory(prefix="tag-team-tests-") as folder:
        for stage in sorted({part.stage for part in wanted}):
            together = [part for part in wanted if part.stage == stage]
            print(f"\n{' and, at the same time, '.join(part.name for part in together)}…", flush=True)
            running = [Run(part, Path(folder), shown=part is together[0]) for part in together]
            outcomes += [one.outcome() for one in running]
    return outcomes


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """What failed, what was skipped and why, in words."""
    lines = [one.line() for one in outcomes]
    reasons = sum((Counter(one.skipped) for one in outcomes), Counter[str]())
    lines += [f"skipped, {count}: {reason}" for reason, count in sorted(reasons.items())]
    lines += [f"failed: {test}" for one in outcomes for test in one.failed]
    bad = [one.part.name for one in outcomes if not one.is_well]
    lines.append(f"{len(bad)} of {len(outcomes)} parts failed: {'; '.join(bad)}" if bad else "all parts passed")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Run everything; 1 if anything failed."""
    environment.enter()
    parser = argparse.ArgumentParser(prog="python -m tests.run", description=__doc__)
    parser.add_argument("--only", default="", help="only parts whose name begins so")
    options, lab_options = parser.parse_known_args(arguments)
    outcomes = run([part for part in parts(lab_options) if part.name.startswith(options.only)])
    print("\n" + "\n".join(summary(outcomes)), flush=True)
    return 0 if all(one.is_well for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
