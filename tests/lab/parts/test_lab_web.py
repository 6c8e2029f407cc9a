"""HTTP and HTTPS at the addresses of load balancers, as a client sees them."""

import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass

import certifi
import dns.message
import dns.query
import pytest

from lab.client import FrontFault, LabClient, RunningServer
from lab.reservation import Reservation
from tests.lab.parts.lab_account import Account, Cluster

NAMES = ("amber.example.test", "www.example.test")
HTTPS_PORT, HTTP_PORT = 8443, 8080
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Site:
    """A load balancer with an HTTPS listener and an HTTP one that redirects to it."""

    cluster: Cluster
    certificate_arn: str
    addresses: list[str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def addresses_of(running: RunningServer, name: str) -> list[str]:
    server = running.addresses.server_addresses()[0]
    query = dns.message.make_query(name, "A")
    answer = dns.query.udp(query, server, port=running.addresses.dns_port, timeout=PATIENCE_SECONDS)
    return sorted(item.to_text() for item in answer.answer[0])


def asked(
    address: str,
    port: int,
    trusting: str | None = None,
    name: str = NAMES[0],
    path: str = "/",
    timeout_seconds: float = PATIENCE_SECONDS,
) -> Answer:
    """One request, over TLS when there is a CA file to trust."""
    raw = socket.create_connection((address, port), timeout=timeout_seconds)
    try:
        if trusting is not None:
            raw = ssl.create_default_context(cafile=trusting).wrap_socket(raw, server_hostname=name)
        connection = http.client.HTTPConnection(name, port)
        connection.sock = raw
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        raw.close()


@pytest.fixture(scope="module")
def site(running: RunningServer, account: Account) -> Site:
    cluster = account.cluster("amber")
    arn = account.certificate("amber", *NAMES)
    account.prove(arn)
    account.listen(cluster, HTTPS_PORT, certificate_arn=arn)
    config = {"Protocol": "HTTPS", "Port": str(HTTPS_PORT), "StatusCode": "HTTP_301"}
    account.listen(cluster, HTTP_PORT, {"Type": "redirect", "RedirectConfig": config})
    return Site(cluster, arn, addresses_of(running, cluster.dns_name))


@pytest.fixture
def ca_file(running: RunningServer) -> str:
    return running.addresses.ca_file


def test_https_is_answered_at_every_address_for_every_name_of_the_certificate(site: Site, ca_file: str) -> None:
    assert len(site.addresses) == 2
    for address in site.addresses:
        for name in NAMES:
            answer = asked(address, HTTPS_PORT, ca_file, name)
            assert (answer.status, answer.headers["X-Release"]) == (200, "1.0.0")
            assert json.loads(answer.body)["colour"] == "amber"


def test_a_name_that_the_certificate_does_not_have_is_not_served(site: Site, ca_file: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"Hostname mismatch"):
        asked(site.addresses[0], HTTPS_PORT, ca_file, "blue.example.test")


def test_who_does_not_trust_the_labs_authority_does_not_trust_its_certificates(site: Site) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        asked(site.addresses[0], HTTPS_PORT, certifi.where())


def test_the_http_listener_redirects_to_https(site: Site) -> None:
    answer = asked(site.addresses[0], HTTP_PORT, path="/shop?id=1")
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{NAMES[0]}:{HTTPS_PORT}/shop?id=1"


def test_the_common_port_answers_plain_http_as_ever(running: RunningServer, site: Site) -> None:
    answer = asked(site.addresses[0], running.addresses.http_port)
    assert (answer.status, answer.headers["X-Colour"]) == (200, "amber")


def test_without_a_healthy_target_the_answer_is_503(running: RunningServer, account: Account, lab: LabClient) -> None:
    sick = account.cluster("amber")
    account.listen(sick, HTTP_PORT)
    lab.set_unhealthy_instances(account.instance_ids(sick))
    answer = asked(addresses_of(running, sick.dns_name)[0], HTTP_PORT)
    assert (answer.status, json.loads(answer.body)) == (503, {"load_balancer": sick.auto_scaling_group})


def test_a_listener_is_followed_as_it_comes_changes_and_goes(account: Account, site: Site, ca_file: str) -> None:
    address, port = site.addresses[0], 9443
    with pytest.raises(ConnectionRefusedError):
        asked(address, port)
    listener = account.listen(site.cluster, port)
    assert asked(address, port).status == 200
    account.elbv2.modify_listener(
        ListenerArn=listener, Protocol="HTTPS", Certificates=[{"CertificateArn": site.certificate_arn}]
    )
    assert asked(address, port, ca_file).status == 200
    account.elbv2.modify_listener(ListenerArn=listener, Port=port + 1)
    assert asked(address, port + 1, ca_file).status == 200
    account.elbv2.delete_listener(ListenerArn=listener)
    with pytest.raises(ConnectionRefusedError):
        asked(address, port + 1)


def test_a_colour_can_answer_with_another_status_and_another_colour_does_not(
    running: RunningServer, account: Account, lab: LabClient, site: Site, ca_file: str
) -> None:
    other = account.cluster("green")
    account.listen(other, HTTP_PORT)
    lab.set_front("amber", FrontFault(status=500))
    assert asked(site.addresses[0], HTTPS_PORT, ca_file).status == 500
    assert asked(addresses_of(running, other.dns_name)[0], HTTP_PORT).status == 200


def test_a_colour_can_answer_late(lab: LabClient, site: Site, ca_file: str) -> None:
    lab.set_front("amber", FrontFault(milliseconds=150))
    began = time.monotonic()
    assert asked(site.addresses[0], HTTPS_PORT, ca_file).status == 200
    assert time.monotonic() - began >= 0.15


def test_one_address_can_be_silent_while_the_others_answer(lab: LabClient, site: Site, ca_file: str) -> None:
    silent, well = site.addresses
    lab.set_silent_addresses([silent])
    with pytest.raises(TimeoutError):
        asked(silent, HTTPS_PORT, ca_file, timeout_seconds=0.4)
    assert asked(well, HTTPS_PORT, ca_file).status == 200
    lab.set_silent_addresses([])
    assert asked(silent, HTTPS_PORT, ca_file).status == 200


def test_an_expired_certificate_is_presented_as_expired(lab: LabClient, site: Site, ca_file: str) -> None:
    lab.set_certificate_days("amber", -1)
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        asked(site.addresses[0], HTTPS_PORT, ca_file)


def test_two_labs_never_give_a_load_balancer_the_same_address() -> None:
    first, second = Reservation(), Reservation()
    assert first.port != second.port
    assert abs(int(first.first_address) - int(second.first_address)) >= 192
