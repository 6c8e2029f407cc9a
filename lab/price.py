"""What a rehearsal on an account costs: on-demand list prices, rounded up to those of the dearest regions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Dollars an hour, for each that has begun. https://aws.amazon.com/elasticloadbalancing/pricing/,
# https://aws.amazon.com/vpc/pricing/ (NAT gateways, public addresses), https://aws.amazon.com/ebs/pricing/ (20 GB gp3)
BALANCER, NAT_GATEWAY, ADDRESS, VOLUME = 0.04, 0.10, 0.005, 0.005
# Of general-purpose types, where the Price List API does not answer: https://aws.amazon.com/ec2/pricing/on-demand/
VCPU = 0.10
# To build, tag in and back, and destroy: an hour, and a second one that has begun.
HOURS = 2
COLOURS = 2
PRICE_LIST_REGION = "us-east-1"


@dataclass(frozen=True)
class Plan:
    """What is built for each of the two colours."""

    instance_type: str
    capacity: int
    availability_zones: int
    nat_gateways: int


@dataclass(frozen=True)
class InstancePrice:
    """Dollars an hour of one instance, and by whose account; None where nobody says."""

    dollars: float | None
    source: str


def lines(plan: Plan, instance: InstancePrice) -> list[str]:
    """What is built and what it costs, in words, the sum last; without the instances where their price is not known."""
    instances = COLOURS * plan.capacity
    each = f"{instance.dollars:.3f}" if instance.dollars is not None else "?"
    rows: Sequence[tuple[int, str, float | None]] = (
        (instances, f"{plan.instance_type} at $ {each} ({instance.source})", instance.dollars),
        (instances, "volumes of 20 GB", VOLUME),
        (COLOURS, "load balancers", BALANCER),
        (COLOURS * plan.nat_gateways, "NAT gateways", NAT_GATEWAY),
        (COLOURS * (plan.availability_zones + plan.nat_gateways), "public addresses", ADDRESS),
    )
    hourly = sum(count * dollars for count, _, dollars in rows if dollars is not None)
    unknown = f", and {instances} {plan.instance_type}" if instance.dollars is None else ""
    return [
        *(f"  {count} {what}" for count, what, _ in rows),
        f"at most about $ {hourly:.2f} an hour{unknown}, for {HOURS} hours that have begun: $ {hourly * HOURS:.2f}"
        f"{unknown}; beside it some cents of traffic",
    ]


def of_instance(session: Any, region: str, instance_type: str) -> InstancePrice:
    """By the Price List API or, where that does not answer, by the number of vCPUs; `session` is boto3's."""
    try:
        answer = session.client("pricing", region_name=PRICE_LIST_REGION).get_products(
            ServiceCode="AmazonEC2", Filters=_filters(region, instance_type), MaxResults=1
        )
        return InstancePrice(listed(answer["PriceList"]), "the price list")
    except Exception:  # noqa: BLE001  # whatever the reason, there is another way
        return _by_vcpus(session, region, instance_type)


def listed(products: Sequence[str]) -> float:
    """The on-demand price of the first product; raises LookupError or ValueError when there is none."""
    terms: Mapping[str, Any] = json.loads(products[0])["terms"]["OnDemand"]
    (term,) = terms.values()
    (dimension,) = term["priceDimensions"].values()
    dollars = float(dimension["pricePerUnit"]["USD"])
    if not dollars > 0:
        raise ValueError(dollars)  # of a capacity reservation, or another product than was asked for
    return dollars


def _by_vcpus(session: Any, region: str, instance_type: str) -> InstancePrice:
    try:
        found = session.client("ec2", region_name=region).describe_instance_types(InstanceTypes=[instance_type])
        vcpus = int(found["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"])
    except Exception:  # noqa: BLE001  # whatever the reason, then nobody says
        return InstancePrice(None, "https://aws.amazon.com/ec2/pricing/on-demand/ has it")
    return InstancePrice(vcpus * VCPU, f"the price list does not answer; {vcpus} vCPUs of a general-purpose type")


def _filters(region: str, instance_type: str) -> list[dict[str, str]]:
    wanted = {
        "regionCode": region,
        "instanceType": instance_type,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }
    return [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
