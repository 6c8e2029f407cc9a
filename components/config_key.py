"""One key of the stack config: how its text is read, what is allowed, what it means, where it is set."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

T = TypeVar("T")
_METADATA = "config key"


@dataclass(frozen=True)
class Key:
    """A config key.

    `parse` turns the engine's text into a value and raises ValueError when it is not `allowed`; `default` is that
    text when neither the project nor the stack sets the key (None: the key is required), and `default_means` what it
    stands for. `shared` keys are set in Pulumi.yaml for all stacks, the others in the stack's own file. `meaning` and
    `note` (more about what is allowed) are for docs/config.md.
    """

    name: str
    parse: Callable[[str], Any]
    allowed: str
    meaning: str
    default: str | None = None
    default_means: str = ""
    note: str = ""
    shared: bool = True
    shown: bool = True
    """Whether a refusal may quote the value; not where a secret may have slipped in."""

    def remedy(self, stack: str, *, overridden: bool) -> str:
        """The next command to type (or edit to make) when this key's value in `stack` was refused.

        `overridden`: the stack's own file has the value, and Pulumi.yaml another.
        """
        if self.shared and overridden:
            return f"pulumi config rm {self.name} -s {stack}"
        if self.shared:
            return f"edit `{self.name}` under `config` in Pulumi.yaml, then pulumi preview -s {stack}"
        return f"pulumi config set {self.name} VALUE -s {stack}"


def shared(name: str, parse: Callable[[str], T], **of_key: Any) -> T:
    """A field of a dataclass that is read from the config key `name`, the same for all stacks.

    `of_key` are the other fields of Key. It is given the type of what `parse` returns, so that the types of the field
    and of its values are checked against each other.
    """
    return cast(T, field(metadata={_METADATA: Key(name, parse, **of_key)}))


def own(name: str, parse: Callable[[str], T], **of_key: Any) -> T:
    """The same for a key of a stack's own."""
    return shared(name, parse, shared=False, **of_key)


def keys_of(settings: type[Any]) -> dict[str, Key]:
    """Field to key, of those fields of a dataclass that are read from the config."""
    return {one.name: one.metadata[_METADATA] for one in fields(settings) if _METADATA in one.metadata}
