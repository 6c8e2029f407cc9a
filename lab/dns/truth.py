"""What each server served and when: computed from what there was and how the server misbehaved."""

from lab.dns.lookup import probabilities
from lab.dns.timeline import Setting, Timeline
from lab.dns.world import History
from lab.messages import Served

# What a cache can get nothing from: no answer, or none that is to be believed.
_GIVES_NOTHING = (
    "drop",
    "servfail",
    "refused",
    "nxdomain",
    "nodata",
    "lame",
    "wrong_id",
    "wrong_question",
    "garbage",
    "truncate_no_tcp",
)


def served(history: History, timeline: Timeline, name: str, now: float) -> list[Served]:
    """What an authoritative server served for `name` until `now`, in order; equal neighbours are one entry.

    name: lower case, with a dot at the end.
    """
    entries: list[Served] = []
    for setting, end in timeline.intervals(until=now):
        for moment in _change_moments(history, setting, end):
            addresses = {}
            if setting.fault.fault not in _GIVES_NOTHING:
                addresses = probabilities(history.at(setting.source_time(moment)).public, name)
            entry = Served(moment, setting.fault.fault, addresses)
            if not entries or (entries[-1].addresses, entries[-1].fault) != (entry.addresses, entry.fault):
                entries.append(entry)
    return entries


def _change_moments(history: History, setting: Setting, end: float) -> list[float]:
    """When what is served changes while `setting` holds: at its start and whenever a world comes through."""
    if setting.stuck_at is not None:
        return [setting.since]
    arrivals = (at + setting.fault.lag_seconds for at in history.starts())
    return [setting.since, *(moment for moment in arrivals if setting.since < moment <= end)]
