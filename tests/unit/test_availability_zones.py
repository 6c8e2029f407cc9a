"""The zones of a cluster are chosen once: what is built stays, and only what is still to be built is chosen."""

import pytest

from cutover import availability_zones
from cutover.availability_zones import Zones
from cutover.owned import Owned
from cutover.refusal import Refusal

SUBNET = "aws:ec2/subnet:Subnet"


def subnet(name: str, zone: object, kind: str = SUBNET) -> Owned:
    return Owned(name, kind, {"availabilityZone": zone} if zone is not None else {})


def test_a_first_build_takes_the_first_zones_on_offer() -> None:
    assert availability_zones.choose(2, ["c", "a", "b"], {}) == Zones(("a", "b"), ())


@pytest.mark.parametrize(
    ("count", "offered", "pinned", "zones", "withdrawn"),
    [
        (2, "abc", {1: "a", 2: "b"}, "ab", ""),
        (2, "bc", {1: "a", 2: "b"}, "ab", "a"),
        (2, "c", {1: "a", 2: "b"}, "ab", "ab"),
        (2, "", {1: "a", 2: "b"}, "ab", "ab"),
        # What was chosen when the region had others is no reason to move.
        (2, "abc", {1: "c", 2: "b"}, "cb", ""),
        (3, "abc", {1: "a", 2: "b"}, "abc", ""),
        (3, "abc", {1: "c", 2: "a"}, "cab", ""),
        (3, "bcd", {1: "a", 2: "b"}, "abc", "a"),
        # Half a state: what is known stays where it is.
        (2, "abc", {2: "a"}, "ba", ""),
        (2, "abc", {1: "b"}, "ba", ""),
        # Fewer than there are: the first ones stay, and the zone of the last one is nobody's.
        (2, "abc", {1: "a", 2: "b", 3: "c"}, "ab", ""),
        (2, "ab", {1: "a", 2: "b", 3: "c"}, "ab", ""),
        (2, "abc", {1: "a", 3: "b"}, "ab", ""),
    ],
)
def test_what_is_built_stays_where_it_is(
    count: int, offered: str, pinned: dict[int, str], zones: str, withdrawn: str
) -> None:
    assert availability_zones.choose(count, list(offered), pinned) == Zones(tuple(zones), tuple(withdrawn))


@pytest.mark.parametrize(
    ("count", "offered", "pinned", "seen"),
    [
        (2, "a", {}, "a on offer"),
        (2, "", {}, "none on offer"),
        (2, "aa", {}, "a on offer"),
        (3, "ab", {1: "a", 2: "b"}, "a, b on offer; it lies in a, b"),
        (3, "ab", {2: "b", 1: "a"}, "a, b on offer; it lies in a, b"),
        (3, "b", {1: "a", 2: "b"}, "b on offer; it lies in a, b"),
    ],
)
def test_too_few_zones_are_refused(count: int, offered: str, pinned: dict[int, str], seen: str) -> None:
    with pytest.raises(Refusal, match="too few availability zones") as refused:
        availability_zones.choose(count, list(offered), pinned)
    assert refused.value.seen == seen
    assert refused.value.allowed == f"{count}, as availabilityZones says"


def test_the_zones_of_a_colour_are_those_of_its_own_subnets() -> None:
    owned = [
        subnet("amber-public-1", "a"),
        subnet("amber-private-1", "a"),
        subnet("amber-private-2", "b"),  # its public one is gone
        subnet("amber-public-3", None),  # never finished
        subnet("amber-public-4", ""),
        subnet("violet-public-5", "c"),  # not its own
        subnet("amber-public-x", "d"),
        subnet("amber-public-6", "e", "aws:ec2/routeTable:RouteTable"),
        subnet("amber-public-7", 7),
    ]
    assert availability_zones.pinned("amber", owned) == {1: "a", 2: "b"}
    assert availability_zones.pinned("amber", []) == {}


def test_only_a_zone_that_is_no_longer_offered_is_warned_of() -> None:
    assert availability_zones.withdrawn_warning("amber", Zones(("a", "b"), ())) == ""
    warning = availability_zones.withdrawn_warning("amber", Zones(("a", "b"), ("b",)))
    assert "amber stays in b, " in warning
    assert "pulumi up -s amber" in warning
