"""The check `capacity`: as many healthy instances as the project declares, in enough zones, and not by chance."""

from collections.abc import Sequence

from cutover.checks.check import CAPACITY, Check
from cutover.group_capacity import CapacitySeen, is_full

# A target that fails every other health check looks healthy in one look of two.
SAMPLES = 3
# The first thing that a tag-in waits for, in the preview too.
PAUSE_SECONDS = 0.25


def zones_of(seen: CapacitySeen) -> tuple[str, ...]:
    """The availability zones that have an InService and healthy instance."""
    return tuple(sorted({seen.zones[instance] for instance in seen.healthy if instance in seen.zones}))


def is_good(seen: CapacitySeen, capacity: int, availability_zones: int) -> bool:
    """Whether at least `capacity` instances serve, from at least `availability_zones` zones."""
    return is_full(seen, capacity) and len(zones_of(seen)) >= availability_zones


def check(looks: Sequence[CapacitySeen], samples: int, capacity: int, availability_zones: int) -> Check:
    """Holds when there were `samples` looks (at least one), and all of them good."""
    bad = [number for number, seen in enumerate(looks) if not is_good(seen, capacity, availability_zones)]
    number = bad[0] if bad else len(looks) - 1
    zones = zones_of(looks[number])
    counted = f"{looks[number]}, in {len(zones)} zones ({', '.join(zones) or 'none'})"
    return Check(
        CAPACITY,
        not bad and len(looks) >= samples,
        f"{counted}, in look {number + 1} of {samples}",
        f"{capacity} instances InService and healthy, in {availability_zones} zones, in {samples} looks in a row",
    )
