"""Instances that cannot be launched, and the scaling activities that say why."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup

from lab.aws import embedded
from lab.aws.answer import AUTOSCALING_NAMESPACE, Answer, xml
from lab.aws.request import ApiRequest
from lab.aws.tags import COLOUR_TAG
from lab.messages import Faults

log = logging.getLogger("lab.aws")
KEPT = 20


@dataclass(frozen=True)
class Activity:
    """One attempt of a group to launch an instance; `message` is why it failed, empty when it did not."""

    cause: str
    message: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: str(uuid4()))


class LaunchFailures:
    """Groups whose instances cannot be launched, as `launch_failures` of the faults say.

    moto 5.2.5 launches always, at once, and knows no scaling activities. Here a group of a colour with such a fault
    stays without the instances, and each attempt is an activity that failed with the message that was set. A group
    tries again whenever somebody looks at it, so it is full soon after the fault was taken away.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html
    launched: called when instances came later than moto thinks.
    """

    def __init__(self, faults: Callable[[], Faults], launched: Callable[[], None]) -> None:
        self._faults = faults
        self._launched = launched
        self._activities: dict[str, list[Activity]] = {}
        self._short: set[str] = set()

    def guard(self) -> None:
        """Let every launch of this process come by here, for good."""
        launch = FakeAutoScalingGroup.replace_autoscaling_group_instances
        failures = self

        def guarded(self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]) -> None:
            message = failures.message_for(self, propagated_tags.get(COLOUR_TAG, ""), count_needed)
            if not message:
                launch(self, count_needed, propagated_tags)

        FakeAutoScalingGroup.replace_autoscaling_group_instances = guarded  # type: ignore[method-assign]

    def message_for(self, group: FakeAutoScalingGroup, colour: str, count: int) -> str:
        """Why `count` instances of the group cannot be launched now, empty when they can; noted as an activity."""
        message = self._faults().launch_failures.get(colour, "")
        if message or group.name in self._short:
            self._note(group, count, message)
        if message:
            self._short.add(group.name)
        return message

    def _note(self, group: FakeAutoScalingGroup, count: int, message: str) -> None:
        log.info("%s of %s instances of %s", f"no launch ({message})" if message else "launch", count, group.name)
        cause = f"an instance was started in response to a difference between desired and actual capacity ({count})"
        self._activities[group.name] = [Activity(cause, message), *self._activities.get(group.name, ())][:KEPT]

    def retry(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        """DescribeAutoScalingGroups: groups that could not launch try again first."""
        backend = embedded.autoscaling(request.region)
        for name in [name for name in self._short if name in backend.autoscaling_groups]:
            self._retry(backend, name)
        return pass_on()

    def _retry(self, backend: AutoScalingBackend, name: str) -> None:
        group = backend.autoscaling_groups[name]
        group.set_desired_capacity(group.desired_capacity)
        if len(group.instance_states) >= (group.desired_capacity or 0):
            self._short.discard(name)
            backend.update_attached_target_groups(name)
            self._launched()

    def describe(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        """DescribeScalingActivities, newest first."""
        found = self._activities.get(request.form.get("AutoScalingGroupName", ""), [])
        return xml(_described(request.form.get("AutoScalingGroupName", ""), found))


def _described(group: str, activities: Sequence[Activity]) -> str:
    members = "".join(
        f"<member><ActivityId>{one.id}</ActivityId><AutoScalingGroupName>{escape(group)}</AutoScalingGroupName>"
        f"<Cause>{escape(one.cause)}</Cause><Description>Launching a new EC2 instance</Description>"
        f"<StartTime>{one.at:%Y-%m-%dT%H:%M:%SZ}</StartTime><EndTime>{one.at:%Y-%m-%dT%H:%M:%SZ}</EndTime>"
        f"<StatusCode>{'Failed' if one.message else 'Successful'}</StatusCode>"
        f"{f'<StatusMessage>{escape(one.message)}</StatusMessage>' if one.message else ''}"
        "<Progress>100</Progress></member>"
        for one in activities
    )
    return (
        f'<DescribeScalingActivitiesResponse xmlns="{AUTOSCALING_NAMESPACE}"><DescribeScalingActivitiesResult>'
        f"<Activities>{members}</Activities></DescribeScalingActivitiesResult>"
        "<ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></DescribeScalingActivitiesResponse>"
    )
