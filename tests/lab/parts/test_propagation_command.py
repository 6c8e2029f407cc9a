"""The command by itself, against one tiny name server on loopback that is authoritative and recursive at once."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

import propagation
from propagation import Endpoint, Target, Watch
from propagation import __main__ as command_line
from propagation.__main__ import arguments, run
from propagation.questions import Runtime
from tests.own_time import START, now, run_in_own_time
from tests.unit.test_dns_client import name_server

NAME = "www.example.com"
ZONE = {
    ("example.com.", "NS"): ["ns-1.example.com."],
    ("ns-1.example.com.", "A"): ["127.0.0.1"],
    (f"{NAME}.", "A"): ["198.51.100.1", "198.51.100.2"],
    ("new.example.com.", "A"): ["198.51.100.2", "198.51.100.1"],
    ("empty.example.com.", "A"): [],
}


def answered(query: dns.message.Message) -> list[dns.message.Message]:
    """From the zone; any other name is refused."""
    question = query.question[0]
    name, rdtype = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
    response = dns.message.make_response(query, recursion_available=True)
    response.flags |= dns.flags.AA
    if not name.endswith("example.com."):
        response.set_rcode(dns.rcode.REFUSED)
    if data := ZONE.get((name, rdtype)):
        response.answer.append(dns.rrset.from_text_list(question.name, 1, "IN", rdtype, data))
    return [response]


Replies = Callable[[dns.message.Message], list[dns.message.Message]]


def exit_code(*argv: str, replies: Replies = answered, interrupted_when: Callable[[], bool] | None = None) -> int:
    """Of the command, cancelled as soon as `interrupted_when` holds."""

    async def main() -> int:
        async with name_server(replies) as server:
            options = arguments([*argv, "--port", str(server.port), "--resolver", server.address])
            command = asyncio.create_task(run(options))
            if interrupted_when is not None:
                await asyncio.sleep(0.02)
                while not (interrupted_when() or command.done()):
                    await asyncio.sleep(0.02)
                command.cancel()
            return await command

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_line, "Watch", partial(Watch, runtime=Runtime(clock=now)))
        return run_in_own_time(main())


def test_a_look_tells_who_says_what_with_which_ttl(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME) == 0
    head, server, resolver, warning = capsys.readouterr().out.splitlines()
    assert head.split() == ["asked", "says", "TTL"]
    assert server.startswith("ns-1.example.com (127.0.0.1 port ")
    assert server.endswith("answers 198.51.100.1, 198.51.100.2  1 s")
    assert resolver.startswith("127.0.0.1 port ")
    assert resolver.endswith("s left")
    assert warning == "warning: parent zone not seen: the resolvers say REFUSED to NS of com"


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["names"] == [NAME]
    assert [server["records"] for server in told["servers"]] == [["198.51.100.1", "198.51.100.2"]]
    assert told["own_name_servers"] == ["ns-1.example.com"]
    assert told["parent_name_servers"] is None


@pytest.mark.parametrize(
    ("expected", "code"),
    [(["198.51.100.1", "198.51.100.2"], 0), (["198.51.100.1"], 1), (["new.example.com"], 0), (["203.0.113.1"], 1)],
)
def test_what_is_expected_is_compared(expected: list[str], code: int) -> None:
    assert exit_code(NAME, *(word for data in expected for word in ("--expect", data))) == code


@pytest.mark.parametrize("waiting", [(), ("--wait", "--deadline", "0.3")], ids=["look", "wait"])
def test_what_is_expected_and_missing_is_named_and_so_is_what_is_too_much(
    waiting: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("--expect", "198.51.100.1", "--expect", "203.0.113.1", *waiting)
    says = "answers 198.51.100.1, 198.51.100.2; missing: 203.0.113.1; too much: 198.51.100.2"
    assert exit_code(NAME, *argv) == 1
    printed = capsys.readouterr()
    assert [says in line for line in printed.out.splitlines()[1:3]] == [True, True]
    assert not waiting or "missing: 203.0.113.1" in printed.err
    assert exit_code(NAME, *argv, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert {one["status"] for one in (*told["servers"], *told["resolvers"])} == {says}
    assert {one["verdict"] for one in told["servers"]} == {"other"}


def test_one_served_of_two_that_are_expected_is_not_enough() -> None:
    two = ("--expect", "198.51.100.1", "--expect", "198.51.100.2", "--expect", "203.0.113.1")
    assert exit_code(NAME, *two) == 1
    assert exit_code(NAME, *two, "--wait", "--deadline", "0.3") == 1


def test_a_name_and_addresses_are_not_expected_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME, "--expect", "new.example.com", "--expect", "198.51.100.1") == 2
    said = capsys.readouterr().err
    assert "'new.example.com' is a name" in said
    assert "--private" not in said


def test_a_zone_is_found_above_a_name_whose_look_up_fails_and_a_warning_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(query: dns.message.Message) -> list[dns.message.Message]:
        (response,) = answered(query)
        question = query.question[0]
        if (question.name.to_text().lower(), question.rdtype) == (f"{NAME}.", dns.rdatatype.NS):
            response.set_rcode(dns.rcode.SERVFAIL)
        return [response]

    assert exit_code(NAME, "--json", replies=failing) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["own_name_servers"] == ["ns-1.example.com"]
    assert told["warnings"][0].startswith(f"the resolvers say SERVFAIL to NS of {NAME}: example.com was asked")


def test_a_name_without_such_records_agrees_with_nothing() -> None:
    assert exit_code("empty.example.com") == 1


def test_waiting_ends_one_ttl_after_all_agree(capsys: pytest.CaptureFixture[str]) -> None:
    ended_at: list[float] = []

    def noted(query: dns.message.Message) -> list[dns.message.Message]:
        ended_at.append(now())
        return answered(query)

    assert exit_code(NAME, "--wait", "--expect", "new.example.com", replies=noted) == 0
    assert 1 <= ended_at[-1] - START < 2
    printed = capsys.readouterr()
    assert "new.example.com (198.51.100.1, 198.51.100.2)" in printed.out
    assert "authoritative addresses switched" in printed.err


def test_a_deadline_says_where_dns_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME, "--wait", "--expect", "203.0.113.1", "--deadline", "0.3", "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["done"] is False
    assert "DNS has not let go within 0.3 s" in printed.err
    assert "ns-1.example.com (127.0.0.1 port " in printed.err


def test_ctrl_c_says_where_dns_stands(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[dns.message.Message] = []

    def noted(query: dns.message.Message) -> list[dns.message.Message]:
        if query.question[0].name.to_text().lower() == f"{NAME}.":
            asked.append(query)
        return answered(query)

    # Server and resolver have answered by the time that they are asked again.
    argv = (NAME, "--wait", "--expect", "203.0.113.1")
    assert exit_code(*argv, replies=noted, interrupted_when=lambda: len(asked) > 4) == 130
    printed = capsys.readouterr()
    assert "interrupted" in printed.err
    assert "answers 198.51.100.1, 198.51.100.2" in printed.out


def test_ctrl_c_works_before_anybody_has_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME, replies=lambda _: [], interrupted_when=lambda: True) == 130
    assert "before anybody was asked" in capsys.readouterr().err


def test_without_a_zone_there_is_nothing_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("www.elsewhere.example") == 2
    assert "the resolvers say REFUSED to NS of www.elsewhere.example" in capsys.readouterr().err


def test_a_private_name_is_asked_of_the_resolver_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(NAME, "--private", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["private"], told["servers"], len(told["resolvers"])) == (True, [], 1)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        [NAME, "--type", "ADDRESS"],
        [NAME, "--resolver", "dns.google"],
        [NAME, "--resolver", ""],
        [NAME, "--resolver", "192.0.2.53:53"],
        [NAME, "--resolver", "0.0.0.0"],
        [NAME, "--resolver", "https://dns.example"],
        *([NAME, f"--deadline={text}"] for text in ("soon", "nan", "inf", "-inf", "1e999", "-1", "0", "7200.5", "")),
        *([NAME, f"--port={text}"] for text in ("99999", "0", "-1", "65536", "53.0", "dns", "", "5 3", "9" * 5000)),
        *([NAME, "--type", text] for text in ("ANY", "AXFR", "TYPE65536", "TYPE0", "OPT", "")),
        [""],
        ["www example.com"],
        ["192.0.2.1"],
        [".".join(["a" * 60] * 5)],
        ["www.\udcff.example.com"],
        ["a..b"],
        [f"{'a' * 64}.example.com"],
    ],
)
def test_what_is_not_understood_is_refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(argv)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "usage: python -m propagation" in said
    assert "invalid _" not in said
    assert not argv or "is not a" in said or "is none of" in said


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [("port", "1", 1), ("port", "65535", 65535), ("deadline", "7200", 7200.0), ("deadline", "1e-3", 0.001)],
)
def test_numbers_are_taken_up_to_their_limits(option: str, text: str, value: float) -> None:
    assert getattr(arguments([NAME, f"--{option}", text]), option) == value


async def run_alone(site: Path, *argv: str) -> tuple[int | None, str, str]:
    """The command in a Python that has nothing but what is in `site`; exit code, output and error output."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-S", "-s", "-m", "propagation", *argv]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=site, env=clean, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the package and dnspython, and nothing else that can be imported."""
    for name, folder in {"propagation": propagation.__path__[0], "dns": dns.__path__[0]}.items():
        (tmp_path / name).symlink_to(folder)
    return tmp_path


def test_it_needs_nothing_but_dnspython(site: Path) -> None:
    async def main() -> None:
        async with name_server(answered) as server:
            asked = ("--port", str(server.port), "--resolver", server.address)
            code, out, err = await run_alone(site, NAME, *asked)
            assert (code, err) == (0, "")
            assert "answers 198.51.100.1, 198.51.100.2" in out
            code, out, _ = await run_alone(site, NAME, *asked, "--expect", "new.example.com", "--json")
            assert (code, json.loads(out)["expected"]) == (0, "new.example.com")

    asyncio.run(main())


def test_without_what_asks_over_https_such_a_resolver_is_refused_in_words(site: Path) -> None:
    code, _, err = asyncio.run(run_alone(site, NAME, "--resolver", "https://dns.google/dns-query"))
    assert code == 2
    assert "'https://dns.google/dns-query' cannot be asked over HTTPS, since packages for that are missing here" in err
    assert "pip install 'dnspython[doh]'" in err
    assert "Traceback" not in err


def test_a_watch_refuses_such_a_resolver_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns.query, "have_doh", False)
    over_https = Endpoint("https://dns.google/dns-query")
    with pytest.raises(ValueError, match="packages for that are missing here"):
        Watch(Target(NAME, "any", agreement=True, private=True, resolvers=(over_https,)))


def test_names_and_types_are_read_without_regard_to_case() -> None:
    options = arguments(["WWW.Example.com.", "--type", "aaaa", "--resolver", "2001:DB8::1"])
    assert (options.name, options.type, options.resolver) == (NAME, "AAAA", ["2001:db8::1"])
