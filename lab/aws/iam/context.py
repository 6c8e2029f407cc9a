"""The values of condition keys in a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lab.aws.iam.callers import Caller
from lab.aws.iam.definition import Action
from lab.aws.iam.unknown import CannotEvaluate

# Of a session, a call and a network that the lab does not have: its callers have no MFA, come through no endpoint of a
# VPC, and are not called on behalf of anybody.
_ABSENT = frozenset(
    {
        *("aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:federatedprovider", "aws:username"),
        *("aws:multifactorauthpresent", "aws:multifactorauthage", "aws:referer", "aws:sourceaccount", "aws:sourcearn"),
        *("aws:sourceidentity", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "ec2:sourceinstancearn"),
        *("aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths"),
        *("kms:viaservice",),
    }
)
_PRINCIPAL_TAG, _REQUEST_TAG = "aws:principaltag/", "aws:requesttag/"


@dataclass(frozen=True)
class Facts:
    """What is known of one call: the tags that it sets, and those of the resource, read when a policy asks for them.

    further: values that only this call has, by key in lower case.
    """

    action: Action
    caller: Caller
    region: str
    resource: str
    request_tags: Mapping[str, str]
    resource_tags: Callable[[], Mapping[str, str]]
    further: Mapping[str, tuple[str, ...]]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def lookup(self, key: str) -> tuple[str, ...] | None:
        """The values of a condition key, None when the request has none. Raises CannotEvaluate for an unknown key."""
        name = key.lower()
        known = {**self._always(), **self.caller.facts, **self.further}
        if name in known:
            return known[name]
        if name in _ABSENT or name.startswith(_PRINCIPAL_TAG):
            return None
        if name.startswith(_REQUEST_TAG):
            return _one(self.request_tags, name.removeprefix(_REQUEST_TAG))
        if name == "aws:tagkeys":
            return tuple(self.request_tags) or None
        service, _, rest = name.partition(":")
        if service in ("aws", self.action.name.partition(":")[0]) and rest.startswith("resourcetag/"):
            return _one(self.resource_tags(), rest.removeprefix("resourcetag/"))
        raise CannotEvaluate(f"the value of the condition key {key} is not known here")

    def _always(self) -> dict[str, tuple[str, ...]]:
        now = self.now()
        account = self.resource.split(":")[4] if self.resource.count(":") > 4 else ""
        return {
            "aws:currenttime": (now.isoformat(),),
            "aws:epochtime": (str(int(now.timestamp())),),
            "aws:requestedregion": (self.region,),
            # Plain HTTP on loopback stands for what is HTTPS on AWS.
            "aws:securetransport": ("true",),
            "aws:viaawsservice": ("false",),
            "aws:principalisawsservice": ("false",),
            "aws:resourceaccount": (account or self.caller.account,),
        }


def _one(tags: Mapping[str, str], key: str) -> tuple[str, ...] | None:
    """The value of a tag; the key of a condition is in any case."""
    found = [value for name, value in tags.items() if name.lower() == key]
    return (found[0],) if found else None


def request_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a call sets, wherever it says them."""
    found: dict[str, str] = {}
    lists = [parameters.get(name) for name in ("Tags", "AddTags")]
    lists += [one.get("Tags") for one in parameters.get("TagSpecifications", [])]
    for tags in lists:
        if isinstance(tags, Mapping):
            found |= tags
        for tag in tags if isinstance(tags, list) else ():
            found[str(tag.get("Key", ""))] = str(tag.get("Value", ""))
    return found
