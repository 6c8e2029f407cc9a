"""Real vegeta against servers on loopback: every request is known, and each pool resolves as its name says."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from lab.load import pool, tally, vegeta
from lab.load.attack import Aim, Attack, LoadFailed
from lab.load.hit import Hit
from lab.load.pool import Pool
from lab.messages import Addresses
from tests.lab.building import report
from tests.lab.parts.loopback import NAME, NEW, OLD, Resolver, Web, world
from tests.lab.parts.test_lifeline import CHECKOUT, PATIENCE_SECONDS, pid_in, wait_until_gone

PER_SECOND = Fraction(20)


@pytest.fixture(scope="session")
def program() -> Path:
    return vegeta.ensure(report)


@pytest.fixture
def around() -> Iterator[tuple[Web, Resolver]]:
    with world() as made:
        yield made


def clients(name: str, resolver: Resolver) -> Pool:
    """The pool of that name, as the rehearsal has it, of the one resolver that there is."""
    here = Addresses("", 1, 1, {}, ["127.0.0.1"] * 4, "")
    (made,) = [one for one in pool.pools(here, 80) if one.name == name]
    assert made.per_second == PER_SECOND
    return Pool(made.name, resolver.at, made.flags, made.per_second, made.moves)


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def more(attack: Attack, is_one: Callable[[Hit], bool] = lambda _: True, count: int = 5) -> None:
    """Wait until so many more such requests have been reported."""
    before = len(attack.hits)
    until(lambda: sum(map(is_one, attack.hits[before:])) >= count)


def test_every_request_is_known_with_its_time_and_who_answered_it(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    before = time.time()
    every = [clients(name, resolver) for name in (pool.HONEST, pool.KEEP_ALIVE)]
    with Attack(program, Aim(NAME, web.port), every) as attack:
        more(attack, count=20)
    assert len(attack.hits) == web.served
    assert all(before <= hit.at <= hit.ended_at <= time.time() for hit in attack.hits)
    assert {(hit.status, hit.error, hit.colour, hit.release) for hit in attack.hits} == {(200, "", OLD, "1.4.1")}
    assert {hit.pool for hit in attack.hits} == {pool.HONEST, pool.KEEP_ALIVE}


def test_a_proxy_in_the_environment_is_not_asked(
    program: Path, around: tuple[Web, Resolver], monkeypatch: pytest.MonkeyPatch
) -> None:
    web, resolver = around
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
    assert not any(hit.failed for hit in attack.hits)


def test_an_honest_pool_asks_at_every_request_and_follows_at_once(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
        resolver.address, changed = web.new, time.time()
        more(attack, lambda hit: hit.colour == NEW)
    assert resolver.asked >= len(attack.hits)
    assert {hit.colour for hit in attack.hits if hit.ended_at < changed} == {OLD}
    assert not any(hit.failed for hit in attack.hits)


def test_a_pool_that_never_resolves_again_asks_once_and_stays(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    with Attack(program, Aim(NAME, web.port), [clients(pool.NEVER_AGAIN, resolver)]) as attack:
        more(attack)
        resolver.address, asked = web.new, resolver.asked
        more(attack, count=20)
    assert resolver.asked == asked
    assert {hit.colour for hit in attack.hits} == {OLD}


def test_a_pool_that_keeps_its_connections_follows_when_the_server_has_ended_them(
    program: Path, around: tuple[Web, Resolver]
) -> None:
    web, resolver = around
    with Attack(program, Aim(NAME, web.port), [clients(pool.KEEP_ALIVE, resolver)]) as attack:
        more(attack)
        resolver.address = web.new
        more(attack, count=20)
        stayed = attack.hits[-1].colour
        web.keep = 0.0
        more(attack, lambda hit: hit.colour == NEW)
    assert stayed == OLD
    assert not any(hit.failed for hit in attack.hits)
    assert resolver.asked < len(attack.hits)


def test_an_answer_of_503_has_failed_and_says_whose_it_is(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
        web.status = 503
        more(attack, lambda hit: hit.failed)
    assert tally.failures(attack.hits).keys() == {"status 503"}
    assert {hit.colour for hit in attack.hits} == {OLD}


def test_a_server_that_has_gone_is_a_failure_and_not_the_end(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
        web.stop()
        more(attack, lambda hit: hit.error == "refused")
    assert set(tally.failures(attack.hits)) <= {"refused", "reset", "closed"}


def test_a_name_that_does_not_resolve_is_a_failure_of_dns(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    resolver.address = ""
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
    assert tally.by_pool(attack.hits)[pool.HONEST].failures == {"DNS": len(attack.hits)}


def test_what_is_under_way_at_the_end_is_waited_for(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    web.seconds = 1.0
    with Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack:
        more(attack)
        answered = len(attack.hits)
    assert len(attack.hits) > answered
    assert len(attack.hits) == web.served
    assert not any(hit.failed for hit in attack.hits)


def test_a_generator_that_ends_by_itself_is_no_load(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    every = [clients(name, resolver) for name in (pool.HONEST, pool.KEEP_ALIVE)]
    attack = Attack(program, Aim(NAME, web.port), every)

    def killed() -> None:
        with attack:
            more(attack)
            process = attack.process_ids()[pool.KEEP_ALIVE]
            os.kill(process, signal.SIGKILL)
            assert wait_until_gone(process)

    with pytest.raises(LoadFailed, match="vegeta of the pool keep-alive ended by itself"):
        killed()
    assert attack.hits


def test_flags_that_vegeta_does_not_take_are_told_in_its_words(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    strange = Pool("strange", resolver.at, ("-no-such-flag",), PER_SECOND)
    attack = Attack(program, Aim(NAME, web.port), [strange])
    with pytest.raises(LoadFailed, match=r"strange ended by itself \(exit code 2\).*no-such-flag"), attack:
        until(lambda: all(is_gone(process) for process in attack.process_ids().values()))


def test_requests_that_were_lost_are_no_load(tmp_path: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    half = "while read -r line; do read -r next; printf '%s\\n' \"$next\"; done"
    python = shlex.quote(sys.executable)
    program = scripted(tmp_path, f'if [ "$1" = attack ]; then exec {python} -c "{LINES}"; else {half}; fi')
    with (
        pytest.raises(LoadFailed, match="2 requests reported, 2 lost"),
        Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)]) as attack,
    ):
        more(attack, count=2)


def test_lines_that_are_no_results_are_no_load(tmp_path: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    program = scripted(tmp_path, 'if [ "$1" = attack ]; then exec sleep 600; else echo "\033[2Joh"; exec cat; fi')
    attack = Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)])
    with pytest.raises(LoadFailed, match="1 strange lines") as failed, attack:
        pass
    assert "\033" not in str(failed.value)


def test_a_failure_within_the_context_ends_everything_and_is_told(program: Path, around: tuple[Web, Resolver]) -> None:
    web, resolver = around
    attack = Attack(program, Aim(NAME, web.port), [clients(pool.HONEST, resolver)])
    with pytest.raises(KeyError), attack:
        raise KeyError
    assert all(wait_until_gone(process) for process in attack.process_ids().values())


def test_all_of_it_ends_with_the_process_that_began_it(
    program: Path, around: tuple[Web, Resolver], tmp_path: Path
) -> None:
    web, resolver = around
    code = (
        "import sys, time; from fractions import Fraction; from pathlib import Path\n"
        "from lab.load.attack import Aim, Attack; from lab.load.pool import Pool\n"
        f"pool = Pool('a', {resolver.at!r}, ('-dns-ttl=-1',), Fraction(20))\n"
        f"with Attack(Path({str(program)!r}), Aim({NAME!r}, {web.port}), [pool]) as attack:\n"
        "    Path(sys.argv[1]).write_text(str(attack.process_ids()['a'])); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "pid")], cwd=CHECKOUT)
    attacking = pid_in(tmp_path / "pid")
    children = group_of(attacking)
    assert attacking in children
    until(lambda: web.served)
    process.kill()
    process.wait()
    assert all(wait_until_gone(child) for child in children)


LINES = """import json, time
for n in range(4):
    line = {'seq': n, 'code': 200, 'latency': 1, 'error': '', 'headers': None, 'timestamp': '2026-11-26T14:00:01Z'}
    print(json.dumps(line), flush=True)
time.sleep(600)"""


def scripted(folder: Path, script: str) -> Path:
    """A program that is called as vegeta is."""
    program = folder / "vegeta"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def is_gone(process: int) -> bool:
    return wait_until_gone(process, seconds=0.1)


def group_of(process: int) -> Sequence[int]:
    """It and its watchdog."""
    listed = subprocess.run(["ps", "-o", "pid=", "-g", str(process)], capture_output=True, text=True, check=True)
    return [int(word) for word in listed.stdout.split()]
