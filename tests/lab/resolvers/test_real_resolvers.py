"""The wait for DNS through real resolver software: unbound and the PowerDNS recursor, as caches before the lab."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dns.message
import dns.query
import pytest

from lab.client import ServerFault
from lab.workspace import CHECKOUT
from propagation import Endpoint
from propagation.answer import AnswerKind
from tests.lab.resolvers import software
from tests.lab.resolvers.conftest import TTL_SECONDS, Start
from tests.lab.resolvers.live_name import INCOMING, OUTGOING, LiveName, ask, cut_over
from tests.lab.resolvers.relay import relay
from tests.lab.resolvers.software import Program

EARLY_SECONDS = 0.02  # between the moment of a wait's end and the moment that is noted for it
# A second, on a machine that has nothing else to do.
MOST_TURNS_LATE = 10
LAGS_SECONDS = (0.0, 3.0, 1.2, 0.4)


@pytest.mark.parametrize("age_seconds", [0.0, 2.3])
def test_the_wait_through_a_real_resolver_is_neither_early_nor_a_second_late(
    program: Program, live: LiveName, name_servers: list[Endpoint], start_resolver: Start, age_seconds: float
) -> None:
    for server, lag in zip(name_servers, LAGS_SECONDS, strict=True):
        live.running.client.set_server_fault(server.address, ServerFault(lag_seconds=lag))
    time.sleep(max(LAGS_SECONDS))  # the records themselves are new, too
    resolver = start_resolver(program, live.name, {})
    time.sleep(age_seconds)
    ending = cut_over(live, [resolver])
    assert ending.error is None
    assert ending.ended_at >= ending.truth - EARLY_SECONDS
    assert ending.turns_late <= MOST_TURNS_LATE


def test_a_resolver_that_stretches_ttls_is_named_at_the_deadline(
    program: Program, live: LiveName, start_resolver: Start
) -> None:
    resolver = start_resolver(program, live.name, program.stretch)
    ending = cut_over(live, [resolver], deadline_seconds=TTL_SECONDS + 5)
    assert f"resolver {resolver}: answers {OUTGOING}" in str(ending.error)


def test_a_resolver_that_serves_stale_answers_is_named_at_the_deadline(
    program: Program, live: LiveName, name_servers: list[Endpoint], start_resolver: Start
) -> None:
    with relay(name_servers[0]) as (upstream, way):
        resolver = start_resolver(program, live.name, program.serve_stale, [upstream])
        for name in (*live.running.addresses.name_servers, *(f"{c}.{live.name}" for c in live.clusters)):
            ask(resolver, name)
        way.is_cut = True
        ending = cut_over(live, [resolver, live.lab_resolver], deadline_seconds=TTL_SECONDS + 8)
    assert f"resolver {resolver}: answers {OUTGOING}" in str(ending.error)
    assert program.stale_said in str(ending.error)


def test_an_expired_answer_that_is_served_once_more_does_not_end_the_wait_nor_keep_it(
    program: Program, live: LiveName, start_resolver: Start
) -> None:
    resolver = start_resolver(program, live.name, program.serve_stale)
    ending = cut_over(live, [resolver], used=False)
    assert ending.error is None
    assert ending.ended_at >= ending.released_at - EARLY_SECONDS
    assert ask(resolver, live.name).records == live.addresses(INCOMING)


def test_a_resolver_whose_way_to_the_name_servers_is_cut_is_named_with_what_it_says(
    program: Program, live: LiveName, name_servers: list[Endpoint], start_resolver: Start
) -> None:
    with relay(name_servers[0]) as (upstream, way):
        resolver = start_resolver(program, live.name, {}, [upstream])
        way.is_cut = True
        ending = cut_over(live, [resolver, live.lab_resolver], deadline_seconds=TTL_SECONDS + 8)
    assert f"resolver {resolver}: {program.cut_said}" in str(ending.error)


def test_a_denial_is_cached_and_the_wait_outlasts_it(program: Program, unmade: LiveName, start_resolver: Start) -> None:
    resolver = start_resolver(program, unmade.name, program.short_denials)
    assert ask(resolver, unmade.name).kind is AnswerKind.NXDOMAIN
    unmade.create()
    assert ask(resolver, unmade.name).kind is AnswerKind.NXDOMAIN
    ending = cut_over(unmade, [resolver])
    assert ending.error is None
    assert ask(resolver, unmade.name).records == unmade.addresses(INCOMING)


def test_the_case_of_a_name_is_kept_and_makes_no_difference(
    program: Program, live: LiveName, start_resolver: Start
) -> None:
    resolver = start_resolver(program, live.name, program.random_case)
    mixed = live.name.replace("w", "W", 2).replace("t", "T", 1)
    response = dns.query.udp(dns.message.make_query(mixed, "A"), resolver.address, port=resolver.port, timeout=60)
    assert response.question[0].name.to_text() == f"{mixed}."
    assert {record.address for record in response.answer[0]} == live.addresses(OUTGOING)


_KILLED = """
import pathlib, sys, time
from propagation import Endpoint
from tests.lab.resolvers import software
program = next(program for program in software.PROGRAMS if program.name == sys.argv[1])
with software.run(program, pathlib.Path(sys.argv[2]), [Endpoint("127.0.0.1", 9)], {}) as resolver:
    print(resolver.port, flush=True)
    time.sleep(600)
"""


def test_a_resolver_ends_with_a_test_that_is_killed(program: Program, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, program.name, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}) as test:
        assert test.stdout is not None
        port = int(test.stdout.readline())
        _wait_until(lambda: _is_listening(port), "the resolver listens")
        test.kill()
    _wait_until(lambda: not _is_listening(port), "the resolver is gone")


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((software.ADDRESS, port)) == 0


def _wait_until(happens: Callable[[], bool], what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.05)
