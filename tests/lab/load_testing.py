"""Load tests in a world of the lab: the command as it is typed, and evidence as it is written, or by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.load import vegeta
from lab.pulumi_command import Result
from tests.lab import building
from tests.lab.world import NAME, World

# Little, for two processors that have all of a lab to run beside it; one request more is sent, which is a tenth.
PEAK_RPS, SECONDS = 10, 4
# A machine that is too busy to send them says nothing of the colour.
_TRIES, _GENERATOR_SHORT = 5, 3


@dataclass(frozen=True)
class Typed:
    """What the command printed, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> Mapping[str, Any]:
        """What it printed with --json."""
        found: Mapping[str, Any] = json.loads(self.stdout)
        return found


def command(world: World, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line, and the environment with the lab's own vegeta."""
    folder = vegeta.ensure(building.report).parent
    path = f"{folder}{os.pathsep}{world.workspace.environment['PATH']}"
    environment = world.workspace.environment_as("load-test")
    return [sys.executable, "-m", "load_test", *arguments], {**environment, "PATH": path}


def load_test(world: World, *arguments: str) -> Typed:
    """`python -m load_test`, in the project's folder; again while this machine could not send what it should."""
    words, environment = command(world, *arguments)
    for _ in range(_TRIES):
        done = typed(world, words, environment)
        if done.exit_code != _GENERATOR_SHORT:
            break
    return done


def typed(world: World, words: Sequence[str], environment: Mapping[str, str]) -> Typed:
    """The command as it is, once."""
    done = subprocess.run(
        words, cwd=world.workspace.directory, env=environment, capture_output=True, text=True, check=False
    )
    return Typed(done.returncode, done.stdout, done.stderr)


_NOT_READY = " is not ready to carry the traffic: "


def tagging_in(attempt: Callable[[], Result]) -> tuple[Result, str]:
    """What came of an attempt, or a preview of one, and why it is refused; empty when it is not.

    Made again where `dns` refuses: on a machine that is too busy, questions to the lab's servers get lost.
    """
    for _ in range(_TRIES):
        result = attempt()
        said = [text for text in (*result.messages("error"), *result.messages("warning")) if _NOT_READY in text]
        if not said or "dns" not in said[0].partition(_NOT_READY)[2].splitlines()[0]:
            break
    return result, said[0] if said else ""


def requests_to(world: World, text: str) -> str:
    """A file of requests, named as it can be given."""
    file = Path(world.workspace.directory) / "requests.txt"
    file.write_text(text)
    return str(file)


def parameter(colour: str) -> str:
    """Where the evidence of a colour is."""
    return f"/tag-team/{NAME}/{colour}/load-test"


def written(world: World, colour: str) -> Any:
    """What stands there, as JSON."""
    return json.loads(world.workspace.aws("ssm").get_parameter(Name=parameter(colour))["Parameter"]["Value"])


def write(world: World, colour: str, said: object) -> None:
    """Write what a hand would: a text, or an object as JSON."""
    text = said if isinstance(said, str) else json.dumps(said)
    world.workspace.aws("ssm").put_parameter(Name=parameter(colour), Value=text, Overwrite=True)


def passed(world: World, colour: str) -> dict[str, Any]:
    """What a test would write that has just passed."""
    cluster = world.outputs(colour)["cluster"]
    described = world.workspace.aws("elbv2").describe_target_groups(TargetGroupArns=[cluster["target_group_arn"]])
    (load_balancer,) = described["TargetGroups"][0]["LoadBalancerArns"]
    rate, seconds = PEAK_RPS + 1.0, SECONDS + 1.0
    return {
        "schema": 1,
        "colour": colour,
        "release": cluster["release"],
        "group": cluster["group"],
        "instances": int(cluster["capacity"]),
        "load_balancer": load_balancer,
        "requests": round(rate * seconds) + 1,
        "seconds": seconds,
        "rate": rate,
        "success": 100.0,
        "p50": 5.0,
        "p95": 9.0,
        "p99": 12.0,
        "max": 30.0,
        "errors": {},
        "writes": False,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": "arn:aws:iam::123456789012:user/tester",
    }
