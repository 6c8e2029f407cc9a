"""A change that must never be deployed, and what `pulumi preview` with the policy pack says of it."""

import difflib
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import workspace
from lab.client import start
from lab.workspace import CHECKOUT, Workspace

Report = Callable[[str], None]

# File, what stands there, what somebody writes instead.
CHANGE = (
    (
        "components/instances.py",
        "            min_size=capacity,\n",
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
        '            f"{colour}-orders",\n'
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
    """Preview the change; 0 if it is refused by the rules that are for it and by no other."""
    with TemporaryDirectory(prefix="tag-team-policies-") as scratch, start(Path(scratch) / "server") as server:
        report("the embedded AWS and DNS are up")
        made = workspace.lay_out(Path(scratch), server.addresses, report)
        colour = next(iter(made.project_config("cidrs")))
        print(edit(made), flush=True)
        report(f"previewing the change with the policy pack (about 20 seconds): pulumi preview -s {colour}")
        command = ("preview", "-s", colour, "--policy-pack", "policies")
        print(f"$ pulumi {' '.join(command)}", flush=True)
        result = made.pulumi(*command)
        print(result.output, flush=True)
    refused = {violation.rule for violation in result.violations if violation.level == "mandatory"}
    if result.exit_code and refused == EXPECTED:
        report(f"refused, as it must be, by {', '.join(sorted(refused))}")
        return 0
    report(f"this change must be refused by {', '.join(sorted(EXPECTED))}, and was by {sorted(refused) or 'nobody'}")
    return 1


def edit(made: Workspace) -> str:
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
