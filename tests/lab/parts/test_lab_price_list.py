"""The price list: on bare moto, which has none, and on the lab's server."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.lab.parts.lab_account import Account

BALANCERS = {"regionCode": "eu-central-1", "productFamily": "Load Balancer-Application"}


def ask(account: Account, service: str = "AWSELB", **more: Any) -> dict[str, Any]:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in BALANCERS.items()]
    said: dict[str, Any] = account.client("pricing").get_products(
        **{"ServiceCode": service, "Filters": filters, **more}
    )
    return said


def usage_types(said: dict[str, Any]) -> list[str]:
    return [json.loads(one)["product"]["attributes"]["usagetype"] for one in said["PriceList"]]


def test_moto_has_none(moto: Account) -> None:
    with pytest.raises((ResponseParserError, ClientError)):
        ask(moto)


def test_products_are_texts_with_their_terms_and_those_that_are_easily_taken_for_them(account: Account) -> None:
    said = ask(account)
    assert said["FormatVersion"] == "aws_v1"
    assert set(usage_types(said)) == {
        *("EUC1-LoadBalancerUsage", "EUC1-LCUUsage", "EUC1-ReservedLCUUsage", "EUC1-TS-LoadBalancerUsage"),
        *("EUC1-Outposts-LoadBalancerUsage", "EUC1-Outposts-LCUUsage"),
    }
    (hour,) = [one for one in map(json.loads, said["PriceList"]) if "EUC1-LoadBalancerUsage" in str(one)]
    sku = hour["product"]["sku"]
    (dimension,) = hour["terms"]["OnDemand"][f"{sku}.JRTCKXETXF"]["priceDimensions"].values()
    assert (dimension["unit"], dimension["beginRange"], dimension["endRange"]) == ("Hrs", "0", "Inf")
    assert dimension["pricePerUnit"] == {"USD": "0.0270000000"}


def test_they_come_page_by_page(account: Account) -> None:
    pages = [ask(account, MaxResults=4)]
    pages.append(ask(account, MaxResults=4, NextToken=pages[0]["NextToken"]))
    assert [len(page["PriceList"]) for page in pages] == [4, 2]
    assert "NextToken" not in pages[1]
    assert usage_types(pages[0]) + usage_types(pages[1]) == usage_types(ask(account))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ServiceCode": "AWSNothing"}, "InvalidParameterException"),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        ({"MaxResults": 101}, "ValidationException|ParamValidation"),
        ({"Filters": [{"Type": "CONTAINS", "Field": "usagetype", "Value": "LCU"}]}, "InvalidParameterException"),
    ],
)
def test_what_it_does_not_take_is_refused(account: Account, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Exception, match=code):
        ask(account, **more)


def test_it_is_answered_only_where_there_is_an_endpoint(account: Account) -> None:
    with pytest.raises(ClientError, match="no price list endpoint in eu-north-1"):
        ask(Account(account.endpoint, "eu-north-1"))
