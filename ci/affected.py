"""Which stacks a change of files is about, and in which order they are updated."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from components.settings import LIVE
from cutover.refusal import Refusal

# No part of what `pulumi` runs. Whatever is not listed here may be one.
NO_PROGRAM_FOLDERS = (
    *("docs", "tests", "lab", "bench", "board", "load_test", "ci", "iam", ".github", ".ci"),
    *("release", "runbook", "start"),
)
NO_PROGRAM_FILES = ("LICENSE", "Makefile", "pyproject.toml", ".gitignore", "setup.sh")
_NO_PROGRAM = re.compile(r"[^/]+\.md|requirements-dev\.(in|txt)")
_STACK_FILE = re.compile(r"Pulumi\.([A-Za-z0-9_.-]+)\.(yaml|yml|json)")


@dataclass(frozen=True)
class Affected:
    """by_shared: whether what all stacks share has changed. own: the stacks whose own file has.

    unknown: stack files of no stack of this project.
    """

    by_shared: bool = False
    own: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether no stack is affected."""
        return not self.by_shared and not self.own


@dataclass(frozen=True)
class Order:
    """stacks: what is previewed and updated, one after the other. left: in charge, and so left alone."""

    stacks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def is_program(path: str) -> bool:
    """Whether the file, by its path from the project's folder, may be a part of what `pulumi` runs."""
    folder, slash, _ = path.partition("/")
    if slash:
        return folder not in NO_PROGRAM_FOLDERS
    return path not in NO_PROGRAM_FILES and not _NO_PROGRAM.fullmatch(path)


def by(changed: Iterable[str], stacks: Collection[str]) -> Affected:
    """What is affected by the files `changed` (paths from the project's folder) in a project with these `stacks`."""
    own, unknown, by_shared = set(), [], False
    for path in changed:
        file = _STACK_FILE.fullmatch(path)
        if file and file[1] in stacks:
            own.add(file[1])
        elif file:
            unknown.append(path)
        else:
            by_shared = by_shared or is_program(path)
    return Affected(by_shared, frozenset(own), tuple(sorted(unknown)))


def in_order(affected: Affected, colours: Sequence[str], carrying: Collection[str]) -> Order:
    """Idle colours first, then `live`; `carrying` are the colours that clients are sent to.

    One of these is frozen: it is only tried where its own file was changed (a hotfix, or a change to be refused). What
    all stacks share reaches it once it was tagged out.
    """
    idle = [colour for colour in colours if colour not in carrying]
    first = [colour for colour in idle if affected.by_shared or colour in affected.own]
    hot = [colour for colour in colours if colour in carrying and colour in affected.own]
    left = [colour for colour in colours if colour in carrying and affected.by_shared and colour not in affected.own]
    live = [LIVE] if affected.by_shared or LIVE in affected.own else []
    return Order((*first, *hot, *live), tuple(left))


def refuse_unsaid_tag_in(affected: Affected, active: str, in_charge: str) -> None:
    """Raise Refusal when `live` would be switched by a change that does not say so.

    That is how an old `active` comes back after a tag-back that nobody wrote into the file. `in_charge` is the colour
    that the parameter names; empty while there is none.
    """
    if _is_unsaid(affected) and in_charge and active != in_charge:
        raise Refusal(
            f"this change would tag {active or 'nobody'} in, and does not say so",
            seen=f"active: {active} in Pulumi.{LIVE}.yaml, which it does not touch; {in_charge} is in charge",
            allowed=f"a Pulumi.{LIVE}.yaml that names who is in charge, or a change of it",
            next_step=f"pulumi config set active {in_charge} -s {LIVE}, commit that file, and merge it first",
        )


def refuse_unread(affected: Affected, unreadable: str) -> None:
    """Raise Refusal when the change says nothing of `live`, which it updates, and nobody knows who is in charge.

    `unreadable` is what is wrong with the newest entry of `in-charge`; empty where it can be read, and where there is
    none yet.
    """
    if _is_unsaid(affected) and unreadable:
        raise Refusal(
            "whether this change would tag somebody in cannot be told",
            seen=f"in-charge cannot be read: {unreadable}",
            allowed=f"an in-charge that can be read, or a change of Pulumi.{LIVE}.yaml",
            next_step=f"pulumi up -s {LIVE}, which writes it anew; then preview this again",
        )


def refuse_unsaid_switch(
    affected: Affected, active: str, carrying: Collection[str], sharing: Collection[str] = ()
) -> None:
    """Raise Refusal when Route 53 sends clients elsewhere than `active` says, and the change says nothing of it.

    After a tag-back that switched DNS and failed its wait, `in-charge` and `active` both name who has no weight any
    more: the next update of `live` would switch back. `carrying` are the colours that clients are sent to; none before
    the first build. `sharing` are those that have a share beside `active`, by `in-charge`.
    """
    if _is_unsaid(affected) and carrying and set(carrying) != {active, *sharing}:
        named, file = active or "nobody", f"Pulumi.{LIVE}.yaml"
        raise Refusal(
            "this change may switch DNS, and does not say so",
            seen=f"clients: {', '.join(sorted(carrying))}; active: {named} in {file}, which it does not touch",
            allowed=f"clients at {' and '.join((named, *sorted(sharing)))} alone, or a change of that file",
            next_step=f"pulumi preview -s {LIVE} shows what would be switched; end that first: pulumi up -s {LIVE}, "
            "or gh workflow run tag-back.yml -f colour=COLOUR",
        )


def _is_unsaid(affected: Affected) -> bool:
    """Whether `live` is updated only by what all stacks share."""
    return affected.by_shared and LIVE not in affected.own
