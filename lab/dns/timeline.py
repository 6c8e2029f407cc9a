"""How a DNS address was set to misbehave, and since when."""

from dataclasses import dataclass

from lab.messages import ServerFault


@dataclass(frozen=True)
class Setting:
    """A fault since a moment (Unix time); `stuck_at` is when it got stuck, if it is."""

    since: float
    fault: ServerFault
    stuck_at: float | None = None

    def source_time(self, now: float) -> float:
        """The moment whose world an authoritative server serves at `now`."""
        return (now if self.stuck_at is None else self.stuck_at) - self.fault.lag_seconds


class Timeline:
    """All settings of one address since the start. Written by one thread at a time, read by any."""

    def __init__(self, at: float) -> None:
        self._settings = [Setting(at, ServerFault())]

    @property
    def latest(self) -> Setting:
        return self._settings[-1]

    def set(self, at: float, fault: ServerFault) -> None:
        before = self.latest
        if fault == before.fault:
            return
        stuck_at = None
        if fault.fault in ("stuck", "one_stuck"):
            stuck_at = at if before.stuck_at is None else before.stuck_at
        self._settings.append(Setting(at, fault, stuck_at))

    def intervals(self, until: float) -> list[tuple[Setting, float]]:
        """Each setting with the moment it ended; the last one ends at `until`."""
        ends = [later.since for later in self._settings[1:]] + [until]
        return list(zip(self._settings, ends, strict=True))
