"""Hooks that fail closed."""

from collections.abc import Awaitable, Callable

import pulumi

from cutover.printable import printable
from cutover.refusal import Refusal

IN_PREVIEW_TOO = pulumi.ResourceHookOptions(on_dry_run=True)


def register(
    name: str,
    decide: Callable[[pulumi.ResourceHookArgs], Awaitable[None]],
    options: pulumi.ResourceHookOptions | None = None,
) -> pulumi.ResourceHook:
    """Register `decide` under a name that never changes: state refers to hooks by name.

    The engine takes a failure whose text is empty for a success, so every failure is given a text. It prints that as it
    is, so what AWS said in it is escaped.
    """

    async def closed(args: pulumi.ResourceHookArgs) -> None:
        try:
            await decide(args)
        except Refusal:
            raise  # has lines of its own, and is escaped
        except Exception as error:
            said = printable(str(error))
            if said and said == str(error):
                raise
            if said:
                raise RuntimeError(said) from error
            raise RuntimeError(f"{args.name}: {type(error).__name__} without a message in hook {name}") from error

    return pulumi.ResourceHook(name, closed, options)
