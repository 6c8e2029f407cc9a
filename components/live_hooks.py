"""The hooks of the live stack: they look, and call what decides."""

from collections.abc import Mapping

import pulumi

from components import display, hook
from components.first_look import LiveLook
from components.further_names import FurtherHooks
from components.gate import Gate
from components.keep_hooks import KeepHooks
from components.settings import LiveSettings
from components.traffic_state import TrafficLook
from components.wait_record import WaitRecord
from cutover import record_set, weights
from cutover.aws_readiness import AwsReadiness
from cutover.checks.check import RECORDS
from cutover.cluster_facts import ClusterFacts
from cutover.freeze import TrafficState
from cutover.refusal import Refusal
from cutover.restoration import Restoration
from cutover.threads import in_thread
from propagation import Endpoint, PropagationTimeout, Target, Watch

# Less than any Route 53 change takes in the provider, which waits 15 s for it.
LOOK_SECONDS = 1.0


class LiveHooks:
    """Every hook that the live stack's state may name, registered under names that never change.

    `open_for` is called by the program as soon as it has read the colours' stacks.
    """

    def __init__(self, settings: LiveSettings, zone_id: str, aws: AwsReadiness, look: LiveLook) -> None:
        self._settings, self._zone_id, self._aws = settings, zone_id, aws
        self._watch: Watch | None = None
        self._first_look: LiveLook | None = look
        # What cannot be read of the history has been said when the program began.
        self._traffic = TrafficLook(aws, zone_id, settings.shared, LOOK_SECONDS, lambda _: None)
        self.record = WaitRecord()
        self.keep = KeepHooks(settings, zone_id, aws, look.owned, self._require_lowering)
        self.further = FurtherHooks(settings.shared, zone_id, aws, look.owned, self._traffic, self.keep.declared)
        self.open_for(settings, {})
        self.ready = hook.register("ready", self._ready, hook.IN_PREVIEW_TOO)
        self.raise_active = hook.register("raise-active", self._raise_active)
        self.lower_idle = hook.register("lower-idle", self._lower_idle)
        self.dns_has_let_go = hook.register("dns-has-let-go", self._dns_has_let_go)

    def open_for(
        self, settings: LiveSettings, clusters: Mapping[str, ClusterFacts], restoration: Restoration | None = None
    ) -> None:
        """Let the hooks know what is declared, the awake colours by name, and whether `in-charge` is to be restored."""
        self._settings, self._clusters, self.restoration = settings, clusters, restoration or Restoration()
        self._gate = Gate(self._settings, self._zone_id, clusters, self._aws, self.restoration)

    async def _ready(self, args: pulumi.ResourceHookArgs) -> None:
        try:
            await self._require_ready(args.urn)
        except Refusal as refusal:
            if not pulumi.runtime.is_dry_run():
                raise
            display.would_be(refusal, args.urn)

    async def _look_first(self) -> None:
        look, self._first_look = self._first_look, None
        if look and look.is_retired:
            await in_thread(look.refuse_anew, self._clusters)

    async def _require_ready(self, urn: str) -> None:
        await self._look_first()
        traffic, settings = await self._traffic(), self._settings
        said = weights.describe(traffic.weights)
        weights.refuse_undeclared(traffic.weights, frozenset(self._clusters))
        self._require_followed(traffic)
        self._refuse_share(traffic)
        await self._gate.require(settings.active, traffic, urn, said)
        if settings.idle_weight:
            await self._gate.require(settings.idle, traffic, urn, said)

    async def _raise_active(self, args: pulumi.ResourceHookArgs) -> None:
        # Here too: --target can leave "ready" out, and an update that was cut short does not come by it again.
        await self._look_first()
        traffic, settings = await self._traffic(), self._settings
        said = weights.describe(traffic.weights)
        weights.refuse_undeclared(traffic.weights, frozenset(self._clusters))
        self._require_followed(traffic)
        await self._gate.require_still(settings.active, traffic, args.urn, said)
        display.progress(args.urn)(record_set.change_under_way(args.new_inputs or {}))

    async def _lower_idle(self, args: pulumi.ResourceHookArgs) -> None:
        await self._require_lowering()
        if self._settings.idle_weight:
            traffic = await self._traffic()
            self._refuse_share(traffic)
            said = weights.describe(traffic.weights)
            await self._gate.require_still(self._settings.idle, traffic, args.urn, said)
        else:
            # From here on, so that the moment when each server lets go is seen and not guessed.
            (await self._watching()).start()
        display.progress(args.urn)(record_set.change_under_way(args.new_inputs or {}))

    async def _require_lowering(self) -> None:
        traffic, settings = await self._traffic(), self._settings
        weights.refuse_lowering(traffic.weights, settings.active, settings.idle)
        await self._gate.require_alive(settings.active, traffic, weights.describe(traffic.weights))

    async def _dns_has_let_go(self, args: pulumi.ResourceHookArgs) -> None:
        traffic, settings = await self._traffic(), self._settings
        weights.refuse_unswitched(traffic.weights, settings.active, settings.idle, settings.idle_weight)
        self._require_followed(traffic, all_made=True)
        if settings.idle_weight:
            self._refuse_share(traffic)
            display.note(args.urn)(f"{settings.idle} has {settings.share[settings.idle]} % of the traffic")
            return
        watch = await self._watching()
        try:
            outcome = await watch.wait(settings.propagation_timeout_seconds, display.progress(args.urn))
        except PropagationTimeout as timeout:
            await self.record.keep_failure(timeout.outcome)
            raise Refusal(
                f"DNS still answers {settings.idle}; the records are already switched to {settings.active}",
                seen=f"{timeout} (Route 53 now: {weights.describe(traffic.weights)})".split("\n"),
                allowed=f"every server answers {settings.active} within {settings.propagation_timeout_seconds} s",
                next_step="pulumi up -s live to wait again, or "
                f"pulumi up -s live -c active={settings.idle} to tag back in",
            ) from None
        self.record.keep(outcome)
        display.note(args.urn)(f"{settings.active} is in charge: {outcome.summary}")
        for warning in outcome.warnings:
            display.warning(args.urn)(warning)

    def _require_followed(self, traffic: TrafficState, *, all_made: bool = False) -> None:
        waived = self._gate.waives(RECORDS, self._settings.active, traffic)
        self.further.require(traffic, self._settings.names, all_made=all_made, beside_waived=waived)

    def _refuse_share(self, traffic: TrafficState) -> None:
        settings = self._settings
        active, idle, idle_weight = settings.active, settings.idle, settings.idle_weight
        # A share that is there already stays while in-charge is written anew.
        if not self.restoration.because or weights.unswitched(traffic.weights, active, idle, idle_weight):
            weights.refuse_share(active, idle, idle_weight, traffic.named)

    async def _watching(self) -> Watch:
        """The one watch of this update."""
        if self._watch is None:
            name_servers = await in_thread(self._aws.name_servers, self._zone_id)
            settings, shared = self._settings, self._settings.shared
            target = Target(
                name=settings.names[0],
                expected=settings.active,
                further=tuple(settings.names[1:]),
                answers={colour: shared.own_name(colour) for colour in self._clusters},
                sources={colour: facts.dns_name for colour, facts in self._clusters.items()},
                ns_names=name_servers,
                zone=shared.zone,
                private=not name_servers,
                resolvers=tuple(Endpoint(address, settings.dns_port) for address in settings.resolvers),
                authoritative_port=settings.dns_port,
            )
            # Another hook may have asked for it while this one was reading.
            self._watch = self._watch or Watch(target)
        return self._watch
