"""The network of one cluster, and the addresses its traffic to the offsite services comes from."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from cutover.limits import SPLIT_BITS


def subnet_ranges(cidr: str, zones: int) -> tuple[list[str], list[str]]:
    """Split `cidr` into sixteen equal ranges: `zones` public ones from the first half, `zones` private from the second.

    The split does not depend on the number of zones, so that adding a zone moves no subnet that is there.
    """
    ranges = [str(part) for part in ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=SPLIT_BITS)]
    return ranges[:zones], ranges[8 : 8 + zones]


@dataclass(frozen=True)
class NatAddressesArgs:
    """How many, and their tags."""

    count: int
    tags: dict[str, str]


class NatAddresses(pulumi.ComponentResource):
    """The public addresses of one colour's NAT gateways; they can outlive the cluster."""

    def __init__(self, name: str, args: NatAddressesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:NatAddresses", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = [f"{name}-nat-{number}" for number in range(1, args.count + 1)]
        eips = [aws.ec2.Eip(label, domain="vpc", tags=args.tags | {"Name": label}, opts=child) for label in labels]
        self.allocation_ids = [eip.id for eip in eips]
        self.addresses = [eip.public_ip for eip in eips]
        self.register_outputs({})


@dataclass(frozen=True)
class NetworkArgs:
    """`cidr` is the VPC's range, `zones` are its availability zones, `nat` has an address for each NAT gateway."""

    cidr: str
    zones: Sequence[str]
    nat: NatAddresses
    tags: dict[str, str]


class Network(pulumi.ComponentResource):
    """A VPC with a public and a private subnet in every zone; private traffic leaves through the NAT gateways."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:Network", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        tags, allocation_ids = args.tags, args.nat.allocation_ids
        self.vpc = aws.ec2.Vpc(
            name, cidr_block=args.cidr, enable_dns_hostnames=True, tags=tags | {"Name": name}, opts=self._child
        )
        self.gateway = gateway = aws.ec2.InternetGateway(
            name, vpc_id=self.vpc.id, tags=tags | {"Name": name}, opts=self._child
        )
        public, private = subnet_ranges(args.cidr, len(args.zones))
        self.public_subnet_ids, self.private_subnet_ids = [], []
        nat_gateways: list[aws.ec2.NatGateway] = []
        outside = self._route_table(f"{name}-public", gateway_id=gateway.id)
        ranges = zip(args.zones, public, private, strict=True)
        for number, (zone, public_range, private_range) in enumerate(ranges, start=1):
            subnet = self._subnet(f"{name}-public-{number}", zone, public_range, outside)
            self.public_subnet_ids.append(subnet.id)
            if number <= len(allocation_ids):
                label = f"{name}-{number}"
                nat_gateways.append(
                    aws.ec2.NatGateway(
                        label,
                        subnet_id=subnet.id,
                        allocation_id=allocation_ids[number - 1],
                        tags=tags | {"Name": label},
                        # An address belongs to one gateway at a time, and a range to one subnet.
                        opts=self._child.merge(
                            pulumi.ResourceOptions(depends_on=[gateway], delete_before_replace=True)
                        ),
                    )
                )
            through = nat_gateways[min(number, len(nat_gateways)) - 1]
            inside = self._route_table(f"{name}-private-{number}", nat_gateway_id=through.id)
            self.private_subnet_ids.append(self._subnet(f"{name}-private-{number}", zone, private_range, inside).id)
        self.register_outputs({})

    def _route_table(
        self, name: str, gateway_id: pulumi.Input[str] | None = None, nat_gateway_id: pulumi.Input[str] | None = None
    ) -> aws.ec2.RouteTable:
        tags = self._args.tags | {"Name": name}
        table = aws.ec2.RouteTable(name, vpc_id=self.vpc.id, tags=tags, opts=self._child)
        aws.ec2.Route(
            name,
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
            opts=self._child,
        )
        return table

    def _subnet(self, name: str, zone: str, cidr: str, table: aws.ec2.RouteTable) -> aws.ec2.Subnet:
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=self.vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            tags=self._args.tags | {"Name": name},
            opts=self._child.merge(pulumi.ResourceOptions(delete_before_replace=True)),
        )
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self._child)
        return subnet
