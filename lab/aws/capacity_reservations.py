"""Capacity units that are reserved for load balancers: asked for, waited for, and described."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from moto.elbv2.models import FakeLoadBalancer

from lab.aws import embedded
from lab.aws.answer import ELBV2_NAMESPACE, Answer, error, xml
from lab.aws.request import ApiRequest
from lab.messages import Faults

DAY_SECONDS = 86400
DECREASES_A_DAY = 2


@dataclass
class Reservation:
    """What was asked for at `at` (Unix time in seconds), and when it was made less."""

    units: int = 0
    at: float = 0.0
    decreases: list[float] = field(default_factory=list)

    def decreases_left(self, now: float) -> int:
        return DECREASES_A_DAY - sum(now - at < DAY_SECONDS for at in self.decreases)


class CapacityReservations:
    """ModifyCapacityReservation, which moto 5.2.5 does not have, and DescribeCapacityReservation, which knows nothing.

    A reservation is `pending` for as long as `faults` says, and no other can be asked for meanwhile; it can be made
    less twice a day.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/request-capacity-unit-reservation.html
    """

    def __init__(self, faults: Callable[[], Faults]) -> None:
        self._faults = faults

    def modify(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        balancer = _balancer(request)
        if balancer is None:
            return _no_balancer(request)
        reset = request.form.get("ResetCapacityReservation", "").lower() == "true"
        said = request.form.get("MinimumLoadBalancerCapacity.CapacityUnits", "")
        if reset == said.isdigit():
            return error(request, "InvalidConfigurationRequest", "A capacity has to be specified, or to be reset")
        found, now, units = _reservation(balancer), time.time(), 0 if reset else int(said)
        if self._is_pending(found, now):
            return error(request, "CapacityReservationPending", "There is a pending capacity reservation.")
        if units < found.units:
            if not found.decreases_left(now):
                return error(
                    request,
                    "CapacityDecreaseRequestLimitExceeded",
                    "You've exceeded the daily capacity decrease limit for this reservation.",
                )
            found.decreases.append(now)
        found.units, found.at = units, now
        return self._described(request, balancer)

    def describe(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # a Correction
        balancer = _balancer(request)
        return _no_balancer(request) if balancer is None else self._described(request, balancer)

    def _is_pending(self, found: Reservation, now: float) -> bool:
        return now - found.at < self._faults().reservation_seconds

    def _described(self, request: ApiRequest, balancer: FakeLoadBalancer) -> Answer:
        found, now, action = _reservation(balancer), time.time(), request.action
        content = f"<DecreaseRequestsRemaining>{found.decreases_left(now)}</DecreaseRequestsRemaining>"
        if found.units:
            pending = self._is_pending(found, now)
            zones = [subnet.availability_zone for subnet in balancer.subnets]
            members = "".join(
                f"<member><AvailabilityZone>{zone}</AvailabilityZone>"
                f"<EffectiveCapacityUnits>{0 if pending else found.units / len(zones)}</EffectiveCapacityUnits>"
                f"<State><Code>{'pending' if pending else 'provisioned'}</Code></State></member>"
                for zone in zones
            )
            content += (
                f"<LastModifiedTime>{datetime.fromtimestamp(found.at, UTC).isoformat()}</LastModifiedTime>"
                f"<MinimumLoadBalancerCapacity><CapacityUnits>{found.units}</CapacityUnits>"
                f"</MinimumLoadBalancerCapacity><CapacityReservationState>{members}</CapacityReservationState>"
            )
        return xml(
            f'<{action}Response xmlns="{ELBV2_NAMESPACE}"><{action}Result>{content}</{action}Result>'
            f"<ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></{action}Response>"
        )


def _balancer(request: ApiRequest) -> FakeLoadBalancer | None:
    return embedded.elbv2(request.region).load_balancers.get(request.form.get("LoadBalancerArn", ""))


def _reservation(balancer: FakeLoadBalancer) -> Reservation:
    """It is kept with the load balancer, and goes with it."""
    found: Reservation = balancer.__dict__.setdefault("capacity_reservation", Reservation())
    return found


def _no_balancer(request: ApiRequest) -> Answer:
    return error(request, "LoadBalancerNotFound", f"Load balancer '{request.form.get('LoadBalancerArn')}' not found")
