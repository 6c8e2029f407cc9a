"""The health of targets, as a load balancer finds it."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.elbv2.models import FakeTargetGroup

from lab.aws import embedded
from lab.aws.answer import ELBV2_NAMESPACE, Answer, xml
from lab.aws.forwarding import is_forwarded_to
from lab.aws.request import ApiRequest
from lab.aws.tags import RELEASE_TAG
from lab.machines.health import Verdict
from lab.messages import Faults


@dataclass(frozen=True)
class TargetHealth:
    """One target and what DescribeTargetHealth says of it; `release` is the instance's tag, if it has one."""

    instance_id: str
    port: int
    state: str
    reason: str | None = None
    description: str | None = None
    release: str | None = None


class TargetHealths:
    """DescribeTargetHealth as Elastic Load Balancing answers it.

    moto 5.2.5 is too kind: a registered target that is not stopped is `healthy` from the first moment, whatever runs
    on it and also when it is terminated, and also when no listener forwards to its target group. Here it is `initial`
    until `health_seconds` after its registration, then `healthy` or, for a broken release, `unhealthy`. In a lab with
    machines, what its health checks say.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/check-target-health.html
    """

    def __init__(
        self,
        faults: Callable[[], Faults],
        clock: Callable[[], float] = time.time,
        verdict: Callable[[str, str], Verdict] | None = None,
    ) -> None:
        self._faults, self._verdict = faults, verdict
        self._clock = clock
        # What is registered already was so long ago: this lab goes on from another one.
        self._registered_at = dict.fromkeys(_registered(), 0.0)
        self._lock = threading.Lock()

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        group = embedded.elbv2(request.region).target_groups.get(request.form.get("TargetGroupArn", ""))
        if group is None:
            return pass_on()  # moto's TargetGroupNotFound is right
        return xml(_described(self.of_group(group, _asked_targets(request.form)), group))

    def note_registrations(self) -> None:
        """Remember since when each target is registered; forget those that are gone."""
        with self._lock:
            now = self._clock()
            self._registered_at = {target: self._registered_at.get(target, now) for target in _registered()}

    def of_group(self, group: FakeTargetGroup, asked: Iterable[str] = ()) -> list[TargetHealth]:
        """The targets of one group, or of those only the instances `asked` for."""
        in_use = is_forwarded_to(embedded.elbv2(group.region_name), group)
        instances = embedded.instances(group.region_name)
        wanted = list(asked)
        targets = [self._of_target(group, target_id, instances, in_use) for target_id in wanted or list(group.targets)]
        return [target for target in targets if wanted or target.state != "draining"]

    def _of_target(
        self, group: FakeTargetGroup, target_id: str, instances: Mapping[str, Instance], in_use: bool
    ) -> TargetHealth:
        ec2 = embedded.ec2(group.region_name)
        registered = group.targets.get(target_id)
        if registered is None:  # moto knows deregistered and unknown targets
            gone = group.health_for({"Id": target_id}, ec2)
            return TargetHealth(target_id, int(gone.port), gone.status, gone.reason, gone.description)
        target = TargetHealth(target_id, int(registered["Port"]), "healthy", release=_release(ec2, target_id))
        instance = instances.get(target_id)
        state = "running" if instance is None else instance.state  # a target may be an address
        if state in ("stopping", "stopped"):
            return _with(target, "unused", "Target.InvalidState", f"Target is in the {state} state")
        if state in ("shutting-down", "terminated"):
            return _with(target, "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
        if not in_use:
            text = "Target group is not configured to receive traffic from the load balancer"
            return _with(target, "unused", "Target.NotInUse", text)
        if self._verdict is not None:
            found = self._verdict(group.arn, target_id)
            return _with(target, found.state, found.reason, found.description)
        registered_at = self._registered_at.get((group.arn, target_id), 0.0)
        return checked(target, self._clock() - registered_at, self._faults())


def _registered() -> Iterator[tuple[str, str]]:
    """Target group and target of every registration."""
    for backend in embedded.elbv2_in_use():
        for group in list(backend.target_groups.values()):
            for target_id in list(group.targets):
                yield group.arn, target_id


def checked(target: TargetHealth, registered_seconds: float, faults: Faults) -> TargetHealth:
    """What the health checks say of a running target that was registered `registered_seconds` ago."""
    if registered_seconds < faults.health_seconds:
        return _with(target, "initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
    if target.release in faults.broken_releases or target.instance_id in faults.unhealthy_instances:
        return _with(target, "unhealthy", "Target.FailedHealthChecks", "Health checks failed with these codes: [503]")
    return target


def _release(ec2: EC2Backend, instance_id: str) -> str | None:
    return ec2.tags.get(instance_id, {}).get(RELEASE_TAG)


def _with(target: TargetHealth, state: str, reason: str | None, description: str | None) -> TargetHealth:
    return TargetHealth(target.instance_id, target.port, state, reason, description, target.release)


def _asked_targets(form: dict[str, str]) -> list[str]:
    return [value for name, value in form.items() if name.startswith("Targets.member.") and name.endswith(".Id")]


def _described(targets: list[TargetHealth], group: FakeTargetGroup) -> str:
    members = "".join(
        f"<member><HealthCheckPort>{_check_port(group, target)}</HealthCheckPort>"
        f"<Target><Id>{escape(target.instance_id)}</Id><Port>{target.port}</Port></Target><TargetHealth>"
        f"<State>{target.state}</State>{_element('Reason', target.reason)}"
        f"{_element('Description', target.description)}</TargetHealth></member>"
        for target in targets
    )
    return (
        f'<DescribeTargetHealthResponse xmlns="{ELBV2_NAMESPACE}"><DescribeTargetHealthResult>'
        f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions></DescribeTargetHealthResult>"
        "<ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></DescribeTargetHealthResponse>"
    )


def _check_port(group: FakeTargetGroup, target: TargetHealth) -> str:
    port = group.health_check_port
    return str(target.port) if port in (None, "traffic-port") else str(port)


def _element(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"
