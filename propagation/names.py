"""Names in DNS, as people write them."""

import dns.exception
import dns.name


def host_name(text: str) -> str:
    """`text` as a name in lower case, without the dot at its end (the root is "."); ValueError when it is none.

    A name whose last label is a number is an address that lacks something: no top-level domain is one
    (https://www.rfc-editor.org/rfc/rfc3696#section-2).
    """
    try:
        name = dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text!r} is not a name in DNS: {error}") from None
    plain = name.to_text(omit_final_dot=True).lower()
    if not text or any(character.isspace() for character in text):
        raise ValueError(f"{text!r} is not a name in DNS: it is {'empty' if not text else 'written with white space'}")
    if plain.rpartition(".")[2].isdigit():
        raise ValueError(f"{text!r} is not a name in DNS: its last label is a number")
    return plain
