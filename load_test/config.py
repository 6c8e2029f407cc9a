"""What the project's files say of the colour that is to be tested: read as the engine would, and refused alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components import settings_reader, stack_config
from components.settings import LIVE, ColourSettings, LiveSettings
from components.shared_settings import SharedSettings
from cutover.refusal import Refusal
from propagation import Endpoint


@dataclass(frozen=True)
class Config:
    """`release` is what the colour's own file declares; `provider` the `aws:` keys of its stack, without namespace."""

    colour: str
    shared: SharedSettings
    release: str
    provider: Mapping[str, str]
    resolvers: Sequence[Endpoint]

    @property
    def port(self) -> int:
        """Where the load balancer answers."""
        return self.shared.https_port if self.shared.https else 80


def read(root: str, colour: str) -> Config:
    """The settings in the files in `root`; raises Refusal when one cannot be read, or a value is not allowed."""
    own, live = _settings(root, colour), _settings(root, LIVE)
    if not isinstance(own, ColourSettings) or not isinstance(live, LiveSettings):
        raise Refusal(
            f"{colour} is no colour, so there is nothing to test",
            seen=colour,
            allowed=" or ".join(live.shared.colours),
            next_step=" or ".join(f".venv/bin/python -m load_test {name}" for name in live.shared.colours),
        )
    if not own.awake:
        raise Refusal(
            f"{colour} cannot be tested: it is asleep",
            seen=f"awake: false of stack {colour}",
            allowed="a colour that is up",
            next_step=f"pulumi config set awake true -s {colour} && pulumi up -s {colour}",
        )
    provider = stack_config.of_files(root, colour, "aws")
    resolvers = tuple(Endpoint(address, live.dns_port) for address in live.resolvers)
    return Config(colour, own.shared, own.release, provider, resolvers)


def _settings(root: str, stack: str) -> ColourSettings | LiveSettings:
    values = stack_config.of_files(root, stack, stack_config.project_name(root))
    return settings_reader.load(stack, values, stack_config.of_project(root))
