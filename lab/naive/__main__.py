"""The command `python -m lab.naive`: 0 only if every naive way showed errors."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from lab import environment, written_table
from lab.load import vegeta
from lab.load.attack import LoadFailed
from lab.naive import figures
from lab.naive.figures import Outcome, Played
from lab.naive.ways import WAYS, Way
from lab.stage import Original, Report, StageFailed, built
from lab.toolchain import MissingPrerequisite
from lab.under_load import Load, under_load
from lab.workspace import CHECKOUT

FIGURES = CHECKOUT / ".lab" / "naive.json"
PAGE = CHECKOUT / "docs" / "zero-downtime.md"
COMMAND = "make rehearsal-naive"
# That of AWS: how long clients go on to where there is nothing depends on it.
ALIAS_TTL_SECONDS = 60


def play(original: Original, way: Way, load: Load, alias_ttl: int, report: Report) -> Outcome:
    """One way, in a copy of its own."""
    report(f"{way.name}: {way.title}")
    with original.copy(alias_ttl) as stage:
        with under_load(stage, load, report) as attack:
            way.act(stage, report)
        return figures.outcome(Played(way.name, way.title, load.rate, alias_ttl), attack.hits)


def read() -> dict[str, Outcome]:
    """What runs before this one have found, by way; nothing where they have left nothing that can be read."""
    try:
        held = [Outcome.from_json(one) for one in json.loads(FIGURES.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {one.way: one for one in held}


def keep(found: Mapping[str, Outcome]) -> None:
    """Write down these outcomes, by way, in place of all that was held."""
    known = [found[way.name].as_dict() for way in WAYS if way.name in found]
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def write_page(found: Mapping[str, Outcome]) -> list[str]:
    """Put the outcomes of all ways into the page; why it was left as it is, empty when it was written."""
    known = [found[way.name] for way in WAYS if way.name in found]
    missing = [way.name for way in WAYS if way.name not in found]
    other_ttl = [one.way for one in known if one.alias_ttl != ALIAS_TTL_SECONDS]
    reasons = [
        f"{said}: {', '.join(ways)}"
        for said, ways in (
            ("no outcome of", missing),
            ("nobody saw an error in", figures.harmless(known)),
            (f"the TTL was not {ALIAS_TTL_SECONDS} s, as on AWS, in", other_ttl),
        )
        if ways
    ]
    if not reasons:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(written_table.written(page, COMMAND, figures.table(known)), encoding="utf-8")
    return reasons


def play_all(ways: Sequence[Way], one_played: Callable[[Way], Outcome]) -> Iterator[Outcome]:
    """One way after the other, each written down as it ends: what comes after it may fail.

    What an earlier run has found of a way is gone as soon as it is played anew.
    """
    for way in ways:
        keep({name: one for name, one in read().items() if name != way.name})
        outcome = one_played(way)
        keep(read() | {way.name: outcome})
        yield outcome


def _report(line: str) -> None:
    print(f"naive: {line}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.naive", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=[way.name for way in WAYS], help="only these ways; the others' figures stay"
    )
    parser.add_argument("--rate", type=int, default=Load.rate, help=f"requests a second, {Load.rate} unless given")
    parser.add_argument("--alias-ttl", type=int, default=ALIAS_TTL_SECONDS, help="seconds, 60 unless given, as on AWS")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Play the ways one after the other, write down what came of them, and say whether each showed errors."""
    environment.enter()
    options = _parser().parse_args(arguments)
    wanted = [way for way in WAYS if options.only is None or way.name in options.only]
    outcomes: list[Outcome] = []
    failed = ""
    try:
        load = Load(vegeta.ensure(_report), options.rate)
        with built(_report) as original:
            # One at a time, so that those which have ended are told when a later one fails.
            for outcome in play_all(wanted, lambda way: play(original, way, load, options.alias_ttl, _report)):
                outcomes.append(outcome)
    except (MissingPrerequisite, StageFailed, LoadFailed) as failure:
        failed = str(failure)
    if outcomes:
        print("\n".join(figures.table(outcomes)), flush=True)
    if failed:
        _report(failed)
        return 1
    reasons = write_page(read())
    if reasons:
        _report(f"docs/{PAGE.name} is left as it is: {'; '.join(reasons)}")
    return _verdict(outcomes)


def _verdict(outcomes: list[Outcome]) -> int:
    harmless = figures.harmless(outcomes)
    if harmless:
        print(
            f"no errors were seen in: {', '.join(harmless)}. Where nothing fails, a 0 elsewhere proves nothing",
            flush=True,
        )
        return 1
    print(f"each of the {len(outcomes)} naive ways showed errors: the measurement sees downtime", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
