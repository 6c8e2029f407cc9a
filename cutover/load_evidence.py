"""The evidence of a load test: what the parameter `load-test` says, as it is written and as it is read.

The parameter is there while its colour is awake, and goes with it. What stands in it is data of whoever could write it.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, NoReturn

from cutover.printable import printable, quoted

SCHEMA = 1
# What a colour's stack makes the parameter with; a test overwrites it.
NONE_YET = '{"tested": false}'
# Of many kinds of errors the most frequent are kept: a parameter holds 4 KB.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
KINDS_KEPT, OTHER_KINDS, KIND_CHARACTERS = 8, "others", 60
SHOWN_CHARACTERS = 60
MOST_REQUESTS = 10**12
# Figures are rounded when they are written, and a rate is measured between the first request and the last.
_ROUNDING = 0.01
# Success is rounded to a thousandth of a per cent.
_OF_SUCCESS = 1e-5


@dataclass(frozen=True)
class Figures:
    """What came of the requests of a test.

    `rate` is how many a second were sent, from the first to the last, which are `seconds` apart. `success` is the per
    cent that was answered well; p50 to `max` is how long answers took, in milliseconds, good and bad ones. `errors`
    maps each kind of error to how often it came.
    """

    requests: int
    seconds: float
    rate: float
    success: float
    p50: float
    p95: float
    p99: float
    max: float
    errors: Mapping[str, int]

    @property
    def answered_rate(self) -> float:
        """How many requests a second were answered well."""
        return self.rate * self.success / 100


@dataclass(frozen=True)
class Evidence:
    """What came of one load test of one colour.

    `instances` is the size of the Auto Scaling group called `group` when it was tested, and `load_balancer` the ARN of
    the one before it, which no other load balancer ever has. `at` is when the test ended, by AWS's clock, `by` the ARN
    of who ran it. `writes`: whether other requests than GET and HEAD were among them.
    """

    colour: str
    release: str
    group: str
    instances: int
    load_balancer: str
    figures: Figures
    writes: bool
    at: datetime
    by: str

    def to_json(self) -> str:
        """The text of the parameter, with all figures rounded so that nothing seems better than it was."""
        said, figures = asdict(self), asdict(self.figures)
        del said["figures"]
        rounded = {key: math.floor(_thousandths(figures[key])) / 1000 for key in _AT_LEAST}
        rounded |= {key: math.ceil(_thousandths(figures[key])) / 1000 for key in _AT_MOST}
        errors, at = _most_frequent(self.figures.errors), self.at.astimezone(UTC).isoformat()
        return json.dumps({"schema": SCHEMA, **said, **figures, **rounded, "errors": errors, "at": at})


def _thousandths(figure: float) -> float:
    """What was rounded before stays: 522.046 * 1000 is a little more than 522046."""
    return round(figure * 1000, 6)


_TEXTS = ("colour", "release", "group", "load_balancer", "by")
_AT_LEAST, _AT_MOST = ("rate", "seconds", "success"), ("p50", "p95", "p99", "max")
_KEYS = frozenset({"schema", *_TEXTS, "instances", "writes", "at", *(field.name for field in fields(Figures))})


@dataclass(frozen=True)
class Unreadable:
    """Why a parameter holds no evidence, with the beginning of what it says."""

    because: str


def parse(text: str) -> Evidence | Unreadable | None:
    """Read the parameter, whoever wrote it; None while it says that there was no test. Never raises."""
    if text == NONE_YET:
        return None
    try:
        return _evidence(json.loads(text, parse_constant=_no_number, object_pairs_hook=_no_key_twice))
    except (ValueError, RecursionError) as error:
        # What JSON says of a text is about columns, not about what it should have been.
        no_json = isinstance(error, json.JSONDecodeError | RecursionError)
        return Unreadable(f"{'no JSON' if no_json else error}: {quoted(text, SHOWN_CHARACTERS)}")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _no_key_twice(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _evidence(said: Any) -> Evidence:
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    if said.get("schema") != SCHEMA or isinstance(said.get("schema"), bool):
        raise ValueError(f"another schema than {SCHEMA}" if "schema" in said else "no schema")
    if missing := sorted(_KEYS - set(said)):
        raise ValueError(f"without {', '.join(missing)}")
    if unknown := sorted(set(said) - _KEYS):
        raise ValueError(f"unknown keys {quoted(', '.join(unknown), SHOWN_CHARACTERS)}")
    figures = Figures(
        requests=_count("requests", said["requests"]),
        errors=_errors(said["errors"]),
        **{key: _figure(key, said[key]) for key in (*_AT_LEAST, *_AT_MOST)},
    )
    _refuse_contradictions(figures)
    return Evidence(
        # Of none there is no test, and it would be no more than any group has.
        instances=_count("instances", said["instances"], at_least=1),
        figures=figures,
        writes=_yes_or_no("writes", said["writes"]),
        at=_moment(said["at"]),
        **{key: _text(key, said[key]) for key in _TEXTS},
    )


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is no text")
    return value


def _figure(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST_REQUESTS:
        raise ValueError(f"{key} is no number from 0 on")
    return float(value)


def _count(key: str, value: Any, at_least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not at_least <= value < MOST_REQUESTS:
        raise ValueError(f"{key} is no whole number from {at_least} on")
    return value


def _yes_or_no(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is neither true nor false")
    return value


def _errors(value: Any) -> Mapping[str, int]:
    if not isinstance(value, dict):
        raise ValueError("errors is no map")
    found: Counter[str] = Counter()
    for kind, count in value.items():
        # Two that begin alike are one then.
        found[printable(kind, KIND_CHARACTERS)] += _count("the number of an error", count)
    return dict(found)


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(_text("at", value))
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("at is no time with its zone") from None


def _refuse_contradictions(found: Figures) -> None:
    """Raise ValueError when the figures cannot be of one test."""
    latencies = (found.p50, found.p95, found.p99, found.max)
    failed = found.requests * (1 - found.success / 100)
    wrong = {
        "no request": not found.requests,
        "success is more than 100 %": found.success > 100,
        "p50, p95, p99 and max do not ascend": list(latencies) != sorted(latencies),
        "rate and seconds do not make the requests": not math.isclose(
            found.rate * found.seconds, found.requests - 1, rel_tol=_ROUNDING, abs_tol=2
        ),
        "the errors are not those that success leaves": not math.isclose(
            sum(found.errors.values()), failed, rel_tol=_ROUNDING, abs_tol=2 + found.requests * _OF_SUCCESS
        ),
    }
    if problems := [problem for problem, is_so in wrong.items() if is_so]:
        raise ValueError(problems[0])


def _most_frequent(errors: Mapping[str, int]) -> dict[str, int]:
    ordered = sorted(errors.items(), key=lambda item: (-item[1], item[0]))
    kept = {printable(kind, KIND_CHARACTERS): count for kind, count in ordered[:KINDS_KEPT]}
    rest = sum(errors.values()) - sum(kept.values())
    return kept | ({OTHER_KINDS: rest + kept.get(OTHER_KINDS, 0)} if rest else {})
