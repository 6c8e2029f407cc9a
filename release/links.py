"""Links of a page to what does not come along with it."""

import re
from collections.abc import Collection
from functools import partial
from pathlib import PurePosixPath

from cutover.refusal import Refusal

# Code is looked at first, and stays as it is; then pictures and links.
_PART = re.compile(
    r"(?P<code>^(?P<indent> *)```.*?^(?P=indent)```$|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<picture>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^()\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
_ELSEWHERE = re.compile(r"[a-z]+:|#")


def mended(text: str, path: str, there: Collection[str], elsewhere: str) -> str:
    """The page `text` at `path`, with links to files that are not `there` led to the same path below `elsewhere`.

    Paths are from the folder of all pages. Without `elsewhere` (empty), of a link its text is left, and of a picture
    nothing. `there` may name folders too. Raises Refusal for a link to what is in none of them.
    """
    return _PART.sub(partial(_mended, path, there, elsewhere), text)


def _mended(page: str, there: Collection[str], elsewhere: str, found: re.Match[str]) -> str:
    target = found["target"]
    if found["code"] or _ELSEWHERE.match(target):
        return found[0]
    file, hash_, anchor = target.partition("#")
    path = _resolved(page, file)
    if path in there:
        return found[0]
    if elsewhere:
        return f"{found['picture']}[{found['text']}]({elsewhere}/{path}{hash_}{anchor})"
    return "" if found["picture"] else found["text"]


def _resolved(page: str, file: str) -> str:
    """The path that a link names, from the folder of all pages."""
    path = PurePosixPath(page).parent / file
    parts: list[str] = []
    for part in path.parts:
        if path.is_absolute() or (part == ".." and not parts):
            raise Refusal(
                f"{page} links to what is outside of all pages",
                seen=file,
                allowed=f"a path from where {page} is to a file of this repository",
                next_step=f"write it otherwise in {page}, then python -m release.template again",
            )
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
