"""A parameter's history can be made older, so that tests need not wait for what depends on its age."""

import pytest
from botocore.exceptions import ClientError

from lab.client import LabClient, LabError
from tests.lab.parts.lab_account import Account


def test_every_version_of_an_aged_parameter_is_that_much_older(account: Account, lab: LabClient) -> None:
    ssm = account.client("ssm")
    for value in ("one", "two"):
        ssm.put_parameter(Name="/aged", Type="String", Value=value, Overwrite=True)
    before = [version["LastModifiedDate"] for version in ssm.get_parameter_history(Name="/aged")["Parameters"]]
    assert lab.age_parameter("/aged", 100) == 2
    after = [version["LastModifiedDate"] for version in ssm.get_parameter_history(Name="/aged")["Parameters"]]
    assert [round((old - new).total_seconds()) for old, new in zip(before, after, strict=True)] == [100, 100]


def test_auto_scaling_groups_get_older_with_it_unless_they_are_to_look_new(account: Account, lab: LabClient) -> None:
    group = account.cluster("amber", size=0).auto_scaling_group
    account.client("ssm").put_parameter(Name="/aged", Type="String", Value="one", Overwrite=True)

    def created_at() -> float:
        groups = account.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
        return float(groups["AutoScalingGroups"][0]["CreatedTime"].timestamp())

    before = created_at()
    lab.age_parameter("/aged", 100)
    lab.age_parameter("/aged", 100, groups=False)
    assert round(before - created_at()) == 100


def test_a_parameter_that_is_not_there_cannot_be_aged(lab: LabClient) -> None:
    with pytest.raises(LabError, match="there is no parameter /nowhere"):
        lab.age_parameter("/nowhere", 100)


def test_every_version_of_a_parameter_has_an_author(account: Account) -> None:
    ssm = account.client("ssm")
    for value in ("one", "two"):
        ssm.put_parameter(Name="/authored", Value=value, Type="String", Overwrite=True)
    caller = account.client("sts").get_caller_identity()["Arn"]
    history = ssm.get_parameter_history(Name="/authored")["Parameters"]
    assert [(one["Value"], one["LastModifiedUser"]) for one in history] == [("one", caller), ("two", caller)]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter_history(Name="/nobody")
