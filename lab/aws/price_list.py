"""The AWS price list, which moto 5.2.5 does not have: products of three regions in the form that the real one has."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lab.aws import model_check
from lab.aws.answer import Answer, as_json, error
from lab.aws.model.services import model_of, operation_of
from lab.aws.request import ApiRequest

# Where there is an endpoint: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
ENDPOINTS = ("us-east-1", "eu-central-1", "ap-south-1")
MOST_RESULTS = 100
_FILE = Path(__file__).with_name("price_list.json")
# Of on-demand terms, and of their only price; the same for every product.
_OFFER, _RATE = "JRTCKXETXF", "6YS6EN2CT7"
_VERSION, _PUBLISHED = "20261120180812", "2026-11-20T18:08:12Z"
_OUTSIDE = ("productFamily", "unit", "usd")


def get_products(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG001  # a Correction
    """GetProducts: the products that fit every filter, each as the text of its JSON, page by page.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
    """
    asked = _parameters(request)
    if request.region not in ENDPOINTS:
        return error(request, "InvalidParameterException", f"There is no price list endpoint in {request.region}")
    of_service = [one for one in _products() if one["servicecode"] == asked["ServiceCode"]]
    if not of_service:
        return error(request, "InvalidParameterException", f"Invalid ServiceCode: {asked['ServiceCode']}")
    filters = asked.get("Filters", [])
    if any(one["Type"] not in ("TERM_MATCH", "EQUALS") for one in filters):
        return error(request, "InvalidParameterException", "The lab knows the filter types TERM_MATCH and EQUALS")
    found = [one for one in of_service if all(one.get(each["Field"]) == each["Value"] for each in filters)]
    token = asked.get("NextToken", "0")
    if not token.isdigit():
        return error(request, "InvalidNextTokenException", "The pagination token is invalid")
    end = int(token) + asked.get("MaxResults", MOST_RESULTS)
    page = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(_listed(one)) for one in found[int(token) : end]]}
    return as_json(page | ({"NextToken": str(end)} if end < len(found) else {}))


def _parameters(request: ApiRequest) -> Mapping[str, Any]:
    model = model_of("pricing")
    assert model is not None  # the gateway has checked the call by it
    operation = operation_of(model, request.action)
    assert operation is not None  # as above
    return model_check.read(request, model, operation)[0]


@cache
def _products() -> list[dict[str, str]]:
    products: list[dict[str, str]] = json.loads(_FILE.read_text())
    return products


def _listed(product: Mapping[str, str]) -> dict[str, Any]:
    """The product with its terms, as AWS writes it; a family is left out where there is none."""
    sku = hashlib.sha256(f"{product['usagetype']} {product['operation']}".encode()).hexdigest()[:16].upper()
    attributes = {name: value for name, value in product.items() if name not in _OUTSIDE}
    about = {"attributes": {**attributes, "locationType": "AWS Region"}, "sku": sku}
    family = {"productFamily": product["productFamily"]} if product["productFamily"] else {}
    return {
        "product": {**family, **about},
        "serviceCode": product["servicecode"],
        "terms": {"OnDemand": _terms(sku, product)},
        "version": _VERSION,
        "publicationDate": _PUBLISHED,
    }


def _terms(sku: str, product: Mapping[str, str]) -> dict[str, Any]:
    offer = f"{sku}.{_OFFER}"
    dimension = {
        "unit": product["unit"],
        "endRange": "Inf",
        "description": f"${product['usd']} per {product['unit']} of {product['usagetype']}",
        "appliesTo": [],
        "rateCode": f"{offer}.{_RATE}",
        "beginRange": "0",
        "pricePerUnit": {"USD": f"{float(product['usd']):.10f}"},
    }
    term = {
        "priceDimensions": {f"{offer}.{_RATE}": dimension},
        "sku": sku,
        "effectiveDate": "2026-11-01T00:00:00Z",
        "offerTermCode": _OFFER,
        "termAttributes": {},
    }
    return {offer: term}
