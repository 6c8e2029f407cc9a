"""Whether the caller may do what they call: as their policies say, and noted in the journal.

moto 5.2.5 lets everybody do everything.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from lab.aws.answer import Answer, error
from lab.aws.iam import evaluation
from lab.aws.iam.callers import Caller, UnknownCaller, caller_of, role_of
from lab.aws.iam.context import Facts, request_tags
from lab.aws.iam.definition import Action, action
from lab.aws.iam.document import parse
from lab.aws.iam.evaluation import Asked, Decision, Kind, Policies, decide
from lab.aws.iam.further import Made, further
from lab.aws.iam.resources import Place, resources_of
from lab.aws.iam.specific import by_template, encryption_context, specific
from lab.aws.iam.state import FULL_NAMES, encryption_of, key_policy, spelled_out, tags_of
from lab.aws.iam.unknown import CannotEvaluate
from lab.aws.request import ApiRequest
from lab.messages import Call, Judged

log = logging.getLogger("lab.aws")
# Where actions have another prefix than the name that calls are signed with.
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# "No permissions are required": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = frozenset({"sts:GetCallerIdentity"})
_ALL = parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
# What a service names its value by, in what it has encrypted:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
_CONTEXT_OF = {"ssm": "PARAMETER_ARN", "secretsmanager": "SecretARN"}
_EC2_DENIAL = "You are not authorized to perform this operation. "


@dataclass(frozen=True)
class _Wish:
    """One call of one caller; judged: filled with what their policies are asked about."""

    caller: Caller
    action: Action
    region: str
    parameters: Mapping[str, Any]
    judged: list[Judged] = field(default_factory=list)


class Permissions:
    """Judges calls; note: called with each of them."""

    def __init__(self, note: Callable[[Call], None], clock: Callable[[], float] = time.time) -> None:
        self._note = note
        self._clock = clock

    def refusal(self, request: ApiRequest, parameters: Mapping[str, Any]) -> Answer | None:
        """AWS's answer to a caller who may not do this, None for one who may."""
        name = f"{_PREFIXES.get(request.service, request.service)}:{request.action}"
        try:
            caller = caller_of(request.access_key, request.token)
        except UnknownCaller as unknown:
            return error(request, _unknown_code(request, unknown.code), str(unknown))
        except CannotEvaluate as unknown:
            return self._cannot(request, request.access_key, name, unknown)
        judged: list[Judged] = []
        try:
            about = action(name)
            wish = _Wish(caller, about, request.region, spelled_out(parameters, request.region), judged)
            resources = resources_of(about, wish.parameters, Place(request.region, caller.account), FULL_NAMES)
            denial = _denial(wish, resources)
        except CannotEvaluate as unknown:
            if caller.policies is not None:
                return self._cannot(request, caller.arn, name, unknown)
            about, resources, denial = Action(name, "", (), frozenset(), ()), ("*",), ""
        at, needs = self._clock(), about.dependent_actions
        self._note(Call(at, caller.arn, about.name, resources, not denial, request.region, needs, tuple(judged)))
        return _denied(request, denial) if denial else None

    def _cannot(self, request: ApiRequest, caller: str, name: str, unknown: CannotEvaluate) -> Answer:
        log.error("%s of %s: the lab cannot tell whether it is allowed: %s", name, caller, unknown)
        self._note(Call(self._clock(), caller, name, ("*",), False, request.region))
        return _denied(
            request, f"User: {caller} is not authorized to perform: {name} because the lab cannot tell: {unknown}"
        )


def _denial(wish: _Wish, resources: tuple[str, ...]) -> str:
    """Why the caller may not, in AWS's words; empty when they may."""
    if wish.action.name in _FREE:
        return ""
    if wish.action.name == "sts:AssumeRole":
        return next(filter(None, (_assume_role(wish, resource) for resource in resources)), "")
    if wish.caller.policies is None:
        return ""
    facts = specific(wish.action.name, wish.parameters) | by_template(wish.action.name, resources)
    tags = request_tags(wish.parameters)
    for resource in resources:
        denial = _judged(wish, resource, facts, tags) or _decryption(wish, resource)
        if denial:
            return denial
    made = Made(wish.action.name, resources, wish.parameters, tags, wish.region, wish.caller.account)
    for one in further(made):
        besides = replace(wish, action=action(one.action))
        if denial := _judged(besides, one.resource, one.facts, one.tags):
            return denial
    return ""


def _judged(wish: _Wish, resource: str, facts: Mapping[str, tuple[str, ...]], tags: Mapping[str, str]) -> str:
    """Why the caller's own policies do not allow the action on a resource; empty when they do."""
    assert wish.caller.policies is not None  # who has none was let through before
    asked = _asked(wish, resource, facts, tags)
    return _worded(wish, wish.action.name, resource, decide(asked, wish.caller.policies))


def _assume_role(wish: _Wish, arn: str) -> str:
    """A role decides by its trust policy who may have it; the caller's own policies count besides.

    A role of another account that is not there can be assumed: so a test gets into another account.
    """
    role = role_of(arn)
    if role is None:
        elsewhere = arn.count(":") > 4 and arn.split(":")[4] != wish.caller.account
        return "" if elsewhere else _worded(wish, wish.action.name, arn, Decision(Kind.RESOURCE))
    return _worded(wish, wish.action.name, arn, _guarded(wish, _asked(wish, arn), role.assume_role_policy_document))


def _decryption(wish: _Wish, resource: str) -> str:
    """A value that is encrypted takes `kms:Decrypt` of its key, by the key's policy too."""
    key = encryption_of(wish.action.name, wish.parameters, resource)
    if not key:
        return ""
    arn, document = key_policy(wish.region, wish.caller.account, key)
    service = wish.action.name.partition(":")[0]
    facts = {
        "kms:viaservice": (f"{service}.{wish.region}.amazonaws.com",),
        "kms:calleraccount": (wish.caller.account,),
        **encryption_context({_CONTEXT_OF[service]: resource}),
    }
    decrypt = replace(wish, action=action("kms:Decrypt"), parameters={})
    return _worded(wish, "kms:Decrypt", arn, _guarded(wish, _asked(decrypt, arn, facts), document))


def _guarded(wish: _Wish, asked: Asked, document: str) -> Decision:
    """Of a resource that has to agree itself: it names the caller, or leaves it to the policies of the account."""
    own, policy = wish.caller.policies or Policies((_ALL,)), parse(document)
    decision = decide(asked, Policies(own.identity, own.boundary, own.session, policy))
    if not decision.allowed:
        return decision
    direct = decide(asked, Policies((), None, None, policy))
    agreed = direct.allowed or evaluation.grants_the_account(policy, asked)
    return decision if agreed else Decision(Kind.RESOURCE)


def _asked(
    wish: _Wish,
    resource: str,
    further_facts: Mapping[str, tuple[str, ...]] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Asked:
    """The question, which is noted. tags: those that are set."""
    facts = Facts(
        wish.action,
        wish.caller,
        wish.region,
        resource,
        tags or {},
        partial(tags_of, resource),
        further_facts or {},
    )
    if wish.caller.policies is not None:
        wish.judged.append(Judged(wish.action.name, resource, facts.noted()))
    return Asked(wish.action.name, resource, wish.caller.principal, facts.lookup)


def _worded(wish: _Wish, name: str, resource: str, decision: Decision) -> str:
    if decision.allowed:
        return ""
    return (
        f"User: {wish.caller.arn} is not authorized to perform: {name} on resource: {resource} {decision.because(name)}"
    )


def _denied(request: ApiRequest, denial: str) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    log.warning("%s", denial)
    if request.service == "ec2":
        return error(request, "UnauthorizedOperation", _EC2_DENIAL + denial)
    return error(request, "AccessDeniedException" if request.is_json else "AccessDenied", denial)


def _unknown_code(request: ApiRequest, code: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html, under the names of each protocol."""
    if request.is_json:
        return {"InvalidClientTokenId": "UnrecognizedClientException", "ExpiredToken": "ExpiredTokenException"}[code]
    return "AuthFailure" if request.service == "ec2" and code == "InvalidClientTokenId" else code
