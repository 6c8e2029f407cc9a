"""How the tests read what a page has its reader type."""

import re
from pathlib import Path

import pytest

from tests.lab.typed import LANGUAGES, is_typed, missing, type_in, typed
from tests.pages import FIRST_TIME, README, Page

FOR_READING = ("text", "yaml", "json")
PAGE = """\
<!-- not run: it is long -->
```sh
make test
```

```sh
export GREETING=hello   # goes on
```

```console
$ echo "$GREETING 12.5"
hello 13
$ false
```

```text
$ rm -r /
```
"""


def page_of(folder: Path, text: str) -> Page:
    (folder / "page.md").write_text(text, encoding="utf-8")
    return Page(str(folder / "page.md"))


def test_what_is_typed_is_every_block_of_commands_that_does_not_say_otherwise(tmp_path: Path) -> None:
    found = typed(page_of(tmp_path, PAGE))
    assert [(one.command, one.shown) for one in found] == [
        ("export GREETING=hello   # goes on", ()),
        ('echo "$GREETING 12.5"', ("hello 13",)),
        ("false", ()),
    ]
    assert found[1].place.endswith("page.md:10")


def test_one_shell_types_them_all_and_keeps_what_each_printed(tmp_path: Path) -> None:
    commands = typed(page_of(tmp_path, PAGE))[:2]
    assert [text.strip() for text in type_in(commands, tmp_path, {})] == ["", "hello 12.5"]


def test_the_first_one_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"page\.md:10 failed:\n(?s:.*)hello 12\.5"):
        type_in(typed(page_of(tmp_path, PAGE)), tmp_path, {})


@pytest.mark.parametrize(
    ("shown", "printed", "left"),
    [
        (("one", "…", "three"), "zero\none\ntwo\nthree\n", []),
        (("blue is up for …",), "blue is up for 12 s\n", []),
        (("14 of 20,  in blue-4f1a2b3",), "2 of 2, in blue-0c0ffee\n", []),
        (("two", "one"), "one\ntwo\n", ["one"]),
        (("one",), "one more\n", ["one"]),
        (("one", "one"), "one\n", ["one"]),
    ],
)
def test_lines_of_a_page_are_looked_for_in_their_order(shown: tuple[str, ...], printed: str, left: list[str]) -> None:
    assert missing(shown, printed) == left


@pytest.mark.parametrize("page", [README, FIRST_TIME], ids=lambda page: page.path)
def test_every_block_is_typed_or_for_reading_or_says_why_not(page: Page) -> None:
    strange = [block.line for block in page.blocks if block.language not in (*LANGUAGES, *FOR_READING)]
    assert strange == []
    assert [block.line for block in page.blocks if block.language in FOR_READING and block.not_run] == []


def test_what_no_test_types_are_the_two_commands_that_run_the_tests_and_the_rehearsal() -> None:
    left_out = [block.text for page in (README, FIRST_TIME) for block in page.blocks if block.not_run]
    assert left_out == ["make rehearsal\nmake test"]
    assert any(is_typed(block) for block in FIRST_TIME.blocks)


def test_the_readmes_first_time_is_that_of_its_page() -> None:
    section = README.text.partition("\n## Start your own\n")[2].partition("\n## ")[0]
    commands = re.findall(r"`((?:sh|pulumi) [^`]+)`", section)
    lines = [line for one in typed(FIRST_TIME) for line in one.command.splitlines()]
    assert len(commands) >= 5
    assert [command for command in commands if not any(line.startswith(command) for line in lines)] == []
