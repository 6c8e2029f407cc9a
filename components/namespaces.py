"""Whose key is it? Keys of another project's namespace, and keys that stand in a file twice."""

from collections.abc import Callable, Collection, Sequence

from components.config_file import ConfigFile
from components.settings import ALL_KEYS
from cutover.refusal import Refusal


def refuse_foreign(
    stack: str,
    project: str,
    keys: Collection[str],
    files: Sequence[ConfigFile],
    is_provider: Callable[[str], bool],
) -> None:
    """Raise Refusal when a key of this program stands in a namespace that is neither the project's nor a provider's.

    The engine hands such keys over, and nobody asks for them: after a project was renamed its values are just not
    there. `keys` are those of the stack's config, with their namespace; the last of `files` is the project's.
    """
    foreign = [key for key in sorted(keys) if _is_ours_elsewhere(key, project, is_provider)]
    if not foreign:
        return
    key = foreign[0]
    namespace, _, name = key.partition(":")
    remove = f"pulumi config rm {key} -s {stack}"
    move = f'pulumi config set {name} "$(pulumi config get {key} -s {stack})" -s {stack} && {remove}'
    next_step = remove if ALL_KEYS[name].shared or f"{project}:{name}" in keys else move
    if files and key in files[-1].config:
        next_step = f"write `{name}` for `{key}` in {files[-1].name}, then pulumi preview -s {stack}"
    raise Refusal(
        f"config of stack {stack} is of the project {namespace}, and this project is called {project}: it is not read",
        seen=", ".join(foreign),
        allowed=f"{project}:{name}, or {name} without a namespace",
        next_step=next_step,
    )


def refuse_twice(stack: str, files: Sequence[ConfigFile]) -> None:
    """Raise Refusal when a key stands in one file with its namespace and without it: the engine takes either."""
    for file in files:
        for key in file.twice:
            name = key.partition(":")[2]
            raise Refusal(
                f"config key {name} stands twice in {file.name}, and the engine takes either of the two",
                seen=f"{name}, {key}",
                allowed="one of them",
                next_step=f"take one of them out of {file.name}, then pulumi preview -s {stack}",
            )


def _is_ours_elsewhere(key: str, project: str, is_provider: Callable[[str], bool]) -> bool:
    namespace, _, name = key.partition(":")
    return name in ALL_KEYS and namespace not in (project, "pulumi") and not is_provider(namespace)
