"""Capacity units of load balancers: on bare moto, which cannot reserve any, and on the lab's server."""

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from lab.client import LabClient
from tests.lab.parts.lab_account import Account


@pytest.fixture
def arn(account: Account) -> str:
    return account.cluster("amber", size=0).load_balancer_arn


def reserve(account: Account, arn: str, units: int) -> dict[str, object]:
    said: dict[str, object] = account.elbv2.modify_capacity_reservation(
        LoadBalancerArn=arn, MinimumLoadBalancerCapacity={"CapacityUnits": units}
    )
    return said


def states(account: Account, arn: str) -> list[str]:
    said = account.elbv2.describe_capacity_reservation(LoadBalancerArn=arn)
    return [one["State"]["Code"] for one in said.get("CapacityReservationState", ())]


def test_moto_knows_of_no_reservation(moto: Account) -> None:
    arn = moto.cluster("amber", size=0).load_balancer_arn
    with pytest.raises((ResponseParserError, ClientError)):
        reserve(moto, arn, 200)


def test_what_is_reserved_is_pending_for_a_while_and_then_provisioned_in_every_zone(
    account: Account, arn: str, lab: LabClient
) -> None:
    assert states(account, arn) == []
    lab.set_reservation_seconds(600)
    reserve(account, arn, 200)
    assert set(states(account, arn)) == {"pending"}
    with pytest.raises(ClientError, match="CapacityReservationPending"):
        reserve(account, arn, 300)
    lab.set_reservation_seconds(0)
    said = account.elbv2.describe_capacity_reservation(LoadBalancerArn=arn)
    assert said["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 200}
    assert {one["State"]["Code"] for one in said["CapacityReservationState"]} == {"provisioned"}
    assert sum(one["EffectiveCapacityUnits"] for one in said["CapacityReservationState"]) == 200


def test_it_is_made_less_twice_a_day_and_more_as_often_as_wanted(account: Account, arn: str) -> None:
    for units in (100, 300, 200, 250, 240):
        said = reserve(account, arn, units)
    assert said["DecreaseRequestsRemaining"] == 0
    reserve(account, arn, 900)
    with pytest.raises(ClientError, match="CapacityDecreaseRequestLimitExceeded"):
        account.elbv2.modify_capacity_reservation(LoadBalancerArn=arn, ResetCapacityReservation=True)


def test_it_is_reset(account: Account, arn: str) -> None:
    reserve(account, arn, 100)
    account.elbv2.modify_capacity_reservation(LoadBalancerArn=arn, ResetCapacityReservation=True)
    assert states(account, arn) == []


def test_neither_nothing_nor_nobody_is_reserved_for(account: Account, arn: str) -> None:
    with pytest.raises(ClientError, match="InvalidConfigurationRequest"):
        account.elbv2.modify_capacity_reservation(LoadBalancerArn=arn)
    for ask in (lambda: reserve(account, f"{arn}0", 100), lambda: states(account, f"{arn}0")):
        with pytest.raises(ClientError, match="LoadBalancerNotFound"):
            ask()
