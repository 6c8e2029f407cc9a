"""Which images lie in ECR, and where: their registry gets a login and the role its permission, and no other does."""

import pytest

from components import ecr
from components.config_value import IMAGE
from components.ecr import EcrRepository
from tests.unit import ecr_hosts


@pytest.mark.parametrize(("host", "partition"), ecr_hosts.HOSTS)
def test_a_registry_is_known_by_each_of_its_names(host: str, partition: str) -> None:
    image = f"{host}/shop/web"
    assert IMAGE.fullmatch(image)
    assert ecr.repository_of(image) == EcrRepository(host, ecr_hosts.ACCOUNT, ecr_hosts.REGIONS[partition], "shop/web")


PLAIN = f"{ecr_hosts.ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    "host",
    [
        "registry.shop.example",
        "public.ecr.aws",
        f"evil-{PLAIN}",
        f"{PLAIN}.shop.example",
        f"1{PLAIN}",
        PLAIN.replace("amazonaws.com", "amazonaws.com.shop.example"),
        PLAIN.replace("amazonaws.com", "on.aws"),
        PLAIN.replace("amazonaws.com", "amazonaws-com.example"),
        PLAIN.replace("dkr.ecr", "dkr-ecr"),
        PLAIN.replace("dkr.ecr", "dkr.ecr.fips"),
        PLAIN.replace("dkr.ecr", "ecr"),
        PLAIN.replace("eu-west-1", "eu-west-1.shop"),
        PLAIN.replace(".amazonaws", "xamazonaws"),
    ],
)
def test_no_other_host_is_taken_for_one(host: str) -> None:
    assert ecr.repository_of(f"{host}/shop/web") is None
