"""What a rehearsal on an account costs: by the price list, or by those of the dearest regions, rounded up."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from components import root_volume
from cutover import aws_prices
from cutover.cost import Kind, Parts, Price, Prices, Rate, Unknown, cost_of
from cutover.cost.price import money, rounded, symbol

OWN_FIGURE = "rounded up; the price list does not answer"
# Where the price list does not answer: dollars of each rate. https://aws.amazon.com/elasticloadbalancing/pricing/,
# https://aws.amazon.com/vpc/pricing/ (NAT gateways, public addresses), https://aws.amazon.com/ebs/pricing/ (gp3)
FIGURES = {
    Rate.LOAD_BALANCER: Decimal("0.04"),
    Rate.NAT_GATEWAY: Decimal("0.10"),
    Rate.ADDRESS: Decimal("0.005"),
    Rate.VOLUME: Decimal("0.1825"),
}
# Of general-purpose types: https://aws.amazon.com/ec2/pricing/on-demand/
VCPU = Decimal("0.10")
NOBODY_SAYS = "https://aws.amazon.com/ec2/pricing/on-demand/ has it"
# To build, tag in and back, and destroy: an hour, and a second one that has begun.
HOURS = 2
COLOURS = 2


@dataclass(frozen=True)
class Plan:
    """What is built for each of the two colours."""

    instance_type: str
    capacity: int
    availability_zones: int
    nat_gateways: int

    @property
    def parts(self) -> Parts:
        """What both colours are made of together."""
        return Parts(
            instance_type=self.instance_type,
            instances=COLOURS * self.capacity,
            volume_type=root_volume.TYPE,
            volume_gigabytes=root_volume.GIGABYTES,
            volumes=COLOURS * self.capacity,
            load_balancers=COLOURS,
            nat_gateways=COLOURS * self.nat_gateways,
            addresses=COLOURS * (self.availability_zones + self.nat_gateways),
        )


def lines(plan: Plan, prices: Prices) -> list[str]:
    """What is built and what it costs, in words, the sum last; without the instances where their price is not known."""
    parts, cost = plan.parts, cost_of(plan.parts, prices, "")
    missing = {Kind.INSTANCES: f"{parts.instances} {plan.instance_type}"}
    unknown = "".join(f", and {missing.get(kind, kind)}" for kind in cost.unknown)
    return [
        f"  {parts.instances} {plan.instance_type} at {_each(prices[Rate.INSTANCE])}",
        f"  {parts.volumes} volumes of {parts.volume_gigabytes} GB",
        f"  {parts.load_balancers} load balancers",
        f"  {parts.nat_gateways} NAT gateways",
        f"  {parts.addresses} public addresses",
        f"at most about {money(cost.per_hour, cost.currency)} an hour{unknown}, for {HOURS} hours that have begun: "
        f"{money(cost.per_hour * HOURS, cost.currency)}{unknown}; beside it some cents of traffic",
    ]


def _each(price: Price | Unknown) -> str:
    if isinstance(price, Unknown):
        return f"$ ? ({price.reason})"
    return f"{symbol(price.currency)} {rounded(price.amount, 3)} ({price.source})"


def of_plan(session: Any, region: str, plan: Plan) -> Prices:
    """By the price list or, where that does not answer, by rounded figures; `session` is boto3's.

    Of instances the number of vCPUs is the figure.
    """

    def client(service: Literal["pricing"], at: str) -> Any:
        return session.client(service, region_name=at)

    listed = aws_prices.begin(client, [plan.parts], region).prices()
    figures = {rate: Price(amount, "USD", OWN_FIGURE) for rate, amount in FIGURES.items()}
    found = {rate: figures.get(rate, price) if isinstance(price, Unknown) else price for rate, price in listed.items()}
    if isinstance(found[Rate.INSTANCE], Unknown):
        found[Rate.INSTANCE] = _by_vcpus(session, region, plan.instance_type)
    return found


def _by_vcpus(session: Any, region: str, instance_type: str) -> Price | Unknown:
    try:
        found = session.client("ec2", region_name=region).describe_instance_types(InstanceTypes=[instance_type])
        vcpus = int(found["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"])
    except Exception:  # noqa: BLE001  # whatever the reason, then nobody says
        return Unknown(NOBODY_SAYS)
    return Price(vcpus * VCPU, "USD", f"the price list does not answer; {vcpus} vCPUs of a general-purpose type")
