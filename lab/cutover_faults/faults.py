"""What breaks during a tag-in: each fault with its moment, and what it may cost clients, and why."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from lab.client import ApiFault, ServerFault
from lab.load.pool import HOLDS_TWICE, HONEST, KEEP_ALIVE, NEVER_AGAIN, honest_resolvers
from lab.messages import MachineSettings
from lab.stage import Stage

LAG_SECONDS = 45.0
AWAY_SECONDS = 10.0
# A wait for DNS lasts as long as the TTL. Where that is not the point, it is short, and the page says so.
AWS_TTL_SECONDS, SHORT_TTL_SECONDS = 60, 10
# As fast as on AWS; by default health checks of the lab follow each other ten times as fast.
AWS_PACE = 1.0
KILLS = 10
# After the provider's own wait of 15 s some of it is left, so that some kills fall into the wait for DNS.
KILLS_TTL_SECONDS = 40
KILLED = "the machine that runs `pulumi` is killed"
NOBODY: tuple[str, ...] = ()
EVERYBODY = (HONEST, KEEP_ALIVE, NEVER_AGAIN, HOLDS_TWICE)


class Moment(Enum):
    """When a fault strikes."""

    BEFORE = "before the tag-in"
    RAISED = "once the incoming colour has its weight"
    LOWERING = "when the step begins that lowers the outgoing colour"
    SWITCHED = "once the outgoing colour has no weight"


@dataclass(frozen=True)
class Scene:
    """Who is to come in, and who is to go."""

    stage: Stage
    outgoing: str
    incoming: str


@dataclass(frozen=True)
class Fault:
    """title: what breaks. strike: breaks it, and returns once it is broken or, where it mends itself, mended.

    may_fail: the pools of which requests may fail, and why says why; nobody else's may. is_refused: whether the
    tag-in is to end with a refusal. pace: of health checks, beside AWS's.
    """

    name: str
    title: str
    moment: Moment
    strike: Callable[[Scene], None]
    why: str
    may_fail: tuple[str, ...] = NOBODY
    is_refused: bool = False
    alias_ttl: int = SHORT_TTL_SECONDS
    pace: float = MachineSettings.pace


def _nothing(_: Scene) -> None:
    """For comparison."""


def _resolver_dies(scene: Scene) -> None:
    # Of the clients that have resolved already and never do again.
    addresses = scene.stage.addresses
    scene.stage.lab.set_resolver_fault(honest_resolvers(addresses)[-1], ServerFault(fault="drop"))


def _resolver_in_use_dies(scene: Scene) -> None:
    # Of the clients that come anew all the time.
    addresses = scene.stage.addresses
    scene.stage.lab.set_resolver_fault(honest_resolvers(addresses)[0], ServerFault(fault="drop"))


def _server_lags(scene: Scene) -> None:
    stage = scene.stage
    stage.lab.set_server_fault(stage.addresses.server_addresses()[-1], ServerFault(lag_seconds=LAG_SECONDS))


def _route53_throttles(scene: Scene) -> None:
    scene.stage.lab.set_api_faults([ApiFault("route53", "*", "Throttling", count=-1, every=3)])


def _endpoint_is_away(scene: Scene) -> None:
    scene.stage.lab.set_endpoint_away(away=True)
    time.sleep(AWAY_SECONDS)
    scene.stage.lab.set_endpoint_away(away=False)


def _half_of_the_incoming_dies(scene: Scene) -> None:
    _die(scene.stage, scene.incoming, scene.stage.cluster(scene.incoming).capacity // 2)


def _the_outgoing_dies(scene: Scene) -> None:
    _die(scene.stage, scene.outgoing, scene.stage.cluster(scene.outgoing).capacity)


def _die(stage: Stage, colour: str, count: int) -> None:
    # In the lab others are there in two seconds. On AWS a boot takes longer than the rest of a tag-in, as here.
    stage.lab.set_launch_failure(colour, "We currently do not have sufficient capacity")
    stage.lab.crash_instances(colour, count)


FAULTS = (
    Fault("nothing", "nothing, for comparison", Moment.BEFORE, _nothing, "A tag-in costs nobody a request."),
    Fault(
        "resolver",
        "a resolver dies",
        Moment.RAISED,
        _resolver_dies,
        "One that `resolvers` names, and whose clients have their answer. What it holds cannot be asked, so the wait "
        "goes on until no cache can hold the old answer.",
        alias_ttl=AWS_TTL_SECONDS,
    ),
    Fault(
        "resolver-in-use",
        "a resolver dies whose clients ask it all the time",
        Moment.RAISED,
        _resolver_in_use_dies,
        "Whoever has to ask a dead resolver fails whatever is deployed; everybody else notices nothing. The wait goes "
        "on as with any other one.",
        may_fail=(HONEST,),
    ),
    Fault(
        "lag",
        f"an authoritative server lags {LAG_SECONDS:.0f} s",
        Moment.BEFORE,
        _server_lags,
        "It hands out the old answer for so much longer; the wait sees that and adds it.",
        alias_ttl=AWS_TTL_SECONDS,
    ),
    Fault(
        "throttling",
        "Route 53 throttles every third call",
        Moment.BEFORE,
        _route53_throttles,
        "The program's reads and the provider's writes are tried again.",
    ),
    Fault(
        "endpoint",
        f"the AWS endpoint is away for {AWAY_SECONDS:.0f} s",
        Moment.LOWERING,
        _endpoint_is_away,
        "Both colours have their weight meanwhile. What is asked is asked again for longer than that.",
    ),
    Fault(
        "incoming-half",
        "half of the incoming colour's instances die between raise and lower",
        Moment.RAISED,
        _half_of_the_incoming_dies,
        "Its load balancer goes on sending to dead instances until its health checks find out: 3 in a row (in the lab "
        "in 3 s, on AWS in 30). Whoever is sent there meanwhile gets a 502, which are few, as most resolvers hold the "
        "other answer still. Then the step that lowers is refused, as half a colour is not enough, and the outgoing "
        "colour keeps its weight.",
        may_fail=(HONEST, KEEP_ALIVE, HOLDS_TWICE),
        is_refused=True,
    ),
    Fault(
        "incoming-half-unseen",
        "the same, and the health checks take as long as on AWS",
        Moment.RAISED,
        _half_of_the_incoming_dies,
        "The load balancer has not found out when the program asks it, 15 s later, so the outgoing colour is lowered. "
        "What fails is what is sent to dead instances until it has, and after that what the others cannot carry, until "
        "the group has replaced them. Tagging back takes effect as fast as DNS does.",
        may_fail=EVERYBODY,
        pace=AWS_PACE,
    ),
    Fault(
        "outgoing",
        "the outgoing colour's instances die after the switch",
        Moment.SWITCHED,
        _the_outgoing_dies,
        "Nobody can call clients back that still hold its addresses: they fail until their answer has expired, those "
        "that never ask again until the group has replaced its instances. That is why a colour that was tagged out "
        "has to stay as it is, and refuses change.",
        may_fail=EVERYBODY,
        alias_ttl=AWS_TTL_SECONDS,
        pace=AWS_PACE,
    ),
)


def heal(stage: Stage) -> None:
    """Mend whatever a fault has broken, but for what mends itself: groups replace instances that have died."""
    lab, addresses = stage.lab, stage.addresses
    lab.set_endpoint_away(away=False)
    lab.set_api_faults([])
    for server in addresses.server_addresses():
        lab.set_server_fault(server, ServerFault())
    for resolver in honest_resolvers(addresses):
        lab.set_resolver_fault(resolver, ServerFault())
    lab.set_machines(pace=MachineSettings.pace)
    for colour in stage.colours:
        lab.set_launch_failure(colour, None)
    # A group whose launches failed tries again when somebody looks at it.
    stage.workspace.aws("autoscaling").describe_auto_scaling_groups()
