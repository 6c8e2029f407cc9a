"""Every row of the table in docs/propagation.md, on real sockets: how the wait ends, when, and what it says."""

import json
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from lab.authority import Authority
from lab.aws.certificates import Certificate
from lab.dns.service import has_ipv6
from propagation import Target, Watch, client
from propagation.questions import Runtime
from tests.lab.propagation.cases import CASES, TOPOLOGY, Case
from tests.lab.propagation.parallel import Finished, simulate_all
from tests.lab.propagation.simulation import Ending, Secure, Simulation, simulate
from tests.own_time import now

LATE_SECONDS = 1.0
# What rounding and the order of two measurements can make of one moment.
CLOCK_SECONDS = 0.02


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Secure:
    """What presents certificates that this process trusts from now on."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.ca_file))
        client._trust.cache_clear()
        client._trust()

    def presented(address: str) -> ssl.SSLContext:
        return authority.context(Certificate((address,), int(time.time()) + 86400))

    return presented


Endings = Mapping[str, Finished[Case]]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest, secure: Secure) -> Endings:
    """All cases that are asked for, simulated side by side."""
    wanted = [
        case
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.parent is request.node and hasattr(item, "callspec")
        if isinstance(case := item.callspec.params["case"], Case)
    ]
    possible = [case for case in wanted if case.needs != "ipv6" or has_ipv6()]
    found = simulate_all(possible, lambda case: _simulate(case, secure))
    return {str(result.simulation): result for result in found}


async def _simulate(case: Case, secure: Secure) -> Ending:
    def new_watch(target: Target) -> Watch:
        return Watch(target, Runtime(clock=now, is_routable=lambda server: server.address not in case.no_route))

    return await simulate(case.simulation, new_watch, secure if case.needs == "https" else None, **case.target)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_wait_ends_as_the_table_says(case: Case, results: Endings) -> None:
    if str(case) not in results:
        pytest.skip("this machine has no ::1")
    ending = results[str(case)].ending
    said = str(ending.error) if ending.error else json.dumps(ending.outcome.as_dict())
    assert (ending.error is None) == case.succeeds, said
    for words in case.says:
        assert words in said
    if case.succeeds:
        assert ending.ended_at >= max(ending.released_at, ending.earliest) - CLOCK_SECONDS
    assert ending.late_seconds <= case.late_seconds


def test_a_clock_that_jumps_changes_nothing_but_the_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    began, true_time = time.monotonic(), time.time

    def jumping() -> float:
        """An hour forward and back every 0.1 s."""
        return true_time() + 3600 * (int((time.monotonic() - began) / 0.1) % 2)

    monkeypatch.setattr(time, "time", jumping)
    (result,) = simulate_all([Simulation(TOPOLOGY)], lambda simulation: simulate(simulation, _jumping_watch))
    ending = result.ending
    assert ending.error is None
    assert ending.ended_at >= ending.released_at
    assert ending.late_seconds <= LATE_SECONDS
    assert abs(ending.outcome.waited_seconds - ending.ended_at) <= LATE_SECONDS


def _jumping_watch(target: Target) -> Watch:
    return Watch(target, Runtime(clock=now, utc_now=lambda: datetime.fromtimestamp(time.time(), UTC)))
