"""Offsite values: a plain URL is a value, everything secret is only a reference to it."""

import pytest

from components import offsite
from components.offsite import Kind, Offsite

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/database-url"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://api.shop.example", Kind.PLAIN),
        ("https://api.shop.example:8443/v1?region=eu#top", Kind.PLAIN),
        ("redis://10.99.0.7:6379/0", Kind.PLAIN),
        ("s3://orders/archive@2024", Kind.PLAIN),
        ("/shop/database-url", Kind.PARAMETER),
        (PARAMETER, Kind.PARAMETER),
        (PARAMETER.replace("arn:aws:", "arn:aws-cn:"), Kind.PARAMETER),
        (SECRET, Kind.SECRET),
        (SECRET.replace("arn:aws:", "arn:aws-us-gov:"), Kind.SECRET),
    ],
)
def test_a_value_tells_its_kind_by_its_form(text: str, kind: Kind) -> None:
    assert offsite.parse(text) == Offsite(kind, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.shop.example",
        "//api.shop.example",
        "https:///path",
        "https://shop:hunter2@db.shop.example",
        "https://shop@db.shop.example",
        "https://db.shop.example/a b",
        "https://db.shop.example/\t",
        "https://[2001:db8::1",
        "mailto:shop@shop.example",
        "/shop/$(reboot)",
        "/shop/database url",
        "/",
        f"{SECRET}'; reboot; '",
        f"{PARAMETER}\n",
        "arn:aws:ssm:eu-west-1:12345:parameter/shop",
        "arn:aws:s3:::orders",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # it is not always the same one that finds it
        offsite.parse(text)


def test_a_reference_by_arn_tells_its_region_and_others_have_none() -> None:
    assert offsite.parse(SECRET).region == "us-east-1"
    assert offsite.parse(PARAMETER).region == "eu-west-1"
    assert offsite.parse("/shop/database-url").region is None
    assert offsite.parse("https://api.shop.example").region is None
