"""One way to AWS for provider and hooks: the same region, profile and credentials. Nothing here calls AWS."""

import os
from pathlib import Path

import pytest

from cutover.aws import session
from cutover.refusal import Refusal

CONFIG = """\
[default]
region = eu-south-1
[profile shop]
region = eu-south-2
aws_access_key_id = of-shop
aws_secret_access_key = secret
"""


@pytest.fixture(autouse=True)
def _no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests, and a config file with a profile."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "config"
    config.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_the_region_is_looked_for_in_the_providers_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert session({}).region_name == "eu-south-1"
    assert session({"profile": "shop"}).region_name == "eu-south-2"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert session({"profile": "shop"}).region_name == "eu-north-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert session({"profile": "shop"}).region_name == "eu-west-1"
    assert session({"region": "eu-west-3"}).region_name == "eu-west-3"


def test_aws_region_alone_is_enough_for_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    found = session({})
    endpoints = [found.client("autoscaling"), found.client("elbv2"), found.client("route53")]
    assert [client.meta.endpoint_url for client in endpoints] == [
        "https://autoscaling.eu-west-1.amazonaws.com",
        "https://elasticloadbalancing.eu-west-1.amazonaws.com",
        "https://route53.amazonaws.com",
    ]


def test_route_53_needs_no_region_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    assert session({}).client("route53").meta.endpoint_url == "https://route53.amazonaws.com"


def access_key(provider_config: dict[str, str]) -> str | None:
    credentials = session(provider_config).get_credentials()
    return credentials.access_key if credentials else None


def test_the_profile_is_the_providers_or_else_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access_key({}) is None
    assert access_key({"profile": "shop"}) == "of-shop"
    monkeypatch.setenv("AWS_PROFILE", "shop")
    assert access_key({}) == "of-shop"


def test_credentials_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert access_key({}) == "of-the-environment"


@pytest.mark.parametrize(
    "key",
    [
        "accessKey",
        "secretKey",
        "token",
        "assumeRoles",
        "assumeRoleWithWebIdentity",
        "endpoints",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
    ],
)
def test_a_provider_with_an_identity_of_its_own_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as refused:
        session({"region": "eu-west-1", key: "hunter2"})
    assert f"aws:{key}" in refused.value.seen
    assert "aws:profile, aws:region" in refused.value.allowed
    assert refused.value.next_step.startswith(f"pulumi config rm aws:{key}")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("key", ["defaultTags", "region", "maxRetries"])
def test_what_does_not_change_the_identity_is_taken(key: str) -> None:
    assert session({key: "eu-west-1"})


def test_a_profile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        session({"profile": "nobody"})
    assert "nobody" in refused.value.seen


def test_a_config_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.write_text("[default\nregion")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))
    with pytest.raises(Refusal) as refused:
        session({})
    assert str(broken) in refused.value.seen
