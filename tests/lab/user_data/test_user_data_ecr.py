"""The script on an instance whose image is in a registry that wants a login."""

from pathlib import Path

import pytest

from tests.lab.user_data.instance import new_instance, render
from tests.unit import ecr_hosts


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
