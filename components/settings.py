"""The settings of each kind of stack: one frozen object, read once from the stack config, or refused as a whole."""

import ipaddress
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from components.config_key import Key
from components.config_keys import COLOUR_KEYS, LIVE_KEYS, SHARED_KEYS
from components.offsite import Offsite
from cutover import weights
from cutover.checks.override import Override
from cutover.refusal import Refusal

LIVE = "live"
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html; one of the ten is the colour's own name.
MOST_NAMES_WITH_OWN_CERTIFICATE = 9


@dataclass(frozen=True)
class SharedSettings:
    """What Pulumi.yaml says for all stacks; lists are tuples, times are in seconds, ranges in config_keys.py."""

    names: tuple[str, ...]
    zone: str
    zone_id: str | None
    capacity: int
    instance_type: str
    machine_image: str
    availability_zones: int
    cidrs: Mapping[str, str]
    nat_gateways: int
    keep_addresses: bool
    load_balancer_capacity_units: int
    certificate_arn: str | None
    image: str
    port: int
    health_path: str
    offsite: Mapping[str, Offsite]
    https: bool
    full_capacity_timeout_seconds: int
    https_port: int
    readiness_probes: int
    readiness_latency_milliseconds: int
    release_header: str | None

    @property
    def colours(self) -> tuple[str, ...]:
        """The two colours, in alphabetical order."""
        return tuple(self.cidrs)

    @property
    def own_certificate(self) -> bool:
        """Whether each colour has a certificate made here, with records below every live name that prove it."""
        return self.https and self.certificate_arn is None

    @property
    def in_charge_parameter(self) -> str:
        """The SSM parameter that says who is in charge, and whose history says since when."""
        return f"/tag-team/{self.names[0]}/in-charge"

    def door_parameter(self, colour: str) -> str:
        """The SSM parameter that is there while `colour` can be tagged in."""
        return f"/tag-team/{self.names[0]}/{colour}/can-be-tagged-in"

    def own_name(self, colour: str) -> str:
        """The host name under which `colour` is tested, in charge or not."""
        return f"{colour}.{self.names[0]}"

    def own_url(self, colour: str) -> str:
        """Where `colour` is tested."""
        if not self.https:
            return f"http://{self.own_name(colour)}"
        return f"https://{self.own_name(colour)}" + ("" if self.https_port == 443 else f":{self.https_port}")


@dataclass(frozen=True)
class ColourSettings:
    """What one cluster is declared by."""

    colour: str
    shared: SharedSettings
    release: str
    awake: bool
    hotfix: bool


@dataclass(frozen=True)
class LiveSettings:
    """What the live record is declared by."""

    shared: SharedSettings
    active: str
    resolvers: tuple[str, ...]
    dns_port: int
    propagation_timeout_seconds: int
    failover: bool
    share: Mapping[str, int]
    override: Override | None
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


def load(stack: str, values: Mapping[str, str], project: Mapping[str, str]) -> ColourSettings | LiveSettings:
    """Read the settings of `stack`.

    `values` is the stack's config without the project's namespace, `project` the values that Pulumi.yaml itself sets;
    both as the engine's texts. Raises Refusal for the first key whose value is not allowed, for an unknown key, for a
    shared key that the stack overrides, and for values that do not fit together.
    """
    overridden = {key.name for key in SHARED_KEYS if _differ(values.get(key.name), project.get(key.name))}
    shared_values = _parse(stack, SHARED_KEYS, values, overridden)
    colours = shared_values["cidrs"]
    if stack != LIVE and stack not in colours:
        allowed = ", ".join([*colours, LIVE])
        raise Refusal(
            f"there is no stack {stack} in this project",
            seen=stack,
            allowed=allowed,
            next_step=f"pulumi stack select {LIVE}",
        )
    own_keys = LIVE_KEYS if stack == LIVE else COLOUR_KEYS
    _refuse_unknown(stack, own_keys, values, project)
    own = _parse(stack, own_keys, values)
    shared = SharedSettings(
        zone_id=shared_values["zoneId"],
        certificate_arn=shared_values["certificateArn"],
        instance_type=shared_values["instanceType"],
        machine_image=shared_values["machineImage"],
        availability_zones=shared_values["availabilityZones"],
        nat_gateways=shared_values["natGateways"],
        keep_addresses=shared_values["keepAddresses"],
        load_balancer_capacity_units=shared_values["loadBalancerCapacityUnits"],
        health_path=shared_values["healthPath"],
        full_capacity_timeout_seconds=shared_values["fullCapacityTimeout"],
        https_port=shared_values["httpsPort"],
        readiness_probes=shared_values["readinessProbes"],
        readiness_latency_milliseconds=shared_values["readinessLatency"],
        release_header=shared_values["releaseHeader"],
        **{
            key: shared_values[key]
            for key in ("names", "zone", "capacity", "cidrs", "image", "port", "offsite", "https")
        },
    )
    _refuse_misfits(stack, shared, overridden)
    _refuse_overrides(stack, values, project)
    if stack != LIVE:
        return ColourSettings(stack, shared, own["release"], own["awake"], own["hotfix"])
    if own["active"] not in colours:
        raise _refusal(stack, LIVE_KEYS[0], own["active"], " or ".join(colours))
    for colour in own["share"]:
        if colour not in colours:
            raise _refusal(stack, LIVE_KEYS[-2], colour, " or ".join(colours))
    return LiveSettings(
        shared,
        own["active"],
        own["resolvers"],
        own["dnsPort"],
        own["propagationTimeout"],
        own["failover"],
        own["share"],
        own["override"],
    )


def _differ(one: str | None, other: str | None) -> bool:
    """Whether two texts of a value differ by more than the spaces in their JSON."""
    try:
        return one != other and json.loads(one or "") != json.loads(other or "")
    except (ValueError, RecursionError):
        return True


def _refusal(stack: str, key: Key, seen: str, allowed: str | None = None, *, overridden: bool = False) -> Refusal:
    return Refusal(
        f"config key {key.name} of stack {stack} has a value that is not allowed",
        seen=f"{key.name}: {seen}",
        allowed=allowed or key.allowed,
        next_step=key.remedy(stack, overridden=overridden),
    )


def _parse(
    stack: str, keys: tuple[Key, ...], values: Mapping[str, str], overridden: Collection[str] = ()
) -> dict[str, Any]:
    parsed = {}
    for key in keys:
        text = values.get(key.name, key.default)
        if text is None:
            raise _refusal(stack, key, "(not set)")
        try:
            parsed[key.name] = key.parse(text)
        except (ValueError, RecursionError) as error:
            # The parser names the part at fault where the value is a list or a map.
            part = f" (at fault: {error})" if str(error) not in ("", text) else ""
            seen = f"{text}{part}" if key.shown else f"(not shown){part}"
            raise _refusal(stack, key, seen, overridden=key.name in overridden) from None
    return parsed


def _refuse_unknown(
    stack: str, own_keys: tuple[Key, ...], values: Mapping[str, str], project: Mapping[str, str]
) -> None:
    known = {key.name for key in (*SHARED_KEYS, *own_keys)}
    for name in sorted(set(values) - known):
        elsewhere = LIVE_KEYS if own_keys is COLOUR_KEYS else COLOUR_KEYS
        where = " (a key of another stack's file)" if name in {key.name for key in elsewhere} else ""
        # The engine hands over what either file says; which one it is, is the same text.
        in_project = name in project and not _differ(values[name], project[name])
        raise Refusal(
            f"config key {name} {'in Pulumi.yaml' if in_project else f'of stack {stack}'} is unknown{where}",
            seen=f"{name}: {values[name]}",
            allowed=", ".join(key.name for key in (SHARED_KEYS if in_project else own_keys)),
            next_step=f"take `{name}` out of `config` in Pulumi.yaml, then pulumi preview -s {stack}"
            if in_project
            else f"pulumi config rm {name} -s {stack}",
        )


def _refuse_misfits(stack: str, shared: SharedSettings, overridden: Collection[str]) -> None:
    keys = {key.name: key for key in SHARED_KEYS}
    networks = [ipaddress.IPv4Network(cidr) for cidr in shared.cidrs.values()]
    outside = [name for name in shared.names if name != shared.zone and not name.endswith(f".{shared.zone}")]
    own = sorted({shared.own_name(colour) for colour in shared.colours} & set(shared.names))
    zones, names = shared.availability_zones, len(shared.names)
    misfits = (
        (len(networks) != 2 or networks[0].overlaps(networks[1]), "cidrs", json.dumps(dict(shared.cidrs)), None),
        (bool(outside), "names", ", ".join(outside), f"names in the zone {shared.zone}"),
        (bool(own), "names", ", ".join(own), "names other than those under which the colours are tested"),
        (shared.capacity < zones, "capacity", str(shared.capacity), f"at least {zones}, one for each zone"),
        (shared.nat_gateways > zones, "natGateways", str(shared.nat_gateways), f"1 to {zones}"),
        (shared.https and shared.https_port == 80, "httpsPort", "80", "a port other than 80, which redirects to it"),
        (
            shared.own_certificate and names > MOST_NAMES_WITH_OWN_CERTIFICATE,
            "names",
            f"{names} names",
            f"at most {MOST_NAMES_WITH_OWN_CERTIFICATE} on one certificate; or set certificateArn, or https: false",
        ),
    )
    for wrong, name, seen, allowed in misfits:
        if wrong:
            raise _refusal(stack, keys[name], seen, allowed, overridden=name in overridden)


def _refuse_overrides(stack: str, values: Mapping[str, str], project: Mapping[str, str]) -> None:
    unset = [key for key in SHARED_KEYS if key.default is None and key.name not in project]
    here = _parse(stack, SHARED_KEYS, values)
    agreed = _parse(stack, tuple(key for key in SHARED_KEYS if key not in unset), project)
    for key in SHARED_KEYS:
        if key in unset or here[key.name] != agreed[key.name]:
            raise Refusal(
                f"stack {stack} overrides {key.name}, which all stacks share so that both colours are the same",
                seen=f"{key.name}: {values.get(key.name) if key.shown else '(not shown)'}",
                allowed=f"{project.get(key.name, key.default) if key.shown else '(not shown)'}, as Pulumi.yaml says",
                next_step=f"pulumi config rm {key.name} -s {stack}",
            )
