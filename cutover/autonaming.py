"""Names that the engine makes up for resources: replacing the new one first needs names that differ.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration. Where a name has no random part
the engine deletes before it replaces: of a release the old instances go before the new ones are there, and both are
the same group by name.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

# Of all resources that tag-team declares: AWS's, and the engine's own, whose replacements would take along what
# depends on them.
PACKAGES = ("aws", "pulumi")
# Four hexadecimal digits: two names in a row are hardly ever the same.
FEWEST_NAMES = 16**4
_RANDOM = re.compile(r"\$\{(hex|alphanum|string|num)\(([0-9]+)\)\}|\$\{(uuid)\}")
_LETTERS = {"hex": 16, "alphanum": 36, "string": 26, "num": 10}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
_TAKEN = ("internal-", "sg-")
_MOST_LETTERS = 64  # more of them are not needed to tell that there are enough
_BALANCING = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")
# What AWS takes, of the kinds whose names are called by the colour and have the narrowest limits:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
_TAKES = {
    "aws:lb/loadBalancer:LoadBalancer": _BALANCING,
    "aws:lb/targetGroup:TargetGroup": _BALANCING,
    "aws:iam/role:Role": re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}"),
    "aws:ec2/launchTemplate:LaunchTemplate": re.compile(r"[A-Za-z0-9().\-/_]{3,128}"),
}
UNFIT_ALLOWED = (
    "letters, digits and hyphens, 32 at most, as load balancers and target groups have them, like those of "
    "${name}-${hex(7)}"
)


def fixed(text: str) -> tuple[str, ...]:
    """Every setting in the config value `pulumi:autonaming` by which a name of ours is the same each time.

    Each as its path and value, like `providers.aws.mode: verbatim`. What cannot be understood counts as fixed.
    """
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        config = None
    return tuple(_fixed(config)) if isinstance(config, dict) else (text,)


def taken(text: str, project: str, stack: str) -> tuple[str, ...]:
    """Every pattern in the config value `pulumi:autonaming` that gives names which AWS takes for no resource of ours.

    As those of `fixed`. Names of load balancers must not begin with `internal-`, those of security groups with `sg-`.
    """
    known = {"project": project, "stack": stack}
    with suppress(ValueError, RecursionError):
        return tuple(
            f"{path}pattern: {pattern}"
            for path, pattern in _patterns("", json.loads(text))
            if re.sub(r"\$\{(\w+)\}", lambda of: known.get(of[1], of[0]), pattern).startswith(_TAKEN)
        )
    return ()


def unfit(text: str, project: str, stack: str) -> tuple[str, ...]:
    """Each kind of resource whose name AWS would not take by the config value `pulumi:autonaming`, with that name.

    Of a colour's stack, whose name is the colour's. What is random counts with its length; what is not known here (the
    organization, other config) as one letter, the least that it can be.
    """
    config: object = None
    with suppress(ValueError, RecursionError):
        config = json.loads(text)
    known = {"project": project, "stack": stack, "name": stack}
    found = []
    for kind, takes in _TAKES.items():
        pattern = _pattern_of(kind, _map(config))
        name = _filled_in(pattern, known) if pattern else ""
        if name and not takes.fullmatch(name):
            found.append(f"pattern: {pattern} names a {kind.rpartition(':')[2]} like {name} ({len(name)} characters)")
    return tuple(found)


def _pattern_of(kind: str, config: Mapping[str, Any]) -> str | None:
    """The pattern by which resources of a kind are named: of the kind, else the provider's, else that of all."""
    provider = _map(_map(_get(config, "providers")).get(PACKAGES[0]))
    for naming in (_map(_map(_get(provider, "resources")).get(kind)), provider, config):
        if _says(naming):
            pattern = _get(naming, "pattern")
            return None if pattern is None else str(pattern)
    return None


def _filled_in(pattern: str, known: Mapping[str, str]) -> str:
    def random(of: re.Match[str]) -> str:
        return f"{0:032x}----" if of[3] else "0" * min(int(of[2][:9]), 999)

    return re.sub(r"\$\{([^}]+)\}", lambda of: known.get(of[1], "x"), _RANDOM.sub(random, pattern))


def _patterns(path: str, config: object) -> Iterator[tuple[str, str]]:
    for key, value in _map(config).items():
        if key.lower() == "pattern":
            yield path, str(value)
        yield from _patterns(f"{path}{key}.", value)


def _fixed(config: Mapping[str, Any]) -> Iterator[str]:
    providers = _map(_get(config, "providers"))
    for package in PACKAGES:
        if not _says(_map(providers.get(package))):
            yield from _unlike_default("", config)
            break
    for package in PACKAGES:
        provider = _map(providers.get(package))
        yield from _unlike_default(f"providers.{package}.", provider)
        for kind, naming in _map(_get(provider, "resources")).items():
            yield from _unlike_default(f"providers.{package}.resources.{kind}.", _map(naming))


def _unlike_default(path: str, naming: Mapping[str, Any]) -> Iterator[str]:
    mode, pattern = _get(naming, "mode"), _get(naming, "pattern")
    if mode not in (None, "default"):
        yield f"{path}mode: {mode}"
    if pattern is not None and _names(str(pattern)) < FEWEST_NAMES:
        yield f"{path}pattern: {pattern}"


def _names(pattern: str) -> int:
    """How many names the random parts of a pattern make."""
    names = 1
    for kind, count, uuid in _RANDOM.findall(pattern):
        names *= 2**122 if uuid else _LETTERS[kind] ** min(int(count[:9]), _MOST_LETTERS)
    return names


def _says(naming: Mapping[str, Any]) -> bool:
    return any(_get(naming, key) is not None for key in ("mode", "pattern"))


def _get(naming: Mapping[str, Any], key: str) -> Any:
    """The engine does not mind the case of these keys."""
    return next((value for name, value in naming.items() if name.lower() == key), None)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
