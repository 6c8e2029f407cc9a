import base64
import json
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from components import user_data
from components.offsite import parse_all
from policies.locked_doors.secrets import (
    no_secret_in_a_plain_parameter,
    no_secret_in_the_open,
    no_secret_written_in_a_parameter,
)
from policies.resource import Resource
from tests.policies.rules.declared import GROUP, TEMPLATE, UNKNOWN, resource, said, said_of_stack
from tests.unit.stack_values import OFFSITE

PARAMETER = "aws:ssm/parameter:Parameter"
# Put together here, so that nobody takes this file for one that leaks something.
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----"


def born_with(script: str) -> Resource:
    return resource(TEMPLATE, userData=base64.b64encode(script.encode()).decode())


@pytest.mark.parametrize("image", ["registry.shop.example/web", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web"])
def test_the_real_user_data_passes(image: str) -> None:
    script = user_data.render(image, "1.0.0", 8080, parse_all(json.dumps(OFFSITE)), "eu-central-1")
    assert said(no_secret_in_the_open, born_with(script)) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("export DB_PASSWORD=hunter2hunter2", "a value called PASSWORD"),
        ('echo "api_key: 0123456789abcdef" > /etc/app.yaml', "a value called api_key"),
        (f"aws configure set aws_access_key_id {ACCESS_KEY}", "an AWS access key"),
        (f"echo '{PRIVATE_KEY}'", "a private key"),
        ("DATABASE_URL=postgres://shop:hunter2@db.shop.example/shop", "a password in a URL"),
        ("git clone https://x:" + "ghp_" + "a" * 36 + "@github.example/shop", "a password in a URL"),
    ],
)
def test_what_looks_like_a_secret_in_user_data_is_named_and_never_shown(line: str, what: str) -> None:
    (finding,) = no_secret_in_the_open(born_with(f"#!/bin/bash\n{line}\n"), {})
    assert finding.seen == f"{what}, not shown"
    assert "hunter2" not in str(finding)
    assert ACCESS_KEY not in str(finding)


@pytest.mark.parametrize(
    "line",
    [
        'PASSWORD="$(aws ssm get-parameter --name /shop/password)"',
        "SECRET_KEY=$FROM_ELSEWHERE",
        "DB_PASSWORD=/shop/database-password",
        "docker login --username AWS --password-stdin registry",
        "TOKEN_URL=https://login.shop.example/token",
        "SECRET_ARN=arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/key-AbCdEf",
    ],
)
def test_a_reference_to_a_secret_is_none(line: str) -> None:
    assert said(no_secret_in_the_open, born_with(f"#!/bin/bash\n{line}\n")) == []


@pytest.mark.parametrize(
    "tags",
    [{"Password": "hunter2hunter2"}, {"note": ACCESS_KEY}, [{"key": "api-token", "value": "0123456789abcdef"}]],
)
def test_a_secret_in_a_tag_is_refused(tags: Any) -> None:
    assert len(said(no_secret_in_the_open, resource(GROUP, tags=tags))) == 1


def test_ordinary_tags_pass_also_those_of_what_is_launched() -> None:
    tags = {"service": "www.shop.example", "colour": "amber", "release": "1.0.0"}
    launched = [{"resourceType": "instance", "tags": tags}]
    assert said(no_secret_in_the_open, resource(TEMPLATE, tags=tags, tagSpecifications=launched)) == []
    launched[0]["tags"] = {"db-password": "hunter2hunter2"}
    assert len(said(no_secret_in_the_open, resource(TEMPLATE, tagSpecifications=launched))) == 1


@pytest.mark.parametrize(
    "declared",
    [
        resource("aws:lambda/function:Function", environment={"variables": {"DB_PASSWORD": "hunter2hunter2"}}),
        resource(
            "aws:ecs/taskDefinition:TaskDefinition",
            containerDefinitions=json.dumps([{"environment": [{"name": "API_KEY", "value": "0123456789"}]}]),
        ),
        resource(
            "aws:codebuild/project:Project",
            environment={"environmentVariables": [{"name": "TOKEN", "value": "0123456789"}]},
        ),
        resource(
            "aws:batch/jobDefinition:JobDefinition",
            containerProperties=json.dumps({"environment": [{"name": "SECRET", "value": "0123456789"}]}),
        ),
    ],
    ids=lambda declared: declared.type,
)
def test_a_secret_in_an_environment_that_is_not_encrypted_is_refused(declared: Resource) -> None:
    (finding,) = said(no_secret_in_the_open, declared)
    assert finding.startswith("environment variable ")


def test_user_data_that_is_not_known_yet_cannot_be_checked() -> None:
    for unknown in (resource(TEMPLATE, userData=UNKNOWN), resource(GROUP, tags={"note": UNKNOWN})):
        with pytest.raises(UnknownValueError):
            said(no_secret_in_the_open, unknown)


def test_a_parameter_that_is_called_a_secret_has_to_be_encrypted() -> None:
    plain = resource(PARAMETER, type="String", name="/shop/database-password", insecureValue=UNKNOWN)
    assert len(said(no_secret_in_a_plain_parameter, plain)) == 1
    locked = resource(PARAMETER, type="SecureString", name="/shop/database-password")
    door = resource(PARAMETER, type="String", name="/tag-team/www.shop.example/amber/can-be-tagged-in")
    assert said(no_secret_in_a_plain_parameter, locked) == []
    assert said(no_secret_in_a_plain_parameter, door) == []
    with pytest.raises(UnknownValueError):
        said(no_secret_in_a_plain_parameter, resource(PARAMETER, type="String", name=UNKNOWN))


def written(kind: str = "String", **props: Any) -> Resource:
    return resource(PARAMETER, type=kind, **props)


@pytest.mark.parametrize("key", ["insecureValue", "value"])
def test_a_secret_that_is_written_into_a_plain_parameter_is_refused(key: str) -> None:
    secret = {key: "postgres://shop:hunter2@db.shop.example/shop"}
    assert len(said_of_stack(no_secret_written_in_a_parameter, written(**secret))) == 1
    assert said_of_stack(no_secret_written_in_a_parameter, written("SecureString", **secret)) == []
    assert said_of_stack(no_secret_written_in_a_parameter, written(**{key: "1.0.0"})) == []


def test_a_value_that_is_made_from_other_resources_is_left_alone_known_or_not() -> None:
    stash = resource("pulumi:index:Stash")
    for value in (UNKNOWN, "postgres://shop:hunter2@db.shop.example/shop"):
        made = resource(
            PARAMETER, made_from={"insecureValue": [stash]}, type="String", insecureValue=value, value=value
        )
        assert said_of_stack(no_secret_written_in_a_parameter, made) == []
    with pytest.raises(UnknownValueError):
        said_of_stack(no_secret_written_in_a_parameter, resource(PARAMETER, type="String", insecureValue=UNKNOWN))
