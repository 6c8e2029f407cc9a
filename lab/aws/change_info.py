"""Route 53's changes: PENDING until they are in sync."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex

from lab.aws.answer import ROUTE53_NAMESPACE, Answer, xml
from lab.aws.request import ApiRequest


class Changes:
    """GetChange as Route 53 answers it.

    moto 5.2.5 is too kind: every change, also one that never was, is INSYNC at once. Here a change is PENDING until
    `insync_seconds()` after it was made.
    """

    def __init__(self, insync_seconds: Callable[[], float], clock: Callable[[], float] = time.time) -> None:
        self._insync_seconds = insync_seconds
        self._clock = clock
        self._submitted_at: dict[str, float] = {}

    def add(self, request: ApiRequest) -> Answer:
        """Register a change that has just been made, and answer the call that made it."""
        change_id = f"C{token_hex(10).upper()}"
        self._submitted_at[change_id] = self._clock()
        return self._change_info(change_id, f"{request.action}Response")

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        change_id = request.path.rstrip("/").rpartition("/")[2]
        if change_id not in self._submitted_at:
            return pass_on()  # the changes of zones keep moto's answer
        return self._change_info(change_id, "GetChangeResponse")

    def _change_info(self, change_id: str, element: str) -> Answer:
        submitted_at = self._submitted_at[change_id]
        pending = self._clock() < submitted_at + self._insync_seconds()
        submitted = datetime.fromtimestamp(submitted_at, UTC)  # to be written with a Z: not every SDK takes an offset
        return xml(
            f'<{element} xmlns="{ROUTE53_NAMESPACE}"><ChangeInfo><Id>/change/{change_id}</Id>'
            f"<Status>{'PENDING' if pending else 'INSYNC'}</Status>"
            f"<SubmittedAt>{submitted:%Y-%m-%dT%H:%M:%SZ}</SubmittedAt>"
            f"</ChangeInfo></{element}>"
        )
