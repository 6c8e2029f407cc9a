"""Prices that were asked for before, in the user's cache: list prices change a few times a year."""

import contextlib
import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cutover.cost.price import Price, amount_of
from cutover.cost.price_list import Query

WEEK_SECONDS = 7 * 86400
# More than a price takes; what is longer was not written here.
MOST_BYTES = 4096


def folder(environment: Mapping[str, str]) -> Path:
    """Where the user keeps what can be had again: https://specifications.freedesktop.org/basedir-spec/latest/"""
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    base = named if named.is_absolute() else Path(environment.get("HOME") or Path.home()) / ".cache"
    return base / "tag-team" / "prices"


class PriceCache:
    """One file for each price. `endpoint` is where prices are asked for: another one's are not believed.

    No method raises: what cannot be read is not there, and what cannot be written is asked for again.
    """

    def __init__(self, directory: Path, endpoint: str) -> None:
        self._directory, self._endpoint = directory, endpoint

    def get(self, query: Query, now: float) -> Price | None:
        """The price if it was put there within the last week; `now` is Unix time in seconds."""
        try:
            with self._file(query).open("rb") as file:
                found: Any = json.loads(file.read(MOST_BYTES))
            at, currency = found["at"], found["currency"]
            fresh = type(at) in (int, float) and 0 <= now - at <= WEEK_SECONDS
            if not fresh or found["asked"] != self._asked(query) or not re.fullmatch(r"[A-Z]{3}", currency):
                return None
            return Price(amount_of(found["amount"]), currency, source(at))
        except (OSError, ValueError, RecursionError, LookupError, TypeError, OverflowError):
            return None

    def put(self, query: Query, price: Price, now: float) -> None:
        """Keep `price`, which was asked for at `now`; readers find the old file or the new one, and never a part."""
        said = {"asked": self._asked(query), "currency": price.currency, "amount": f"{price.amount:f}", "at": now}
        with contextlib.suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._directory, suffix=".part", delete=False) as file:
                try:
                    file.write(json.dumps(said))
                    file.close()
                    Path(file.name).replace(self._file(query))
                except OSError:
                    Path(file.name).unlink(missing_ok=True)

    def _file(self, query: Query) -> Path:
        return self._directory / f"{quote(query.region, safe='')} {quote(query.usage_type, safe='')}.json"

    def _asked(self, query: Query) -> dict[str, Any]:
        """All that the answer depends on, as JSON gives it back."""
        return {
            "endpoint": self._endpoint,
            "rate": str(query.rate),
            "service": query.service,
            "filters": dict(query.filters),
            "usageType": query.usage_type,
        }


def source(at: float) -> str:
    """Where a price is from that was asked for at `at` (Unix time in seconds)."""
    return f"price list, {datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
