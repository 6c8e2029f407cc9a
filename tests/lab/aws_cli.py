"""The command `aws` for a shell of a test: what a page has its reader type, carried out with botocore.

Version 2 of the real one is in no package; version 1 takes a second of processor time for each call. Files that an
argument names (`file://`) are read here, as the command line does.
"""

import asyncio
import os
import shlex
import sys
from pathlib import Path

from lab.machines.aws_command import AwsCommand
from lab.machines.calls import Call
from lab.messages import RoleCredentials
from lab.workspace import CHECKOUT

_FILE = "file://"


def put(folder: Path) -> None:
    """Make `folder`, with the command in it."""
    folder.mkdir()
    command = shlex.join(["env", f"PYTHONPATH={CHECKOUT}", sys.executable, "-m", "tests.lab.aws_cli"])
    program = folder / "aws"
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


def main() -> int:
    """Carry out one command with the environment's credentials."""
    arguments = [_read(argument) for argument in sys.argv[1:]]
    aws = AwsCommand(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"], _credentials)
    reply = asyncio.run(aws(Call("aws", tuple(arguments))))
    sys.stdout.buffer.write(reply.output)
    sys.stderr.buffer.write(reply.error)
    return reply.code


def _credentials() -> RoleCredentials:
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    return RoleCredentials(key, secret, os.environ.get("AWS_SESSION_TOKEN", ""), "")


def _read(argument: str) -> str:
    return Path(argument.removeprefix(_FILE)).read_text(encoding="utf-8") if argument.startswith(_FILE) else argument


if __name__ == "__main__":
    sys.exit(main())
