"""The hooks of a colour's stack: they look, and call what decides."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pulumi

from components import display, hook
from components.drain_look import DrainLook
from components.settings import ColourSettings
from components.traffic_state import TrafficLook
from cutover import capacity_units, freeze
from cutover.aws_clusters import AwsClusters
from cutover.freeze import Change, Operation, TrafficState
from cutover.group_capacity import CapacitySeen, wait_until_full
from cutover.owned import Owned
from cutover.refusal import Refusal
from cutover.threads import in_thread

# One look serves the hooks of the resources that change within this time: a cluster has dozens.
LOOK_SECONDS = 2.0
# More than passes between the last look of a tag-in at the door and its change in Route 53.
DOOR_SECONDS = 20


class ColourHooks:
    """Every hook that a colour's state may name, registered under names that never change, asleep or awake.

    `owned` is the stack's own state. `traffic` tells who carries the traffic, by a look that all hooks share.
    """

    def __init__(self, settings: ColourSettings, zone_id: str, owned: Sequence[Owned], aws: AwsClusters) -> None:
        self._settings, self._aws, self._drain = settings, aws, DrainLook(owned, aws)
        self.traffic = TrafficLook(aws, zone_id, settings.shared, LOOK_SECONDS, display.warn)
        self.full_capacity = hook.register("full-capacity", self._full_capacity)
        self.reserving = hook.register("reserving", self._reserving)
        self.frozen_create, self.frozen_update, self.frozen_delete = (
            hook.register(f"frozen-{operation.name.lower()}", self._refuse_frozen(operation), hook.IN_PREVIEW_TOO)
            for operation in Operation
        )
        self.door_closed = hook.register("door-closed", self._door_closed)

    @property
    def guarded(self) -> pulumi.ResourceOptions:
        """Options that put the freeze on a component and all that is inside of it."""
        return pulumi.ResourceOptions(transforms=[self.guard])

    def refuse_sleep(self) -> None:
        """Raise Refusal when the colour is frozen, so must not be taken down, or when that cannot be told.

        Before anything is declared: the outputs of a program that has run count, also when its deletes are refused, and
        they would say that the colour is asleep.
        """
        taken_down = Change(Operation.DELETE, self._settings.colour, "Cluster", {}, {})
        try:
            traffic = replace(self.traffic.read(), drain=self._drain.read())
        except Exception as error:  # noqa: BLE001  # whatever the reason: who cannot look must not touch
            raise self._unreadable(taken_down, error) from None
        self._decide(taken_down, traffic)

    def guard(self, args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        """A transform that puts the freeze on a resource, before whatever hooks it has of its own."""
        if not args.custom:
            return None
        own = args.opts.hooks or pulumi.ResourceHookBinding()
        guarded = pulumi.ResourceHookBinding(
            before_create=[self.frozen_create, *(own.before_create or ())],
            before_update=[self.frozen_update, *(own.before_update or ())],
            before_delete=[self.frozen_delete, *(own.before_delete or ())],
        )
        # A replacement that begins with its delete is refused by it; otherwise the copy is made first, and stays.
        first = pulumi.ResourceOptions(delete_before_replace=True if self._settings.hotfix else None)
        options = pulumi.ResourceOptions.merge(args.opts, first)
        options.hooks = guarded
        return pulumi.ResourceTransformResult(args.props, options)

    def _refuse_frozen(self, operation: Operation) -> Callable[[pulumi.ResourceHookArgs], Awaitable[None]]:
        async def refuse(args: pulumi.ResourceHookArgs) -> None:
            change = Change(operation, args.name, args.type, args.old_inputs or {}, args.new_inputs or {})
            settings = self._settings
            freeze.refuse_another_service(settings.colour, change, settings.shared.names[0], hotfix=settings.hotfix)
            try:
                traffic = replace(await self.traffic(), drain=await in_thread(self._drain.read))
            except Exception as error:  # noqa: BLE001  # whatever the reason: who cannot look must not touch
                raise self._unreadable(change, error) from None
            loud = self._decide(change, traffic)
            if loud:
                display.warning(args.urn)(loud)

        return refuse

    def _decide(self, change: Change, traffic: TrafficState) -> str | None:
        # At the moment of the look, by AWS's clock: this machine's may be another one.
        now = traffic.read_at
        return freeze.decide(self._settings.colour, change, traffic, now, hotfix=self._settings.hotfix)

    def _unreadable(self, change: Change, error: Exception) -> Refusal:
        reason = f"who is in charge cannot be read: {error}"
        return freeze.refusal(self._settings.colour, change, reason, hotfix=self._settings.hotfix)

    async def _reserving(self, args: pulumi.ResourceHookArgs) -> None:
        if said := capacity_units.under_way(args.old_inputs or {}, args.new_inputs or {}):
            display.progress(args.urn)(said)

    async def _door_closed(self, args: pulumi.ResourceHookArgs) -> None:
        report = display.progress(args.urn)
        for waited in range(DOOR_SECONDS):
            report(f"the door is closed; giving a tag-in under way {DOOR_SECONDS - waited} s to show itself")
            await asyncio.sleep(1)
        self.traffic.forget()
        await self._refuse_frozen(Operation.DELETE)(args)

    async def _full_capacity(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.new_inputs is not None  # before_create and before_update always have them
        marker = args.new_inputs["input"]

        async def look() -> CapacitySeen:
            return await in_thread(self._aws.capacity, marker["group"])

        async def last_words(instances: Sequence[str]) -> str:
            return await in_thread(self._aws.last_words, instances)

        await wait_until_full(
            look,
            int(marker["capacity"]),
            self._settings.shared.capacity_wait_seconds,
            self._settings.colour,
            time.monotonic,
            asyncio.sleep,
            display.progress(args.urn),
            last_words,
        )
