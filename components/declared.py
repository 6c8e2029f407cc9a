"""What this run declares: by it a hook tells what a delete means."""

import pulumi

from cutover.replacement import Delete


class Declared:
    """The resources of this run that are identified by their names.

    The engine deletes such a resource while it registers it (a replacement), or after the program has run. By then it
    has answered the registration, so a delete of what is registered is none of this run's own.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._registered: set[str] = set()

    def note(self, name: str, resource: pulumi.Resource) -> None:
        """Remember `resource`, called `name`, at once after its declaration."""
        self._names.add(name)
        resource.urn.apply(self._registered.add)

    def meaning_of_delete(self, args: pulumi.ResourceHookArgs) -> Delete:
        """What the delete means that a before_delete hook was called for."""
        if args.urn in self._registered:
            return Delete.LEFTOVER
        return Delete.REPLACEMENT if args.name in self._names else Delete.UNDECLARED
