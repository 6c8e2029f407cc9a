"""How long the clients of a colour may stay: one look in an update, shared by all hooks that ask."""

import threading
from collections.abc import Sequence

from cutover import drain
from cutover.aws_clusters import AwsClusters
from cutover.drain import Drain
from cutover.owned import Owned


class DrainLook:
    """Reads what the load balancers in `owned`, the colour's own state, keep alive; once, and then that counts.

    While a colour is taken down its load balancer goes, and the hooks of the rest are asked after that.
    """

    def __init__(self, owned: Sequence[Owned], aws: AwsClusters) -> None:
        self._owned, self._aws = owned, aws
        self._looking = threading.Lock()
        self._found: Drain | None = None

    def read(self) -> Drain:
        """The drain; blocks while AWS is asked."""
        with self._looking:
            if self._found is None:
                self._found = drain.of_colour(self._owned, self._aws.client_keep_alive_seconds)
            return self._found
