"""A real browser without a window, where this machine has one, and pictures of what it shows."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright
from rich.console import Console

from board import terminal
from board.judged import Board
from tests.unit.sources import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MISSING = "no Chromium here; apt-get install chromium, then again"
PICTURES = ROOT / ".lab" / "board"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
TERMINAL_COLUMNS = 130


def program() -> str | None:
    """Where a browser is; Playwright's own cannot be had as a package."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@contextmanager
def opened() -> Iterator[Browser]:
    """One browser; as root it takes no sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, scheme: str = "light", size: dict[str, int] | None = None) -> Iterator[BrowserContext]:
    """A window with a colour scheme (light or dark)."""
    context = browser.new_context(
        viewport=size or WIDE,  # type: ignore[arg-type]  # a TypedDict of these two
        color_scheme=scheme,  # type: ignore[arg-type]  # one of three texts
    )
    try:
        yield context
    finally:
        context.close()


def picture_of_terminal(board: Board, browser: Browser, path: Path) -> None:
    """What a terminal shows of the board, as a picture; rich draws it, and the browser turns that into pixels."""
    console = Console(record=True, width=TERMINAL_COLUMNS, force_terminal=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    terminal.show(board, console)
    drawing = console.export_svg(title="python -m board")
    with window(browser) as context:
        context.route("**/*", _nobody)
        shown = context.new_page()
        shown.set_content(f'<body style="margin:0;width:1500px">{drawing}</body>')
        shown.locator("svg").first.screenshot(path=path)


def _nobody(route: Route) -> None:
    """Nothing is fetched: the drawing names a font of somebody's server."""
    route.abort()
