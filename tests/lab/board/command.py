"""The command `python -m board`, typed in the shell of a world."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from board.json_form import KEYS
from lab.workspace import CHECKOUT
from tests.lab.world import World

# A busy machine is no reason not to know something.
PATIENCE_SECONDS = 60
# A busy machine loses questions to DNS, and the board says so: no test is about that, so it looks again.
LOOKS = 5


@dataclass(frozen=True)
class Seen:
    """What the command printed as JSON, and its exit code."""

    exit_code: int
    form: Mapping[str, Any] = field(repr=False)

    @property
    def codes(self) -> list[str]:
        """The codes of the reasons for attention."""
        return [one["code"] for one in self.form["attention"]]

    @property
    def next(self) -> str:
        """The next command to type."""
        return str(self.form["next_command"]["command"])

    @property
    def unknown(self) -> list[str]:
        """All that is unknown."""
        return [what for one in self.form["unknown"] for what in one["what"]]

    def colour(self, name: str) -> Mapping[str, Any]:
        """What is said of a colour."""
        found: Mapping[str, Any] = self.form["colours"][name]
        return found


def ran(world: World, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it: plain Python, the environment of the world, the folder of its project."""
    made = {
        **world.workspace.environment_as("board"),
        "PULUMI_OPTION_CWD": str(world.workspace.directory),
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "board", "--limit", str(PATIENCE_SECONDS), *arguments],
        cwd=CHECKOUT,
        env={name: value for name, value in made.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def seen(world: World, *arguments: str, **environment: str) -> Seen:
    """What it says as JSON; an environment variable that is set to nothing is not there."""
    for _ in range(LOOKS):
        result = ran(world, "--json", *arguments, **environment)
        assert result.stdout, result.stderr
        form = json.loads(result.stdout)
        assert tuple(form) == KEYS
        found = Seen(result.returncode, form)
        if "dns" not in found.codes:
            break
    return found
