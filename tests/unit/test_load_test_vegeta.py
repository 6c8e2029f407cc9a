"""How vegeta is told what to send, and what becomes of a test when it, AWS or the colour does not do as it should."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from cutover.refusal import Refusal
from load_test import running, vegeta
from load_test.results import Hit
from load_test.running import Ended, Limits
from load_test.vegeta import Attack, Order
from propagation import Endpoint

ORDER = Order(41, 11, 10.0, (Endpoint("192.0.2.53", 5353), Endpoint("2001:db8::53", 53)), b"")
LIMITS = Limits(50.0, 1)


def test_without_vegeta_the_command_that_installs_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        vegeta.find({"PATH": str(tmp_path)})
    assert refused.value.next_step.startswith("go install github.com/tsenart/vegeta/v12@v12.13.0, ")


def test_the_one_on_path_is_taken(tmp_path: Path) -> None:
    program = tmp_path / "vegeta"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    assert vegeta.find({"PATH": str(tmp_path)}) == str(program)


def test_it_follows_nobody_elsewhere_keeps_no_bodies_and_asks_the_projects_resolvers() -> None:
    assert ORDER.arguments() == [
        "attack",
        "-format=json",
        "-rate=41/1s",
        "-duration=11s",
        "-timeout=10000ms",
        "-dns-ttl=30s",
        "-redirects=-1",
        "-http2=false",
        "-max-body=0",
        "-resolvers=192.0.2.53:5353,[2001:db8::53]:53",
    ]


@pytest.mark.parametrize("resolvers", [(), (Endpoint("https://dns.example/dns-query"),)])
def test_without_a_resolver_that_it_can_ask_it_is_not_started_as_it_would_ask_the_systems(
    resolvers: tuple[Endpoint, ...],
) -> None:
    with pytest.raises(ValueError, match="no resolver that vegeta can ask"):
        Order(1, 1, 1.0, resolvers, b"")


def test_no_proxy_is_between_it_and_the_colour() -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTPS_PROXY", "All_Proxy", "NO_PROXY"), "http://proxy")
    assert vegeta.direct({**proxies, "PATH": "/bin", "SSL_CERT_FILE": "ca.pem"}) == {
        "PATH": "/bin",
        "SSL_CERT_FILE": "ca.pem",
    }


class Fake:
    """An attack of which `hits` come at once; it ends when it is stopped, or when they are over."""

    def __init__(self, hits: Sequence[Hit], problem: str = "", error: Exception | None = None) -> None:
        self._hits, self._problem, self._error = hits, problem, error
        self.stopped = threading.Event()

    def hits(self) -> Iterator[Hit]:
        yield from self._hits
        if self._error:
            raise self._error

    def stop(self) -> None:
        self.stopped.set()

    def problem(self) -> str:
        return self._problem


class Endless(Fake):
    """One that goes on until it is stopped."""

    is_over = False

    def hits(self) -> Iterator[Hit]:
        yield from self._hits
        self.stopped.wait(30)
        self.is_over = True


def run(attack: Fake, look: Callable[[], None] = lambda: None, limits: Limits = LIMITS) -> tuple[Ended, list[str]]:
    said: list[str] = []
    return running.run(cast(Attack, attack), 10, limits, look, said.append), said


def hits(count: int, bad_from: int | None = None) -> list[Hit]:
    bad = count if bad_from is None else bad_from
    return [Hit(1000 + n / 10, 0.01, "503" if n >= bad else "") for n in range(count)]


def test_what_comes_is_counted() -> None:
    ended, _ = run(Fake(hits(100)))
    assert (ended.figures.requests, ended.figures.success, ended.at_limit) == (100, 100, "")


def test_it_ends_early_when_too_much_fails_and_says_so() -> None:
    attack = Endless(hits(100, bad_from=50))
    ended, said = run(attack)
    assert attack.stopped.is_set()
    assert "100.0 % of the latest answers were bad, in 1 s (--error-limit 50)" in ended.at_limit
    assert ended.at_limit in said
    assert ended.figures.requests == 100


def test_below_its_error_limit_it_goes_on() -> None:
    attack = Fake(hits(100, bad_from=50))
    ended, _ = run(attack, limits=Limits(100.0, 1))
    assert not attack.stopped.is_set()
    assert ended.at_limit == ""


def _raise(error: Exception) -> None:
    raise error


def test_it_ends_when_clients_are_sent_to_the_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WATCH_SECONDS", 0.01)
    weight = Refusal("it has weight", seen="5", allowed="0", next_step="none")
    attack = Endless(hits(10))
    with pytest.raises(Refusal, match="it has weight"):
        run(attack, look=lambda: _raise(weight))
    assert not attack.is_over, "and not only found afterwards"
    with pytest.raises(OSError, match="AWS is away"):
        run(Endless(hits(10)), look=lambda: _raise(OSError("AWS is away")))


def test_it_ends_when_nobody_says_whether_clients_are_sent_to_the_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(running, "UNWATCHED_SECONDS", 0.1)
    over = threading.Event()
    with pytest.raises(Refusal, match="AWS does not say who is in charge"):
        run(Endless(hits(10)), look=lambda: cast(Any, over.wait(30)))
    over.set()


@pytest.mark.parametrize(
    ("attack", "seen"),
    [
        (Fake(hits(10), problem="exit codes 1 and 0; no such flag"), "exit codes 1 and 0; no such flag"),
        (Fake([]), "0 requests"),
        (Fake(hits(1)), "1 requests"),
        (Fake(hits(10), error=ValueError("no row of results")), "no row of results"),
    ],
)
def test_a_vegeta_that_fails_says_nothing_of_the_colour(attack: Fake, seen: str) -> None:
    with pytest.raises(Refusal, match="vegeta failed") as refused:
        run(attack)
    assert refused.value.seen == seen


STAND_IN = """#!/bin/sh
case $1 in
encode) exec cat ;;
esac
{attack}
"""


def stand_in(folder: Path, attack: str) -> str:
    """A program that is called as vegeta is, and says what it is told to."""
    program = folder / "vegeta"
    program.write_text(STAND_IN.format(attack=attack))
    program.chmod(0o700)
    return str(program)


def test_rows_are_read_as_they_come_with_whatever_an_error_says(tmp_path: Path) -> None:
    error = 'Get ""https://x/"": dial tcp: connection\nrefused, connection refused'
    program = stand_in(tmp_path, f"""printf '1000000000,0,5000000,0,0,"{error}",,,0,GET,https://x/,\n'""")
    with Attack(program, ORDER, os.environ) as attack:
        assert list(attack.hits()) == [Hit(1.0, 0.005, "connection refused")]
        assert attack.problem() == ""


def test_what_it_is_started_with_has_no_proxy(tmp_path: Path) -> None:
    program = stand_in(tmp_path, 'echo "proxy: $http_proxy$HTTPS_PROXY" >&2; exit 3')
    environment = {**os.environ, "http_proxy": "http://one", "HTTPS_PROXY": "http://two"}
    with Attack(program, ORDER, environment) as attack:
        assert list(attack.hits()) == []
        assert attack.problem() == "exit codes 3 and 0; proxy:"


def test_targets_go_in_by_standard_input_and_last_words_come_out(tmp_path: Path) -> None:
    program = stand_in(tmp_path, "cat >&2; exit 3")
    with Attack(program, replace(ORDER, targets=b"no \x1b[2J such\ntarget"), os.environ) as attack:
        assert list(attack.hits()) == []
        assert attack.problem() == r"exit codes 3 and 0; no \x1b[2J such target"


def test_nothing_of_it_is_left_when_it_is_left(tmp_path: Path) -> None:
    program = stand_in(tmp_path, f"echo $$ >{tmp_path}/pid; exec sleep 60")
    with Attack(program, ORDER, os.environ):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            pass
        pid = int((tmp_path / "pid").read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
