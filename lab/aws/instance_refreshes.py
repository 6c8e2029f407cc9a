"""Instance refreshes of Auto Scaling groups: begun, cancelled and described, never carried out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4
from xml.sax.saxutils import escape

from lab.aws import embedded
from lab.aws.answer import AUTOSCALING_NAMESPACE, Answer, error, xml
from lab.aws.request import ApiRequest


@dataclass(frozen=True)
class Refresh:
    """An instance refresh and its status."""

    id: str
    status: str


class InstanceRefreshes:
    """StartInstanceRefresh, CancelInstanceRefresh and DescribeInstanceRefreshes, which moto 5.2.5 does not have.

    One that was begun is InProgress until it is cancelled; no instance is replaced.
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    """

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], list[Refresh]] = {}

    def start(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        found = self._found(request)
        if found is None:
            return _no_group(request)
        if any(one.status == "InProgress" for one in found):
            return error(request, "InstanceRefreshInProgress", "An Instance Refresh is already in progress")
        found.insert(0, Refresh(str(uuid4()), "InProgress"))
        return _id(request, found[0].id)

    def cancel(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        found = self._found(request)
        if found is None:
            return _no_group(request)
        if not found or found[0].status != "InProgress":
            return error(request, "ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found")
        found[0] = replace(found[0], status="Cancelled")
        return _id(request, found[0].id)

    def describe(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        """Newest first."""
        found = self._found(request)
        if found is None:
            return _no_group(request)
        members = "".join(
            f"<member><InstanceRefreshId>{one.id}</InstanceRefreshId><Status>{one.status}</Status>"
            f"<AutoScalingGroupName>{escape(_group(request))}</AutoScalingGroupName></member>"
            for one in found
        )
        return _result(request, f"<InstanceRefreshes>{members}</InstanceRefreshes>")

    def _found(self, request: ApiRequest) -> list[Refresh] | None:
        """Those of the group that is asked about; None when there is no such group."""
        if _group(request) not in embedded.autoscaling(request.region).autoscaling_groups:
            return None
        return self._of.setdefault((request.region, _group(request)), [])


def _group(request: ApiRequest) -> str:
    return request.form.get("AutoScalingGroupName", "")


def _no_group(request: ApiRequest) -> Answer:
    return error(request, "ValidationError", f"AutoScalingGroup name not found - {_group(request)}")


def _id(request: ApiRequest, refresh_id: str) -> Answer:
    return _result(request, f"<InstanceRefreshId>{refresh_id}</InstanceRefreshId>")


def _result(request: ApiRequest, content: str) -> Answer:
    action = request.action
    return xml(
        f'<{action}Response xmlns="{AUTOSCALING_NAMESPACE}"><{action}Result>{content}</{action}Result>'
        f"<ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></{action}Response>"
    )
