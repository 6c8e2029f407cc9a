"""What is said meanwhile and in the end."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cutover.load_evidence import Evidence, Figures
from cutover.printable import printable
from load_test.verdict import Verdict


def progress(figures: Figures, seconds_left: float) -> str:
    """How far it is, in one line."""
    errors = f"; {_errors(figures)}" if figures.errors else ""
    return (
        f"{figures.requests} requests, {figures.rate:.1f} a second, {_share(figures)} % answered well, p99 "
        f"{figures.p99:.0f} ms so far, {max(seconds_left, 0):.0f} s left{errors}"
    )


def table(found: Evidence, asked_rate: int, verdict: Verdict) -> str:
    """All figures, a row for each, then the verdict."""
    figures = found.figures
    rows = [
        ("colour", f"{found.colour}, release {found.release}, {found.group}"),
        ("asked for", f"{asked_rate} requests a second"),
        ("sent", f"{figures.rate:.1f} requests a second for {figures.seconds:.1f} s, {figures.requests} in all"),
        ("answered well", f"{figures.answered_rate:.1f} requests a second"),
        ("success", f"{_share(figures)} %"),
        ("p50", f"{figures.p50:.0f} ms"),
        ("p95", f"{figures.p95:.0f} ms"),
        ("p99", f"{figures.p99:.0f} ms"),
        ("max", f"{figures.max:.0f} ms"),
        ("errors", _errors(figures) or "none"),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join([*(f"{name:<{width}}  {printable(value)}" for name, value in rows), *said(verdict)])


def said(verdict: Verdict) -> Sequence[str]:
    """The verdict, a line for each reason."""
    return [printable(reason) for reason in verdict.reasons]


def as_json(found: Evidence, asked_rate: int, verdict: Verdict, *, written: bool) -> str:
    """The same as one JSON object; `evidence` is what the parameter says, null where it could not be written."""
    evidence: dict[str, Any] = json.loads(found.to_json())
    whole = {
        "result": verdict.result.name.lower(),
        "reasons": list(verdict.reasons),
        "asked_rate": asked_rate,
        "answered_rate": round(found.figures.answered_rate, 3),
        **asdict(found.figures),
        "evidence": evidence if written else None,
    }
    return json.dumps(whole, indent=2)


def _share(figures: Figures) -> str:
    """Never up: one failure in a million is no 100 %."""
    return f"{int(figures.success * 1000) / 1000:g}"


def _errors(figures: Figures) -> str:
    ordered = sorted(figures.errors.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{kind}: {count}" for kind, count in ordered)
