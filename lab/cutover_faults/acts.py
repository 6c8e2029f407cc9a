"""One disturbed tag-in after another: played on a stage under the load, and what came of each."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cutover.printable import printable
from lab import process_tree
from lab.cutover_faults import aftermath, faults
from lab.cutover_faults.aftermath import Aftermath
from lab.cutover_faults.faults import Fault, Moment, Scene
from lab.load.hit import Hit
from lab.pulumi_command import Event, Result
from lab.stage import LIVE, Stage
from lab.under_load import Load, under_load

Report = Callable[[str], None]
POLL_SECONDS = 0.1
# Some of every act is the end of the command, in which nothing is done any more.
_LAST_MOMENT = 0.97


@dataclass
class Act:
    """A tag-in that was disturbed `at` a Unix time, and what followed.

    missed: why nothing disturbed it; empty when something did. exit_code and said: of the tag-in. under_way: the steps
    that it was at. again and quiet: the next `up`, its exit code and what is there after it, and the exit code and the
    number of changes of the one after that. back: what is there after the tag-back, if there was one.
    """

    name: str
    title: str
    began: float = 0.0
    at: float = 0.0
    missed: str = ""
    exit_code: int = 0
    said: str = ""
    under_way: tuple[str, ...] = ()
    left: Aftermath | None = None
    again_exit_code: int = 0
    again: Aftermath | None = None
    quiet: int = 0
    quiet_exit_code: int = 0
    back: Aftermath | None = None
    hits: list[Hit] = field(default_factory=list)

    @property
    def converges(self) -> bool:
        """Whether the next `up` ended as a tag-in should, and the one after it had nothing to do."""
        switched = self.again_exit_code == 0 and self.again is not None and self.again.is_switched
        return switched and self.quiet_exit_code == 0 and self.quiet == 0


class Strike:
    """Waits for the moment of a fault in a thread of its own, and strikes.

    at: when it did. missed: why it did not, or how it failed; empty once the fault is there.
    """

    def __init__(self, fault: Fault, scene: Scene) -> None:
        self._fault, self._scene = fault, scene
        self._lowering, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="strike", daemon=True)
        self.at: float | None = None
        self.missed = "its moment never came"
        self._thread.start()

    def watch(self, event: Event) -> None:
        """To be called with every event of the command."""
        if event.kind == "resourcePreEvent" and event.body["metadata"]["urn"].endswith(f"-{self._scene.outgoing}"):
            self._lowering.set()

    def end(self) -> None:
        """The command has ended: no strike any more, unless it has begun."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_the_moment():
            if self._over.wait(POLL_SECONDS):
                return
        self.at = time.time()
        try:
            self._fault.strike(self._scene)
            self.missed = ""
        except Exception as error:  # noqa: BLE001  # whatever it was: nobody else would hear of it in this thread
            self.missed = f"{type(error).__name__}: {error}"

    def _is_the_moment(self) -> bool:
        scene, moment = self._scene, self._fault.moment
        if moment is Moment.LOWERING:
            return self._lowering.is_set()
        if moment is Moment.BEFORE:
            return True
        weights = scene.stage.weights()
        lowered = weights.get(scene.outgoing) == 0
        return lowered if moment is Moment.SWITCHED else weights.get(scene.incoming, 0) > 0


def play(fault: Fault, stage: Stage, load: Load, report: Report) -> Act:
    """A tag-in with this fault, the next `up`, the one after it, and a tag-back, under the load."""
    outgoing = stage.in_charge()
    scene, act = Scene(stage, outgoing, stage.other(outgoing)), Act(fault.name, fault.title)
    with under_load(stage, load, report) as attack:
        stage.lab.set_machines(pace=fault.pace)
        act.began = time.time()
        strike = Strike(fault, scene)
        if fault.moment is Moment.BEFORE:
            strike.end()
        report(f"  tag {scene.incoming} in; {fault.title}, {fault.moment.value}")
        result = stage.tag_in(scene.incoming, strike.watch)
        strike.end()
        act.missed = strike.missed
        act.at = strike.at or act.began
        _note(act, scene, result)
        faults.heal(stage)
        stage.wait_until_whole()
        _again(act, scene, report)
        report("  tag back")
        stage.tag_in(outgoing)
        act.back = _found(scene)
    act.hits = attack.hits
    return act


def moments(seed: int, count: int, seconds: float) -> list[float]:
    """So many random moments of `seconds`, one in each part of equal length, in random order."""
    chance = random.Random(seed)
    part = seconds * _LAST_MOMENT / count
    found = [part * (number + chance.random()) for number in range(count)]
    chance.shuffle(found)
    return found


def kills(stage: Stage, load: Load, seed: int, count: int, report: Report) -> Iterator[Act]:
    """Tag-ins that are killed at random moments, each followed by the `up` that ends it.

    Each goes to the colour that is not in charge, so that every second one goes back. How long one takes undisturbed
    is measured first.
    """
    began = time.monotonic()
    report("  a tag-in that nobody kills, to know how long it takes")
    stage.tag_in(stage.other(stage.in_charge()))
    seconds = time.monotonic() - began
    for number, after_seconds in enumerate(moments(seed, count, seconds), start=1):
        report(f"  kill {number} of {count}: {after_seconds:.1f} s after the begin, of {seconds:.0f}")
        with under_load(stage, load, report) as attack:
            act = _killed(stage, f"{after_seconds:.1f} s", after_seconds, report)
        act.hits = attack.hits
        yield act


def _killed(stage: Stage, title: str, after_seconds: float, report: Report) -> Act:
    outgoing = stage.in_charge()
    scene, act = Scene(stage, outgoing, stage.other(outgoing)), Act("killed", title, began=time.time())
    act.missed = "it had ended before"
    timers: list[threading.Timer] = []

    def kill(pid: int) -> None:
        act.at, act.missed = time.time(), ""
        process_tree.kill(pid)

    def begin(pid: int) -> None:
        timers.append(threading.Timer(after_seconds, kill, (pid,)))
        timers[0].start()

    result = stage.tag_in(scene.incoming, on_start=begin)
    timers[0].cancel()
    timers[0].join()
    _note(act, scene, result)
    # Its lock on the stack is still there.
    stage.workspace.pulumi("cancel", LIVE, "--yes")
    _again(act, scene, report)
    return act


def _note(act: Act, scene: Scene, result: Result) -> None:
    act.exit_code = result.exit_code
    act.said = act.said or next(iter(result.messages("error")), "")
    act.under_way = under_way(result.events)
    act.left = _found(scene)


def _again(act: Act, scene: Scene, report: Report) -> None:
    if act.said:
        report(f"  the tag-in said: {printable(act.said)}")
    report(f"  {act.left.words() if act.left else ''}. The next up:")
    again = scene.stage.workspace.up(LIVE)
    act.again_exit_code, act.again = again.exit_code, _found(scene)
    if again.exit_code:
        report(f"  it failed:\n{again.output}")
    quiet = scene.stage.workspace.up(LIVE)
    act.quiet, act.quiet_exit_code = len(quiet.steps), quiet.exit_code


def _found(scene: Scene) -> Aftermath:
    stage = scene.stage
    deployment = stage.workspace.deployment(LIVE)
    return aftermath.of(stage.weights(), stage.in_charge(), deployment, scene.outgoing, scene.incoming)


def under_way(events: Sequence[Event]) -> tuple[str, ...]:
    """The names of the steps that had begun and not ended, in their order."""
    names: dict[str, None] = {}
    for event in events:
        about: dict[str, Any] = event.body.get("metadata", {})
        name = str(about.get("urn", "")).rpartition("::")[2]
        if event.kind == "resourcePreEvent":
            names[name] = None
        elif event.kind in ("resOutputsEvent", "resOpFailedEvent"):
            names.pop(name, None)
    return tuple(names)
