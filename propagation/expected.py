"""Judging answers where there are no colours: by values that are expected, or by whether all servers agree."""

from collections.abc import Collection

from propagation.answer import Endpoint, Kind
from propagation.colour_addresses import Verdict
from propagation.look import Look, few, judge_empty, look_of
from propagation.polite_ask import Heard


class ExpectedValues:
    """An answer with all of `values`, and nothing but them, is as it should be."""

    def __init__(self, values: Collection[str]) -> None:
        self._values = frozenset(values)
        self.in_doubt = 0

    async def judge(self, server: Endpoint, heard: Heard, *, recursive: bool) -> Look:  # noqa: ARG002  # as in Judge
        """Compare with what is expected; the summary says what is missing, and what there is too much."""
        answer = heard.answer
        if answer.kind is not Kind.ADDRESSES:
            return judge_empty(answer, asked_at=heard.asked_at, at=heard.at)
        verdict = Verdict.NEW if answer.addresses == self._values else Verdict.OLD
        parts = [f"answers {few(answer.addresses)}"]
        if missing := self._values - answer.addresses:
            parts.append(f"missing: {few(missing)}")
        if too_much := answer.addresses - self._values:
            parts.append(f"too much: {few(too_much)}")
        return look_of(answer, verdict, "; ".join(parts), asked_at=heard.asked_at, at=heard.at)


class Agreement:
    """All servers give the same answer: the one that a server changed to last.

    The servers that tell are the authoritative ones; where there are none (`by_resolvers`) the resolvers. An answer
    other than the same server's last one begins again, so that nothing counts that was said of an earlier answer.
    """

    def __init__(self, *, by_resolvers: bool) -> None:
        self._by_resolvers = by_resolvers
        self._newest: frozenset[str] | None = None
        self._last: dict[Endpoint, frozenset[str]] = {}
        self.in_doubt = 0

    async def judge(self, server: Endpoint, heard: Heard, *, recursive: bool) -> Look:
        """Compare with the newest answer, and note whether this is a newer one."""
        answer = heard.answer
        if answer.kind is not Kind.ADDRESSES:
            return judge_empty(answer, asked_at=heard.asked_at, at=heard.at)
        changed = False
        if recursive == self._by_resolvers:
            before = self._last.get(server)
            self._last[server] = answer.addresses
            changed = before is not None and before != answer.addresses
            if changed or self._newest is None:
                self._newest = answer.addresses
        agrees = answer.addresses == self._newest and not changed
        verdict = Verdict.NEW if agrees else Verdict.OLD
        return look_of(answer, verdict, f"answers {few(answer.addresses)}", asked_at=heard.asked_at, at=heard.at)
