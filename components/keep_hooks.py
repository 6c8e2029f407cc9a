"""The hooks that keep what clients depend on: live names, their record sets, and the account of who is in charge."""

from collections.abc import Awaitable, Callable, Sequence

import pulumi

from components import hook
from components.declared import Declared
from components.settings import LiveSettings
from cutover import further_names, replacement, weights
from cutover.aws import Aws
from cutover.further_names import Switch
from cutover.owned import Owned, names_in
from cutover.refusal import Refusal
from cutover.replacement import Delete
from cutover.threads import in_thread
from cutover.weighted_set import of_records, weights_of


class KeepHooks:
    """Hooks of the live stack before something of it is forgotten, replaced or deleted.

    `owned` is the stack's own state. `require_lowering` raises Refusal unless the idle colour may be lowered now.
    """

    def __init__(
        self,
        settings: LiveSettings,
        zone_id: str,
        aws: Aws,
        owned: Sequence[Owned],
        require_lowering: Callable[[], Awaitable[None]],
    ) -> None:
        self._settings, self._zone_id, self._aws, self._owned = settings, zone_id, aws, owned
        self._require_lowering = require_lowering
        self.declared = Declared()
        self.names = hook.register("keep-names", self._keep_names, hook.IN_PREVIEW_TOO)
        self.record = hook.register("keep-record", self._keep_record, hook.IN_PREVIEW_TOO)
        self.in_charge = hook.register("keep-in-charge", self._keep_in_charge, hook.IN_PREVIEW_TOO)

    async def _keep_names(self, args: pulumi.ResourceHookArgs) -> None:
        # A replacement begins with a create, which is not told what there was before: the state is.
        before = args.old_inputs["input"] if args.old_inputs else names_in(self._owned)
        names = self._settings.shared.names
        if not before:
            return
        found = await in_thread(self._aws.record_sets, self._zone_id, list(dict.fromkeys([*names, *before])))
        switch = Switch(before[0], self._zone_id)
        weights.refuse_forgetting(weights.that_count(weights_of(of_records(found)), before), names)
        further_names.refuse_forgetting(found, names, switch, self._owned)
        weights.refuse_another_first(before, names)

    async def _keep_record(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.old_inputs is not None  # before_delete always has them
        name, colour = args.old_inputs["name"], args.old_inputs["setIdentifier"]
        # The record's own zone, whatever the program found today.
        now = await self._weights([name], args.old_inputs["zoneId"])
        meaning = self.declared.meaning_of_delete(args)
        if colour not in now[name]:
            return
        what, stack = f"the record set of {colour} for {name}", pulumi.get_stack()
        if meaning is Delete.LEFTOVER:
            replacement.refuse_leftover(what, args.urn, stack, weights.describe(now))
        try:
            await self._require_removable(now, name, colour, replaced=meaning is Delete.REPLACEMENT)
        except Refusal as refusal:
            if meaning is Delete.REPLACEMENT:
                replacement.refuse_replacement(what, args.urn, stack, refusal.problem, refusal.seen)
            raise

    async def _require_removable(self, now: weights.Weights, name: str, colour: str, *, replaced: bool) -> None:
        if not replaced or colour == self._settings.active:
            weights.refuse_removal(now, name, colour, self._settings.shared.names)
        # That the set of the idle colour goes for a moment is nothing but a lowering, and follows the same raise.
        elif not pulumi.runtime.is_dry_run():
            await self._require_lowering()

    async def _keep_in_charge(self, args: pulumi.ResourceHookArgs) -> None:
        meaning, what, stack = self.declared.meaning_of_delete(args), "the parameter in-charge", pulumi.get_stack()
        try:
            weights.refuse_abandoning(await self._weights())
        except Refusal as refusal:
            if meaning is Delete.REPLACEMENT:
                log = "its history is the log of who was in charge, and goes with it"
                replacement.refuse_replacement(what, args.urn, stack, log, refusal.seen)
            if meaning is Delete.LEFTOVER:
                replacement.refuse_leftover(what, args.urn, stack, f"{refusal.problem}; {refusal.seen}")
            raise

    async def _weights(self, asked_for: Sequence[str] = (), zone_id: str | None = None) -> weights.Weights:
        names = dict.fromkeys([*self._settings.shared.names, *asked_for])
        found = await in_thread(self._aws.weights, zone_id or self._zone_id, list(names))
        return weights.that_count(found, list(names)) | {name: found[name] for name in asked_for}
