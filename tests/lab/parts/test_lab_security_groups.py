"""A rule of a security group that is taken away twice is named as missing."""

import pytest
from botocore.exceptions import ClientError

from tests.lab.parts.lab_account import Account


def revoked_twice(account: Account, direction: str) -> str:
    """Take away a rule twice; the code of the second answer."""
    vpc = account.ec2.create_vpc(CidrBlock="10.98.0.0/16")["Vpc"]["VpcId"]
    group = account.ec2.create_security_group(GroupName="twice", Description="twice", VpcId=vpc)["GroupId"]
    authorize = getattr(account.ec2, f"authorize_security_group_{direction}")
    revoke = getattr(account.ec2, f"revoke_security_group_{direction}")
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    rule = authorize(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    revoke(GroupId=group, SecurityGroupRuleIds=[rule])
    try:
        with pytest.raises(ClientError) as refused:
            revoke(GroupId=group, SecurityGroupRuleIds=[rule])
    finally:
        account.ec2.delete_security_group(GroupId=group)
        account.ec2.delete_vpc(VpcId=vpc)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_the_second_answer_says_that_the_rule_is_not_there(account: Account, direction: str) -> None:
    assert revoked_twice(account, direction) == "InvalidSecurityGroupRuleId.NotFound"


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_bare_moto_says_something_else(moto: Account, direction: str) -> None:
    assert revoked_twice(moto, direction) == "InvalidPermission.NotFound"
