"""The page in a real browser: pictures of every state, accessibility, the keyboard alone, and freshness."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # axe's package has no types
from playwright.sync_api import Browser, Page

from board import page, serve
from board.judged import Board, judge
from board.serve import Looks
from tests.lab.board import browser as browsers
from tests.lab.board.browser import NARROW, PICTURES, WIDE, window
from tests.unit.board_states import STATES, facts

pytestmark = pytest.mark.skipif(browsers.program() is None, reason=browsers.MISSING)
EVERY = pytest.mark.parametrize("state", STATES)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browsers.opened() as found:
        yield found


def written(state: str, folder: Path) -> str:
    """The address of the page of a state, as a file."""
    file = folder / f"{state}.html"
    file.write_text(page.written(judge(facts(state))), encoding="utf-8")
    return file.as_uri()


def overheard(shown: Page) -> tuple[list[str], list[str]]:
    """Whom the page asks from now on, and what the browser says of it."""
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    return asked, said


def faults(shown: Page) -> list[str]:
    """What axe finds against WCAG and good practice."""
    found = Axe().run(shown).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@EVERY
def test_every_state_is_accessible_in_light_and_dark_and_asks_nobody(
    state: str, browser: Browser, tmp_path: Path
) -> None:
    address = written(state, tmp_path)
    for scheme in SCHEMES:
        with window(browser, scheme) as context:
            shown = context.new_page()
            asked, said = overheard(shown)
            shown.goto(address)
            shown.screenshot(path=PICTURES / f"page-{state}-{scheme}.png", full_page=True)
            assert faults(shown) == []
            assert [one for one in asked if not one.startswith("data:")] == [address]
            assert said == []


@EVERY
def test_every_state_fits_a_telephone(state: str, browser: Browser, tmp_path: Path) -> None:
    address = written(state, tmp_path)
    for scheme, size in (("light", NARROW), ("dark", NARROW)):
        with window(browser, scheme, size) as context:
            shown = context.new_page()
            shown.goto(address)
            shown.screenshot(path=PICTURES / f"page-{state}-360-{scheme}.png", full_page=True)
            assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
            assert faults(shown) == []


@EVERY
def test_every_state_has_its_picture_of_a_terminal(state: str, browser: Browser) -> None:
    path = PICTURES / f"terminal-{state}.png"
    path.unlink(missing_ok=True)
    browsers.picture_of_terminal(judge(facts(state)), browser, path)
    assert path.stat().st_size > 10_000


def focused(shown: Page) -> str:
    return str(shown.evaluate("document.activeElement.id || document.activeElement.className"))


def test_the_keyboard_alone_gets_everywhere(browser: Browser, tmp_path: Path) -> None:
    with window(browser, size=NARROW) as context:
        shown = context.new_page()
        shown.goto(written("attention", tmp_path))
        shown.keyboard.press("Tab")
        assert focused(shown) == "skip"
        assert shown.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]  # it is there
        shown.keyboard.press("Enter")
        assert focused(shown) == "main"
        seen = []
        for _ in range(2):
            shown.keyboard.press("Tab")
            seen.append(focused(shown))
            assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert seen == ["dns-table", "history-table"]
        before = shown.evaluate("document.activeElement.scrollLeft")
        shown.keyboard.press("ArrowRight")
        shown.wait_for_function(f"document.activeElement.scrollLeft > {before}")


class Changing:
    """Looks whose state the test sets."""

    def __init__(self) -> None:
        self.state = "red-in-charge"

    def look(self) -> Board:
        return judge(facts(self.state))


@pytest.fixture
def served() -> Iterator[tuple[Changing, str, ThreadingHTTPServer]]:
    looks = Changing()
    made = serve.server(Looks(looks.look, 0.3), 0)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield looks, f"http://127.0.0.1:{made.server_port}/", made
    made.shutdown()
    made.server_close()


def test_a_served_page_keeps_itself_fresh_and_says_when_it_is_not(
    browser: Browser, served: tuple[Changing, str, ThreadingHTTPServer]
) -> None:
    looks, address, server = served
    with window(browser, size=WIDE) as context:
        shown = context.new_page()
        _, said = overheard(shown)
        shown.goto(address)
        assert "WELL" in shown.inner_text(".verdict")
        assert faults(shown) == []
        shown.focus("#dns-table")
        looks.state = "attention"
        shown.wait_for_selector(".verdict:has-text('ATTENTION')")
        assert shown.inner_text("#told").startswith("Now: ")
        assert focused(shown) == "dns-table"
        assert "ATTENTION" in shown.title()
        assert said == []  # nor does its policy forbid what it does
        assert not shown.is_visible("#stale")
        assert faults(shown) == []
        server.shutdown()
        server.server_close()
        shown.wait_for_selector("#stale:not([hidden])")
        assert shown.inner_text("#stale").startswith("NOT FRESH since ")
        shown.screenshot(path=PICTURES / "page-not-fresh.png")
        assert faults(shown) == []


def test_a_pause_is_said_and_ends_with_a_look(
    browser: Browser, served: tuple[Changing, str, ThreadingHTTPServer]
) -> None:
    looks, address, _ = served
    with window(browser) as context:
        shown = context.new_page()
        shown.goto(address)
        shown.focus("#pause")
        shown.keyboard.press("Enter")
        assert shown.inner_text("#stale").startswith("PAUSED")
        looks.state = "first-start"
        shown.wait_for_timeout(700)
        assert "WELL" in shown.inner_text(".verdict")
        shown.keyboard.press("Enter")
        shown.wait_for_selector(".verdict:has-text('ATTENTION')")
        assert not shown.is_visible("#stale")
