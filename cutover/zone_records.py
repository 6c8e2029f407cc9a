"""What a hosted zone holds at a name, and below it."""

from collections.abc import Callable, Sequence

from cutover.record_set import RecordSet
from cutover.refusal import Refusal

Page = tuple[Sequence[RecordSet], bool]
"""Record sets of a zone from some name on, in Route 53's order, and whether these are all that follow."""


class ZoneRecords:
    """The record sets of the zone `apex`; `read` gives a page from a name on.

    Most zones fit on one page, and then one call tells everything; of others each name is asked for once. In Route 53's
    order a name is followed by all that is below it, and by nothing else before that.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """

    def __init__(self, apex: str, read: Callable[[str], Page]) -> None:
        self.apex, self._read = apex, read
        self._whole: Sequence[RecordSet] | None = None
        self._pages: dict[str, Sequence[RecordSet]] = {}

    def at(self, name: str) -> tuple[RecordSet, ...]:
        """The record sets of this very name."""
        return tuple(found for found in self._from(name) if found.name == name)

    def exists(self, name: str) -> bool:
        """Whether anything is at `name` or below it; then no wildcard answers for it (RFC 4592, section 2.2.2)."""
        return any(found.name == name or found.name.endswith(f".{name}") for found in self._from(name))

    def _from(self, name: str) -> Sequence[RecordSet]:
        if not self._pages:
            page, all_of_it = self._read(self.apex)
            self._pages[self.apex] = page
            self._whole = page if all_of_it else None
            if not any(found.name == self.apex for found in page):
                raise Refusal(
                    f"the records of the zone {self.apex} cannot be read",
                    seen=f"{len(page)} record sets, and none at {self.apex}, where each zone has some",
                    allowed="the zone's own records",
                    next_step="the same command again; aws route53 list-resource-record-sets shows what there is",
                )
        if self._whole is not None:
            return self._whole
        if name not in self._pages:
            self._pages[name], _ = self._read(name)
        return self._pages[name]
