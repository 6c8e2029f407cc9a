"""The one comment of a pull request, and the issue about drift: Markdown, rendered of plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from ci.board import Said
from ci.markdown import MOST_CHARACTERS, code, fenced, folded, lines_of, table
from ci.outcome import Outcome
from ci.seen import Seen, short
from cutover.refusal import Refusal

MARKER = "<!-- tag-team:preview -->"
DRIFT_MARKER = "<!-- tag-team:drift -->"
AFTER = "<!-- tag-team:after -->"
_UNLOOKED, _LAST_SEEN = "<!-- tag-team:unlooked -->", "<!-- tag-team:last-seen -->"
_WHAT_TO_DO = "What to do: [docs/pull-requests.md](../blob/HEAD/docs/pull-requests.md#drift)."
_ROOM = 1_000
_LONGEST_OUTPUT = 8_000
_LONGEST_LINES = 6_000


@dataclass(frozen=True)
class Preview:
    """What a comment tells. in_charge: who is, in a line; empty when that is not known. left: stacks left alone, and
    why. unknown: files of no stack. refusal: why nothing was previewed at all."""

    seen: Seen | None
    in_charge: str = ""
    outcomes: Sequence[Outcome] = ()
    left: Sequence[str] = ()
    unknown: Sequence[str] = ()
    board: Said | None = None
    refusal: Refusal | None = None


def of_preview(told: Preview) -> str:
    """The comment. Its first line is the marker that it is found by, its last the record, where there is one."""
    last = told.seen.line() if told.seen else ""
    room = MOST_CHARACTERS - len(last) - len(MARKER) - _ROOM
    parts = [f"### {headline(told)}"]
    if told.in_charge:
        parts.append(f"In charge now: {code(told.in_charge, 400)}")
    if told.refusal:
        parts.append(fenced(str(told.refusal), _LONGEST_LINES))
    parts += _summary(told)
    parts += [section(outcome) for outcome in told.outcomes]
    if told.board:
        parts.append(folded(f"The board: {told.board.word}", fenced(told.board.text, _LONGEST_OUTPUT)))
    if told.seen and told.seen.stacks and not told.seen.refused:
        parts.append(_what_is_compared(told.seen))
    optional = [folded(f"Output of {o.stack}", fenced(o.output, _LONGEST_OUTPUT)) for o in told.outcomes if o.output]
    return "\n\n".join(filter(None, [MARKER, *_fitting(parts, optional, room), last]))


def headline(told: Preview) -> str:
    """The outcome in a line."""
    if told.refusal:
        return "Refused: there is no preview"
    refused = [outcome.stack for outcome in told.outcomes if not outcome.succeeded]
    if refused:
        return f"Refused: {', '.join(map(code, refused))}"
    changed = [outcome.stack for outcome in told.outcomes if outcome.steps]
    if changed:
        return f"Would change: {', '.join(map(code, changed))}{', in this order' if len(changed) > 1 else ''}"
    return "Nothing would change"


def section(outcome: Outcome) -> str:
    """One stack: what would be done, what refused it, what the program said of it."""
    parts = [f"#### {code(outcome.stack)}: {code(outcome.told)}"]
    if not outcome.succeeded:
        parts.append(fenced("\n".join(outcome.why), _LONGEST_LINES))
    if outcome.steps:
        parts.append(fenced("\n".join(step.shown for step in outcome.steps), _LONGEST_LINES))
    if outcome.succeeded and outcome.violations:
        parts.append("The policy pack advises:\n\n" + fenced("\n".join(outcome.why), _LONGEST_LINES))
    if outcome.warnings:
        parts.append("Warnings:\n\n" + fenced("\n".join(outcome.warnings), _LONGEST_LINES))
    if outcome.notes:
        parts.append("What was looked at:\n\n" + fenced("\n".join(outcome.notes), _LONGEST_LINES))
    return "\n\n".join(parts)


def after(title: str, text: str) -> str:
    """What became of it once it was merged: `title` is ours, `text` is shown as it is."""
    return f"{AFTER}\n### {title}\n\n{fenced(text, _LONGEST_LINES)}"


def with_after(body: str, said: str) -> str:
    """Our comment `body` with what became of it, in place of what was said of that before; the record stays last."""
    lines = body.rstrip().splitlines()
    last = lines.pop() if lines and lines[-1].startswith("<!-- tag-team:seen ") else ""
    before = "\n".join(lines).split(f"\n{AFTER}\n", 1)[0].rstrip()
    room = MOST_CHARACTERS - len(said) - len(last) - 10
    # Whoever reads it then is interested in the end of it.
    return "\n\n".join(filter(None, [before if len(before) <= room else MARKER, said, last]))


def of_drift(outcomes: Sequence[Outcome], board: Said | None) -> str:
    """The issue about what is not as it is written."""
    parts = [
        DRIFT_MARKER,
        "What is there is not what the main branch says, or could not be told. `pulumi preview --expect-no-changes` "
        "of each stack:",
        table(("stack", ""), ((code(one.stack), code(one.told)) for one in outcomes)),
        *(section(one) for one in outcomes if one.steps or not one.succeeded),
    ]
    if board:
        parts.append(f"The board: {board.word}\n\n{fenced(board.text, _LONGEST_OUTPUT)}")
    parts.append(_WHAT_TO_DO)
    return "\n\n".join(_fitting(parts, [], MOST_CHARACTERS - _ROOM))


def of_unlooked(why: str, run: str) -> str:
    """The issue when nothing could be looked at: `why`, and the page of the `run`, each empty where it is not known."""
    log = f"[The log of the run]({run})" if run else "The log of the run"
    parts = [
        f"{DRIFT_MARKER}\n{_UNLOOKED}",
        f"Could not look: nobody knows whether what is there is what the main branch says. {log} has more.",
        fenced(why, _LONGEST_LINES) if why else "",
        _WHAT_TO_DO,
    ]
    return "\n\n".join(filter(None, parts))


def with_last_seen(body: str, before: str) -> str:
    """The issue `body`; of one that could not look, with what the issue said `before`: that is as true as it was."""
    if body.splitlines()[1:2] != [_UNLOOKED]:
        return body
    last = before.partition(f"\n{_LAST_SEEN}\n")[2] if before.splitlines()[1:2] == [_UNLOOKED] else before
    last = last.removeprefix(DRIFT_MARKER).strip()
    kept = f"{body}\n\n{_LAST_SEEN}\n### What was seen the last time\n\n{last}"
    return kept if last and len(kept) <= MOST_CHARACTERS else body


def _summary(told: Preview) -> list[str]:
    rows = [(code(outcome.stack), code(outcome.told)) for outcome in told.outcomes]
    rows += [
        (code(stack), "left alone: it carries traffic, and gets this once it is tagged out") for stack in told.left
    ]
    parts = [table(("stack", ""), rows)] if rows else []
    if told.unknown:
        parts.append(f"No stack of this project has these files: {', '.join(map(code, told.unknown))}")
    return parts


def _what_is_compared(seen: Seen) -> str:
    facts = "\n".join(lines_of(f"{name}: {value}") for name, value in sorted(seen.facts.items()))
    title = f"What was seen, and has to be so still when it is merged (commit {short(seen.commit)})"
    return folded(title, fenced(facts, _LONGEST_LINES))


def _fitting(parts: Sequence[str], optional: Sequence[str], room: int) -> list[str]:
    """All of `parts` as far as they fit, then those of the `optional` ones that still do."""
    kept: list[str] = []
    for part in (*parts, *optional):
        if sum(map(len, kept)) + 2 * len(kept) + len(part) > room:
            kept.append("*More than fits into a comment: the log of the run has the rest.*")
            break
        kept.append(part)
    return kept
