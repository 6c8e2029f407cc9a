"""What the steps have to know of the project: its stacks, its live names, its zone; read from its own files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from components.settings import LIVE
from cutover import places
from cutover.refusal import Refusal

PROJECT_FILE = "Pulumi.yaml"
POLICY_PACK = "policies"
_PROVIDER = "aws:"


@dataclass(frozen=True)
class Project:
    """name: as in Pulumi.yaml. colours: the keys of `cidrs`, in the order of the file.

    zone_id is None where the config does not say one. provider: the `aws:` keys of the live stack, without the
    namespace. active: whom Pulumi.live.yaml puts in charge. hotfixes: the colours whose own file says `hotfix: true`.
    """

    colours: Sequence[str]
    names: Sequence[str]
    zone: str
    zone_id: str | None = None
    provider: Mapping[str, str] = field(default_factory=dict)
    active: str = ""
    hotfixes: frozenset[str] = frozenset()
    name: str = ""

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack: the colours, then the live one."""
        return (*self.colours, LIVE)

    @property
    def in_charge_parameter(self) -> str:
        """The SSM parameter that says who is in charge."""
        return places.in_charge(self.names[0])


def stack_file(stack: str) -> str:
    """The name of a stack's own file."""
    return f"Pulumi.{stack}.yaml"


def read(root: Path) -> Project:
    """The project in the folder `root`; raises Refusal when its files do not say what it is."""
    found = of(_content(root / PROJECT_FILE), _own(root, LIVE))
    return replace(found, hotfixes=frozenset(one for one in found.colours if is_hotfix(_own(root, one), found.name)))


def is_hotfix(content: Mapping[str, Any], project: str) -> bool:
    """Whether a colour's own file, of the project of that name, says `hotfix: true`; Pulumi writes it as a text."""
    return str(_config(content, project).get("hotfix")).lower() == "true"


def of(project: Mapping[str, Any], live: Mapping[str, Any]) -> Project:
    """The project of these two files' contents; raises Refusal when they do not say what it is."""
    name = str(project.get("name"))
    shared, own = _config(project, name), _config(live, name)
    cidrs, names, zone = shared.get("cidrs"), shared.get("names"), shared.get("zone")
    if not isinstance(cidrs, Mapping) or not cidrs or not isinstance(names, list) or not names or not zone:
        raise Refusal(
            f"{PROJECT_FILE} does not say what the colours, the live names and the zone are",
            seen=f"cidrs: {cidrs}; names: {names}; zone: {zone}",
            allowed="the keys `cidrs`, `names` and `zone` under `config`",
            next_step=f"edit {PROJECT_FILE}; docs/config.md has every key",
        )
    provider = {
        key.removeprefix(_PROVIDER): str(value)
        for config in (shared, own)
        for key, value in config.items()
        if key.startswith(_PROVIDER)
    }
    plain = [str(one).removesuffix(".").lower() for one in names]
    zone_id = str(shared.get("zoneId") or "") or None
    active = str(own.get("active") or "")
    domain = str(zone).removesuffix(".").lower()
    return Project(tuple(map(str, cidrs)), plain, domain, zone_id, provider, active, name=name)


def _own(root: Path, stack: str) -> Mapping[str, Any]:
    """A stack's own file; nothing where there is none."""
    path = root / stack_file(stack)
    return _content(path) if path.exists() else {}


def _config(content: Mapping[str, Any], project: str) -> dict[str, Any]:
    """Key, without the project's own namespace, to value."""
    config = content.get("config") or {}
    return {str(key).removeprefix(f"{project}:"): _value(entry) for key, entry in config.items()}


def _value(entry: Any) -> Any:
    """A value, its default, or what its text says: `pulumi config set` writes texts, also of lists and maps."""
    value = entry.get("value", entry.get("default", entry)) if isinstance(entry, Mapping) else entry
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, Mapping):
            raise ValueError("no keys in it")  # one of the ways in which it can be wrong
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Refusal(
            f"{path.name} cannot be read",
            seen=" ".join(str(error).split()),
            allowed="a file that is there, in YAML",
            next_step=f"mend {path.name}, then pulumi preview",
        ) from None
    return content
