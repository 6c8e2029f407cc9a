"""The stacks, by the `pulumi` command of whoever calls: his backend, his secrets provider, his questions."""

import json
import subprocess
from collections.abc import Collection, Sequence
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


def there(wanted: Collection[str]) -> frozenset[str]:
    """The stacks that the project has in that backend, of whoever owns what has no other owner's name before it.

    Raises Refusal when one that is `wanted` is another owner's alone: every command would take it for none, and the one
    that is made would be a second one.
    """
    listed = frozenset(str(one["name"]) for one in _asked("stack", "ls", "--json", next_step=_LOGIN))
    _refuse_another_owners(wanted, listed)
    return frozenset(name for name in listed if "/" not in name)


def _refuse_another_owners(wanted: Collection[str], listed: Collection[str]) -> None:
    """An organization's stacks are OWNER/STACK, unless it is the default one.

    https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/backend/httpstate/stack.go (`cloudBackendReference`)
    """
    others = [name for name in sorted(listed) if "/" in name]
    elsewhere = [name for name in others if (own := name.rpartition("/")[2]) in wanted and own not in listed]
    if elsewhere:
        owner = elsewhere[0].partition("/")[0]
        raise Refusal(
            "the project has these stacks already, and they are another owner's than the one that `pulumi` takes",
            seen=", ".join(elsewhere),
            allowed=f"{', '.join(wanted)} of the default organization, or none at all",
            next_step=f"pulumi org set-default {owner}; {_AGAIN}",
        )


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
