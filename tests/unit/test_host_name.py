"""A host name is put into one form, or refused with what is wrong with it."""

import pytest

from components import host_name

WRONG = [
    ("", "it is empty"),
    ("shop", "it has no dot"),
    ("www..shop.example", "nothing between two dots"),
    (".shop.example", "nothing between two dots"),
    ("-www.shop.example", "a hyphen at the end of a part"),
    ("www-.shop.example", "a hyphen at the end of a part"),
    ("my_shop.example", "no '_'"),
    ("my shop.example", "no ' '"),
    ("*.shop.example", "no '*'"),
    ("https://www.shop.example/", "no '/', ':'"),
    (f"{'a' * 64}.example", "a part of it has more than 63 characters"),
    (f"{'a' * 60}.example", "it has 68 characters, 64 at most"),
    ("b\u00fccher.example", "'\u00fc' (U+00FC) is not as in DNS: write xn--bcher-kva.example"),
    ("B\u00dcCHER.Example.", "write xn--bcher-kva.example"),
    # Looks like www.shop.example, and is another name.
    ("ww\u0430.shop.example", "(U+0430) is not as in DNS: write xn--ww-8kc.shop.example"),
    ("www\u200b.shop.example", "(U+200B) is not as in DNS: write www.shop.example"),
    ("\u2603.example", "(U+2603) is in no host name"),
    ("\ud800.example", "(U+D800) is in no host name"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=lambda part: ascii(part)[:30])
def test_a_wrong_name_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^") as refused:
        host_name.parse(text)
    assert said in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("www.shop.example", "www.shop.example"),
        ("WWW.Shop.Example", "www.shop.example"),
        ("www.shop.example.", "www.shop.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        (f"{'a' * 56}.example", f"{'a' * 56}.example"),
    ],
)
def test_capitals_and_the_dot_at_the_end_make_no_difference(text: str, name: str) -> None:
    assert host_name.parse(text) == name


def test_what_a_refusal_says_to_write_can_be_written() -> None:
    assert host_name.parse("xn--bcher-kva.example") == "xn--bcher-kva.example"
