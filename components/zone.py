"""The hosted zone of the live names: read from AWS, chosen by what the stack's own records say."""

from collections.abc import Sequence

from components import display
from components.settings import LIVE
from components.shared_settings import SharedSettings
from cutover import zone
from cutover.asking import asking
from cutover.aws_zones import AwsZones
from cutover.owned import Owned


def id_of(shared: SharedSettings, stack: str, owned: Sequence[Owned], aws: AwsZones) -> str:
    """The id of the zone that `stack` is to use; `owned` is its own state.

    Raises Refusal when that cannot be told, when the config means another zone than the records are in, and when
    Route 53 cannot be asked. Warns of other zones of the same name.
    """
    wanted = zone.Wanted(shared.zone, shared.zone_id, stack, movable=stack != LIVE)
    pinned = zone.pins(owned)
    with asking("Route 53", f"for the zone {shared.zone}"):
        found = list(aws.zones_called(shared.zone))
        unseen = {shared.zone_id or "", *pinned} - {"", *(one.id for one in found)}
        found += [one for zone_id in sorted(unseen) if (one := aws.zone(zone_id))]
        chosen = zone.choose(wanted, pinned, found)
        for other in zone.in_doubt(pinned, chosen, found):
            zone.refuse_in_use(chosen, other, aws.weights(other.id, shared.names), shared.colours)
    if loud := zone.warning(wanted, chosen, found):
        display.warn(loud)
    return chosen.id
