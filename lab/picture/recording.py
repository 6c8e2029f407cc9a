"""What the picture is drawn from: a rehearsal second by second, as plain data that can be kept."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.load.tally import Second
from lab.marks import Mark


@dataclass(frozen=True)
class Recording:
    """A rehearsal under load.

    began: the start of second 0, Unix time. colours: the one that was in charge first, then the other one. p99: second
    -> milliseconds, of all pools. figures: those of .lab/rehearsal.json.
    """

    began: float
    colours: tuple[str, str]
    seconds: tuple[Second, ...]
    p99: Mapping[int, float]
    marks: tuple[Mark, ...]
    figures: Mapping[str, Any]

    @property
    def pools(self) -> list[str]:
        """In the order in which the figures have them."""
        return list(self.figures["pools"])

    @property
    def length_seconds(self) -> int:
        """From the first request to the second after the last one."""
        return max((one.second for one in self.seconds), default=0) + 1

    def answers(self, colour: str, pool: str) -> list[int]:
        """For every second, how many requests of a pool a colour has answered well."""
        return self._each_second({one.second: one.by_colour.get(colour, 0) for one in self.seconds if one.pool == pool})

    def failed(self, pool: str | None = None) -> list[int]:
        """For every second, how many requests failed, of one pool or of all."""
        counts: Counter[int] = Counter()
        for one in self.seconds:
            if pool in (None, one.pool):
                counts[one.second] += sum(one.failures.values())
        return self._each_second(counts)

    def _each_second(self, counts: Mapping[int, int]) -> list[int]:
        return [counts.get(second, 0) for second in range(self.length_seconds)]

    def to_json(self) -> str:
        """One second a line."""
        head = {**asdict(self), "seconds": None, "p99": {str(second): ms for second, ms in self.p99.items()}}
        lines = ",\n".join(json.dumps(one.as_dict()) for one in self.seconds)
        return json.dumps(head).replace('"seconds": null', f'"seconds": [\n{lines}\n]') + "\n"

    @staticmethod
    def from_json(text: str) -> "Recording":
        """Raises ValueError for what is no recording."""
        try:
            data = json.loads(text)
            first, second = data["colours"]
            return Recording(
                float(data["began"]),
                (str(first), str(second)),
                tuple(Second(**one) for one in data["seconds"]),
                {int(second): float(ms) for second, ms in data["p99"].items()},
                tuple(Mark(**one) for one in data["marks"]),
                dict(data["figures"]),
            )
        except (KeyError, TypeError, AttributeError) as strange:
            raise ValueError(f"no recording of a rehearsal: {strange!r}") from strange
