"""What servers of DNS say is printed escaped."""

import asyncio

import dns.edns
import dns.flags
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from cutover.printable import printable as printable_of_the_program
from propagation.answer import Endpoint
from propagation.client import ask
from propagation.printable import printable
from propagation.response import read
from tests.unit.test_printable import HOSTILE, characters


def test_the_package_which_imports_nothing_of_the_program_escapes_alike() -> None:
    for character in characters():
        assert printable(character) == printable_of_the_program(character)


def response(*records: dns.rrset.RRset, flags: int = dns.flags.AA, rdtype: str = "URI") -> dns.message.Message:
    query = dns.message.make_query("www.example.com", rdtype, use_edns=0)
    made = dns.message.make_response(query)
    made.flags |= flags
    made.answer.extend(records)
    return made


def test_what_a_server_adds_of_its_own_accord_is_escaped() -> None:
    made = response()
    made.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.BLOCKED, HOSTILE.replace("\udc9b", ""))])
    answer = read(dns.message.from_wire(made.to_wire()), recursive=False)
    assert answer.extended_error.startswith("EDE 15 (Blocked)")
    assert "\\u202e" in answer.extended_error
    assert answer.extended_error.isprintable()


@pytest.mark.parametrize(
    ("rdtype", "wire"),
    [
        ("URI", b"\x00\x01\x00\x01" + HOSTILE.encode("utf-8", "ignore")),
        ("TXT", bytes([len(data := HOSTILE.encode("utf-8", "ignore"))]) + data),
        ("CAA", b"\x00\x05issue" + HOSTILE.encode("utf-8", "ignore")),
        ("NS", b"\x04\x1b[2J\x00"),
        ("HINFO", b"\x04\x1b[2J\x03\xe2\x80\xae"),
    ],
)
def test_so_are_data_and_names(rdtype: str, wire: bytes) -> None:
    kind = dns.rdatatype.from_text(rdtype)
    record = dns.rdata.from_wire(dns.rdataclass.IN, kind, wire, 0, len(wire))
    made = response(dns.rrset.from_rdata("www.example.com.", 60, record), rdtype=rdtype)
    answer = read(dns.message.from_wire(made.to_wire()), recursive=False)
    assert len(answer.records) == 1
    assert all(text.isprintable() for text in answer.records)


@pytest.mark.parametrize("kind", [OSError, ValueError])
def test_so_is_what_went_wrong_on_the_way(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise kind(HOSTILE)

    monkeypatch.setattr("dns.asyncquery.udp", failing)
    answer = asyncio.run(ask(Endpoint("192.0.2.1"), "www.example.com", "A", recursive=True))
    assert "\\x1b]0;x" in answer.detail
    assert answer.detail.isprintable()


def test_a_resolver_over_https_is_written_in_what_can_be_printed() -> None:
    with pytest.raises(ValueError, match=r"dns\.example"):
        Endpoint.resolver("https://dns.example/\x1b[2J")
