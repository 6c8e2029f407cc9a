"""What readiness looks at, and through what."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cutover.checks import http_request
from cutover.checks.capacity import SAMPLES
from cutover.checks.certificate import CertificateSeen
from cutover.checks.http_request import Question
from cutover.checks.load_test import Asked, LoadTestSeen
from cutover.checks.probes import Answered
from cutover.checks.settled import ClusterSeen
from cutover.cluster_facts import ClusterFacts
from cutover.group_capacity import CapacitySeen
from cutover.record_set import RecordSet
from propagation import Endpoint, Outcome, Target, Watch


@dataclass(frozen=True)
class LiveNames:
    """How the live names stand before a tag-in.

    `carriers` maps each of them to the set identifiers in Route 53 that carry it at this moment; `own_names` and
    `load_balancer_names` the awake colours to the names of their addresses; `dns_port` is where name servers are asked.
    """

    zone: str
    zone_id: str
    carriers: Mapping[str, frozenset[str]]
    own_names: Mapping[str, str]
    load_balancer_names: Mapping[str, str]
    dns_port: int


@dataclass(frozen=True)
class Candidate:
    """The colour to be tagged in: what its stack exports, and what the project declares now.

    `cluster` is None while it is asleep. `built`, `declared` and `other_built` (that of the other colour, None while
    it is asleep) are shapes, see cutover.checks.current. `own_name` is its host name for tests and `port` where that
    is served: over TLS and with the certificate of `certificate_arn`, or without TLS when that is None. `references`
    name the offsite parameters and secrets. `door_parameter` is there while it is not being taken down. `samples` is
    how often in a row the capacity is looked at. `may_lack_zones`: instances in all of its zones are not asked for.
    `load_test`: what a load test has to have shown; None where it is not asked for.
    """

    colour: str
    other_colour: str
    cluster: ClusterFacts | None
    names: Sequence[str]
    own_name: str
    capacity: int
    availability_zones: int
    built: Mapping[str, str]
    declared: Mapping[str, str]
    other_built: Mapping[str, str] | None
    certificate_arn: str | None
    port: int
    health_path: str
    probes: int
    latency_milliseconds: int
    release_header: str | None
    references: Sequence[str]
    door_parameter: str
    resolvers: Sequence[Endpoint]
    live: LiveNames
    samples: int = SAMPLES
    may_lack_zones: bool = False
    load_test: Asked | None = None


class Reader(Protocol):
    """What is read from AWS, in threads; see cutover.aws_readiness.AwsReadiness."""

    def exists(self, parameter: str) -> bool: ...
    def capacity(self, group: str, region: str | None = None) -> CapacitySeen: ...
    def cluster(self, group: str, target_group_arn: str, region: str) -> ClusterSeen: ...
    def certificate(self, arn: str) -> CertificateSeen: ...
    def offsite_error(self, reference: str, region: str) -> str: ...
    def record_sets(self, zone_id: str, names: Sequence[str]) -> Mapping[str, Sequence[RecordSet]]: ...
    def name_servers(self, zone_id: str) -> tuple[str, ...]: ...
    def load_test(self, parameter: str, group: str, region: str) -> LoadTestSeen: ...


class AskAll(Protocol):
    """Ask each of `addresses` a number of times; see cutover.checks.http_request.ask_all."""

    async def __call__(
        self, addresses: Sequence[str], question: Question, times: int, latency_milliseconds: int
    ) -> list[Answered]: ...


async def _glance(target: Target, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
    return await Watch(target).glance(deadline_seconds, is_enough)


@dataclass(frozen=True)
class Edges:
    """DNS, HTTP and sleep."""

    ask_all: AskAll = http_request.ask_all
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    glance: http_request.Glance = _glance
