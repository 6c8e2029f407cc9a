"""`python -m ci.tag_back COLOUR`: put the colour in charge again that was so just before, at once.

Writes `active` to Pulumi.live.yaml and updates `live`; nothing else is compared or asked than what the program asks of
every tag-back. Leaves what came of it, with the weights of then, in `tag-back.json`, and hands over whether the traffic
was moved (`moved`: true or false), which it may be even if the wait after it failed. Ends with 1 when it is refused or
fails.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import active, console, engine, project, tagged_back, world
from ci.outcome import Outcome
from ci.project import Project, stack_file
from ci.tagged_back import TaggedBack
from ci.world import World
from components.settings import LIVE
from cutover import tag_back
from cutover.refusal import Refusal


def main(argv: Sequence[str] | None = None) -> int:
    """Do it; the result is written whatever comes of it."""
    parser = argparse.ArgumentParser(prog="python -m ci.tag_back", description=__doc__.splitlines()[0])
    parser.add_argument("colour")
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the file")
    options = parser.parse_args(argv)
    root, colour = Path.cwd(), options.colour
    ended = TaggedBack(colour, text="it ended before anything was changed")
    try:
        known = project.read(root)
        refuse_unknown(known, colour)
        before = world.look(root, known)
        refuse_another(before, colour)
        active.write(root, known.name, colour)
        # Until it has come to an end, nobody knows what it has done.
        ended = TaggedBack(colour, text=f"it did not come to its end; {_unknown(colour)}")
        ended = carry_out(root, known, before, colour)
    except Refusal as refusal:
        ended = TaggedBack(colour, text=f"{refusal}\n\nnothing was changed")
        console.tell_refusal(refusal)
    finally:
        tagged_back.write(options.out, ended)
    return 0 if ended.succeeded else console.REFUSED


def carry_out(root: Path, known: Project, before: World, colour: str) -> TaggedBack:
    """What the update has come to; raises Refusal when it cannot begin. `before` is the world just before it."""
    outcome = engine.up(root, LIVE, f"tag-back to {colour}, by hand", policies=False)
    try:
        return of_outcome(outcome, before, world.look(root, known), colour)
    except Refusal as refusal:
        # What came of it is known all the same.
        return of_outcome(outcome, before, refusal, colour)


def of_outcome(outcome: Outcome, before: World, after: World | Refusal, colour: str) -> TaggedBack:
    """What an update has come to; `after` is the world then, or why it could not be seen."""
    said = ["the update ended well"] if outcome.succeeded else ["the update failed", *outcome.why]
    if isinstance(after, Refusal):
        said += ["", _unknown(colour), str(after)]
        return TaggedBack(colour, outcome.succeeded, outcome.succeeded, "\n".join(said))
    moved = outcome.succeeded or tagged_back.is_moved(before.weights, after.weights, colour)
    said += ["", "how DNS stands now:", *(f"{name}: {told}" for name, told in after.standing)]
    if not outcome.succeeded:
        said += ["", f"next: gh workflow run tag-back.yml -f colour={colour} goes on where this one stopped"]
    return TaggedBack(colour, outcome.succeeded, moved, "\n".join(said))


def _unknown(colour: str) -> str:
    return f"how DNS stands is not known: gh workflow run tag-back.yml -f colour={colour} looks, and goes on from there"


def refuse_unknown(known: Project, colour: str) -> None:
    """Raise Refusal when there is no such colour."""
    if colour not in known.colours:
        raise Refusal(
            "there is no such colour to tag back",
            seen=repr(colour),
            allowed=", ".join(known.colours),
            next_step=f"gh workflow run tag-back.yml -f colour={known.colours[0]}",
        )


def refuse_another(now: World, colour: str) -> None:
    """Raise Refusal unless `colour` was in charge just before, or still is, as it is now: the rest is a tag-in."""
    cluster = now.clusters.get(colour, {})
    released, group = str(cluster.get("release") or ""), str(cluster.get("group") or "")
    if not tag_back.may_be_one(now.history.entries, colour, released, group):
        raise Refusal(
            f"{colour} was not in charge just before as it is now, so this is no tag-back",
            seen=f"{colour}: {world.release(now.clusters.get(colour))}; in charge: {now.told}",
            allowed="the last or the last but one in charge, at the release and with the instances that it had then",
            next_step=f"a pull request that sets active to {colour} in {stack_file(LIVE)}",
        )


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
