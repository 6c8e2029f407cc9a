"""`python -m ci.tag_back COLOUR`: put the colour in charge again that was so just before, at once.

Writes `active` to Pulumi.live.yaml and updates `live`; nothing else is compared or asked than what the program asks of
every tag-back. Copies the file to `--out`, so that it can be committed, and hands over whether it has changed
(`changed`: true or false). Ends with 1 when it is refused or fails.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import console, engine, project, result, world
from ci.project import Project, stack_file
from ci.result import Result
from ci.world import World
from components.settings import LIVE
from cutover import tag_back
from cutover.refusal import Refusal


def main(argv: Sequence[str] | None = None) -> int:
    """Do it; the result is written whatever comes of it."""
    parser = argparse.ArgumentParser(prog="python -m ci.tag_back", description=__doc__.splitlines()[0])
    parser.add_argument("colour")
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the files")
    options = parser.parse_args(argv)
    root, colour = Path.cwd(), options.colour
    known = project.read(root)
    refuse_unknown(known, colour)
    refuse_another(world.look(root, known), colour)
    file = root / stack_file(LIVE)
    before = file.read_bytes()
    engine.set_config(root, LIVE, "active", colour)
    ended = engine.up(root, LIVE, f"tag-back to {colour}, by hand", policies=False)
    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, options.out / file.name)
    said = "\n".join([f"{colour} is in charge"] if ended.succeeded else ["the tag-back failed", *ended.why])
    result.write(options.out, Result(LIVE, ended.succeeded, said))
    console.hand_over({"changed": "false" if file.read_bytes() == before else "true"})
    return 0 if ended.succeeded else console.REFUSED


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
