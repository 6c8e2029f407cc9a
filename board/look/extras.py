"""What an hour of a colour costs, and the evidence of its load test."""

from collections.abc import Mapping

from board.facts import Balancer, Fact, Group, LoadTest, Unknown
from board.look.aws_reads import AwsReads
from board.look.reading import Limit, in_thread
from components import root_volume
from components.shared_settings import SharedSettings
from cutover.checks import load_test
from cutover.checks.load_test import OFF, REQUIRED, Asked
from cutover.cluster_facts import ClusterFacts
from cutover.cost import ColourCost, Parts, cost_of
from cutover.group_capacity import CapacitySeen


def parts(
    shared: SharedSettings,
    built: Mapping[str, str],
    group: Group | None,
    balancer: Balancer | None,
    capacity: CapacitySeen | None,
) -> Parts:
    """What a colour is made of, as it is there.

    What is not read of AWS (volumes, NAT gateways, reserved units) is as its stack says that it was `built` (its shape;
    empty where that is not known), and otherwise as it is declared.
    """
    gateways = _number(built, "natGateways", shared.nat_gateways)
    units = _number(built, "loadBalancerCapacityUnits", shared.load_balancer_capacity_units)
    instances = len(capacity.zones) if capacity else 0
    if group is None and balancer is None:
        return Parts(idle_addresses=shared.nat_gateways if shared.keep_addresses else 0)
    zones = len(balancer.zones) if balancer else 0
    return Parts(
        instance_type=(group.instance_type if group else "") or shared.instance_type,
        instances=instances,
        volume_type=root_volume.TYPE,
        volume_gigabytes=root_volume.GIGABYTES,
        volumes=instances,
        load_balancers=1 if balancer else 0,
        capacity_units=units if balancer else 0,
        nat_gateways=gateways,
        addresses=gateways + zones,
    )


def _number(built: Mapping[str, str], key: str, otherwise: int) -> int:
    said = built.get(key, "")
    return int(said) if said.isascii() and said.isdigit() else otherwise


async def cost(aws: Fact[AwsReads], of: Fact[Parts], shared: SharedSettings, limit: Limit) -> Fact[ColourCost]:
    """What it costs by the hour; a kind without a price is unknown in it."""
    if isinstance(aws, Unknown):
        return aws
    if isinstance(of, Unknown):
        return of
    made, reader = of.value, aws.value

    def read() -> ColourCost:
        return cost_of(made, reader.prices([made], shared.prices).prices(), reader.region or "")

    return await limit.awaited("the price list", "for prices", in_thread(read))


def evidence(aws: AwsReads, shared: SharedSettings, colour: str, group: Group) -> LoadTest:
    """The evidence of the newest load test, as the check of a tag-in judges it."""
    parameter = shared.load_test_parameter(colour)
    if shared.load_test == OFF:
        return LoadTest("not asked: loadTest is off", True)
    asked = Asked(shared.load_test_measure, shared.load_test_max_age_hours, shared.load_test == REQUIRED, parameter)
    facts = ClusterFacts(colour, group.release, aws.region or "", shared.capacity, group.name, "", "", "", {})
    seen = aws.load_test(parameter, group.name, aws.region or "")
    found = load_test.check(seen, asked, facts) if shared.peak_rps else load_test.check_unset(asked, colour)
    return LoadTest(found.seen if found.asked else f"not asked: {found.seen}", found.holds)
