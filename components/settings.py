"""The settings of each kind of stack, each with its config key.

What a key is called, how it is read, its default, what is allowed and what it means stands with the setting, here or
in shared_settings.py, and nowhere else: refusals quote it, and `python -m components.config_table` writes it into
Pulumi.yaml and docs/config.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from components.config_key import keys_of, own
from components.config_value import COLOUR, RELEASE, boolean, list_of, map_of, matching, whole_number
from components.shared_settings import SharedSettings
from cutover import weights
from cutover.checks import override
from cutover.checks.override import Override
from propagation import Endpoint

LIVE = "live"


@dataclass(frozen=True)
class ColourSettings:
    """What one cluster is declared by."""

    colour: str
    shared: SharedSettings
    release: str = own(
        "release",
        matching(RELEASE),
        allowed="a tag of the container image, like 1.4.2",
        meaning="the tag of `image`",
        note="in quotes when it looks like a number",
    )
    awake: bool = own(
        "awake", boolean, allowed="true or false", meaning="`false` takes the colour down", default="true"
    )
    hotfix: bool = own(
        "hotfix",
        boolean,
        allowed="true or false",
        meaning="let changes in place through on the colour in charge; a replacement then begins with its delete",
        default="false",
    )
    override: Override | None = own(  # noqa: RUF009  # it specifies a field, as all of these do
        "override",
        override.parse_of_colour,
        allowed=override.OF_COLOUR_ALLOWED,
        meaning="leave clients behind who still go to the colour after a tag-out, for one release",
        default="{}",
    )


@dataclass(frozen=True)
class LiveSettings:
    """What the live record is declared by."""

    shared: SharedSettings
    active: str = own(
        "active", matching(COLOUR), allowed="one of the colours in `cidrs`", meaning="the colour in charge"
    )
    resolvers: tuple[str, ...] = own(
        "resolvers",
        list_of(lambda text: Endpoint.resolver(text).address),
        allowed=f'a list of {Endpoint.RESOLVERS_ALLOWED}, like ["1.1.1.1", "https://dns.google/dns-query"]',
        meaning="resolvers whose answers have to agree on the new colour; the name servers' addresses are looked up "
        "through them too",
        default=json.dumps(Endpoint.PUBLIC_RESOLVERS),
    )
    dns_port: int = own(
        "dnsPort",
        whole_number(1, 65535),
        allowed="a whole number from 1 to 65535",
        meaning="port of all DNS questions",
        default="53",
    )
    propagation_timeout_seconds: int = own(
        "propagationTimeout",
        whole_number(1, 7200),
        allowed="seconds, a whole number from 1 to 7200",
        meaning="seconds to wait for DNS after the records are switched",
        default="300",
    )
    failover: bool = own(
        "failover",
        boolean,
        allowed="true or false",
        meaning="let Route 53 send traffic to the idle colour while the live load balancer looks unhealthy "
        "(`evaluateTargetHealth`): the idle colour is then a hot standby, with whatever release it has",
        default="false",
    )
    share: Mapping[str, int] = own(
        "share",
        map_of(matching(COLOUR), whole_number(1, 50)),
        allowed='empty, or the idle colour and its share of the traffic in per cent, 1 to 50, like {"COLOUR": 5}',
        meaning="share of the traffic of the idle colour, in per cent",
        note="both colours may have an entry; only the idle one's counts",
        default="{}",
    )
    override: Override | None = own(  # noqa: RUF009  # it specifies a field, as all of these do
        "override",
        override.parse,
        allowed=override.ALLOWED,
        meaning="checks that do not refuse one attempt",
        default="{}",
    )
    left_out: tuple[str, ...] = ()
    """Further names that have another record still, and are none of the live record's yet."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the live record has, the switch first."""
        return tuple(name for name in self.shared.names if name not in self.left_out)

    @property
    def idle_weight(self) -> int:
        """The weight of the idle colour's records: none, or its share of the traffic."""
        return weights.of_share(self.share.get(self.idle, 0))

    @property
    def idle(self) -> str:
        """The colour that is not to be in charge."""
        return next(colour for colour in self.shared.colours if colour != self.active)


SHARED_KEYS = tuple(keys_of(SharedSettings).values())
COLOUR_KEYS = tuple(keys_of(ColourSettings).values())
LIVE_KEYS = tuple(keys_of(LiveSettings).values())
ALL_KEYS = {key.name: key for key in (*SHARED_KEYS, *COLOUR_KEYS, *LIVE_KEYS)}
