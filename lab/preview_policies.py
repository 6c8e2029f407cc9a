"""A change that must never be deployed, and what `pulumi preview` with the policy pack says of it."""

import difflib
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import workspace
from lab.client import start
from lab.pulumi_command import Event
from lab.workspace import CHECKOUT, Workspace

Report = Callable[[str], None]

# File, what stands there, what somebody writes instead.
CHANGE = (
    (
        "components/instances.py",
        "            min_size=args.capacity,\n",
        "            min_size=1,  # nights are quiet\n",
    ),
    (
        "components/instances.py",
        '"http_tokens": "required"',
        '"http_tokens": "optional"',
    ),
    (
        "components/cluster.py",
        "        self.register_outputs({})\n\n    def _certificate_arn",
        "        aws.rds.Instance(\n"
        '            f"{name}-orders",\n'
        '            engine="postgres",\n'
        '            instance_class="db.t4g.small",\n'
        "            allocated_storage=20,\n"
        "            tags=self._tags,\n"
        "            opts=self._child,\n"
        "        )\n"
        "        self.register_outputs({})\n\n    def _certificate_arn",
    ),
)
EXPECTED = frozenset({"offsite-data", "full-capacity", "locked-doors"})


def run(report: Report) -> int:
    """Preview the change on an embedded AWS of its own; see `show`."""
    with TemporaryDirectory(prefix="tag-team-policies-") as scratch, start(Path(scratch) / "server") as server:
        report("the embedded AWS and DNS are up")
        return show(workspace.lay_out(Path(scratch), server.addresses, report), report)


def show(made: Workspace, report: Report) -> int:
    """Make the change and preview it; 0 if it is refused by the rules that are for it and by no other."""
    colour = next(iter(made.project_config("cidrs")))
    print(_edited(made), flush=True)
    command = ("preview", "-s", colour, "--policy-pack", "policies")
    report(f"previewing this change of the program: pulumi {' '.join(command)}")
    result = made.pulumi(*command, on_event=_counting(report))
    print(f"$ pulumi {' '.join(command)}\n{result.output}", flush=True)
    refused = {violation.rule for violation in result.violations if violation.level == "mandatory"}
    if result.exit_code and refused == EXPECTED:
        report(f"refused, as it must be, by {', '.join(sorted(refused))}")
        return 0
    wanted, got = (", ".join(sorted(rules)) or "nobody" for rules in (EXPECTED, refused))
    report(f"this change must be refused by {wanted}, and was refused by {got}")
    return 1


def _counting(report: Report) -> Callable[[Event], None]:
    done = count(1)

    def watch(event: Event) -> None:
        if event.kind == "resOutputsEvent" and (number := next(done)) % 10 == 0:
            report(f"  {number} resources previewed")

    return watch


def _edited(made: Workspace) -> str:
    """Make the change in the working copy's own copy of the program; the change as a diff."""
    components = made.directory / "components"
    components.unlink()
    shutil.copytree(CHECKOUT / "components", components, ignore=shutil.ignore_patterns("__pycache__"))
    for name, before, after in CHANGE:
        path = made.directory / name
        source = path.read_text()
        if source.count(before) != 1:
            raise RuntimeError(f"{name} no longer has the line that is changed here: {before.strip()}")
        path.write_text(source.replace(before, after))
    return "\n".join(_diff(made.directory, name) for name in dict.fromkeys(name for name, *_ in CHANGE))


def _diff(directory: Path, name: str) -> str:
    before, after = ((root / name).read_text().splitlines() for root in (CHECKOUT, directory))
    return "\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", n=1, lineterm=""))
