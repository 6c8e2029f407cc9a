"""The stacks, by the `pulumi` command of whoever calls: his backend, his secrets provider, his questions."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from cutover.printable import printable
from cutover.refusal import Refusal

_AGAIN = "then sh setup.sh again"
# https://www.pulumi.com/docs/iac/concepts/state-and-backends/
_LOGIN = f"pulumi login, for Pulumi Cloud, or like pulumi login s3://BUCKET for a backend of your own; {_AGAIN}"


def backend() -> str:
    """Where the state lies, and as whom `pulumi` is there; raises Refusal when it is logged in nowhere."""
    said = _asked("whoami", "--json", next_step=_LOGIN)
    return f"{said.get('url')}, as {said.get('user')}"


def there() -> frozenset[str]:
    """The stacks that the project has in that backend."""
    return frozenset(str(one["name"]) for one in _asked("stack", "ls", "--json", next_step=_LOGIN))


def make(stack: str, more: Sequence[str]) -> None:
    """Make an empty stack, and leave it unselected; `pulumi` may ask for a passphrase. Raises Refusal when it fails."""
    command = ["pulumi", "stack", "init", stack, "--no-select", *more]
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise Refusal(
            f"stack {stack} was not made",
            seen=f"exit code {done.returncode} of {' '.join(command)}, which has said why",
            allowed="0; stacks that were made before it stay, and are left as they are the next time",
            next_step=f"mend what it says; {_AGAIN}",
        )


def _asked(*arguments: str, next_step: str) -> Any:
    command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refusal(
            "there is no `pulumi` here",
            seen="none in PATH",
            allowed="the command of Pulumi, in the version that Pulumi.yaml asks for",
            next_step=f"install it, see https://www.pulumi.com/docs/install/; {_AGAIN}",
        ) from None
    try:
        if done.returncode:
            raise ValueError(done.stderr)
        return json.loads(done.stdout)
    except ValueError as error:
        raise Refusal(
            f"`{' '.join(command[:3])}` does not answer",
            seen=printable(" ".join(str(error).split()), 600),
            allowed="an answer, of a backend that `pulumi` is logged in to",
            next_step=next_step,
        ) from None
