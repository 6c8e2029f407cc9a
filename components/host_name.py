"""Host names as they are written in the config: put into one form, or refused with what is wrong with them."""

import re

import dns.exception
import dns.name

# RFC 1123 section 2.1: labels of letters, digits and hyphens, 63 characters at most, no hyphen at either end.
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
# The subject of a certificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
LONGEST = 64
_HOST_NAME = re.compile(rf"(?=.{{1,{LONGEST}}}$){_LABEL}(\.{_LABEL})+")


def parse(text: str) -> str:
    """The host name in lower case and without the dot at its end; raises ValueError that says what is wrong with it."""
    name = text.removesuffix(".").lower() if text.isascii() else text
    if _HOST_NAME.fullmatch(name):
        return name
    raise ValueError(f"{text if text.isprintable() else ascii(text)}{_why(name)}")


def _why(name: str) -> str:
    if not name.isascii():
        return _punycode(name)
    strange = sorted(set(re.findall(r"[^a-z0-9.-]", name)))
    labels = name.split(".")
    long = next((label for label in labels if len(label) > 63), None)
    faults = (
        (not name, "it is empty"),
        (bool(strange), f"in a host name there is no {', '.join(map(repr, strange))}"),
        ("" in labels, "there is nothing between two dots"),
        (any(label[:1] == "-" or label[-1:] == "-" for label in labels), "there is a hyphen at the end of a part"),
        (long is not None, "a part of it has more than 63 characters"),
        (len(name) > LONGEST, f"it has {len(name)} characters, {LONGEST} at most: a certificate takes no more"),
        (len(labels) == 1, "it has no dot"),
    )
    return "".join(f"; {fault}" for wrong, fault in faults if wrong)


def _punycode(name: str) -> str:
    """How a name with letters beyond ASCII is written in DNS: RFC 5890, in the mapping of UTS 46."""
    strange = ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in sorted(set(name)) if not letter.isascii())
    try:
        form = dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46).to_text(omit_final_dot=True)
    except (dns.exception.DNSException, UnicodeError):
        return f"; {strange} is in no host name"
    return f"; {strange} is not as in DNS: write {form}, which is its punycode"
