"""The drain: how long after a tag-out some client may still be sent to a colour, or still be connected to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutover.owned import BALANCER, Owned
from cutover.printable import printable

# For how long a client may still be sent there. An alias to a load balancer has TTL 60, and a change reaches all of
# Route 53's servers within 60 s:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
# https://aws.amazon.com/route53/faqs/ (how quickly changes propagate)
TTL_SECONDS, PROPAGATION_SECONDS = 60, 60
# A load balancer keeps a client's connection for so long where nothing else is said, and the config says no more.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
LONGEST_KEEP_ALIVE_SECONDS = 3600
KEEP_ALIVE = "clientKeepAlive"


@dataclass(frozen=True)
class Drain:
    """`keep_alive_seconds`: for how long the colour's load balancer keeps the connection of a client.

    `because`: why the longest is taken for it; empty where AWS says it.
    """

    keep_alive_seconds: int = LONGEST_KEEP_ALIVE_SECONDS
    because: str = ""

    @property
    def seconds(self) -> int:
        """How long it takes after a tag-out, WebSockets and requests under way left aside."""
        return TTL_SECONDS + PROPAGATION_SECONDS + self.keep_alive_seconds

    def __str__(self) -> str:
        kept = f"{KEEP_ALIVE} {self.keep_alive_seconds} s{self.because and f', the longest: {self.because}'}"
        return f"TTL {TTL_SECONDS} s + propagation {PROPAGATION_SECONDS} s + {kept}"


def of_colour(owned: Sequence[Owned], read: Callable[[str], int | None]) -> Drain:
    """The drain of the colour whose own state is `owned`: the longest of those of its load balancers.

    `read` says how long the load balancer of an ARN keeps connections today (seconds; None: there is none any more),
    and raises whatever it raises when AWS does not say. What the last update set counts too, if that was longer: the
    clients who were there when somebody made it shorter may still have what it was. Without a load balancer nobody can
    be connected.
    """
    found = [_of_balancer(one.outputs, read) for one in owned if one.type == BALANCER]
    return max(found, key=lambda drain: drain.keep_alive_seconds, default=Drain(0))


def _of_balancer(outputs: Mapping[str, Any], read: Callable[[str], int | None]) -> Drain:
    known = _seconds(outputs.get(KEEP_ALIVE))
    try:
        today = read(str(outputs.get("arn", "")))
    except Exception as error:  # noqa: BLE001  # whatever the reason: what is not known is the longest
        why = printable(" ".join(str(error).split()) or type(error).__name__)
        return Drain(max(LONGEST_KEEP_ALIVE_SECONDS, known), f"the load balancer's own cannot be read ({why})")
    return Drain(0) if today is None else Drain(max(today, known))


def _seconds(said: object) -> int:
    return int(said) if isinstance(said, int | float) else 0


def shortened(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """How an update of a load balancer makes the keep-alive shorter, like `3600 s => 60 s`; empty when it does not.

    `old` and `new` are its inputs. Who is connected when it is made shorter may keep what it was, and nothing would
    tell any more what that is.
    """
    before = _seconds(old.get(KEEP_ALIVE)) or LONGEST_KEEP_ALIVE_SECONDS
    after = _seconds(new.get(KEEP_ALIVE)) or LONGEST_KEEP_ALIVE_SECONDS
    return f"{before} s => {after} s" if after < before else ""
