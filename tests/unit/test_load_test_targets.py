"""The targets file: paths of the colour and nothing else, and nothing that changes anything unless that was said."""

import base64
import json
from pathlib import Path

import pytest

from cutover.refusal import Refusal
from load_test import targets
from load_test.targets import Target

HOST = "violet.www.shop.example:8443"
URL = f"https://{HOST}"
# Whatever search domains this machine has.
ROOTED = "https://violet.www.shop.example.:8443"


def read(folder: Path, text: str, *, writes: bool = False) -> tuple[Target, ...]:
    (folder / "targets").write_text(text)
    return targets.read(folder / "targets", writes=writes)


def refusal(folder: Path, text: str, *, writes: bool = False) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(folder, text, writes=writes)
    return refused.value


def test_requests_headers_comments_and_empty_lines_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path, "# shop\n\nGET /\r\n  HEAD /a?b=c%20d&e=~\nAccept: text/html\nX-Empty:\nGET //evil.example/\n"
    )
    assert found == (
        Target("GET", "/"),
        Target("HEAD", "/a?b=c%20d&e=~", {"Accept": "text/html", "X-Empty": ""}),
        Target("GET", "//evil.example/"),
    )


def test_they_are_rendered_as_urls_of_the_colour(tmp_path: Path) -> None:
    lines = targets.rendered(read(tmp_path, "GET /\nGET //evil.example/\nUser-Agent: mine\n"), URL).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"method": "GET", "url": f"{ROOTED}/", "header": {"User-Agent": ["tag-team-load-test"], "Host": [HOST]}},
        {"method": "GET", "url": f"{ROOTED}//evil.example/", "header": {"User-Agent": ["mine"], "Host": [HOST]}},
    ]


def test_writes_are_let_through_when_that_is_said_with_their_bodies(tmp_path: Path) -> None:
    (tmp_path / "basket.json").write_bytes(b'{"shoes": 1}\xff')
    text = "POST /baskets\nContent-Type: application/json\n@basket.json\nDELETE /baskets/1\nGET /\n"
    found = read(tmp_path, text, writes=True)
    assert [one.writes for one in found] == [True, True, False]
    (line, *_) = targets.rendered(found, URL).splitlines()
    assert base64.b64decode(json.loads(line)["body"]) == b'{"shoes": 1}\xff'
    refused = refusal(tmp_path, text)
    assert "POST takes --writes" in refused.problem
    assert refused.seen.startswith(f"line 1 of {tmp_path / 'targets'}: 'POST /baskets'")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it says nothing"),
        ("# nothing\n\n", "it says nothing"),
        ("GET https://www.shop.example/", "no path that begins with /"),
        ("GET", "no path that begins with /"),
        ("GET / HTTP/1.1", "no path that begins with /"),
        ("GET /\x1b[2J", "no path that begins with /"),
        ("GET /b\u00fccher", "no path that begins with /"),
        ("get /", "neither a request nor a header"),
        ("OPTIONS /", "neither a request nor a header"),
        ("Accept: */*", "no request stands above it"),
        ("@file", "no request stands above it"),
        ("GET /\n@file", "a body is for requests that write"),
        ("GET /\nHost: www.shop.example", "no header that may be set here"),
        ("GET /\nhOST: www.shop.example", "no header that may be set here"),
        ("GET /\nTransfer-Encoding: chunked", "no header that may be set here"),
        ("GET /\nX-Name: b\u00fccher", "no header that may be set here"),
        ("GET /\nNo header", "neither a request nor a header"),
    ],
)
def test_whatever_else_stands_there_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    refused = refusal(tmp_path, text)
    assert why in refused.problem
    assert "no request was sent" in refused.problem
    assert all(line.isprintable() for line in str(refused).split("\n"))


def test_a_body_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "the body cannot be read" in refusal(tmp_path, "POST /\n@none", writes=True).problem


def test_a_file_that_is_not_there_no_text_or_endless_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="it cannot be read"):
        targets.read(tmp_path / "none", writes=False)
    (tmp_path / "bytes").write_bytes(b"GET /\xff")
    with pytest.raises(Refusal, match="it cannot be read"):
        targets.read(tmp_path / "bytes", writes=False)
    monkeypatch.setattr(targets, "MOST_BYTES", 4)
    assert "it has more than" in refusal(tmp_path, "GET /\n").problem
