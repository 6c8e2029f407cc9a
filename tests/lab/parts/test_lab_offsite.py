"""Parameters, secrets and certificates: what the program's checks read of them, with boto3 on the lab's server."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.client import LabClient
from tests.lab.parts.lab_account import Account

A_DAY = timedelta(days=1)


def described(account: Account, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return found


def test_the_history_of_a_parameter_has_every_value_and_its_date_oldest_first(account: Account) -> None:
    ssm = account.client("ssm")
    for value in ("one", "two", "three"):
        ssm.put_parameter(Name="/history", Value=value, Type="String", Overwrite=True)
    pages = ssm.get_paginator("get_parameter_history").paginate(Name="/history", PaginationConfig={"PageSize": 2})
    history = [version for page in pages for version in page["Parameters"]]
    dates = [version["LastModifiedDate"] for version in history]
    assert [(version["Value"], version["Version"]) for version in history] == [("one", 1), ("two", 2), ("three", 3)]
    assert dates == sorted(set(dates))
    assert ssm.get_parameter(Name="/history")["Parameter"]["LastModifiedDate"] == dates[-1]


@pytest.mark.parametrize("action", ["get_parameter", "get_parameter_history"])
def test_a_parameter_that_does_not_exist_is_not_found(account: Account, action: str) -> None:
    with pytest.raises(ClientError, match="ParameterNotFound"):
        getattr(account.client("ssm"), action)(Name="/none")


def test_a_secret_is_described_by_name_and_by_arn_until_it_is_deleted(account: Account) -> None:
    secrets = account.client("secretsmanager")
    arn = secrets.create_secret(Name="described", SecretString="x")["ARN"]
    assert secrets.describe_secret(SecretId="described")["ARN"] == secrets.describe_secret(SecretId=arn)["ARN"] == arn
    secrets.delete_secret(SecretId=arn)
    assert "DeletedDate" in secrets.describe_secret(SecretId=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secrets.describe_secret(SecretId="none")


def test_a_certificate_has_its_names_and_lasts_for_a_year(account: Account) -> None:
    found = described(account, account.certificate("amber", "amber.example.test", "www.example.test"))
    assert sorted(found["SubjectAlternativeNames"]) == ["amber.example.test", "www.example.test"]
    assert 364 * A_DAY < found["NotAfter"] - datetime.now(UTC) <= 365 * A_DAY


def test_the_certificates_of_one_colour_can_be_about_to_end(account: Account, lab: LabClient) -> None:
    ending, lasting = (account.certificate(colour, f"{colour}.example.test") for colour in ("amber", "green"))
    lab.set_certificate_days("amber", 13)
    assert 12.9 * A_DAY < described(account, ending)["NotAfter"] - datetime.now(UTC) <= 13 * A_DAY
    assert described(account, lasting)["NotAfter"] - datetime.now(UTC) > 364 * A_DAY
    lab.set_certificate_days("amber", None)
    assert described(account, ending)["NotAfter"] - datetime.now(UTC) > 364 * A_DAY


def test_an_expired_certificate_says_so(account: Account, lab: LabClient) -> None:
    arn = account.certificate("amber", "amber.example.test")
    lab.set_certificate_days("amber", -1)
    assert described(account, arn)["Status"] == "EXPIRED"


def test_a_certificate_that_does_not_exist_is_not_found(account: Account) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        described(account, "arn:aws:acm:eu-central-1:123456789012:certificate/none")
