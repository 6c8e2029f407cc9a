"""Links of a page to what does not come along with it."""

import re
from collections.abc import Collection
from functools import partial
from pathlib import PurePosixPath

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
    nothing. `there` may name folders too.
    """
    return _PART.sub(partial(_mended, PurePosixPath(path).parent, there, elsewhere), text)


def _mended(folder: PurePosixPath, there: Collection[str], elsewhere: str, found: re.Match[str]) -> str:
    target = found["target"]
    if found["code"] or _ELSEWHERE.match(target):
        return found[0]
    file, hash_, anchor = target.partition("#")
    path = _resolved(folder / file)
    if path in there:
        return found[0]
    if elsewhere:
        return f"{found['picture']}[{found['text']}]({elsewhere}/{path}{hash_}{anchor})"
    return "" if found["picture"] else found["text"]


def _resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
