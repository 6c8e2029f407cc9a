"""What a preview saw of the world: written down when it is approved, compared when it is carried out."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from components.settings import LIVE
from cutover.printable import printable, quoted
from cutover.refusal import Refusal

FORMAT = 1
NOTHING = "nothing"
# Long enough for any fact of ours, and short enough to be read.
LONGEST_FACT = 300
LONGEST_RECORD = 24_000
_LAST_LINE = re.compile(r"<!-- tag-team:seen (\{.*\}) -->")


@dataclass(frozen=True)
class Seen:
    """What was approved.

    facts: name of a fact of the world to its value, as text. steps: stack to what would be done, a line for each
    resource, in the order in which the stacks are updated. refused: whether any of it was refused.
    """

    facts: Mapping[str, str]
    steps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: bool = False
    commit: str = ""

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks that are to be updated, in order."""
        return tuple(self.steps)

    def to_json(self) -> str:
        """As one line that can stand in a comment of HTML: without `<`, `>` and `--`."""
        said = {
            "format": FORMAT,
            "commit": self.commit,
            "refused": self.refused,
            "steps": [[stack, list(lines)] for stack, lines in self.steps.items()],
            "facts": dict(self.facts),
        }
        text = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")

    def line(self) -> str:
        """The last line of the comment; raises Refusal when there is more to say than fits."""
        text = self.to_json()
        if len(text) > LONGEST_RECORD:
            raise Refusal(
                "what this preview saw is too long for a comment",
                seen=f"{len(text)} characters, {sum(map(len, self.steps.values()))} resources",
                allowed=f"{LONGEST_RECORD} characters",
                next_step="split the change; or pulumi up by hand, for a first build",
            )
        return f"<!-- tag-team:seen {text} -->"


def of_json(text: str) -> Seen:
    """Read a record; raises ValueError when it is none."""
    try:
        said: Any = json.loads(text)
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']!r}")
        steps = {str(stack): tuple(map(str, lines)) for stack, lines in said["steps"]}
        if len(steps) != len(said["steps"]):
            raise ValueError("no record: a stack twice")
        facts = {str(name): str(value) for name, value in said["facts"].items()}
        refused, commit = said["refused"], said["commit"]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no record: {type(error).__name__}") from None
    if not isinstance(refused, bool) or not isinstance(commit, str) or (steps and not facts):
        raise ValueError("no record: a value of another type")
    return Seen(facts, steps, refused, commit)


def of_comment(body: str) -> Seen:
    """The record in the last line of a comment of ours; raises ValueError when there is none.

    The last line only: what is quoted above it may hold anything.
    """
    lines = body.rstrip().splitlines()
    found = _LAST_LINE.fullmatch(lines[-1].strip()) if lines else None
    if found is None:
        raise ValueError("its last line is no record")
    return of_json(found[1])


def fact(text: str) -> str:
    """`text` from anywhere as the value of a fact."""
    return printable(text, LONGEST_FACT) or NOTHING


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What differs, a line each; a fact that only one side has differs too."""
    return tuple(
        f"{name}: {then.get(name, NOTHING)} then, {now.get(name, NOTHING)} now"
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )


def refuse_different(then: Seen, now: Mapping[str, str], next_step: str) -> None:
    """Raise Refusal when the world is not the one that was approved."""
    if different := differences(then.facts, now):
        raise Refusal(
            "the world is not the one that was previewed and approved; nothing was changed",
            seen=different,
            allowed=f"what the preview of {short(then.commit)} saw",
            next_step=next_step,
        )


def refuse_other_steps(then: Seen, stack: str, now: Sequence[str], next_step: str) -> None:
    """Raise Refusal when `stack` would be changed otherwise than was approved."""
    approved = then.steps.get(stack, ())
    if sorted(approved) != sorted(now):
        missing = [f"approved, and not there now: {line}" for line in approved if line not in now]
        more = [f"there now, and not approved: {line}" for line in now if line not in approved]
        raise Refusal(
            f"{stack} would be changed otherwise than was previewed and approved; nothing was changed",
            seen=[*missing, *more] or [f"{len(now)} steps instead of {len(approved)}"],
            allowed=f"what the preview of {short(then.commit)} showed",
            next_step=next_step,
        )


def refuse_unapproved(then: Seen, stack: str, next_step: str) -> None:
    """Raise Refusal when the preview did not end well, or had nothing to do with `stack`."""
    if then.refused or stack not in then.steps:
        raise Refusal(
            f"{stack} is not changed: its preview was refused" if then.refused else f"{stack} was not previewed",
            seen=f"the record of the preview of {short(then.commit)}, of {', '.join(then.stacks) or 'no stack'}",
            allowed="a preview that ended well",
            next_step=next_step,
        )


def refuse_other_stacks(then: Seen, stacks: Collection[str], next_step: str) -> None:
    """Raise Refusal unless what was approved is of the project's `stacks` alone, with `live` as the last one.

    The names become arguments of commands and parts of paths: what a comment says there is not taken on trust.
    """
    named = then.stacks
    strange = [one for one in named if one not in stacks or one.startswith("-")]
    if strange or LIVE in named[:-1]:
        raise Refusal(
            "what was approved names other stacks than this project has, or not in their order",
            seen=", ".join(map(repr, named)),
            allowed=f"of {', '.join(stacks)} each at most once, {LIVE} as the last",
            next_step=next_step,
        )


def about(stack: str) -> frozenset[str]:
    """The names of the facts that an update of `stack` itself changes."""
    return frozenset({state_of(stack), release_of(stack)})


def carried(then: Seen, left: Mapping[str, str], stack: str) -> Seen:
    """What is approved once `stack` was updated and `left` the world like this: only its own facts are new."""
    own = {name: left.get(name, NOTHING) for name in about(stack) if name in then.facts or name in left}
    return replace(then, facts={**then.facts, **own})


def state_of(stack: str) -> str:
    """The name of the fact which state a stack has."""
    return f"state of {stack}"


def release_of(colour: str) -> str:
    """The name of the fact which release a colour runs."""
    return f"release of {colour}"


def short(commit: str) -> str:
    """A commit as people read it; what is no commit is quoted."""
    return commit[:12] if re.fullmatch(r"[0-9a-f]{40,64}", commit) else quoted(commit, 40)
