"""The picture of a rehearsal: what clients were served while the colours changed, drawn from plain data."""

from collections.abc import Callable
from pathlib import Path

from lab.picture.recording import Recording

DATA, SVG, PNG, PAGE = "rehearsal-seconds.json", "rehearsal.svg", "rehearsal.png", "rehearsal.html"


def keep(recording: Recording, folder: Path, report: Callable[[str], None]) -> None:
    """Write the data, the picture as SVG and as PNG, and the page into `folder`."""
    (folder / DATA).write_text(recording.to_json())
    report(f"drawing {folder / PAGE}")
    draw(recording, folder)


def draw(recording: Recording, folder: Path) -> None:
    """Write the picture and the page into `folder`."""
    # Imported here because it takes a second, which only who draws has to spend.
    from lab.picture import figure, page  # noqa: PLC0415

    svg = figure.as_svg(recording)
    (folder / SVG).write_text(svg, encoding="utf-8")
    (folder / PNG).write_bytes(figure.as_png(recording))
    (folder / PAGE).write_text(page.html(recording, svg), encoding="utf-8")
