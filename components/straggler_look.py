"""Whether clients are left at a colour that was tagged out: one look in an update, shared by all hooks that ask."""

import threading
from collections.abc import Callable, Sequence

from components.settings import ColourSettings
from cutover import stragglers
from cutover.aws_requests import AwsRequests
from cutover.checks import override
from cutover.freeze import TrafficState, let_go_at
from cutover.owned import BALANCER, Owned
from cutover.stragglers import Counts, Found, Watch, by_minute


class StragglerLook:
    """Reads what the load balancers of both colours count; once, and then that counts.

    A colour that nobody goes to any more is free for good, and while it is taken down its load balancer goes. `owned`
    is the colour's own state. `report` is told once what could not be seen, and what is waived.
    """

    def __init__(
        self, settings: ColourSettings, owned: Sequence[Owned], aws: AwsRequests, report: Callable[[str], None]
    ) -> None:
        self._settings, self._aws, self._report = settings, aws, report
        self._balancers = [str(one.outputs.get("arn", "")) for one in owned if one.type == BALANCER]
        self._looking = threading.Lock()
        self._found: Found | None = None

    def read(self, traffic: TrafficState) -> Found:
        """What counts for a change of the colour, which is not frozen; blocks while AWS is asked."""
        with self._looking:
            if self._found is None:
                settings = self._settings
                waiver = override.decide_of_colour(settings.override, settings.colour, settings.release)
                self._found, lines = stragglers.waived(self._look(traffic), waiver)
                for line in lines:
                    self._report(line)
            return self._found

    def _look(self, traffic: TrafficState) -> Found:
        settings = self._settings
        since, percent = let_go_at(settings.colour, traffic.history), settings.shared.stragglers_percent
        watch = Watch(settings.colour, since, traffic.read_at, percent)
        if not self._balancers or not watch.is_needed:
            return stragglers.NOBODY
        try:
            others = self._aws.load_balancers_called(stragglers.targets_in_charge(traffic, settings.colour)).values()
            return stragglers.look(watch, lambda begin, end: self._counts(list(others), begin, end))
        except Exception as error:  # noqa: BLE001  # whatever the reason: then the freeze alone holds
            return stragglers.unreadable(settings.colour, error)

    def _counts(self, others: Sequence[str], begin: int, end: int) -> Counts:
        own, in_charge = (
            by_minute(self._aws.requests_by_minute(arn, begin, end) for arn in arns)
            for arns in (self._balancers, others)
        )
        return Counts(own, in_charge)
