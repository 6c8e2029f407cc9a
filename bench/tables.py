"""The tables of what was measured, and what they say of the goals."""

from collections.abc import Callable, Iterable, Sequence

from bench.figures import BUILD, PREVIEW, TAG_IN, Figures, Sample, spread

OURS, FLOOR = "tag-team", "bare Pulumi"
# https: issue 14: a tag-in and a preview are at most so far above the floor, fifty names take at most so much longer.
MOST_SECONDS_ABOVE_THE_FLOOR = 2.0
MOST_TIMES_ONE_NAME = 1.05
# The same: medians of five; docs/decisions.md says what has fewer, and each goal does where it has.
ROUNDS = 5

Row = Sequence[str]


def table(head: Row, rows: Sequence[Row]) -> list[str]:
    """Lines of Markdown."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def deeds(figures: Figures, deed: str) -> list[str]:
    """One line for each number of names and each contestant."""
    waited = {TAG_IN: ["waits for DNS"], BUILD: ["waits for capacity"]}.get(deed, [])
    waits = [] if deed == PREVIEW else ["provider sleeps", *waited]
    head = ["names", "who", "runs", "whole", *waits, "left", "above the floor", "CPU", "memory", "calls"]
    if deed == PREVIEW:
        head.remove("left")
    return table(head, [_row(figures, deed, names, who) for names, who in _rows(figures, deed)])


def moments(figures: Figures) -> list[str]:
    """What clients may have met during the tag-ins."""
    rows = []
    for names, who in _rows(figures, TAG_IN):
        seen = [one.moments for one in figures.of(who, TAG_IN, names) if one.moments]
        if seen:
            pairs = sum(one.names for one in seen)
            zero, longest = sum(one.nobody for one in seen), max(one.nobody_seconds for one in seen)
            rows.append(
                [
                    str(names),
                    who,
                    f"{sum(one.lower_first for one in seen)} of {pairs}",
                    f"{zero} of {pairs}",
                    f"{longest:.2f} s" if zero else "-",
                    f"{max(one.apart_seconds for one in seen):.1f} s",
                ]
            )
    return table(["names", "who", "lowered first", "were at 0/0", "the longest 0/0", "first to last change"], rows)


def steps(figures: Figures, names: int) -> list[str]:
    """Where the seconds of a Pulumi program go that are no waits, of so many names: the median of each."""
    rows = []
    for deed in (PREVIEW, TAG_IN):
        for who in (OURS, FLOOR):
            samples = figures.of(who, deed, names)
            every = dict.fromkeys(name for one in samples for name in one.steps)
            told = [f"{name} {spread([one.steps.get(name, 0.0) for one in samples]).median:.2f} s" for name in every]
            rows += [[deed, who, ", ".join(told)]] if told else []
    return table(["deed", "who", "steps, without their waits"], rows) if rows else []


def goals(figures: Figures) -> list[str]:
    """What was to be shown, as lines of a list; `NO` where it is not so.

    Each is of medians of five, or says of how many.
    The goals of a tag-in that count its waits say the TTL, which is the bench's and not AWS's 60 s.
    """
    lines = []
    for deed in (PREVIEW, TAG_IN):
        for names in figures.names:
            ours, floor = (_median(figures, who, deed, names, _own) for who in (OURS, FLOOR))
            if ours is None or floor is None:
                continue
            above = ours - floor
            verdict = _verdict(above <= MOST_SECONDS_ABOVE_THE_FLOOR, f"at most {MOST_SECONDS_ABOVE_THE_FLOOR:g} s")
            fewer = _fewer(figures, [(OURS, deed, names), (FLOOR, deed, names)])
            ratio = _ratio(figures, deed, names)
            lines.append(f"- {deed}, {named(names)}: {above:+.1f} s above the floor ({verdict}){fewer}{ratio}")
    lines += [f"- build:{_ratio(figures, BUILD, 1)}"] if figures.of(OURS, BUILD, 1) else []
    one, most = (_median(figures, OURS, TAG_IN, names, _whole) for names in (min(figures.names), max(figures.names)))
    if one and most and len(figures.names) > 1:
        times = most / one
        verdict = _verdict(times <= MOST_TIMES_ONE_NAME, f"at most {MOST_TIMES_ONE_NAME:g}")
        fewer = _fewer(figures, [(OURS, TAG_IN, names) for names in (min(figures.names), max(figures.names))])
        lines.append(
            f"- a tag-in of {named(max(figures.names))} takes {times:.3f} times as long as one of one, "
            f"{_all_waits(figures, TAG_IN)} ({verdict}){fewer}"
        )
    return lines


def _rows(figures: Figures, deed: str) -> list[tuple[int, str]]:
    return [(names, who) for names in figures.names for who in figures.who if figures.of(who, deed, names)]


def _row(figures: Figures, deed: str, names: int, who: str) -> Row:
    def text(value: Callable[[Sample], float], unit: str = "s", digits: int = 1) -> str:
        found = figures.spread(who, deed, names, value)
        return found.text(unit, digits) if found else "-"

    own, floor = (_median(figures, one, deed, names, _own) for one in (who, FLOOR))
    above = f"{own - floor:+.1f} s" if own is not None and floor is not None and who != FLOOR else "-"
    waits = [text(lambda one: one.provider_seconds), text(lambda one: one.waited_seconds)]
    return [
        str(names),
        who,
        str(len(figures.of(who, deed, names))),
        text(_whole),
        *([] if deed == PREVIEW else [*waits, text(_own)]),
        above,
        text(lambda one: one.cpu_seconds),
        text(lambda one: one.peak_megabytes, "MB", 0),
        text(lambda one: one.calls, "", 0),
    ]


def _ratio(figures: Figures, deed: str, names: int) -> str:
    """How long ours takes beside each of the others, in whole and without waits."""
    texts = []
    for who in figures.who:
        pairs = [
            (_median(figures, OURS, deed, names, value), _median(figures, who, deed, names, value))
            for value in (_own, _whole)
        ]
        if who in (OURS, FLOOR) or any(ours is None or theirs is None for ours, theirs in pairs):
            continue
        own, whole = (f"{ours / theirs:.2f}" for ours, theirs in pairs if ours is not None and theirs)
        waits = "" if deed == PREVIEW else f", {whole} {_all_waits(figures, deed)}"
        texts.append(f" {own} times {who}'s{waits}{_fewer(figures, [(OURS, deed, names), (who, deed, names)])}")
    return ("," if deed != BUILD else "") + ";".join(texts) if texts else ""


def _all_waits(figures: Figures, deed: str) -> str:
    """A tag-in waits for DNS, the longer the longer the TTL is; a build does not."""
    ttl = f" at a TTL of {figures.about['alias_ttl_seconds']} s" if deed == TAG_IN else ""
    return f"with all waits{ttl}"


def _fewer(figures: Figures, compared: Iterable[tuple[str, str, int]]) -> str:
    """Of how many samples the medians are, by the shortest of the rows that are compared; nothing where it is five."""
    count = min(len(figures.of(*one)) for one in compared)
    return "" if count == ROUNDS else f" (median of {count})"


def _median(figures: Figures, who: str, deed: str, names: int, value: Callable[[Sample], float]) -> float | None:
    found = figures.spread(who, deed, names, value)
    return found.median if found else None


def _own(one: Sample) -> float:
    return one.own_seconds


def _whole(one: Sample) -> float:
    return one.seconds


def named(names: int) -> str:
    """So many names, in words."""
    return "one name" if names == 1 else f"{names} names"


def _verdict(holds: bool, limit: str) -> str:
    return f"{limit}: yes" if holds else f"{limit}: NO"
