"""The hooks of the live stack: they look, and call what decides."""

import asyncio
from collections.abc import Mapping, Sequence

import pulumi

from components import line
from components.settings import LiveSettings
from cutover import readiness, weights
from cutover.aws import Aws
from cutover.cluster_facts import ClusterFacts
from cutover.propagation.answer import Endpoint
from cutover.propagation.outcome import PropagationTimeout
from cutover.propagation.target import ColourNames, Target
from cutover.propagation.watch import Watch
from cutover.refusal import Refusal
from cutover.weights import Weights

_IN_PREVIEW_TOO = pulumi.ResourceHookOptions(on_dry_run=True)


class LiveHooks:
    """Every hook that the live stack's state may name, registered under names that never change.

    `clusters`, the awake colours by name, is set by the program as soon as it has read the colours' stacks.
    """

    def __init__(self, settings: LiveSettings, zone_id: str, aws: Aws) -> None:
        self._settings, self._zone_id, self._aws = settings, zone_id, aws
        self._watch: Watch | None = None
        self.clusters: Mapping[str, ClusterFacts] = {}
        self.keep_names = pulumi.ResourceHook("keep-names", self._keep_names, _IN_PREVIEW_TOO)
        self.ready = pulumi.ResourceHook("ready", self._ready, _IN_PREVIEW_TOO)
        self.raise_active = pulumi.ResourceHook("raise-active", self._raise_active)
        self.lower_idle = pulumi.ResourceHook("lower-idle", self._lower_idle)
        self.keep_record = pulumi.ResourceHook("keep-record", self._keep_record, _IN_PREVIEW_TOO)
        self.dns_has_let_go = pulumi.ResourceHook("dns-has-let-go", self._dns_has_let_go)
        self.keep_in_charge = pulumi.ResourceHook("keep-in-charge", self._keep_in_charge, _IN_PREVIEW_TOO)

    async def _keep_names(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.old_inputs is not None  # before_update always has them
        weights.refuse_forgetting(await self._weights(args.old_inputs["input"]), self._settings.shared.names)

    async def _ready(self, args: pulumi.ResourceHookArgs) -> None:
        try:
            await self._require_ready()
        except Refusal as refusal:
            if not pulumi.runtime.is_dry_run():
                raise
            line.warning(args.urn)(f"would be {refusal}")

    async def _raise_active(self, _args: pulumi.ResourceHookArgs) -> None:
        # Checked again here: --target can leave "ready" out.
        await self._require_ready()

    async def _lower_idle(self, _args: pulumi.ResourceHookArgs) -> None:
        now = await self._require_ready()
        weights.refuse_lowering(now, self._settings.active, self._settings.idle)
        # From here on, so that the moment when each server lets go is seen and not guessed.
        (await self._watching()).start()

    async def _keep_record(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.old_inputs is not None  # before_delete always has them
        name, colour = args.old_inputs["name"], args.old_inputs["setIdentifier"]
        weights.refuse_removal(await self._weights([name]), name, colour, self._settings.shared.names)

    async def _keep_in_charge(self, _args: pulumi.ResourceHookArgs) -> None:
        weights.refuse_abandoning(await self._weights())

    async def _dns_has_let_go(self, args: pulumi.ResourceHookArgs) -> None:
        now, active = await self._weights(), self._settings.active
        weights.refuse_unswitched(now, active)
        watch = await self._watching()
        try:
            outcome = await watch.wait(self._settings.propagation_timeout_seconds, line.progress(args.urn))
        except PropagationTimeout as timeout:
            raise Refusal(
                f"DNS still answers {self._settings.idle}; the records are already switched to {active}",
                seen=f"{timeout} (Route 53 now: {weights.describe(now)})",
                allowed=f"every server answers {active} within {self._settings.propagation_timeout_seconds} s",
                next_step="pulumi up -s live to wait again, or "
                f"pulumi up -s live -c active={self._settings.idle} to tag back in",
            ) from None
        line.note(args.urn)(
            f"{active} is in charge: DNS answers with nobody else after {outcome.waited_seconds:.1f} s of waiting"
            f" ({len(outcome.servers)} authoritative addresses and {len(outcome.resolvers)} resolvers asked,"
            f" {outcome.queries} queries, TTL {outcome.ttl_seconds:.0f} s)"
        )

    async def _weights(self, further_names: Sequence[str] = ()) -> Weights:
        names = dict.fromkeys([*self._settings.shared.names, *further_names])
        return await asyncio.to_thread(self._aws.weights, self._zone_id, list(names))

    async def _require_ready(self) -> Weights:
        """What Route 53 says now, if the active colour may have the traffic; raises Refusal otherwise."""
        facts = readiness.require_awake(self._settings.active, self.clusters)
        now, seen = await asyncio.gather(
            self._weights(), asyncio.to_thread(self._aws.capacity, facts.group, facts.region)
        )
        weights.refuse_undeclared(now, frozenset(self.clusters))
        found = readiness.checks(facts, self._settings.shared.capacity, seen)
        readiness.refuse_unready(facts.colour, found, weights.describe(now))
        return now

    async def _watching(self) -> Watch:
        """The one watch of this update."""
        if self._watch is None:
            name_servers = await asyncio.to_thread(self._aws.name_servers, self._zone_id)
            shared = self._settings.shared
            target = Target(
                names=shared.names,
                incoming=self._settings.active,
                colours={
                    colour: ColourNames(shared.own_name(colour), facts.dns_name)
                    for colour, facts in self.clusters.items()
                },
                ns_names=name_servers,
                resolvers=tuple(Endpoint(address, self._settings.dns_port) for address in self._settings.resolvers),
                authoritative_port=self._settings.dns_port,
            )
            # Another hook may have asked for it while this one was reading.
            self._watch = self._watch or Watch(target)
        return self._watch
