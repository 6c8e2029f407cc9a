"""The page on loopback: who may ask for it, and how fresh it is."""

import base64
import hashlib
import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from board import serve
from board.judged import Board, judge
from board.serve import Looks
from cutover.refusal import Refusal
from tests.unit.board_states import facts


def red() -> Board:
    return judge(facts("red-in-charge"))


@contextmanager
def serving(looks: Looks) -> Iterator[int]:
    made = serve.server(looks, 0)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def asked(port: int, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read().decode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(Looks(red, 5)) as port:
        yield port


def test_the_page_and_the_json_are_served_by_the_names_of_this_machine(port: int) -> None:
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
        status, headers, text = asked(port, Host=host)
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "in charge: red" in text
    status, headers, text = asked(port, "/board.json")
    assert (status, headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(text)["in_charge"]["colour"] == "red"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_another_host_is_misdirected(port: int, host: str) -> None:
    status, _, text = asked(port, Host=host.format(port=port))
    assert status == 421
    assert "red" not in text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_another_origin_is_refused(port: int, origin: str) -> None:
    status, headers, text = asked(port, "/board.json", Origin=origin)
    assert (status, "access-control-allow-origin" in headers) == (403, False)
    assert "red" not in text


def test_its_own_origin_is_not_refused(port: int) -> None:
    assert asked(port, Origin=f"http://127.0.0.1:{port}")[0] == 200


def test_what_another_page_embeds_is_refused_and_a_link_is_followed(port: int) -> None:
    assert asked(port, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
    assert asked(port, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    assert asked(port, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors")[0] == 200


def test_the_policy_lets_nothing_in_but_its_own_style_and_script(port: int) -> None:
    _, headers, text = asked(port)
    policy = headers["content-security-policy"]
    for name in ("style", "script"):
        (content,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"


def test_there_is_nothing_else_and_nothing_can_be_sent(port: int) -> None:
    assert asked(port, "/etc/passwd")[0] == 404
    assert asked(port, method="POST")[0] == 501
    assert asked(port, method="HEAD")[2] == ""


def test_it_listens_on_loopback_alone() -> None:
    made = serve.server(Looks(red, 5), 0)
    assert made.server_address[0] == "127.0.0.1"
    made.server_close()


def test_who_asks_within_the_seconds_gets_the_latest_look() -> None:
    now, count = [0.0], [0]

    def look() -> Board:
        count[0] += 1
        return red()

    looks = Looks(look, 5, lambda: now[0])
    looks.board()
    now[0] = 4.9
    looks.board()
    assert count == [1]
    now[0] = 5.0
    looks.board()
    assert count == [2]


def test_a_project_that_cannot_be_read_is_said_and_not_an_older_look() -> None:
    def broken() -> Board:
        raise Refusal("Pulumi.yaml cannot be read", seen="<b>no file</b>", allowed="a file", next_step="cd")

    with serving(Looks(broken, 5)) as port:
        status, _, text = asked(port)
        assert (status, "&lt;b&gt;no file" in text) == (503, True)
        assert asked(port, "/board.json")[0] == 503


def test_a_port_that_is_taken_is_refused_with_the_way_out() -> None:
    made = serve.server(Looks(red, 5), 0)
    try:
        with pytest.raises(Refusal, match="cannot be served"):
            serve.run(red, made.server_port, 5)
    finally:
        made.server_close()
