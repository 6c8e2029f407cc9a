"""One thing in AWS, twice in a state: what one of the two does, the other does not know of."""

from collections.abc import Sequence

from cutover.owned import PARAMETER, RECORD, Owned
from cutover.record_set import plain
from cutover.refusal import Refusal


def _identity(owned: Owned) -> tuple[str, ...] | None:
    """What AWS tells it by, where that is a name and more than one resource of the program has such a type.

    Records that prove a certificate are left out: they are of type CNAME, and their deletes touch the state only.
    """
    said = {key: str(owned.outputs.get(key) or "") for key in ("zoneId", "name", "type", "setIdentifier")}
    if owned.type == RECORD and said["type"] == "A":
        return "record set", plain(said["name"]), said["setIdentifier"], said["zoneId"]
    if owned.type == PARAMETER:
        return "parameter", said["name"]
    return None


def refuse(owned: Sequence[Owned], stack: str) -> None:
    """Raise Refusal when two resources in the state of `stack` are one record set, or one parameter.

    It comes of `pulumi import` or `pulumi state rename`. The program declares one of them at most, and the engine
    deletes the other: without a hook where it was imported, and in AWS both go.
    """
    seen: dict[tuple[str, ...], str] = {}
    for one in owned:
        identity = _identity(one)
        if identity is None:
            continue
        if identity in seen:
            what = " ".join(part for part in identity[:3] if part)
            raise Refusal(
                f"the state of the stack {stack} has the {what} twice: one of them would be deleted, and the other "
                "with it; nothing was touched",
                seen=f"resources {seen[identity]} and {one.name}",
                allowed="each record set and parameter once",
                next_step=f"pulumi stack -s {stack} --show-urns, then pulumi state delete 'URN' -s {stack} with the "
                "URN of the one that the program does not declare",
            )
        seen[identity] = one.name
