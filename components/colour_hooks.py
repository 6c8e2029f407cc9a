"""The hooks of a colour's stack: they look, and call what decides."""

import asyncio
import time

import pulumi

from components import line
from cutover.aws import Aws
from cutover.capacity import CapacitySeen, wait_until_full


class ColourHooks:
    """Every hook that a colour's state may name, registered under names that never change, asleep or awake."""

    def __init__(self, colour: str, timeout_seconds: int, aws: Aws) -> None:
        self._colour, self._timeout_seconds, self._aws = colour, timeout_seconds, aws
        self.full_capacity = pulumi.ResourceHook("full-capacity", self._full_capacity)

    async def _full_capacity(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.new_inputs is not None  # before_create and before_update always have them
        marker = args.new_inputs["input"]

        async def look() -> CapacitySeen:
            return await asyncio.to_thread(self._aws.capacity, marker["group"])

        wanted, report = int(marker["capacity"]), line.progress(args.urn)
        await wait_until_full(look, wanted, self._timeout_seconds, self._colour, time.monotonic, asyncio.sleep, report)
