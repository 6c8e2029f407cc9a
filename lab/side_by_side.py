"""Several stacks brought up at the same time, and what becomes of them when whoever waits presses Ctrl-C."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lab import process_tree
from lab.progress import progress
from lab.pulumi_command import Result
from lab.ticker import ticking
from lab.workspace import Workspace

Report = Callable[[str], None]


class _Running:
    """The processes of the commands that were started, by id."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._to_end = False

    def started(self, process: int) -> None:
        """Note one; when all are to end, this one is, too."""
        self._ids.append(process)
        if self._to_end:
            process_tree.kill(process)

    def kill(self) -> None:
        """End all of them, and what they have started, at once."""
        self._to_end = True
        for process in self._ids:
            process_tree.kill(process)


def up(made: Workspace, stacks: Sequence[str], report: Report) -> list[Result]:
    """Bring `stacks` up, each by a `pulumi` of its own, and say how far they are; raises KeyboardInterrupt at Ctrl-C.

    Ctrl-C does not reach them, as each leads a session of its own. It is said at once what is waited for: where all
    is thrown away they are killed, and on an account they go on to their end, so that what they make gets into a state.
    """
    running, names = _Running(), " and ".join(stacks)
    with ThreadPoolExecutor(len(stacks)) as pool:
        try:
            with progress(report, f"build {names} side by side") as watch:
                return list(pool.map(lambda stack: made.up(stack, on_event=watch, on_start=running.started), stacks))
        except KeyboardInterrupt:
            if made.thrown_away:
                report(f"interrupted; ending the pulumi of {names}")
                running.kill()
            else:
                report(f"interrupted; waiting until the pulumi of {names} has ended, as what it makes has to be known")
                with ticking(lambda seconds: f"  {seconds:4.0f} s, not ended yet", report):
                    pool.shutdown()
            raise
