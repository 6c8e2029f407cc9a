"""Every link of every page leads somewhere, and so does every page that a message sends its reader to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.pages import CHANGELOG, PAGES, README, ROOT, Page

LONGEST_README = 200
BY_PATH = {page.path: page for page in PAGES}
PROGRAM = (
    "components",
    "cutover",
    "propagation",
    "policies",
    "board",
    "load_test",
    "lab",
    "bench",
    "ci",
    "iam",
    "start",
    "release",
    "runbook",
)
FOLDERS = (*PROGRAM, "tests")
SOURCES = sorted([ROOT / "__main__.py", *(path for name in PROGRAM for path in ROOT.glob(f"{name}/**/*.py"))])
FILES = [
    *SOURCES,
    *sorted(ROOT.glob("tests/**/*.py")),
    *sorted(ROOT.glob("*.yaml")),
    *sorted(ROOT.glob("requirements*.in")),
    *(ROOT / "Makefile", ROOT / ".ci" / "run"),
    *(ROOT / page.path for page in PAGES),
]
PAGE_NAMED = re.compile(r"\b(?:docs/[\w-]+|[A-Z]{4,})\.md\b")
SECTION_NAMED = re.compile(r"'([^'{}]+)' in ((?:docs/[\w-]+|[A-Z]{4,})\.md)")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def wrong(page: Page, target: str) -> str:
    """What is wrong with a link from `page`; empty when it leads somewhere."""
    if re.match(r"https?://", target):
        return ""
    path, _, anchor = target.partition("#")
    file = (ROOT / page.path).parent / path if path else ROOT / page.path
    if not file.resolve().is_relative_to(ROOT) or not file.exists():
        return f"{target}: no such file"
    there = BY_PATH.get(relative(file.resolve()))
    if anchor and there is None:
        return f"{target}: an anchor in what is no page"
    if anchor and there is not None and anchor not in there.anchors:
        return f"{target}: no such section"
    return ""


def strings(path: Path) -> Iterator[str]:
    """Every string of a module as it is shown, with {} for what is put into it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def sections(string: str) -> list[tuple[str, str]]:
    """Section and page of each `'SECTION' in PAGE`."""
    return SECTION_NAMED.findall(string)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_link_and_anchor_leads_somewhere(page: Page) -> None:
    assert [fault for fault in (wrong(page, target) for target in page.links) if fault] == []


def test_every_page_that_a_file_names_is_there() -> None:
    named = {(relative(path), page) for path in FILES for page in PAGE_NAMED.findall(path.read_text(encoding="utf-8"))}
    assert [(path, page) for path, page in sorted(named) if not (ROOT / page).exists()] == []


def test_every_section_that_a_message_names_is_on_its_page() -> None:
    named = {(section, page) for path in SOURCES for string in strings(path) for section, page in sections(string)}
    assert [(section, page) for section, page in sorted(named) if section not in BY_PATH[page].headings] == []
    # Those that are known to be there are found at all.
    assert {("Retire a name", "docs/operations.md"), ("Before you start", "docs/first-time.md")} <= named


@pytest.mark.parametrize("page", [page for page in PAGES if page is not CHANGELOG], ids=lambda page: page.path)
def test_every_module_that_a_page_names_is_there(page: Page) -> None:
    """Tests may be named from their own folders on."""
    named = re.findall(rf"`((?:(?:{'|'.join(FOLDERS)})/|test_)[^\s`]*)`", page.prose)
    assert [path for path in named if not any(ROOT.glob(path)) and not any(ROOT.glob(f"tests/**/{path}"))] == []


def test_the_readme_is_short() -> None:
    assert len(README.text.splitlines()) <= LONGEST_README


def test_every_page_is_on_the_readmes_map() -> None:
    linked = {str(PurePosixPath(target.partition("#")[0])) for target in README.links}
    assert [page.path for page in PAGES if page is not README and page.path not in linked] == []


def test_headings_get_the_anchors_that_github_gives_them(tmp_path: Path) -> None:
    page = Page(str(tmp_path / "page.md"))
    (tmp_path / "page.md").write_text(
        "# In an emergency: waive a check\n## `make test`, [again](x.md)\n## Twice\n### Twice\n```sh\n# none\n```\n"
    )
    assert page.anchors == {"in-an-emergency-waive-a-check", "make-test-again", "twice", "twice-1"}


def test_links_are_found_across_lines_and_not_in_code(tmp_path: Path) -> None:
    page = Page(str(tmp_path / "page.md"))
    (tmp_path / "page.md").write_text(
        "[one\nlong](a.md#x) and [`code`](b.md), not `[this](c.md)`\n\n[d]: d.md\n\n  ```text\n  [e](e.md)\n  ```\n"
    )
    assert page.links == ("a.md#x", "b.md", "d.md")


def test_a_block_knows_its_language_its_line_and_why_it_is_not_run(tmp_path: Path) -> None:
    page = Page(str(tmp_path / "page.md"))
    (tmp_path / "page.md").write_text(
        "- a list\n\n  ```yaml\n  a:\n    b: 1\n  ```\n\n<!-- not run: too long -->\n```sh\nmake test\n```\n"
    )
    assert [(one.language, one.text, one.line, one.not_run) for one in page.blocks] == [
        ("yaml", "a:\n  b: 1", 3, ""),
        ("sh", "make test", 9, "too long"),
    ]
