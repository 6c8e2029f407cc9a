"""What the board knows: plain data, each fact either known or unknown for a reason. Times are Unix seconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from components.settings import ColourSettings, LiveSettings
from components.shared_settings import SharedSettings
from cutover.checks.certificate import CertificateSeen
from cutover.checks.settled import ClusterSeen
from cutover.cluster_facts import ClusterFacts
from cutover.cost import ColourCost
from cutover.drain import Drain
from cutover.group_capacity import CapacitySeen
from cutover.in_charge import History
from cutover.owned import Owned
from cutover.provenance import Place
from cutover.record_set import RecordSet
from cutover.stragglers import Found
from propagation import Outcome

# How `propagation` says that a name server's address has not been looked up yet.
_NOT_ASKED = "not asked yet"
T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Known(Generic[T_co]):
    """A fact that was read; an answer that came and is empty is known too."""

    value: T_co


@dataclass(frozen=True)
class Unknown:
    """A fact that could not be read: why, and what to type about it (empty where nothing helps but another look).

    `reason` may hold words of servers and APIs: whoever prints it escapes it.
    """

    reason: str
    next_step: str = ""


Fact: TypeAlias = Known[T] | Unknown


def value_of(fact: Fact[T]) -> T | None:
    """The value, and None where it is unknown."""
    return fact.value if isinstance(fact, Known) else None


def then(fact: Fact[T], use: Callable[[T], U]) -> Fact[U]:
    """What follows from a fact; unknown, for the same reason, where that is."""
    return Known(use(fact.value)) if isinstance(fact, Known) else fact


@dataclass(frozen=True)
class Door:
    """The parameter that is there while a colour can be tagged in: nothing else is known where it is not.

    awake_since: when its first version was written, changed_at: its last, and `by` whom (an ARN, as AWS says it).
    is_whole: whether AWS still has the first version, of which it keeps a hundred.
    """

    is_open: bool
    release: str = ""
    awake_since: float | None = None
    changed_at: float | None = None
    by: str = ""
    is_whole: bool = True


@dataclass(frozen=True)
class Group:
    """An Auto Scaling group with the tags of a colour; `instance_type` is that of its instances, empty without any."""

    name: str
    release: str
    created_at: float
    desired: int
    target_group_arns: Sequence[str] = ()
    instance_type: str = ""


@dataclass(frozen=True)
class Balancer:
    """A load balancer with the tags of a colour; `state` is AWS's word, `certificate_arns` those of its listeners."""

    arn: str
    dns_name: str
    zone_id: str
    state: str
    zones: Sequence[str] = ()
    certificate_arns: Sequence[str] = ()


@dataclass(frozen=True)
class Lock:
    """Somebody works on a stack: `text` says who and since when, as far as the backend tells."""

    text: str


@dataclass(frozen=True)
class Stack:
    """A stack's state as its last update left it; `pending` counts operations that it never saw end.

    `cluster` is a colour's output of that name, `owned` all of its resources. exists: False where there is no such
    stack.
    """

    exists: bool
    owned: Sequence[Owned] = field(default=(), repr=False)
    cluster: ClusterFacts | None = None
    pending: int = 0


@dataclass(frozen=True)
class Update:
    """One entry of a stack's history: of `kind` (update, preview, destroy …), with its `result` in the engine's word.

    `by` is whom the backend names, `active` the colour that the config named, `ended_at` None while it is under way.
    """

    kind: str
    result: str
    began_at: float
    ended_at: float | None
    by: str = ""
    active: str = ""


@dataclass(frozen=True)
class Authored:
    """One version of `in-charge`, by its number, with the one who wrote it (an ARN, as AWS says it)."""

    number: int
    at: float
    value: str
    by: str


@dataclass(frozen=True)
class InCharge:
    """The parameter `in-charge`: its history as the program reads it, and each version with its author."""

    history: History
    versions: Sequence[Authored] = ()


@dataclass(frozen=True)
class ZoneFacts:
    """The hosted zone, its name servers (none of a private one), and all record sets of the live names."""

    id: str
    private: bool
    ns_names: Sequence[str]
    records: Mapping[str, Sequence[RecordSet]]


@dataclass(frozen=True)
class DnsFacts:
    """What DNS says of those live names that somebody carries; `outcome` is None where nobody carries any.

    expected: the colour that answers are compared with; empty where only the addresses are known.
    """

    outcome: Outcome | None
    expected: str = ""

    @property
    def not_yet(self) -> tuple[str, ...]:
        """The servers and resolvers that had not said anything when the time was over: nothing is known of them."""
        if self.outcome is None:
            return ()
        said = (*self.outcome.said_by_servers, *self.outcome.said_by_resolvers)
        waiting = [one.server for one in said if not one.verdict]
        waiting += [name for name, why in self.outcome.unlocated.items() if why == _NOT_ASKED]
        return tuple(dict.fromkeys(waiting))


@dataclass(frozen=True)
class Requests:
    """Requests that a load balancer got: whole minutes by their beginning, each with its count; 0 where none came."""

    by_minute: Mapping[float, float]

    @property
    def last_minute(self) -> float | None:
        """The count of the newest whole minute; None where there is no minute."""
        return self.by_minute[max(self.by_minute)] if self.by_minute else None


@dataclass(frozen=True)
class LoadTest:
    """The evidence of a colour's last load test, in one line; `good` where it holds for what runs now."""

    text: str
    good: bool


@dataclass(frozen=True)
class ColourFacts:
    """Everything that is read of one colour.

    `group` and `balancer` are the ones that count, None where the colour has none; `capacity`, `cluster`, `drain`,
    `certificate` and `requests` are theirs, and known as None where there is nothing to ask. `stragglers`: whether
    clients are left after a tag-out; None of a colour that carries traffic. leftovers: further groups and load
    balancers with its tags.
    """

    colour: str
    config: Fact[ColourSettings]
    door: Fact[Door]
    group: Fact[Group | None]
    balancer: Fact[Balancer | None]
    leftovers: Sequence[str]
    capacity: Fact[CapacitySeen | None]
    cluster: Fact[ClusterSeen | None]
    drain: Fact[Drain]
    certificate: Fact[CertificateSeen | None]
    stack: Fact[Stack]
    lock: Fact[Lock | None]
    requests: Fact[Requests | None]
    cost: Fact[ColourCost]
    stragglers: Fact[Found | None]
    load_test: Fact[LoadTest | None]

    @property
    def is_up(self) -> bool | None:
        """Whether it has a cluster; None where that is unknown."""
        if isinstance(self.group, Unknown) or isinstance(self.balancer, Unknown):
            return None
        return self.group.value is not None or self.balancer.value is not None


@dataclass(frozen=True)
class Facts:
    """One look at everything; `read_at` is when, by AWS's clock where AWS answered, and by this machine's elsewhere.

    stacks_left_out: the backend was not asked, because the operator said so.
    """

    shared: SharedSettings
    live: Fact[LiveSettings]
    read_at: float
    place: Fact[Place]
    zone: Fact[ZoneFacts]
    in_charge: Fact[InCharge]
    colours: Mapping[str, ColourFacts]
    live_stack: Fact[Stack]
    live_lock: Fact[Lock | None]
    updates: Fact[Sequence[Update]]
    dns: Fact[DnsFacts]
    stacks_left_out: bool = False

    @property
    def service(self) -> str:
        """The first of the live names, by which everything is called."""
        return self.shared.names[0]
