"""One test under way: hits come in, progress is told, and the colour is watched; whatever happens, it ends."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cutover.load_evidence import Figures
from cutover.refusal import Refusal
from load_test import messages
from load_test.results import Hit, Tally
from load_test.vegeta import Attack

PROGRESS_SECONDS, WATCH_SECONDS = 2.0, 5.0
# AWS is asked again for minutes when it does not answer; a colour that nobody watches is not tested on.
UNWATCHED_SECONDS = 30.0
_TURN_SECONDS = 0.2


@dataclass(frozen=True)
class Limits:
    """A test ends early when more than `error_per_cent` of the last `window_seconds` of answers were bad."""

    error_per_cent: float
    window_seconds: int = 5

    def __str__(self) -> str:
        return f"in {self.window_seconds} s (--error-limit {self.error_per_cent:g})"


@dataclass(frozen=True)
class Ended:
    """How it ended: what was counted, and why it ended early (empty when it did not)."""

    figures: Figures
    at_limit: str = ""


@dataclass
class _Watch:
    """Asks `look` again and again in a thread; what it raises is kept."""

    look: Callable[[], None]
    over: threading.Event = field(default_factory=threading.Event)
    problem: Exception | None = None
    seen_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        while not self.over.wait(WATCH_SECONDS):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  # whatever the reason: who is not watched is not tested
                self.problem = error
                return
            self.seen_at = time.monotonic()

    def require(self) -> None:
        """Raise what the look raised, and Refusal when there was none for too long."""
        if self.problem is not None:
            raise self.problem
        if time.monotonic() - self.seen_at > UNWATCHED_SECONDS:
            raise Refusal(
                "the load test was ended: AWS does not say who is in charge",
                seen=f"no answer for {UNWATCHED_SECONDS:.0f} s",
                allowed=f"an answer every {WATCH_SECONDS:.0f} s",
                next_step="aws sts get-caller-identity, then the same command again",
            )


def run(
    attack: Attack, seconds: float, limits: Limits, look: Callable[[], None], report: Callable[[str], None]
) -> Ended:
    """Count what comes of `attack`, which is to last so many seconds, and tell `report` how far it is.

    `look` raises Refusal when the colour may not be tested any more; that is raised. So is a Refusal when vegeta fails,
    and KeyboardInterrupt; the caller leaves the attack's `with` then, which ends it.
    """
    tally, incoming = Tally(), queue.SimpleQueue[Hit | Exception | None]()
    threading.Thread(target=_read, args=(attack, incoming), daemon=True).start()
    watch = _Watch(look)
    threading.Thread(target=watch.run, daemon=True).start()
    began, told, at_limit = time.monotonic(), -PROGRESS_SECONDS, ""
    try:
        while _take(incoming, tally):
            watch.require()
            now = time.monotonic() - began
            if now - told >= PROGRESS_SECONDS:
                told = now
                report(messages.progress(tally.figures(), seconds - now))
            failed = tally.failed_lately(limits.window_seconds)
            if not at_limit and failed is not None and failed > limits.error_per_cent:
                at_limit = f"ended after {now:.0f} s: {failed:.1f} % of the latest answers were bad, {limits}"
                report(at_limit)
                attack.stop()
        watch.require()
    finally:
        watch.over.set()
    _require_requests(attack.problem(), tally.figures())
    return Ended(tally.figures(), at_limit)


def _read(attack: Attack, incoming: "queue.SimpleQueue[Hit | Exception | None]") -> None:
    try:
        for hit in attack.hits():
            incoming.put(hit)
    except (OSError, ValueError) as error:
        incoming.put(error)
    incoming.put(None)


def _take(incoming: "queue.SimpleQueue[Hit | Exception | None]", tally: Tally) -> bool:
    """Add what comes in one turn; False when nothing more will."""
    deadline = time.monotonic() + _TURN_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            one = incoming.get(timeout=left)
        except queue.Empty:
            return True
        if one is None:
            return False
        if isinstance(one, Exception):
            _require_requests(str(one), tally.figures())
        else:
            tally.add(one)
    return True


def _require_requests(problem: str, figures: Figures) -> None:
    """Raise Refusal when vegeta has failed, or has sent nothing that could be counted."""
    if problem or figures.requests < 2:
        raise Refusal(
            "vegeta failed, so nothing is known of the colour",
            seen=problem or f"{figures.requests} requests",
            allowed="vegeta 12.13.0, and an answer to each of its requests",
            next_step="vegeta -version; then the same command again",
        )
