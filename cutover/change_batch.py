"""Change batches of Route 53 that a refusal gives to type: all of a batch is applied, or nothing.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cutover.record_set import RecordSet

Change = Mapping[str, Any]
"""One change, as the API takes it: the action and the record set."""


def change(action: str, content: Mapping[str, Any]) -> Change:
    """One change; `action` is CREATE, UPSERT or DELETE."""
    return {"Action": action, "ResourceRecordSet": content}


def deleted(found: Iterable[RecordSet]) -> list[Change]:
    """The deletes of record sets: Route 53 wants each exactly as it is."""
    return [change("DELETE", one.content) for one in found]


def command(zone_id: str, changes: Sequence[Change]) -> str:
    """The whole command that makes `changes`, in one batch."""
    batch = shlex.quote(json.dumps({"Changes": changes}))
    return f"aws route53 change-resource-record-sets --hosted-zone-id {zone_id} --change-batch {batch}"
