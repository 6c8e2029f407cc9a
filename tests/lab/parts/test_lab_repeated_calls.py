"""A call whose answer got lost is answered again, and not done again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError

from tests.lab.parts.lab_account import Account


@contextmanager
def attempt(client: Any, call: str, number: int) -> Iterator[None]:
    """Send the calls of `client` as this attempt of one and the same call."""

    def name(request: AWSPreparedRequest, **_: object) -> None:
        for header, value in {"amz-sdk-invocation-id": call, "amz-sdk-request": f"attempt={number}; max=5"}.items():
            del request.headers[header]
            request.headers[header] = value

    client.meta.events.register_last("before-send.ec2", name)
    try:
        yield
    finally:
        client.meta.events.unregister("before-send.ec2", name)


def add_rule(account: Account, group: str) -> str:
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    added = account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return str(added["SecurityGroupRules"][0]["SecurityGroupRuleId"])


@pytest.fixture
def group(account: Account) -> Iterator[str]:
    vpc = account.ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    group = account.ec2.create_security_group(GroupName="again", Description="again", VpcId=vpc)["GroupId"]
    yield str(group)
    account.ec2.delete_security_group(GroupId=group)
    account.ec2.delete_vpc(VpcId=vpc)


def test_the_second_attempt_of_a_call_gets_the_answer_of_the_first(account: Account, group: str) -> None:
    with attempt(account.ec2, "11111111-1111-1111-1111-111111111111", 1):
        added = add_rule(account, group)
    with attempt(account.ec2, "11111111-1111-1111-1111-111111111111", 2):
        assert add_rule(account, group) == added


def test_another_call_is_done_and_refused(account: Account, group: str) -> None:
    with attempt(account.ec2, "22222222-2222-2222-2222-222222222222", 1):
        add_rule(account, group)
    with (
        pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"),
        attempt(account.ec2, "33333333-3333-3333-3333-333333333333", 1),
    ):
        add_rule(account, group)


def test_a_call_that_failed_is_done_when_it_comes_again(account: Account, group: str) -> None:
    with pytest.raises(ClientError), attempt(account.ec2, "44444444-4444-4444-4444-444444444444", 1):
        account.ec2.delete_vpc(VpcId="vpc-00000000")
    with attempt(account.ec2, "44444444-4444-4444-4444-444444444444", 2):
        assert add_rule(account, group)
