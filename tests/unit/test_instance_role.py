"""What an instance may do: exactly what it needs, spelled out."""

from typing import Any

import pytest

from components import instance_role, offsite
from tests.unit import ecr_hosts
from tests.unit.stack_values import OFFSITE

REGION, ACCOUNT = "eu-central-1", "123456789012"
ECR = "210987654321.dkr.ecr.eu-west-1.amazonaws.com"
SESSION_MANAGER = {
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


def allowed(*texts: str, image: str = "registry.shop.example/web", partition: str = "aws") -> dict[str, list[str]]:
    """Action to the resources that it is allowed on."""
    entries = [offsite.parse(text) for text in texts]
    found: dict[str, list[str]] = {}
    for statement in instance_role.statements(entries, image, partition, REGION, ACCOUNT):
        assert statement["Effect"] == "Allow"
        assert set(statement) == {"Effect", "Action", "Resource"}
        for action in statement["Action"]:
            found.setdefault(action, []).extend(as_list(statement["Resource"]))
    return found


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_without_offsite_data_an_instance_may_only_open_a_session() -> None:
    assert allowed("https://api.shop.example") == {action: ["*"] for action in SESSION_MANAGER}


def test_an_instance_may_read_its_own_secrets_and_no_others() -> None:
    may = allowed(*OFFSITE.values())
    assert set(may) - SESSION_MANAGER == {"ssm:GetParameter", "secretsmanager:GetSecretValue"}
    assert sorted(may["ssm:GetParameter"]) == [
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/database-url",
        OFFSITE["SEARCH_URL"],
    ]
    assert may["secretsmanager:GetSecretValue"] == [OFFSITE["API_KEY"]]


def test_a_parameter_by_name_is_in_the_clusters_own_partition_region_and_account() -> None:
    assert allowed("/shop/url", partition="aws-cn")["ssm:GetParameter"] == [
        f"arn:aws-cn:ssm:{REGION}:{ACCOUNT}:parameter/shop/url"
    ]


def test_the_order_in_the_config_makes_no_difference() -> None:
    assert allowed(*OFFSITE.values()) == allowed(*reversed(OFFSITE.values()))


def test_an_instance_may_pull_its_own_image_from_ecr_and_no_other() -> None:
    may = allowed(image=f"{ECR}/shop/web")
    repository = "arn:aws:ecr:eu-west-1:210987654321:repository/shop/web"
    assert {action: on for action, on in may.items() if action.startswith("ecr:")} == {
        "ecr:GetAuthorizationToken": ["*"],
        "ecr:BatchGetImage": [repository],
        "ecr:GetDownloadUrlForLayer": [repository],
    }


@pytest.mark.parametrize(("host", "partition"), ecr_hosts.HOSTS)
def test_an_instance_may_pull_its_own_image_by_every_name_of_its_registry(host: str, partition: str) -> None:
    may = allowed(image=f"{host}/shop/web", partition=partition)
    region = ecr_hosts.REGIONS[partition]
    assert may["ecr:GetAuthorizationToken"] == ["*"]
    assert may["ecr:BatchGetImage"] == [f"arn:{partition}:ecr:{region}:{ecr_hosts.ACCOUNT}:repository/shop/web"]
    assert may["ecr:GetDownloadUrlForLayer"] == may["ecr:BatchGetImage"]


@pytest.mark.parametrize("image", ["registry.shop.example/web", f"{ECR}.shop.example/web", f"shop.example/{ECR}"])
def test_an_image_from_elsewhere_gives_no_right_to_ecr(image: str) -> None:
    assert set(allowed(image=image)) == SESSION_MANAGER


def test_only_what_cannot_be_narrowed_is_allowed_on_everything() -> None:
    everywhere = {action for action, on in allowed(*OFFSITE.values(), image=f"{ECR}/web").items() if "*" in "".join(on)}
    assert everywhere == SESSION_MANAGER | {"ecr:GetAuthorizationToken"}
