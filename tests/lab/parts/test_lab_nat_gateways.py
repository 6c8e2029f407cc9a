"""A NAT gateway's address is free once the gateway is deleted."""

import pytest
from botocore.exceptions import ClientError

from tests.lab.parts.lab_account import Account


def two_after_another(account: Account) -> None:
    """Make a NAT gateway, delete it, and give its address to another one."""
    vpc = account.ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnet = account.ec2.create_subnet(VpcId=vpc, CidrBlock="10.99.1.0/24")["Subnet"]["SubnetId"]
    address = account.ec2.allocate_address(Domain="vpc")["AllocationId"]
    for _ in range(2):
        made = account.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        account.ec2.delete_nat_gateway(NatGatewayId=made)


def test_the_address_of_a_deleted_gateway_can_be_given_to_the_next(account: Account) -> None:
    two_after_another(account)


def test_bare_moto_keeps_it_for_ever(moto: Account) -> None:
    with pytest.raises(ClientError, match="AlreadyAssociated"):
        two_after_another(moto)
