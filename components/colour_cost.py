"""What a colour costs by the hour: read beside everything else, exported, and said when it is about to be woken."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pulumi

from components import display, own_state, root_volume
from components.beginning import Beginning
from components.settings import ColourSettings
from cutover.cost import ColourCost, Parts, Prices, cost_of, difference, output, waking
from cutover.freeze import TrafficState
from cutover.owned import ADDRESS, BALANCER
from cutover.threads import in_thread

OUTPUT = "costPerHour"
# Who is in charge is read for the freeze too; a line about money does not wait longer for it.
LOOK_SECONDS = 3.0


def parts_of(settings: ColourSettings) -> Parts:
    """What the colour will be made of, as `settings` say it: its cluster, or the addresses that outlive it.

    A load balancer has a public address in each zone, and more of them under load:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    shared = settings.shared
    if not settings.awake:
        return Parts(idle_addresses=shared.nat_gateways if shared.keep_addresses else 0)
    return Parts(
        instance_type=shared.instance_type,
        instances=shared.capacity,
        volume_type=root_volume.TYPE,
        volume_gigabytes=root_volume.GIGABYTES,
        volumes=shared.capacity,
        load_balancers=1,
        capacity_units=shared.load_balancer_capacity_units,
        nat_gateways=shared.nat_gateways,
        addresses=shared.nat_gateways + shared.availability_zones,
    )


class CostLook:
    """Begins to read the prices when it is made; nothing that it meets on the way fails a preview or an update.

    `traffic` tells who is in charge, and may raise.
    """

    def __init__(
        self, settings: ColourSettings, run: Beginning, traffic: Callable[[], Awaitable[TrafficState]]
    ) -> None:
        self._settings, self._traffic, self._region = settings, traffic, run.aws.region or ""
        self._parts = parts_of(settings)
        self._asleep = Parts(idle_addresses=sum(one.type == ADDRESS for one in run.owned))
        self._wakes = settings.awake and not any(one.type == BALANCER for one in run.owned)
        needed = (self._parts, self._asleep) if self._wakes else (self._parts,)
        self._reading = run.aws.prices(needed, settings.shared.prices)

    def export(self) -> None:
        """Export what the colour costs by the hour, and say in a preview that wakes it what that adds."""
        pulumi.export(OUTPUT, pulumi.Output.from_input(self._look()))

    async def _look(self) -> Mapping[str, Any]:
        prices = await in_thread(self._reading.prices)
        if self._wakes and pulumi.runtime.is_dry_run():
            display.say(await self._line(prices))
        own, today = self._settings.shared.prices, f"{datetime.now(UTC):%Y-%m-%d}"
        found = output.output(self._parts, self._cost(self._parts, prices), own, today)
        return output.kept(await self._before(), found)

    async def _line(self, prices: Prices) -> str:
        more = difference(self._cost(self._parts, prices), self._cost(self._asleep, prices))
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                history = (await self._traffic()).history
        except Exception:  # noqa: BLE001  # the freeze says why, where it matters
            history = ()
        return waking.line(self._settings.colour, more, history)

    def _cost(self, parts: Parts, prices: Prices) -> ColourCost:
        return cost_of(parts, prices, self._region)

    async def _before(self) -> object:
        try:
            return (await own_state.outputs()).get(OUTPUT)
        except Exception:  # noqa: BLE001  # then there is nothing to keep
            return None
