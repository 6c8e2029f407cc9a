"""Let a stack's state forget the pending deletes of what is still in use; nothing in AWS is touched.

    pulumi stack export -s STACK | python -m cutover.pending | pulumi stack import -s STACK

A delete is pending when a replacement made the new one and could not delete the old one. Where both have one id, old
and new are one and the same thing: to carry the delete out would take away what the state says is there.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from cutover.owned import PARAMETER, RECORD
from cutover.printable import printable, quoted

Resource = Mapping[str, Any]
# What is identified by its name: a replacement of it begins with its delete.
_NAMED = frozenset({RECORD, PARAMETER})


def forget(exported: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The exported stack without these deletes, and the URNs of what they would have deleted.

    Of a record set or a parameter whose replacement was cut short after its delete the state keeps what it deleted,
    marked as such, and no refresh looks at it. It loses its mark here, so that the next refresh sees that it is gone,
    or there again. All other pending deletes stay: the next `pulumi up` carries them out. Raises KeyError when it is
    no such export.
    """
    deployment: Mapping[str, Any] = exported["deployment"]
    resources: list[Resource] = deployment["resources"]
    gone = ("delete", "pendingReplacement")
    in_use = {(found["urn"], found.get("id")) for found in resources if not any(map(found.get, gone))}
    forgotten = [found for found in resources if found.get("delete") and (found["urn"], found.get("id")) in in_use]
    cut_short = [
        found
        for found in resources
        if found.get("pendingReplacement") and not found.get("delete") and found.get("type") in _NAMED
    ]
    kept = [
        {key: value for key, value in found.items() if key != "pendingReplacement"} if found in cut_short else found
        for found in resources
        if found not in forgotten
    ]
    left = {**exported, "deployment": {**deployment, "resources": kept}}
    return left, tuple(found["urn"] for found in (*forgotten, *cut_short))


def main() -> int:
    """From standard input to standard output; 1, and no output, when there is nothing to forget."""
    try:
        left, forgotten = forget(json.load(sys.stdin))
    except (ValueError, KeyError, TypeError) as error:
        print(f"this is no output of `pulumi stack export`: {quoted(str(error))}", file=sys.stderr)
        return 1
    if not forgotten:
        print("no delete is pending of anything that is in use; nothing to import", file=sys.stderr)
        return 1
    for urn in forgotten:
        print(f"forgotten: what was pending of {printable(urn)}", file=sys.stderr)
    print(json.dumps(left, indent=4))
    return 0


if __name__ == "__main__":
    sys.exit(main())
