"""The board as JSON, in a terminal, as plain text and as a page: the same facts, and nothing from outside speaks."""

import io
import json
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from board import json_form, page, standing, terminal
from board.html import escaped, joined, tag
from board.json_form import KEYS
from board.judged import judge
from tests.unit.board_states import STATES, facts
from tests.unit.sources import ROOT

EVERY = pytest.mark.parametrize("state", STATES)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def plain(state: str) -> str:
    printed = io.StringIO()
    terminal.show(judge(facts(state)), Console(file=printed, force_terminal=False))
    return printed.getvalue()


def drawn(state: str, columns: int) -> str:
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=True, width=columns, color_system=None, legacy_windows=False)
    terminal.show(judge(facts(state)), console)
    return printed.getvalue()


class Elements(HTMLParser):
    """The elements of a page with their attributes, and whether each that is opened is closed in its turn."""

    VOID = ("meta", "link", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@EVERY
def test_json_has_the_seven_keys_and_is_json(state: str) -> None:
    form = json_form.form(judge(facts(state)))
    assert tuple(form) == KEYS
    assert json.loads(json.dumps(form, allow_nan=False)) == form
    assert set(form["colours"]) == {"red", "blue"}


def test_an_unknown_fact_is_an_object_with_the_reason_and_never_null_or_zero() -> None:
    form = json_form.form(judge(facts("everything-unreadable")))
    for colour in form["colours"].values():
        for key in (
            "weight",
            "share",
            "release",
            "instances",
            "load_balancer",
            "certificate",
            "cost_per_hour",
            "frozen",
        ):
            assert set(colour[key]) == {"unknown"}, key
    assert set(form["dns"]) == set(form["history"]) == {"unknown"}
    assert set(form["in_charge"]["colour"]) == {"unknown"}


def test_json_of_a_colour_has_every_figure() -> None:
    form = json_form.form(judge(facts("red-in-charge")))["colours"]["red"]
    assert form["instances"]["healthy_by_zone"] == {"eu-central-1a": 2, "eu-central-1b": 2}
    assert (form["weight"], form["share"], form["state"]) == (100, 1.0, "in charge")
    assert form["certificate"]["days_left"] == 200
    assert form["cost_per_hour"]["amount"] == 0.71
    assert form["requests_per_minute"] == 1432


@EVERY
def test_plain_text_has_no_control_characters_and_no_boxes(state: str) -> None:
    text = plain(state)
    assert not CONTROL.search(text.replace("\n", ""))
    assert not re.search(r"[\u2500-\u257f]", text)
    assert "next: " in text
    assert not re.search(r"(?m)^next: rm", text)


@EVERY
@pytest.mark.parametrize("columns", [60, 100, 160])
def test_a_terminal_of_any_width_shows_all_of_it_and_nothing_speaks_from_outside(state: str, columns: int) -> None:
    text = drawn(state, columns)
    assert not CONTROL.search(text.replace("\n", ""))
    lines = text.splitlines()
    assert max(map(len, lines)) <= columns
    squeezed = re.sub(r"\W+", "", text)
    for name in ("red", "blue"):
        assert name in squeezed
    assert re.sub(r"\W+", "", judge(facts(state)).next_command.command)[:20] in squeezed


@EVERY
def test_a_page_is_one_file_that_asks_nobody_for_anything(state: str) -> None:
    text = page.written(judge(facts(state)))
    elements = Elements(text)
    assert {name for name, _ in elements.found} & {"script", "img", "iframe", "object", "form", "base"} == set()
    addresses = [value for _, of in elements.found for key, value in of.items() if key in ("src", "href")]
    assert set(addresses) == {"data:,", "#main"}
    assert "url(" not in text
    assert "@import" not in text


@EVERY
def test_a_page_has_no_handler_and_no_style_of_its_own_in_any_attribute(state: str) -> None:
    of = Elements(page.served(judge(facts(state)), 5).text).found
    assert [key for _, attributes in of for key in attributes if key.startswith("on") or key == "style"] == []


def test_what_comes_from_outside_is_text_on_the_page() -> None:
    text = page.written(judge(facts("hostile")))
    assert "<script>" not in text
    assert any("<script>alert(1)</script>" in said for said in Elements(text).texts)


def test_tags_escape_their_texts_and_attributes() -> None:
    assert tag("p", "<b>&", title='"x"') == '<p title="&quot;x&quot;">&lt;b&gt;&amp;</p>'
    assert joined(tag("br"), "<") == "<br>&lt;"
    assert escaped(escaped("<")) == "&lt;"


def test_a_page_says_in_words_what_its_colours_say() -> None:
    texts = Elements(page.written(judge(facts("attention")))).texts
    assert "needs attention: " in texts
    assert "good: " in texts
    assert "unknown: " in Elements(page.written(judge(facts("everything-unreadable")))).texts


def test_a_page_shows_dead_instances_as_such() -> None:
    text = page.written(judge(facts("attention")))
    assert "2 of 4 healthy" in text
    assert "at least $ 0.62" in text


def keys(form: object) -> set[str]:
    """Every key of an object, and of those in it that are no names of colours, zones, instances and kinds."""
    if isinstance(form, list):
        return {key for one in form for key in keys(one)}
    if not isinstance(form, dict):
        return set()
    named = ("colours", "weights", "healthy_by_zone", "sick", "by_kind")
    inner = [value for key, value in form.items() if key not in named]
    inner += [one for key, value in form.items() if key == "colours" for one in value.values()]
    return set(form) | {key for value in inner for key in keys(value)}


@EVERY
def test_every_key_of_the_json_stands_in_its_page(state: str) -> None:
    described = (ROOT / "docs" / "board.md").read_text(encoding="utf-8")
    found = keys(json_form.form(judge(facts(state))))
    assert [key for key in sorted(found) if f"`{key}`" not in described and key != "unknown"] == []


def test_every_code_and_every_state_stands_in_its_page() -> None:
    described = (ROOT / "docs" / "board.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "board" / "attention").glob("*.py"))]
    codes = {code for text in sources for code in re.findall(r'Reason\(\s*"([a-z0-9-]+)"', text)}
    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in described] == []
    words = [value for name, value in vars(standing).items() if name.isupper() and isinstance(value, str)]
    assert [word for word in words if f"`{word}`" not in described] == []
