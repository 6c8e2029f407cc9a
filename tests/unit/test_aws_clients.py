"""One client of each service and region, made one at a time, for however many threads."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.retries.standard import ExponentialBackoff, RetryContext

from cutover import aws_clients


class Making:
    """A session that notes what it makes, and what is made at the same time."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str | None, object]] = []
        self.at_once = self.most_at_once = 0

    def client(self, service: str, region_name: str | None = None, config: object = None) -> object:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.01)
        self.at_once -= 1
        self.made.append((service, region_name, config))
        return object()


def test_a_client_is_made_once_for_all_threads() -> None:
    session = Making()
    client = aws_clients.shared(session.client)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(client, ["route53"] * 8))
    assert len(set(found)) == 1
    assert session.made == [("route53", None, aws_clients.CONFIG)]


def test_each_service_and_each_region_has_a_client_of_its_own() -> None:
    session = Making()
    client = aws_clients.shared(session.client)
    asked = [("ssm", None), ("ssm", "eu-west-1"), ("acm", "eu-west-1"), ("acm", "eu-south-1")]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: client(*one), asked * 2))
    assert len(set(found)) == len(session.made) == len(asked)
    assert {(service, region) for service, region, _ in session.made} == set(asked)


def test_a_session_is_asked_for_one_client_at_a_time() -> None:
    session = Making()
    client = aws_clients.shared(session.client)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(client, [f"service-{number}" for number in range(8)]))
    assert session.most_at_once == 1


def test_a_client_that_could_not_be_made_is_made_the_next_time() -> None:
    session, errors = Making(), [OSError("no model of this service")]

    def make(service: str, region_name: str | None = None, config: object = None) -> object:
        if errors:
            raise errors.pop()
        return session.client(service, region_name, config)

    client = aws_clients.shared(make)
    with pytest.raises(OSError, match="no model"):
        client("acm")
    assert client("acm") is client("acm")


def test_calls_go_on_for_longer_than_an_endpoint_is_away_for_a_moment() -> None:
    """By botocore's own pauses, at the middle of its dice; nobody waits for them here."""
    backoff = ExponentialBackoff(random=lambda: 0.5)
    calls = (RetryContext(number, caught_exception=ConnectionResetError()) for number in range(1, aws_clients.ATTEMPTS))
    pauses = [backoff.delay_amount(call) for call in calls]
    assert sum(pauses) > 2 * 10
