"""The project's files: what they say for all stacks, and for each of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from board.facts import Fact, Known, Unknown
from components import config_file, settings_reader
from components.settings import LIVE, ColourSettings, LiveSettings
from components.shared_settings import SharedSettings
from cutover.refusal import Refusal

# In the engine's order: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/encoding/marshal.go
_EXTENSIONS = (".json", ".yaml", ".yml")
_PROVIDER = "aws"


@dataclass(frozen=True)
class Project:
    """What the files say; `provider` are the `aws:` keys of the stack `live`, without the namespace.

    backend: the URL that the project's file names, empty where it names none.
    """

    directory: Path
    name: str
    shared: SharedSettings
    live: Fact[LiveSettings]
    colours: Mapping[str, Fact[ColourSettings]]
    provider: Mapping[str, str]
    backend: str


def read(directory: Path) -> Project:
    """Read them; raises Refusal when what all stacks share cannot be read."""
    path = _file(directory, "Pulumi")
    content = _content(path)
    name = config_file.text(content, "name")
    of_project = config_file.config_of(path.name, content, name, declared=True)
    where = config_file.text(content, "stackConfigDir") or config_file.text(content, "config")
    backend = content.get("backend")
    texts = {"": config_file.texts_of(of_project)}

    def load(stack: str) -> Fact[LiveSettings | ColourSettings]:
        try:
            own = _file(directory / where.lstrip("/"), f"Pulumi.{stack}", path.suffix)
            written = (
                config_file.texts_of(config_file.config_of(own.name, _content(own), name)) if own.is_file() else {}
            )
            texts[stack] = {**texts[""], **written}
            return Known(
                settings_reader.load(stack, config_file.within(texts[stack], name), config_file.within(texts[""], name))
            )
        except Refusal as refusal:
            return Unknown(f"{refusal.problem}: {refusal.seen}", refusal.next_step)

    live = load(LIVE)
    shared = _shared(texts[""], name, live)
    provider = texts.get(LIVE, texts[""])
    return Project(
        directory,
        name,
        shared,
        live if isinstance(live, Unknown) else _as_live(live.value),
        {colour: _as_colour(load(colour)) for colour in shared.colours},
        config_file.within(provider, _PROVIDER),
        config_file.text(backend, "url") if isinstance(backend, Mapping) else "",
    )


def _as_live(found: LiveSettings | ColourSettings) -> Fact[LiveSettings]:
    assert isinstance(found, LiveSettings)  # by the name of its stack
    return Known(found)


def _as_colour(found: Fact[LiveSettings | ColourSettings]) -> Fact[ColourSettings]:
    if isinstance(found, Unknown):
        return found
    assert isinstance(found.value, ColourSettings)  # by the name of its stack
    return Known(found.value)


def _shared(texts: Mapping[str, str], name: str, live: Fact[LiveSettings | ColourSettings]) -> SharedSettings:
    """What all stacks share; of a file of `live` that cannot be read it does not depend."""
    if isinstance(live, Known):
        return live.value.shared
    own = config_file.within(texts, name)
    colours = json.loads(own.get("cidrs", "{}")) if own.get("cidrs", "").startswith("{") else {}
    # Whatever is wrong with it is said by the stack of which nothing else is asked.
    any_colour = next(iter(sorted(map(str, colours))), LIVE)
    return settings_reader.load(any_colour, {"release": "0", **own}, own).shared


def _file(directory: Path, stem: str, first: str = "") -> Path:
    paths = [directory / f"{stem}{extension}" for extension in dict.fromkeys([*filter(None, [first]), *_EXTENSIONS])]
    return next((path for path in paths if path.is_file()), directory / f"{stem}{first or '.yaml'}")


def _content(path: Path) -> Mapping[str, config_file.Node]:
    try:
        return config_file.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(
            f"{path.name} cannot be read",
            seen=str(error),
            allowed="a project of Pulumi in this folder, or in the one that PULUMI_OPTION_CWD names",
            next_step=".venv/bin/python -m board, in the folder of Pulumi.yaml",
        ) from None
