"""A record set of a hosted zone, as Route 53 tells of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cutover.printable import printable

# Clients that look up any of these go where it says. HTTPS and SVCB (RFC 9460) may carry addresses of their own, and a
# name with a CNAME has nothing else (RFC 1034, section 3.6.2).
LEADING_TYPES = frozenset({"A", "AAAA", "CNAME", "HTTPS", "SVCB"})
_ESCAPE = re.compile(r"\\([0-7]{3})")
WEIGHTED, SIMPLE = "weighted", "simple"
# The field of each routing policy, and the policy's name:
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
_ROUTING = {
    "Weight": WEIGHTED,
    "Region": "latency",
    "Failover": "failover",
    "GeoLocation": "geolocation",
    "GeoProximityLocation": "geoproximity",
    "CidrRoutingConfig": "IP-based",
    "MultiValueAnswer": "multivalue answer",
    "TrafficPolicyInstanceId": "traffic policy",
}
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class RecordSet:
    """One record set: `name` in the form of `plain`, its type, and its whole content as the API gives it."""

    name: str
    type: str
    content: Mapping[str, Any]

    @staticmethod
    def of(content: Mapping[str, Any]) -> "RecordSet":
        """Read one entry of ListResourceRecordSets."""
        return RecordSet(plain(content["Name"]), content["Type"], content)

    @property
    def identifier(self) -> str | None:
        """What tells it from others of its name and type (the colour, of a live record); None of a simple one."""
        identifier: str | None = self.content.get("SetIdentifier")
        return identifier

    @property
    def leads_clients(self) -> bool:
        """Whether it says where clients of its name go."""
        return self.type in LEADING_TYPES

    @property
    def routing(self) -> str:
        """Its routing policy: WEIGHTED, SIMPLE without one, `latency` …"""
        return next((word for field, word in _ROUTING.items() if field in self.content), SIMPLE)

    @property
    def in_short(self) -> str:
        """Its type, routing and values, escaped and cut short."""
        routing = f"{self.routing} {self.identifier or ''}".strip()
        how = "" if self.routing == SIMPLE else f" ({routing})"
        alias = self.content.get("AliasTarget")
        values = [one["Value"] for one in self.content.get("ResourceRecords", ())]
        values += [f"alias {alias['DNSName']}"] if alias else []
        return printable(f"{self.type}{how} {', '.join(values)}".rstrip(), _SHOWN_CHARACTERS)

    @property
    def target(self) -> str | None:
        """What it is an alias of, in the form of `target`; None when it is none."""
        alias = self.content.get("AliasTarget")
        return target(alias["DNSName"]) if alias else None

    def __str__(self) -> str:
        values = [record.get("Value", "") for record in self.content.get("ResourceRecords", ())]
        routing = {
            key: value
            for key, value in self.content.items()
            if key not in ("Name", "Type", "TTL", "AliasTarget", "ResourceRecords")
        }
        points = f"alias of {self.target!r}" if self.target is not None else f"{values}"
        return f"{self.name!r} {self.type} {points}" + (f" {routing}" if routing else "")


def plain(name: str) -> str:
    """A name as people write it: lower case, no dot at the end, `*` for the `\\052` that Route 53 writes.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return _ESCAPE.sub(lambda code: chr(int(code[1], 8)), name.lower().removesuffix("."))


def target(dns_name: str) -> str:
    """An alias' target as it can be compared: the console puts `dualstack.` before the name of a load balancer.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
    """
    return plain(dns_name).removeprefix("dualstack.")


def change_under_way(inputs: Mapping[str, Any]) -> str:
    """What to tell while Route 53 takes a change; `inputs` are the record's, as the provider has them.

    The provider waits until all servers have it, 15 s at least: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
    """
    policies, aliases = inputs.get("weightedRoutingPolicies"), inputs.get("aliases")
    if policies:
        becomes = f"{inputs.get('setIdentifier')} to weight {policies[0]['weight']:g}"
    else:
        becomes = f"to an alias of {aliases[0]['name']}" if aliases else "its record"
    return f"Route 53 is changing {inputs.get('name')}: {becomes}"
