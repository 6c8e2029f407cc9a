"""Which images lie in ECR, and where: their registry gets a login and the role its permission, and no other does."""

from pathlib import Path

import pytest

from components import ecr
from components.config_value import IMAGE
from components.ecr import EcrRepository
from tests.lab.user_data.instance import new_instance, render
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


# Of each form of name one; which hosts have it is tested above.
@pytest.mark.parametrize(("host", "partition"), ecr_hosts.HOSTS[1:4] + ecr_hosts.HOSTS[7:9])
def test_an_instance_logs_in_to_a_registry_by_the_name_that_it_pulls_from(
    host: str, partition: str, tmp_path: Path
) -> None:
    instance = new_instance(tmp_path)
    assert instance.boot(render({}, f"{host}/shop/web")) == 0
    assert instance.calls_of("aws") == [["ecr", "get-login-password", "--region", ecr_hosts.REGIONS[partition]]]
    login, pull, _ = instance.calls_of("docker")
    assert login == ["login", "--username", "AWS", "--password-stdin", host]
    assert pull == ["pull", f"{host}/shop/web:1.0.0"]
