"""The settings of a stack, read once from its config, or refused as a whole."""

import ipaddress
import json
from collections.abc import Collection, Mapping
from typing import Any

from components.config_key import Key, keys_of
from components.settings import (
    ALL_KEYS,
    COLOUR_KEYS,
    LIVE,
    LIVE_KEYS,
    SHARED_KEYS,
    ColourSettings,
    LiveSettings,
)
from components.shared_settings import MOST_NAMES_WITH_OWN_CERTIFICATE, SharedSettings
from cutover import limits
from cutover.checks.load_test import REQUIRED
from cutover.limits import SPLIT_BITS
from cutover.refusal import Refusal


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
    shared = SharedSettings(**_by_field(SharedSettings, shared_values))
    _refuse_misfits(stack, shared, overridden)
    _refuse_overrides(stack, values, project)
    if stack != LIVE:
        return ColourSettings(stack, shared, **_by_field(ColourSettings, own))
    if own["active"] not in colours:
        raise _refusal(stack, ALL_KEYS["active"], own["active"], " or ".join(colours))
    for colour in own["share"]:
        if colour not in colours:
            raise _refusal(stack, ALL_KEYS["share"], colour, " or ".join(colours))
    return LiveSettings(shared, **_by_field(LiveSettings, own))


def _by_field(settings: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The `values`, by key, under the names of the fields that they are for."""
    return {name: values[key.name] for name, key in keys_of(settings).items()}


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
    networks = [ipaddress.IPv4Network(cidr) for cidr in shared.cidrs.values()]
    outside = [name for name in shared.names if name != shared.zone and not name.endswith(f".{shared.zone}")]
    own = sorted({shared.own_name(colour) for colour in shared.colours} & set(shared.names))
    zones, names = shared.availability_zones, len(shared.names)
    narrowest = max(networks, key=lambda network: network.prefixlen, default=ipaddress.IPv4Network("0.0.0.0/0"))
    most = limits.most_instances(next(narrowest.subnets(prefixlen_diff=SPLIT_BITS)), zones)
    misfits = (
        (len(networks) != 2 or networks[0].overlaps(networks[1]), "cidrs", json.dumps(dict(shared.cidrs)), None),
        (bool(outside), "names", ", ".join(outside), f"names in the zone {shared.zone}"),
        (bool(own), "names", ", ".join(own), "names other than those under which the colours are tested"),
        (shared.capacity < zones, "capacity", str(shared.capacity), f"at least {zones}, one for each zone"),
        (
            shared.capacity > most,
            "capacity",
            str(shared.capacity),
            f"at most {most}: {zones} subnets of {narrowest} hold no more twice, and a new release comes before the "
            "old one goes; or wider networks in cidrs",
        ),
        (shared.nat_gateways > zones, "natGateways", str(shared.nat_gateways), f"1 to {zones}"),
        (
            shared.load_test == REQUIRED and not shared.peak_rps,
            "peakRps",
            f"{shared.peak_rps}, with loadTest: {REQUIRED}",
            "a whole number from 1 to 1000000, the requests a second of the busiest moment",
        ),
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
            raise _refusal(stack, ALL_KEYS[name], seen, allowed, overridden=name in overridden)


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
