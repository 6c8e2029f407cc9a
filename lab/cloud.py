"""The embedded AWS, DNS and HTTP put together."""

import asyncio
import ssl
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lab.authority import Authority
from lab.aws import embedded, parameters, quotas, snapshot
from lab.aws.availability_zones import spread_instances
from lab.aws.away import Away
from lab.aws.call_journal import CallJournal
from lab.aws.capacity_reservations import CapacityReservations
from lab.aws.certificate_proofs import issue_what_is_proved
from lab.aws.certificates import Certificate, Certificates
from lab.aws.change_info import Changes
from lab.aws.consoles import Consoles
from lab.aws.gateway import Gateway, both
from lab.aws.iam.credentials import credentials_for_role
from lab.aws.instance_deaths import InstanceDeaths, register_replacements
from lab.aws.instance_refreshes import InstanceRefreshes
from lab.aws.launch_failures import LaunchFailures
from lab.aws.launch_templates import describe_with_todays_tags, keep_to_the_template
from lab.aws.leftovers import leftovers
from lab.aws.load_balancers import LoadBalancers
from lab.aws.nat_gateways import let_go_of_its_address
from lab.aws.permissions import Permissions
from lab.aws.price_list import get_products
from lab.aws.refusals import REFUSALS
from lab.aws.repeated_calls import RepeatedCalls
from lab.aws.request import ApiRequest
from lab.aws.request_counts import RequestCounts
from lab.aws.scaling_processes import give_reasons
from lab.aws.security_groups import name_the_missing_rule
from lab.aws.target_health import TargetHealths
from lab.aws.trail import Trail
from lab.aws.zone_lists import list_in_order
from lab.aws.zones import RecordSetChanges, corrected_soa
from lab.aws.zones_offered import ZonesOffered
from lab.control import Control
from lab.dns import service
from lab.dns.service import DnsService, Servers
from lab.dns.world import History, World
from lab.faults import FaultBoard
from lab.messages import Addresses, Call, ZoneState
from lab.reservation import Reservation
from lab.running import Running
from lab.web import WebFront

_RESOLVED_FROM = ("route53", "elasticloadbalancing")  # the services whose changes DNS has to know of
_WITH_TARGETS = ("autoscaling", "elasticloadbalancing", "ec2")
START_SECONDS = 120
YEAR_SECONDS = 365 * 86400
POLL_SECONDS = 0.1  # how soon the API server notices that it is to stop


class Cloud:
    """Everything the lab serves, on loopback: the API in threads of the WSGI server, DNS and HTTP in one loop.

    state_dir: where the files of the certificate authority are kept. before: the history of Route 53 until now, of
    the lab that this one goes on from; calls_before: the calls it got. api_port: where the embedded AWS answers; 0: at
    any free port. machines: whether instances run.
    """

    def __init__(
        self,
        alias_ttl_seconds: int,
        health_seconds: float,
        state_dir: Path,
        before: Sequence[ZoneState] = (),
        api_port: int = 0,
        calls_before: Sequence[Call] = (),
        *,
        machines: bool = False,
    ) -> None:
        spread_instances()
        give_reasons()
        list_in_order()
        issue_what_is_proved()
        self._alias_ttl_seconds = alias_ttl_seconds
        self._plan = service.plan(snapshot.delegation_set())
        self._board = FaultBoard(self._plan.servers(), self._plan.resolvers, health_seconds)
        self._own = Reservation()
        self._requests = RequestCounts(lambda: self._board.current().metrics_delay_seconds)
        self._running = self._run_machines() if machines else None
        self._healths = TargetHealths(self._board.current, verdict=self._running.verdict if self._running else None)
        self._launches = LaunchFailures(self._board.current, self._instances_changed)
        self._launches.guard()
        self._authority = Authority(state_dir)
        self._certificates = Certificates(self._board.current)
        self._load_balancers = LoadBalancers(self._healths, self._own.first_address)
        self._front = WebFront(
            self._own.port,
            self._load_balancers.healthy_targets,
            self._board.current,
            self._secure,
            running=self._running,
            counted=self._requests.count,
        )
        self._history = History(time.time(), self._world())
        self._dns = DnsService(
            self._plan,
            self._history,
            self._board.timelines,
            alias_ttl_seconds,
            lambda: self._board.current().delegation,
        )
        self._refreshing = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self.journal = CallJournal(calls_before)
        self._changes = Changes(lambda: self._board.current().insync_seconds)
        self._record_sets = RecordSetChanges(self._changes.add, before)
        self._gateway = self._api_gateway()
        self._api = self._api_server(api_port)
        self.addresses = Addresses(
            endpoint=f"http://127.0.0.1:{self._api.server_port}",
            dns_port=self._plan.port,
            http_port=self._own.port,
            name_servers=_listed(self._plan.name_servers),
            resolvers=list(self._plan.resolvers),
            parents=_listed(self._plan.parents),
            ca_file=str(self._authority.ca_file),
        )

    def start(self) -> None:
        """Returns when everything answers."""
        threading.Thread(target=self._loop.run_forever, name="dns-and-http", daemon=True).start()
        self._in_loop(self._dns.start(self._resolver_context))
        self._in_loop(self._front.follow(self._load_balancers.current()))
        self.addresses = replace(self.addresses, doh=list(self._dns.doh_urls.values()))
        threading.Thread(target=self._api.serve_forever, args=(POLL_SECONDS,), name="api", daemon=True).start()
        if self._running is not None:
            self._in_loop(self._running.start())
            self._running.follow()
            self._running.heal_from_now_on(self._gateway.one_at_a_time)

    def stop(self) -> None:
        """Answer no more; what the embedded AWS holds stays. Once."""
        self._api.shutdown()
        self._api.server_close()
        self._in_loop(self._front.follow(()))
        if self._running is not None:
            self._in_loop(self._running.stop())
        self._loop.call_soon_threadsafe(self._dns.stop)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def history(self) -> list[ZoneState]:
        """The record sets of a zone after each successful change batch, oldest first."""
        return self._record_sets.history

    def _run_machines(self) -> Running:
        return Running(
            self._own,
            self._board.current,
            lambda: self.addresses.endpoint,
            lambda: self._load_balancers,
            self._instances_changed,
            self._requests.count,
        )

    def _age(self, name: str, seconds: float, groups: bool = True) -> int:
        versions = parameters.age(name, seconds, groups)
        self._requests.age(seconds)
        return versions

    def _instances_changed(self) -> None:
        """Instances have come or gone, or are registered elsewhere."""
        self._healths.note_registrations()
        if self._running is not None:
            self._running.follow()

    def _api_gateway(self) -> Gateway:
        refreshes, reservations = InstanceRefreshes(), CapacityReservations(self._board.current)
        return Gateway(
            embedded.application(),
            {
                ("route53", "ChangeResourceRecordSets"): self._record_sets,
                ("route53", "GetChange"): self._changes,
                ("route53", "CreateHostedZone"): corrected_soa,
                ("elasticloadbalancing", "DescribeTargetHealth"): self._healths,
                ("elasticloadbalancing", "ModifyCapacityReservation"): reservations.modify,
                ("elasticloadbalancing", "DescribeCapacityReservation"): reservations.describe,
                ("autoscaling", "DescribeAutoScalingGroups"): self._launches.retry,
                ("autoscaling", "DescribeScalingActivities"): self._launches.describe,
                ("autoscaling", "StartInstanceRefresh"): refreshes.start,
                ("autoscaling", "CancelInstanceRefresh"): refreshes.cancel,
                ("autoscaling", "DescribeInstanceRefreshes"): refreshes.describe,
                ("acm", "DescribeCertificate"): self._certificates,
                ("ec2", "TerminateInstances"): register_replacements,
                ("ec2", "CreateLaunchTemplate"): both(quotas.limit_user_data, keep_to_the_template),
                ("ec2", "DeleteNatGateway"): let_go_of_its_address,
                ("ec2", "RevokeSecurityGroupEgress"): name_the_missing_rule,
                ("ec2", "RevokeSecurityGroupIngress"): name_the_missing_rule,
                ("ec2", "CreateLaunchTemplateVersion"): both(quotas.limit_user_data, keep_to_the_template),
                ("ec2", "DescribeLaunchTemplates"): describe_with_todays_tags,
                ("ec2", "DescribeAvailabilityZones"): ZonesOffered(self._board.current),
                ("ec2", "GetConsoleOutput"): Consoles(self._running.console if self._running else lambda _: b""),
                ("pricing", "GetProducts"): get_products,
                ("cloudtrail", "LookupEvents"): Trail(self.journal.calls).lookup_events,
                ("ssm", "GetParameterHistory"): parameters.name_the_author,
                **REFUSALS,
            },
            self._board.take_api_fault,
            self._changed,
            Permissions(self.journal.add).refusal,
        )

    def _api_server(self, port: int) -> BaseWSGIServer:
        deaths = InstanceDeaths(self._instances_changed, self._running.crash if self._running else None)
        control = Control(
            Away(RepeatedCalls(self._gateway), lambda: self._board.current().endpoint_away),
            lambda: self.addresses,
            self._board,
            self.history,
            self._dns.truth,
            self._dns.queries,
            leftovers,
            {
                "instances/terminate": deaths.terminate,
                "instances/crash": deaths.crash,
                "parameters/age": self._age,
                "requests": self._requests.put,
                "credentials": lambda role, session: asdict(credentials_for_role(role, session)),
            },
            self._dns.answers_over_time,
            self.journal.calls,
            self._running.described if self._running else lambda: [],
            self._requests.forget,
        )
        return make_server("127.0.0.1", port, control, threaded=True, request_handler=_QuietHandler)

    def _changed(self, request: ApiRequest) -> None:
        """After a call that may have changed something and before its answer: DNS and HTTP know it too."""
        if request.service in _WITH_TARGETS:
            self._instances_changed()
        if request.service in _RESOLVED_FROM:
            with self._refreshing:
                self._in_loop(self._front.follow(self._load_balancers.current()))
                self._history.add(time.time(), self._world())

    def _secure(self, arn: str) -> ssl.SSLContext | None:
        certificate = self._certificates.of(arn)
        return None if certificate is None else self._authority.context(certificate)

    def _resolver_context(self, address: str) -> ssl.SSLContext:
        return self._authority.context(Certificate((address,), int(time.time() + YEAR_SECONDS)))

    def _world(self) -> World:
        return snapshot.world(self._load_balancers.current(), self._plan.name_servers, self._alias_ttl_seconds)

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)


def _listed(servers: Servers) -> dict[str, list[str]]:
    return {name.rstrip("."): list(addresses) for name, addresses in servers.items()}


class _QuietHandler(WSGIRequestHandler):
    """No line for every request, and no answer on a connection that was dropped: werkzeug 3 reads on there."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:  # noqa: ARG002  # werkzeug's
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
