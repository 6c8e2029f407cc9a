"""The states in which an operator meets the board, for tests that show them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from board.facts import DnsFacts, Facts, Known, Requests, Unknown, value_of
from cutover.cost import Kind
from cutover.group_capacity import TargetHealth
from cutover.stragglers import Found
from tests.unit.board_facts import (
    AT,
    DAY,
    NOT_READ,
    NOW,
    RELEASES,
    Scene,
    charge,
    cost,
    dns_of,
    healthy,
    locked,
    update,
    value,
)

RED, BLUE = "red", "blue"
RELEASES |= {RED: "1.4.1", BLUE: "1.4.2"}


def _active(scene: Scene, colour: str) -> Scene:
    live = value_of(scene.facts.live)
    assert live
    return scene.but(live=Known(replace(live, active=colour)))


def red_in_charge() -> Scene:
    """Red in charge for two days, blue idle with the next release."""
    return healthy(RED, BLUE)


def first_start() -> Scene:
    """Nothing is built yet."""
    scene = red_in_charge().asleep(RED).asleep(BLUE)
    return scene.but(in_charge=Known(charge()), dns=Known(DnsFacts(None)), updates=Known(())).weights({})


def tag_in_under_way() -> Scene:
    """Both at full weight, while `pulumi up -s live` runs."""
    scene = _active(red_in_charge().weights({RED: 100, BLUE: 100}), BLUE)
    requests = Requests({AT - 60: 702.0})
    scene = scene.colour(RED, requests=Known(requests)).colour(BLUE, requests=Known(Requests({AT - 60: 698.0})))
    return scene.but(live_lock=locked(), dns=Known(dns_of(RED, "ns2.example (192.0.2.2)")))


def blue_in_charge() -> Scene:
    """Blue tagged in 72 s ago, red still warm and frozen."""
    scene = _active(red_in_charge(), BLUE)
    scene = scene.history((2 * DAY, value(RED)), (72, value(BLUE))).weights({RED: 0, BLUE: 100})
    updates = (update(70, BLUE), update(2 * DAY, RED), update(3 * DAY, BLUE, "failed", 31, "Grace"))
    scene = scene.but(dns=Known(dns_of(BLUE, ttl_left=12)), updates=Known(updates))
    scene = scene.colour(RED, requests=Known(Requests({AT - 60: 3.0})), stragglers=Known(Found()))
    return scene.colour(BLUE, requests=Known(Requests({AT - 60: 1430.0})))


def red_asleep() -> Scene:
    """Blue in charge, and red taken down."""
    scene = _active(red_in_charge().asleep(RED), BLUE)
    config = value_of(scene.facts.colours[RED].config)
    assert config
    scene = scene.colour(RED, config=Known(replace(config, awake=False)))
    scene = scene.history((5 * DAY, value(RED)), (DAY, value(BLUE))).weights({BLUE: 100})
    updates = (update(DAY, BLUE), update(5 * DAY, RED))
    return scene.but(dns=Known(dns_of(BLUE)), updates=Known(updates))


def attention() -> Scene:
    """Several things at once: instances dead, a certificate that ends, clients left behind, a price that is missing."""
    scene = blue_in_charge()
    seen, certificate = value_of(scene.facts.colours[BLUE].capacity), value_of(scene.facts.colours[RED].certificate)
    assert seen
    assert certificate
    dead = sorted(seen.in_service)[:2]
    ill = dict.fromkeys(dead, TargetHealth("unhealthy", "Target.FailedHealthChecks", "Health checks failed"))
    scene = scene.colour(BLUE, capacity=Known(replace(seen, targets={**seen.targets, **ill})))
    scene = scene.colour(RED, certificate=Known(replace(certificate, not_after=NOW + timedelta(days=9))))
    left = Found(
        "in the minute from 02:58 UTC its load balancer got 41 requests, and that of the colour in charge 1430"
    )
    return scene.colour(RED, stragglers=Known(left), cost=Known(cost("0.62", Kind.NAT_GATEWAYS)))


def route53_unreadable() -> Scene:
    """Everything but Route 53 answers."""
    return red_in_charge().but(zone=NOT_READ, dns=Known(replace(dns_of(RED), expected="")))


def everything_unreadable() -> Scene:
    """Nothing answers but the project's own files."""
    aws = Unknown("STS could not be asked: The security token included in the request is expired", "aws sso login")
    backend = Unknown("the Pulumi backend was asked, and has not answered within 6 s", "pulumi whoami -v")
    names = Unknown("DNS could not be asked about www.shop.example: no resolver knows a name server of shop.example")
    scene = red_in_charge().but(zone=aws, in_charge=aws, place=aws, dns=names, live_stack=backend, live_lock=backend)
    scene = scene.but(updates=backend)
    for name in (RED, BLUE):
        of_aws = ("door", "group", "balancer", "capacity", "cluster", "drain", "certificate", "requests", "cost")
        scene = scene.colour(name, **dict.fromkeys((*of_aws, "load_test", "stragglers"), aws))
        scene = scene.colour(name, stack=backend, lock=backend)
    return scene


def hostile() -> Scene:
    """Texts from outside that would speak for the board, on a terminal and on a page."""
    evil = '\x1b[2J\x1b]0;owned\x07[bold red]x[/] <script>alert(1)</script>" onload=x &amp; \u202egnp\r\nnext: rm -rf /'
    scene = red_in_charge()
    group, balancer = value_of(scene.facts.colours[RED].group), value_of(scene.facts.colours[RED].balancer)
    assert group
    assert balancer
    scene = scene.colour(RED, group=Known(replace(group, release=evil)), balancer=Known(replace(balancer, state=evil)))
    scene = scene.colour(BLUE, leftovers=(evil,), certificate=Unknown(evil, evil))
    return scene.but(in_charge=Known(charge((DAY, value(RED, release=evil)), by=evil)))


STATES: Mapping[str, Callable[[], Scene]] = {
    "first-start": first_start,
    "red-in-charge": red_in_charge,
    "tag-in-under-way": tag_in_under_way,
    "blue-in-charge-red-warm": blue_in_charge,
    "red-asleep": red_asleep,
    "attention": attention,
    "route53-unreadable": route53_unreadable,
    "everything-unreadable": everything_unreadable,
    "hostile": hostile,
}


def facts(state: str) -> Facts:
    """The facts of a state by its name."""
    return STATES[state]().facts
