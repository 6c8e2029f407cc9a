"""The cache of a resolver: every answer until its TTL ends, to the moment."""

import math
from dataclasses import dataclass, replace

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType

from lab.dns.outcome import Outcome
from lab.dns.timeline import Setting
from lab.messages import Cached

Question = tuple[str, RdataType]


@dataclass(frozen=True)
class Entry:
    """A cached outcome; times are Unix times in seconds."""

    outcome: Outcome
    stored_at: float
    expires_at: float

    def aged(self, now: float) -> Outcome:
        """The outcome with the time it may still be kept as its TTL.

        Whole seconds, rounded down: who keeps the answer that long lets go of it no later than this cache.
        """
        left = max(0, math.floor(self.expires_at - now))
        return replace(
            self.outcome,
            answer=tuple(_with_ttl(records, left) for records in self.outcome.answer),
            authority=tuple(_with_ttl(records, left) for records in self.outcome.authority),
        )


class Cache:
    """Answers by name (lower case) and type. `negative_ttl_seconds` bounds how long a denial is kept."""

    def __init__(self, negative_ttl_seconds: int) -> None:
        self._negative_ttl_seconds = negative_ttl_seconds
        self._entries: dict[Question, Entry] = {}

    def get(self, question: Question, now: float, setting: Setting) -> Entry | None:
        """The entry for `question` that has not expired, or that the fault keeps this resolver from letting go."""
        entry = self._entries.get(question)
        if entry is None or setting.source_time(now) < entry.expires_at:
            return entry
        del self._entries[question]
        return None

    def put(self, question: Question, outcome: Outcome, now: float, shortest_seconds: int = 0) -> Entry:
        """Keep `outcome` for its TTL, or for `shortest_seconds` if that is more; failures are not kept.

        The TTL of a denial is the SOA's (RFC 2308).
        """
        ttl = self._ttl(outcome)
        entry = Entry(outcome, now, now + (max(ttl, shortest_seconds) if ttl else 0))
        if entry.expires_at > now:
            self._entries[question] = entry
        return entry

    def _ttl(self, outcome: Outcome) -> int:
        if outcome.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return 0
        ttls = [records.ttl for records in outcome.answer]
        ttls += [min(records.ttl, self._negative_ttl_seconds) for records in outcome.authority]
        return min(ttls, default=0)

    def entries(self, name: str, now: float, setting: Setting) -> list[Cached]:
        """What is held for `name` (lower case, with a dot at the end) and would still be served."""
        held = [(question, self.get(question, now, setting)) for question in list(self._entries) if question[0] == name]
        return [_cached(question, entry) for question, entry in held if entry is not None]


def _with_ttl(records: dns.rrset.RRset, ttl: int) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(records.name, ttl, list(records))


def _cached(question: Question, entry: Entry) -> Cached:
    addresses = tuple(
        record.to_text()
        for records in entry.outcome.answer
        if records.rdtype in (RdataType.A, RdataType.AAAA)
        for record in records
    )
    kind, rcode = dns.rdatatype.to_text(question[1]), dns.rcode.to_text(entry.outcome.rcode)
    return Cached(kind, rcode, addresses, entry.stored_at, entry.expires_at)
