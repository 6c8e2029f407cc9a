"""Each check alone: when it holds, when it does not, and that it names what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cutover.checks import capacity, certificate, current, offsite, probes, release, settled
from cutover.checks.certificate import CertificateSeen
from cutover.checks.healing import GroupSeen, Size
from cutover.checks.probes import Answered
from cutover.checks.settled import ClusterSeen
from cutover.group_capacity import CapacitySeen, TargetHealth
from tests.unit.stack_values import facts

# capacity


def seen(*states: str, zones: str = "ab") -> CapacitySeen:
    """Instances i-0, i-1 … of these target states, one after the other in each of the `zones`."""
    targets = {f"i-{number}": TargetHealth(state) for number, state in enumerate(states)}
    return CapacitySeen(
        "group-1", frozenset(targets), targets, {i: zones[n % len(zones)] for n, i in enumerate(targets)}
    )


FULL = seen("healthy", "healthy")


def test_the_whole_capacity_in_every_look_and_in_enough_zones_is_ready() -> None:
    found = capacity.check([FULL] * 3, 3, 2, 2)
    assert found.holds
    assert found.seen == "2 instances InService, 2 healthy targets in group-1, in 2 zones (a, b), in look 3 of 3"


def test_more_than_declared_is_ready_too() -> None:
    assert capacity.check([seen("healthy", "healthy", "healthy")], 1, 2, 2).holds


def test_one_target_too_few_is_not_ready() -> None:
    found = capacity.check([seen("healthy", "unhealthy")], 3, 2, 2)
    assert not found.holds
    assert "i-1: unhealthy" in found.seen
    assert found.allowed == "2 instances InService and healthy, in 2 zones, in 3 looks in a row"


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_target_that_flaps_is_seen_in_the_look_in_which_it_did(bad: int) -> None:
    looks = [FULL, FULL, FULL]
    looks[bad] = seen("healthy", "unhealthy")
    found = capacity.check(looks, 3, 2, 2)
    assert not found.holds
    assert found.seen.endswith(f"in look {bad + 1} of 3")


def test_fewer_looks_than_asked_for_are_not_enough() -> None:
    assert not capacity.check([FULL, FULL], 3, 2, 2).holds


def test_instances_all_in_one_zone_are_not_ready() -> None:
    found = capacity.check([seen("healthy", "healthy", zones="a")], 1, 2, 2)
    assert not found.holds
    assert "in 1 zones (a)" in found.seen


def test_a_zone_whose_instances_are_all_sick_does_not_count() -> None:
    assert not capacity.check([seen("healthy", "unhealthy", "healthy")], 1, 2, 2).holds


def test_instances_whose_zone_is_unknown_are_in_none() -> None:
    found = capacity.check([replace(FULL, zones={})], 1, 2, 2)
    assert not found.holds
    assert "in 0 zones (none)" in found.seen


# current and alike

DECLARED = {"capacity": "4", "instanceType": "m7i.large"}


def test_a_cluster_built_with_what_is_declared_now_is_current() -> None:
    assert current.check(dict(DECLARED), DECLARED).holds


def test_the_first_difference_from_what_is_declared_is_named() -> None:
    found = current.check({**DECLARED, "capacity": "2"}, DECLARED)
    assert not found.holds
    assert found.seen == "capacity: built with 2, declared 4"


def test_further_differences_are_counted_and_named() -> None:
    found = current.check({"capacity": "2", "instanceType": "t3.nano"}, DECLARED)
    assert found.seen == "capacity: built with 2, declared 4 (and 1 more: instanceType)"


def test_what_only_one_of_them_has_is_a_difference() -> None:
    assert current.check({"capacity": "4"}, DECLARED).seen == "instanceType: built with nothing, declared m7i.large"
    assert current.check({**DECLARED, "offsite A": "/a"}, DECLARED).seen == "offsite A: built with /a, declared nothing"


def test_a_difference_from_the_other_colour_is_named_with_that_colour() -> None:
    found = current.check_alike(DECLARED, {**DECLARED, "capacity": "2"}, "amber")
    assert (found.name, found.holds, found.seen) == ("alike", False, "capacity: built with 4, amber with 2")
    assert current.check_alike(DECLARED, DECLARED, "amber").holds


# settled

HELD = GroupSeen(Size(2, 2, 2), "ELB", ["arn:of:violet"])
SETTLED = ClusterSeen({"violet.elb.example": "active"}, "", {"i-0": "InService", "i-1": "InService"}, {}, HELD)
VIOLET = replace(facts("violet", 2), group="group-1")


def test_an_active_load_balancer_before_a_group_at_rest_is_settled() -> None:
    found = settled.check(SETTLED, VIOLET)
    assert found.holds
    assert found.seen == "load balancer active, 2 instances of group-1 at rest"


def test_the_case_of_a_load_balancers_name_does_not_matter() -> None:
    assert settled.check(SETTLED, replace(VIOLET, dns_name="Violet.ELB.example")).holds


def test_an_instance_on_standby_is_at_rest() -> None:
    assert settled.check(replace(SETTLED, lifecycle={"i-0": "Standby"}), VIOLET).holds


@pytest.mark.parametrize(
    ("cluster", "problem"),
    [
        (replace(SETTLED, balancers={"violet.elb.example": "provisioning"}), "violet.elb.example: provisioning"),
        (replace(SETTLED, balancers={"violet.elb.example": "failed why"}), "violet.elb.example: failed why"),
        (replace(SETTLED, balancers={"old.elb.example": "active"}), "load balancer violet.elb.example: missing"),
        (replace(SETTLED, balancers={}), "load balancer violet.elb.example: missing"),
        (replace(SETTLED, group_status="Delete in progress"), "Auto Scaling group group-1: Delete in progress"),
        (replace(SETTLED, group_status="missing", lifecycle={}), "Auto Scaling group group-1: missing"),
        (replace(SETTLED, group=None, lifecycle={}), "Auto Scaling group group-1: missing"),
        (replace(SETTLED, lifecycle={"i-0": "InService", "i-1": "Terminating:Wait"}), "i-1: Terminating:Wait"),
        (replace(SETTLED, lifecycle={"i-0": "Pending"}), "i-0: Pending"),
        (replace(SETTLED, strangers={"i-9": "draining"}), "i-9 is a target but not in group-1: draining"),
    ],
)
def test_whatever_is_on_the_way_is_not_settled_and_is_named(cluster: ClusterSeen, problem: str) -> None:
    found = settled.check(cluster, VIOLET)
    assert not found.holds
    assert found.seen.endswith(problem)


# probes

URL = "https://violet.www.shop.example/healthz"
ONE, TWO = "192.0.2.1", "192.0.2.2"


def answered(address: str = ONE, milliseconds: float = 80, status: int | None = 200, error: str = "") -> Answered:
    return Answered(address, milliseconds, status, error)


def test_every_address_that_answers_well_as_often_as_asked_is_ready() -> None:
    found = probes.check([answered(ONE), answered(TWO, 95)] * 20, [ONE, TWO], 20, 1000, URL)
    assert found.holds
    assert found.seen == "2 addresses answered 200 20 times each, within 95 ms"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (answered(TWO, 80, 503), "192.0.2.2 answered 503 after 80 ms"),
        (answered(TWO, 80, 301), "192.0.2.2 answered 301 after 80 ms"),
        (answered(TWO, 1001), "192.0.2.2 answered 200 after 1001 ms"),
        (answered(TWO, 3, None, "refused"), "192.0.2.2 did not answer: refused (after 3 ms)"),
    ],
)
def test_one_bad_answer_names_its_address_status_and_time(bad: Answered, problem: str) -> None:
    found = probes.check([*[answered(ONE)] * 2, answered(TWO), bad], [ONE, TWO], 2, 1000, URL)
    assert not found.holds
    assert found.seen == problem
    assert found.allowed == f"200 from {URL} at every address, 2 times, within 1000 ms each"


def test_an_answer_that_takes_exactly_as_long_as_allowed_is_good() -> None:
    assert probes.check([answered(ONE, 1000)], [ONE], 1, 1000, URL).holds


def test_an_address_that_was_asked_too_seldom_is_not_ready() -> None:
    found = probes.check([answered(ONE)] * 4, [ONE, TWO], 2, 1000, URL)
    assert not found.holds
    assert found.seen == "192.0.2.2 was asked 0 times"


def test_without_an_address_nothing_is_ready() -> None:
    assert probes.check([], [], 20, 1000, URL).seen == "no address to ask"
    assert not probes.check([], [], 20, 1000, URL).holds


# certificate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("www.shop.example", "shop.example")
GOOD = CertificateSeen("arn:of:it", "ISSUED", frozenset(NAMES), NOW + timedelta(days=14), NOW)


def test_an_issued_certificate_for_every_live_name_with_fourteen_days_left_is_ready() -> None:
    found = certificate.check(GOOD, NAMES)
    assert found.holds
    assert found.seen == "arn:of:it covers www.shop.example, shop.example and is valid until 2026-01-15"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (replace(GOOD, status="PENDING_VALIDATION"), "status PENDING_VALIDATION"),
        (replace(GOOD, status="REVOKED"), "status REVOKED"),
        (replace(GOOD, names=frozenset({"shop.example"})), "covers shop.example, not www.shop.example"),
        (replace(GOOD, names=frozenset({"*.shop.example"})), "covers *.shop.example, not shop.example"),
        (replace(GOOD, names=frozenset()), "covers nothing, not www.shop.example, shop.example"),
        (replace(GOOD, not_after=NOW + timedelta(days=14, seconds=-1)), "valid until 2026-01-14"),
        (replace(GOOD, not_after=None), "valid until unknown"),
    ],
)
def test_a_certificate_that_will_not_do_says_why(bad: CertificateSeen, problem: str) -> None:
    found = certificate.check(bad, NAMES)
    assert not found.holds
    assert found.seen == f"arn:of:it: {problem}"
    assert "valid for 14 more days (until 2026-01-15)" in found.allowed


@pytest.mark.parametrize(
    ("name", "pattern", "covered"),
    [
        ("www.shop.example", "www.shop.example", True),
        ("www.shop.example", "WWW.Shop.Example", True),
        ("www.shop.example", "*.shop.example", True),
        ("a.www.shop.example", "*.shop.example", False),
        ("shop.example", "*.shop.example", False),
        ("www.shop.example", "*.example", False),
        ("www.shop.example", "*", False),
        ("wwwshop.example", "*.shop.example", False),
    ],
)
def test_an_asterisk_stands_for_exactly_one_label(name: str, pattern: str, covered: bool) -> None:
    assert certificate.covers(name, [pattern]) is covered


def test_a_service_without_https_needs_none() -> None:
    assert certificate.check_none().holds


# release


def saying(text: str | None, status: int = 200) -> Answered:
    return Answered(ONE, 80, status, headers={} if text is None else {"x-release": text})


def test_instances_that_all_say_the_declared_release_are_ready() -> None:
    found = release.check([saying("2.0.0")] * 3, "X-Release", "2.0.0")
    assert found.holds
    assert found.seen == "X-Release: 2.0.0"


@pytest.mark.parametrize(
    ("other", "problem"),
    [("1.0.0", "192.0.2.1 answered X-Release: 1.0.0"), (None, "192.0.2.1 answered without X-Release")],
)
def test_one_instance_that_says_another_release_or_none_is_named(other: str | None, problem: str) -> None:
    found = release.check([saying("2.0.0"), saying(other), saying("2.0.0")], "X-Release", "2.0.0")
    assert not found.holds
    assert found.seen == problem
    assert found.allowed == "X-Release: 2.0.0 in every answer"


def test_an_answer_that_is_not_good_is_left_to_the_probes() -> None:
    assert release.check([saying("2.0.0"), saying(None, 503)], "X-Release", "2.0.0").holds


@pytest.mark.parametrize("answers", [[], [saying("2.0.0", 503)]])
def test_without_one_good_answer_the_release_is_unknown(answers: list[Answered]) -> None:
    assert not release.check(answers, "X-Release", "2.0.0").holds


def test_without_a_header_the_release_is_not_asked_for() -> None:
    assert release.check([], None, "2.0.0").holds


# offsite


def test_parameters_and_secrets_that_can_all_be_read_are_ready() -> None:
    assert offsite.check({"/shop/a": "", "/shop/b": ""}).holds
    assert offsite.check({}).holds


def test_each_one_that_cannot_be_read_is_named_with_its_error() -> None:
    found = offsite.check({"/shop/b": "ParameterNotFound", "/shop/a": "", "/shop/c": "AccessDenied"})
    assert not found.holds
    assert found.seen == "/shop/b: ParameterNotFound; /shop/c: AccessDenied"


def test_a_secret_that_may_not_be_opened_from_here_does_not_refuse_and_is_said() -> None:
    found = offsite.check({"/shop/a": "", "arn:b": offsite.UNOPENED})
    assert found.holds
    assert found.seen == (
        "2 parameters and secrets can be read; 1 of them may not be opened from here: "
        "that they hold text shows when an instance starts"
    )
    assert not offsite.check({"/shop/a": "ParameterNotFound", "arn:b": offsite.UNOPENED}).holds
