"""CloudTrail's LookupEvents, which moto 5.2.5 does not have: the calls that the lab has journalled."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.aws.answer import Answer, as_json, error
from lab.aws.embedded import REGION_OF_GLOBAL_SERVICES
from lab.aws.request import ApiRequest
from lab.messages import Call

# At once: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
MOST_EVENTS = 50
# Their events are in one region, wherever their callers are:
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
_GLOBAL = frozenset({"route53", "iam", "sts"})
_READING = ("Describe", "Get", "List", "Lookup", "Assume")


class Trail:
    """The newest events first, on one page, of calls that were allowed; `calls` gives them, oldest first."""

    def __init__(self, calls: Callable[[], Sequence[Call]]) -> None:
        self._calls = calls

    def lookup_events(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        """LookupEvents by nothing, or by EventName."""
        asked = json.loads(request.body)
        wanted = {one["AttributeKey"]: one["AttributeValue"] for one in asked.get("LookupAttributes", ())}
        if set(wanted) - {"EventName"}:
            return error(request, "InvalidLookupAttributesException", "The lab looks events up by EventName alone")
        found = [
            _event(number, call)
            for number, call in enumerate(self._calls())
            if call.allowed and _region(call) == request.region and wanted.get("EventName", _name(call)) == _name(call)
        ]
        return as_json({"Events": found[::-1][: int(asked.get("MaxResults", MOST_EVENTS))]})


def _event(number: int, call: Call) -> Mapping[str, Any]:
    return {
        "EventId": f"00000000-0000-0000-0000-{number:012d}",
        "EventName": _name(call),
        "ReadOnly": str(_name(call).startswith(_READING)).lower(),
        "EventTime": call.at,
        "EventSource": f"{_service(call)}.amazonaws.com",
        "Username": call.caller.rpartition("/")[2],
    }


def _name(call: Call) -> str:
    return call.action.partition(":")[2]


def _service(call: Call) -> str:
    return call.action.partition(":")[0]


def _region(call: Call) -> str:
    return REGION_OF_GLOBAL_SERVICES if _service(call) in _GLOBAL else call.region
