"""The gate: asks everything that readiness asks of one colour, says it, and refuses when it must."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from components import display
from components.settings import LiveSettings
from components.shape import shape
from cutover import further_names, tag_back, weights
from cutover.aws_readiness import AwsReadiness
from cutover.checks import check, look, override
from cutover.checks.candidate import Candidate, LiveNames
from cutover.checks.load_test import OFF, REQUIRED, Asked
from cutover.checks.override import Waiver
from cutover.cluster_facts import ClusterFacts
from cutover.freeze import TrafficState
from cutover.further_names import Switch
from cutover.restoration import Restoration
from cutover.threads import in_thread
from propagation import Endpoint


class Gate:
    """What stands before the first weight of a colour. `clusters` are the awake colours."""

    def __init__(
        self,
        settings: LiveSettings,
        zone_id: str,
        clusters: Mapping[str, ClusterFacts],
        aws: AwsReadiness,
        restoration: Restoration,
    ) -> None:
        self._settings, self._zone_id, self._clusters, self._aws = settings, zone_id, clusters, aws
        self._restoration = restoration
        self._passed: set[str] = set()
        self._created: dict[str, float | None] = {}

    async def require(self, colour: str, traffic: TrafficState, urn: str, weights_text: str) -> None:
        """Every check of `colour`, each with a line of its own on the line of `urn`; raises Refusal.

        A tag-back is let off most of them; a share of the traffic, for the colour that is not to be in charge, is not.
        """
        release, because = self._release(colour), await self._let_off_because(colour, traffic)
        lenient = bool(because)
        waiver = self._waiver(colour, traffic)
        found = await look.look(self._candidate(colour, traffic, lenient=lenient), self._aws, display.progress(urn))
        verdict = check.verdict(found, tag_back=lenient, waived=waiver.checks)
        note, warn = display.note(urn), display.warning(urn)
        if waiver.line:
            warn(waiver.line)
        if lenient:
            note(f"{colour}@{release} {because}: only awake and capacity can refuse it")
        for text in check.lines(found):
            note(text)
        for text in check.warnings(verdict):
            warn(text)
        check.refuse(verdict, colour, weights_text)
        self._passed.add(colour)

    async def require_still(self, colour: str, traffic: TrafficState, urn: str, weights_text: str) -> None:
        """Once `require` has let `colour` pass in this update: that its door is open; otherwise all of it."""
        if colour not in self._passed:
            await self.require(colour, traffic, urn, weights_text)
            return
        found = await look.awake_alone(self._candidate(colour, traffic, lenient=False), self._aws)
        check.refuse(check.verdict((found,), tag_back=True, waived=frozenset()), colour, weights_text)

    async def require_alive(self, colour: str, traffic: TrafficState, weights_text: str) -> None:
        """That `colour`, which has its weight, still has its capacity; raises Refusal."""
        lenient = bool(await self._let_off_because(colour, traffic))
        candidate = replace(self._candidate(colour, traffic, lenient=lenient), samples=1)
        found = await look.capacity_alone(candidate, self._aws)
        waiver = self._waiver(colour, traffic)
        verdict = check.verdict(found, tag_back=False, waived=waiver.checks)
        back = f"pulumi up -s live -c active={self._settings.idle} to tag back, or pulumi up -s live to try again"
        check.refuse(verdict, colour, weights_text, back)

    def waives(self, name: str, colour: str, traffic: TrafficState) -> bool:
        """Whether the override lets the check `name` of `colour` pass in this attempt."""
        return name in self._waiver(colour, traffic).checks

    def _release(self, colour: str) -> str:
        return self._clusters[colour].release if colour in self._clusters else ""

    def _waiver(self, colour: str, traffic: TrafficState) -> Waiver:
        wanted, lost = self._settings.override, self._restoration.lost
        return override.decide(wanted, colour, self._release(colour), traffic.history, lost=lost)

    async def _let_off_because(self, colour: str, traffic: TrafficState) -> str:
        """Why most checks do not refuse `colour`: it is a tag-back, or `in-charge` alone is restored; or empty."""
        settings, cluster = self._settings, self._clusters.get(colour)
        if cluster is None or colour != settings.active:
            return ""
        if self._restoration.because and not weights.unswitched(
            traffic.weights, colour, settings.idle, settings.idle_weight
        ):
            return "has all of its weight already"
        if not tag_back.may_be_one(traffic.history, colour, cluster.release, cluster.group):
            return ""
        created_at = await self._created_at(cluster)
        is_one = tag_back.is_one(traffic.history, colour, cluster.release, cluster.group, created_at)
        return "was in charge before" if is_one else ""

    async def _created_at(self, cluster: ClusterFacts) -> float | None:
        """When the cluster's group was created, asked once in an update; None when AWS does not say so in time."""
        if cluster.group not in self._created:
            try:
                async with asyncio.timeout(look.READ_SECONDS):
                    said = await in_thread(self._aws.group_created_at, cluster.group, cluster.region)
            except Exception as error:  # noqa: BLE001  # whatever the reason: then nothing shows that it was these
                said = None
                why = str(error) or type(error).__name__
                display.warn(f"{cluster.colour} is not taken for a tag-back: the age of its group is unknown ({why})")
            self._created[cluster.group] = said
        return self._created[cluster.group]

    def _candidate(self, colour: str, traffic: TrafficState, *, lenient: bool) -> Candidate:
        settings, shared = self._settings, self._settings.shared
        cluster = self._clusters.get(colour)
        other = next(one for one in shared.colours if one != colour)
        declared = shape(shared)
        # Who was in charge before is measured by what it was built for, not by what the next release is to have.
        measure = cluster.shape if cluster and lenient else declared
        return Candidate(
            colour=colour,
            other_colour=other,
            cluster=cluster,
            names=settings.names,
            own_name=shared.own_name(colour),
            capacity=int(measure["capacity"]),
            availability_zones=int(measure["availabilityZones"]),
            built=cluster.shape if cluster else {},
            declared=declared,
            other_built=self._clusters[other].shape if other in self._clusters else None,
            certificate_arn=cluster.certificate_arn if cluster else None,
            port=shared.https_port if shared.https else 80,
            health_path=shared.health_path,
            probes=shared.readiness_probes,
            latency_milliseconds=shared.readiness_latency_milliseconds,
            release_header=shared.release_header,
            references=[entry.value for entry in shared.offsite.values() if entry.is_reference],
            door_parameter=shared.door_parameter(colour),
            resolvers=[Endpoint(address, settings.dns_port) for address in settings.resolvers],
            live=self._live_names(traffic),
            may_lack_zones=lenient,
            load_test=None if lenient or shared.load_test == OFF else self._load_test(colour),
        )

    def _load_test(self, colour: str) -> Asked:
        shared = self._settings.shared
        required, parameter = shared.load_test == REQUIRED, shared.load_test_parameter(colour)
        return Asked(shared.load_test_measure, shared.load_test_max_age_hours, required, parameter)

    def _live_names(self, traffic: TrafficState) -> LiveNames:
        shared = self._settings.shared
        switch = Switch(shared.names[0], self._zone_id)
        return LiveNames(
            zone=shared.zone,
            zone_id=self._zone_id,
            carriers=further_names.carriers(traffic.records, traffic.weights, self._settings.names, switch),
            own_names={colour: shared.own_name(colour) for colour in self._clusters},
            load_balancer_names={colour: facts.dns_name for colour, facts in self._clusters.items()},
            dns_port=self._settings.dns_port,
        )
