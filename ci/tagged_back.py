"""What a tag-back has come to, and how DNS stands after it: in a file that a later job reads."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ci import console
from ci.markdown import fenced
from cutover.refusal import Refusal
from cutover.weights import FULL, Weights

FILE = "tag-back.json"


@dataclass(frozen=True)
class TaggedBack:
    """succeeded: whether the update ended well. moved: whether clients are sent to `colour`, which may be without that.

    text: how it ended, and the weights.
    """

    colour: str
    succeeded: bool = False
    moved: bool = False
    text: str = ""

    @property
    def headline(self) -> str:
        """What it has come to, in a line."""
        if self.succeeded:
            return f"{self.colour} is in charge: it was tagged back"
        if self.moved:
            return f"{self.colour} has the traffic, and its tag-back has not ended well"
        return f"The tag-back to {self.colour} failed"


def is_moved(before: Weights, after: Weights, colour: str) -> bool:
    """Whether a live name was moved to `colour`: it has full weight, and nobody else has, or not as `before`.

    A colour whose share is half has full weight too, and was not moved by that.
    """
    return any(
        of.get(colour) == FULL
        and (of != before.get(name) or all(weight < FULL for other, weight in of.items() if other != colour))
        for name, of in after.items()
    )


def write(folder: Path, ended: TaggedBack) -> None:
    """Leave it in `folder`, on the page of the run, and in `moved` (true or false)."""
    console.write(folder, FILE, json.dumps(asdict(ended)))
    console.tell(ended.headline)
    console.summarise(fenced(f"{ended.headline}\n\n{ended.text}"))
    console.hand_over({"moved": "true" if ended.moved else "false"})


def read(folder: Path, colour: str) -> TaggedBack:
    """What a tag-back to `colour` has left in `folder`; raises Refusal when it is not there, or did not move it."""
    again = f"look at the log of the job tag-back; gh workflow run tag-back.yml -f colour={colour} does it again"
    try:
        said: Mapping[str, object] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if said["colour"] != colour:
            raise ValueError(f"a tag-back to {said['colour']}")  # one of the ways in which it is none of this one
        ended = TaggedBack(colour, said["succeeded"] is True, said["moved"] is True, str(said["text"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(
            f"nothing says how the tag-back to {colour} ended",
            seen=str(error) or type(error).__name__,
            allowed=f"{FILE} that ci.tag_back has written",
            next_step=again,
        ) from None
    if not ended.moved:
        raise Refusal(
            f"the traffic was not moved to {colour}, so there is nothing to write down",
            seen=ended.text.splitlines()[:10],
            allowed=f"a tag-back after which {colour} has full weight",
            next_step=again,
        )
    return ended
