"""What each server served and when: computed from what there was and how the server misbehaved."""

from lab.dns.lookup import probabilities
from lab.dns.timeline import Setting, Timeline
from lab.dns.world import History
from lab.messages import Served

# What a cache can get nothing from: no answer, or none that is to be believed.
GIVES_NOTHING = (
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
        for moment, source_time in changes(history, setting, end):
            addresses = {}
            if setting.fault.fault not in GIVES_NOTHING:
                addresses = probabilities(history.at(source_time).public, name)
            entry = Served(moment, setting.fault.fault, addresses)
            if not entries or (entries[-1].addresses, entries[-1].fault) != (entry.addresses, entry.fault):
                entries.append(entry)
    return entries


def changes(history: History, setting: Setting, end: float) -> list[tuple[float, float]]:
    """When what is served changes while `setting` holds, and to what was there when.

    That is at its start and whenever a world comes through: of that one the moment itself, since a lag that is added
    and taken away again does not always give the same number.
    """
    first = (setting.since, setting.source_time(setting.since))
    if setting.stuck_at is not None:
        return [first]
    arrivals = ((at + setting.fault.lag_seconds, at) for at in history.starts())
    return [first, *((moment, at) for moment, at in arrivals if setting.since < moment <= end)]
