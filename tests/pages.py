"""The pages of this project as their readers see them: headings, anchors, links and blocks."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^>]+) -->\n *\Z")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+?)(?: #+)?$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
_LINK = re.compile(
    r"\]\((?P<inline>[^()\s]+(?:\([^()]*\)[^()\s]*)?)(?: \"[^\"]*\")?\)|^\[[^\]]+\]: *(?P<reference>\S+)", re.M
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language (empty when none is named), its text, the line of its fence, and why it is not run
    by a test, as the comment right above it says; empty when there is no such comment."""

    language: str
    text: str
    line: int
    not_run: str


@dataclass(frozen=True)
class Page:
    """One page of Markdown, by its path from the project's folder."""

    path: str

    @cached_property
    def text(self) -> str:
        """All of it."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The text of each heading, in order, without what only formats it."""
        return tuple(_plain(heading) for heading in _HEADING.findall(self.prose))

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What a link may name after `#`.

        https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
        """
        seen: Counter[str] = Counter()
        anchors = set()
        for heading in self.headings:
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return frozenset({*anchors, *_ANCHOR.findall(self.prose)})

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The target of every link, as it is written."""
        found = _LINK.finditer(_CODE.sub("", self.prose))
        return tuple(link["inline"] or link["reference"] for link in found)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every fenced block, in order."""
        return tuple(self._blocks())

    @cached_property
    def sections(self) -> dict[str, tuple[Block, ...]]:
        """Each heading with the blocks between it and the next one, in order; several of one text are one."""
        fences = [range(fence.start(), fence.end()) for fence in _FENCE.finditer(self.text)]
        found: dict[str, tuple[Block, ...]] = {}
        at = [one for one in _HEADING.finditer(self.text) if not any(one.start() in fence for fence in fences)]
        lines = [self.text[: one.start()].count("\n") + 1 for one in at]
        for heading, begin, end in zip(at, lines, [*lines[1:], self.text.count("\n") + 2], strict=True):
            inside = tuple(block for block in self.blocks if begin < block.line < end)
            found[_plain(heading[1])] = (*found.get(_plain(heading[1]), ()), *inside)
        return found

    def _blocks(self) -> Iterator[Block]:
        for fence in _FENCE.finditer(self.text):
            before = self.text[: fence.start()]
            reason = _NOT_RUN.search(before)
            lines = (line.removeprefix(fence["indent"]) for line in fence["text"].splitlines())
            yield Block(fence["language"], "\n".join(lines), before.count("\n") + 1, reason["reason"] if reason else "")


def _plain(heading: str) -> str:
    """A heading as it is shown: of a link its text, nothing of emphasis and code marks."""
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[`*]", "", shown)


README = Page("README.md")
CHANGELOG = Page("CHANGELOG.md")
RUNBOOK = Page("docs/runbook.md")
FIRST_TIME = Page("docs/first-time.md")
PAGES = (README, CHANGELOG, *(Page(f"docs/{path.name}") for path in sorted(ROOT.glob("docs/*.md"))))
