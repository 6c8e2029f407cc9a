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
        # Of calls that are made for another one, by a template, or that have a boundary: `Facts.further` has them then.
        *("kms:viaservice", "ec2:createaction", "ec2:launchtemplate", "elasticloadbalancing:createaction"),
        *("iam:passedtoservice", "iam:permissionsboundary", "iam:policyarn", "acm:validationmethod"),
    }
)
_PRINCIPAL_TAG, _REQUEST_TAG = "aws:principaltag/", "aws:requesttag/"
# `Facts.further` has those that a call has.
_ENCRYPTION_CONTEXT = "kms:encryptioncontext:"


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
        if name in _ABSENT or name.startswith((_PRINCIPAL_TAG, _ENCRYPTION_CONTEXT)):
            return None
        if name.startswith(_REQUEST_TAG) or name == "aws:tagkeys":
            return self._of_the_request().get(name)
        service, _, rest = name.partition(":")
        if service in ("aws", self.action.name.partition(":")[0]) and rest.startswith("resourcetag/"):
            return self._of_the_resource().get(name)
        raise CannotEvaluate(f"the value of the condition key {key} is not known here")

    def noted(self) -> dict[str, tuple[str, ...]]:
        """What this request alone has: its tags, those of the resource as far as they are known, and `further`."""
        try:
            of_the_resource = self._of_the_resource()
        except CannotEvaluate:  # then no policy has asked for them
            of_the_resource = {}
        return {**self._of_the_request(), **of_the_resource, **self.further}

    # A request has these keys as far as the Service Authorization Reference says so of such a resource: a subnet that
    # is made has the tags of the request, and the VPC that it is made in those that it has.

    def _of_the_request(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        if self.request_tags and self._has(_REQUEST_TAG):
            found = {f"{_REQUEST_TAG}{key}".lower(): (value,) for key, value in self.request_tags.items()}
        if self.request_tags and self._has("aws:tagkeys"):
            found["aws:tagkeys"] = tuple(self.request_tags)
        return found

    def _of_the_resource(self) -> dict[str, tuple[str, ...]]:
        prefixes = ("aws:resourcetag/", f"{self.action.name.partition(':')[0]}:resourcetag/")
        known = [prefix for prefix in prefixes if self._has(prefix)]
        tags = self.resource_tags() if known else {}
        return {f"{prefix}{key}".lower(): (value,) for prefix in known for key, value in tags.items()}

    def _has(self, key: str) -> bool:
        return key in self.action.keys_on(self.resource)

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
