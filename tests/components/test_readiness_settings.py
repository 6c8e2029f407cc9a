"""The settings of readiness, and the port that is probed: what is allowed, and where the port is used."""

import pytest

from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.unit.stack_values import OWN, PROJECT, colour, load


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("httpsPort", "0", "from 1 to 65535"),
        ("httpsPort", "65536", "from 1 to 65535"),
        ("httpsPort", "80", "a port other than 80"),
        ("readinessProbes", "0", "from 1 to 200"),
        ("readinessProbes", "201", "from 1 to 200"),
        ("readinessLatency", "0", "milliseconds"),
        ("readinessLatency", "60001", "milliseconds"),
        ("releaseHeader", "X Release", "the name of an HTTP header"),
        ("releaseHeader", "X-Release:", "the name of an HTTP header"),
        ("releaseHeader", "X-Release\n", "the name of an HTTP header"),
    ],
)
def test_a_value_out_of_range_is_refused(key: str, text: str, allowed: str) -> None:
    with pytest.raises(Refusal) as refused:
        load("amber", **{key: text})
    assert refused.value.seen == f"{key}: {text}"
    assert allowed in refused.value.allowed


def test_they_are_read() -> None:
    shared = colour(httpsPort="8443", readinessProbes="200", readinessLatency="1", releaseHeader="X-Release").shared
    assert (shared.https_port, shared.readiness_probes) == (8443, 200)
    assert (shared.readiness_latency_milliseconds, shared.release_header) == (1, "X-Release")
    assert colour().shared.release_header is None


def test_without_https_nothing_redirects_to_its_port() -> None:
    assert colour(https="false", httpsPort="80").shared.https_port == 80


def test_the_port_of_https_is_listened_at_redirected_to_and_open() -> None:
    found = pulumi_mocks.declare("amber", OWN["amber"], {**PROJECT, "httpsPort": "8443"})
    listeners = {listener.inputs["port"]: listener.inputs for listener in found.of("Listener")}
    assert listeners[8443]["protocol"] == "HTTPS"
    assert listeners[80]["defaultActions"][0]["redirect"]["port"] == "8443"
    world = [rule.inputs for rule in found.of("SecurityGroupIngressRule") if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"]
    assert sorted((rule["fromPort"], rule["toPort"]) for rule in world) == [(80, 80), (8443, 8443)]
