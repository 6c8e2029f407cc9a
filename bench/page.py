"""`docs/performance.md`: what stands between its markers is of the last run."""

from pathlib import Path

from bench import tables
from bench.figures import BUILD, PREVIEW, TAG_IN, Figures

PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def measured(figures: Figures) -> str:
    """The text between the markers."""
    about = figures.about
    parts = [
        [
            f"Measured {about['at']}, in {about['minutes']:.0f} minutes, {about['cores']} cores, load {about['load']} "
            f"when it began; engine {about['engine']}, provider {about['provider']}, {', '.join(about['rivals'])}."
        ],
        *([[f"Left out, since it did not succeed: {'; '.join(about['failed'])}."]] if about["failed"] else []),
        ["**What was to be shown**"],
        tables.goals(figures),
        ["**Preview** (`pulumi preview -s live`, `plan`)"],
        tables.deeds(figures, PREVIEW),
        ["**Tag-in** (`pulumi up -s live --skip-preview`, `apply`)"],
        tables.deeds(figures, TAG_IN),
        *_steps(figures),
        ["**What clients may have met**"],
        tables.moments(figures),
        [f"**Build of a cluster** ({_resources(figures)})"],
        tables.deeds(figures, BUILD),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _steps(figures: Figures) -> list[list[str]]:
    """Of the fewest names and of the most: between them it is seen what grows."""
    parts = []
    for names in dict.fromkeys((min(figures.names), max(figures.names))):
        title = f"**Where the seconds go**, of {tables.named(names)}; steps that are under way at once count each"
        rows = tables.steps(figures, names)
        parts += [[title], rows] if rows else []
    return parts


def put(figures: Figures, page: Path = PAGE) -> None:
    """Write them into the page; raises ValueError when it has no markers."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for what is measured: {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{measured(figures)}\n{END}{after}", encoding="utf-8")


def _resources(figures: Figures) -> str:
    count = sum(figures.resources.values())
    told = f"{count} resources of {len(figures.resources)} types"
    others = [f"{who}: {', '.join(lines)}" for who, lines in figures.differences.items() if lines]
    if others:
        return f"{told}; not the same everywhere: {'; '.join(others)}"
    return f"{told}, counted in everybody's state: the same"
