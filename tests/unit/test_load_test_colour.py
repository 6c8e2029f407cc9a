"""Which colour may be load-tested: up, whole, its own, and nobody's way to the service."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cutover.aws_load_test import Behind, GroupBehind
from cutover.checks.check import Check
from cutover.freeze import TrafficState
from cutover.in_charge import Entry
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from load_test import colour
from load_test.config import Config
from propagation import Endpoint
from tests.unit.record_sets import record
from tests.unit.stack_values import colour as settings
from tests.unit.test_load_evidence import EVIDENCE, FIGURES
from tests.unit.zone_of import alias, simple

OWN = "violet.www.shop.example"
GROUP = GroupBehind("violet-group", 4, "www.shop.example", "violet", "2.0.0")
BEHIND = Behind("violet.elb.example", "arn:of:balancer", ["arn:of:targets"], [GROUP])
CONFIG = Config("violet", settings("violet").shared, "2.0.0", {}, (Endpoint("192.0.2.53"),))


def refusal(found: Behind | None, config: Config = CONFIG) -> Refusal:
    with pytest.raises(Refusal) as refused:
        colour.cluster_of(config, "violet.elb.example", found, "eu-central-1")
    return refused.value


def test_the_cluster_is_what_aws_says_is_behind_the_name() -> None:
    found = colour.cluster_of(CONFIG, "violet.elb.example", BEHIND, "eu-central-1")
    assert (found.colour, found.release, found.group) == ("violet", "2.0.0", "violet-group")
    assert (found.target_group_arn, found.dns_name, found.capacity) == ("arn:of:targets", "violet.elb.example", 4)


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        (None, "no load balancer violet.elb.example in eu-central-1"),
        (replace(BEHIND, groups=[]), "1 target groups, and behind them no group"),
        (replace(BEHIND, groups=[GROUP, replace(GROUP, name="violet-new")]), "violet-group of violet@www.shop.example"),
        (replace(BEHIND, target_group_arns=[]), "0 target groups"),
        (replace(BEHIND, target_group_arns=["a", "b"]), "2 target groups"),
        (replace(BEHIND, groups=[replace(GROUP, colour="amber")]), "violet-group of amber@www.shop.example"),
        (replace(BEHIND, groups=[replace(GROUP, service="shop.other")]), "violet-group of violet@shop.other"),
        (replace(BEHIND, groups=[replace(GROUP, service="", colour="")]), "violet-group of no colour@no service"),
    ],
)
def test_anything_but_one_group_of_its_own_is_refused(found: Behind | None, seen: str) -> None:
    refused = refusal(found)
    assert seen in refused.seen
    assert refused.next_step == "pulumi up -s violet, then .venv/bin/python -m load_test violet"


@pytest.mark.parametrize("release", ["1.0.0", ""])
def test_another_release_than_the_colours_file_declares_is_refused(release: str) -> None:
    refused = refusal(replace(BEHIND, groups=[replace(GROUP, release=release)]))
    assert "another release is behind it" in refused.problem
    assert refused.allowed == "release 2.0.0"


def test_the_evidence_is_of_the_group_as_large_as_it_was_and_of_its_load_balancer() -> None:
    cluster = colour.cluster_of(CONFIG, "violet.elb.example", BEHIND, "eu-central-1")
    found = colour.Tested(cluster, BEHIND.balancer_arn, 3).evidence(FIGURES, EVIDENCE.at, "arn:of:me", writes=True)
    assert (found.colour, found.release, found.group) == ("violet", "2.0.0", "violet-group")
    assert (found.instances, found.load_balancer) == (3, "arn:of:balancer")
    assert (found.figures, found.at, found.by, found.writes) == (FIGURES, EVIDENCE.at, "arn:of:me", True)


def leads(*records: RecordSet) -> str:
    return colour.leads_to("violet", OWN, records)


def test_its_own_name_leads_to_its_load_balancer() -> None:
    assert leads(RecordSet.of(alias(OWN, "dualstack.Violet.elb.example"))) == "violet.elb.example"
    assert leads(RecordSet.of(alias(OWN, "violet.elb.example")), record("TXT")) == "violet.elb.example"


@pytest.mark.parametrize(
    "records",
    [
        [],
        [RecordSet.of(simple(OWN, "192.0.2.7"))],
        [RecordSet.of(alias(OWN, "a.elb.example")), record("AAAA")],
        [RecordSet.of(alias(OWN, "a.elb.example")), RecordSet.of(alias(OWN, "b.elb.example"))],
    ],
)
def test_a_name_that_leads_nowhere_or_elsewhere_is_refused(records: Sequence[RecordSet]) -> None:
    with pytest.raises(Refusal, match="its own name leads to no load balancer of its own"):
        leads(*records)


def traffic(**weights: int) -> TrafficState:
    of = {"www.shop.example": weights}
    return TrafficState(of, [Entry(0.0, "amber", "1.0.0", "amber-group")], read_at=10_000.0)


def test_an_idle_colour_may_be_tested() -> None:
    colour.refuse_clients(CONFIG, traffic(amber=100, violet=0))
    colour.refuse_clients(CONFIG, TrafficState({"www.shop.example": {}}, []))


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (traffic(amber=0, violet=100), "it carries traffic"),
        (traffic(amber=100, violet=5), "it carries traffic"),
        (traffic(amber=0, violet=0), "where nobody has weight, all sets are used"),
        (replace(traffic(amber=100, violet=0), history=[]), "in-charge has no history"),
        (replace(traffic(amber=100, violet=0), latest_unreadable="no JSON"), "in-charge cannot be read"),
        (
            replace(
                traffic(amber=100, violet=0), history=[Entry(0.0, "violet"), Entry(9_990.0, "amber")], read_at=10_000.0
            ),
            "it was tagged out a moment ago",
        ),
        (replace(traffic(amber=100, violet=0), history=[Entry(0.0, "violet")]), "in-charge still names it"),
    ],
)
def test_a_colour_that_clients_come_to_or_may_come_to_is_refused(state: TrafficState, seen: str) -> None:
    with pytest.raises(Refusal) as refused:
        colour.refuse_clients(CONFIG, state)
    assert refused.value.problem == "violet cannot be load-tested: clients are sent to it, or may still be"
    assert seen in refused.value.seen
    assert "python -m load_test amber" in refused.value.next_step


def test_half_a_colour_is_refused_with_what_is_missing() -> None:
    good = Check("awake", True, "", "")
    colour.refuse_unfit("violet", [good])
    bad = Check("settled", False, "a warm pool", "none", "aws autoscaling delete-warm-pool")
    with pytest.raises(Refusal, match="it is not whole: capacity, settled") as refused:
        colour.refuse_unfit("violet", [good, Check("capacity", False, "2 of 4", "4"), bad])
    assert refused.value.seen == "capacity: 2 of 4; settled: a warm pool"
    assert refused.value.next_step.startswith("pulumi up -s violet; aws autoscaling delete-warm-pool, then")


def test_a_colour_without_a_place_for_the_evidence_is_refused() -> None:
    with pytest.raises(Refusal, match="/p is not there"):
        colour.refuse_no_place("violet", "/p")
