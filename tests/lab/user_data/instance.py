"""An instance for tests: a folder with stand-ins for the commands of its script, and what they saw."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from components import offsite, user_data

IMAGE = "registry.shop.example/web"
# The stand-in for every command, each under its own name: it writes down how it was called and its environment, and
# fails as often as told to. No shell, which would obey some of the variables that it is given. Aws answers as the AWS
# command line does, in text and in JSON: a value that is not there is None or null.
_STAND_IN = """\
import json, os, sys
name, *words = os.path.basename(sys.argv[0]), *sys.argv[1:]
with open("/proc/self/environ", "rb") as file:
    environment = file.read()
# One write for each call: those of a pipeline come at the same time.
with open("calls", "a") as file:
    file.write("".join(f"{word}\\x1f" for word in (name, *words)) + "\\x1e")
what = f"docker-{words[0]}" if name == "docker" else name
with open(f"environments/{what}.{os.getpid()}", "wb") as file:
    file.write(environment)
if os.path.exists(f"failures/{what}"):
    with open(f"failures/{what}") as file:
        left = int(file.read())
    with open(f"failures/{what}", "w") as file:
        file.write(str(left - 1))
    if left > 0:
        if os.path.exists(f"words/{what}"):
            with open(f"words/{what}", newline="") as file:
                sys.stderr.write(file.read())
        sys.exit(1)
if what == "docker-login":
    with open("docker.stdin", "w") as file:
        file.write(sys.stdin.read())
if name == "aws" and words[0] == "ecr":
    print("ecr-password")
elif name == "aws":
    told = dict(zip(words, words[1:]))
    reference = told.get("--name") or told["--secret-id"]
    with open("values/" + reference.replace("/", "_"), encoding="utf-8") as file:
        value = json.load(file)
    asked, where = told["--query"], "Parameter.Value" if "--name" in told else "SecretString"
    found = {where: value, f"[{where}]": [value]}[asked]
    text = json.dumps(found, indent=4) if told["--output"] == "json" else str(found)
    sys.stdout.buffer.write((text + "\\n").encode())
"""
# Time is virtual: a pause takes none, and all of it. And whatever the script writes goes to a folder of the test, also
# where the machine has a /run to write to.
_SHELL_STAND_INS = {
    "date": 'read -r now <clock; echo "$now"',
    "sleep": 'read -r now <clock; echo "$((now + $1))" >clock; '
    """printf 'sleep\\037%s\\037\\036' "$1" >>calls""",
    "mktemp": 'if [ "$2" = -p ]; then exit 1; fi; exec /usr/bin/env -i TMPDIR="$TMPDIR" /usr/bin/mktemp "$@"',
}


def render(entries: Mapping[str, str], image: str = IMAGE, release: str = "1.0.0") -> str:
    parsed = {name: offsite.parse(text) for name, text in entries.items()}
    return user_data.render(image, release, 8080, parsed, "eu-central-1")


@dataclass(frozen=True)
class Instance:
    """`home` is where its script runs; a file `pwned` in it is what no value may bring about."""

    home: Path

    def boot(self, script: str, **failures: int) -> int:
        """Run the script; `failures` is how often a command (docker_pull: docker's pull) fails first. Its exit code."""
        return self.booted(script, **failures).returncode

    def booted(self, script: str, **failures: int) -> "subprocess.CompletedProcess[bytes]":
        for name, times in failures.items():
            (self.home / "failures" / name.replace("_", "-")).write_text(str(times))
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        # What cloud-init gives, and a folder for temporary files that is seen to be empty afterwards.
        environment = {"PATH": path, "TMPDIR": str(self.home / "tmp"), "LANG": "C"}
        command = ["bash", "-c", script]
        return subprocess.run(command, cwd=self.home, env=environment, check=False, capture_output=True, timeout=60)

    def console(self, script: str, **failures: int) -> list[str]:
        """The lines of the console of a boot."""
        return self.booted(script, **failures).stderr.decode().splitlines()

    def keep(self, reference: str, value: str | None) -> None:
        """Have AWS hold `value` under the name or ARN of a parameter or secret; None for bytes only."""
        (self.home / "values" / reference.replace("/", "_")).write_text(json.dumps(value))

    def says(self, what: str, words: str) -> None:
        """What a command says when it fails."""
        (self.home / "words" / what).write_text(words)

    @property
    def calls(self) -> list[list[str]]:
        """The commands in the order in which they were called."""
        log = self.home / "calls"
        return [line.split("\x1f")[:-1] for line in log.read_text().split("\x1e")[:-1]] if log.exists() else []

    def calls_of(self, command: str) -> list[list[str]]:
        return [call[1:] for call in self.calls if call[0] == command]

    @property
    def seconds(self) -> int:
        """The virtual time that has passed."""
        return int((self.home / "clock").read_text())

    @cached_property
    def container_environment(self) -> dict[str, str]:
        """What docker gives to the container: each NAME of its --env, by the environment `docker run` was called in."""
        (run,) = [call for call in self.calls_of("docker") if call[0] == "run"]
        (environment,) = self.environments()["docker-run"]
        pairs = dict(pair.split("=", 1) for pair in environment.decode().split("\0")[:-1])
        return {name: pairs[name] for option, name in pairwise(run) if option == "--env"}

    def environments(self) -> dict[str, list[bytes]]:
        """Command (docker-run: docker's run) to the environments in which it was called."""
        found: dict[str, list[bytes]] = {}
        for path in (self.home / "environments").iterdir():
            found.setdefault(path.name.partition(".")[0], []).append(path.read_bytes())
        return found


def new_instance(home: Path) -> Instance:
    """An instance in `home`, on which every command succeeds."""
    for folder in ("bin", "values", "failures", "words", "environments", "tmp"):
        (home / folder).mkdir(parents=True)
    (home / "clock").write_text("0")
    (home / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    for name in ("dnf", "systemctl", "aws", "docker"):
        (home / "bin" / name).write_text(f"#!{home}/bin/python3 -ISX utf8\n{_STAND_IN}")
    for name, body in _SHELL_STAND_INS.items():
        (home / "bin" / name).write_text(f"#!/bin/sh\n{body}\n")
    for stand_in in (home / "bin").iterdir():
        stand_in.chmod(0o755)
    return Instance(home)
