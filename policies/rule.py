"""What a rule is made of: checks over plain data, put into the policy types of pulumi-policy.

Levels, parameters and remediation are pulumi-policy's own. So are values that are not known yet: reading one raises
its UnknownValueError, which it turns into an advisory finding. Here, the other checks of the rule still have their say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceRemediation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from .finding import Finding
from .resource import Resource, Stack

Parameters = Mapping[str, Any]
"""One rule's configuration: the defaults of its schema, with the project's and then the user's values on top."""
Schema = Mapping[str, Mapping[str, Any]]
"""Parameter to JSON schema, each with a default and a description."""
Check = Callable[[Resource, Parameters], Iterator[Finding]]
StackCheck = Callable[[Resource, Stack, Parameters], Iterator[Finding]]
"""Checks are generators; one that looks at a stack is asked about each of its resources."""


class _Unknowns:
    """The values that checks could not read; told to pulumi-policy when all checks have run."""

    def __init__(self) -> None:
        self._errors: list[UnknownValueError] = []
        self._messages: list[str] = []

    def known(self, findings: Iterator[Finding], resource: Resource) -> Iterator[Finding]:
        """What a check finds until it asks for a value that is not known."""
        try:
            yield from findings
        except UnknownValueError as error:
            message = f"{error.message} ({resource.type} {resource.name})"
            self._errors.append(error)
            if message not in self._messages:
                self._messages.append(message)

    def tell(self) -> None:
        """Raise UnknownValueError when any value was missing."""
        if self._errors:
            error = self._errors[0]
            error.message = f"{'; '.join(self._messages)}: it cannot be checked yet, and will be by the update"
            raise error


def resource_rule(
    name: str,
    title: str,
    description: str,
    remedy: str,
    checks: Sequence[Check],
    parameters: Schema | None = None,
    level: EnforcementLevel = EnforcementLevel.MANDATORY,
    remediate: ResourceRemediation | None = None,
) -> ResourceValidationPolicy:
    """A rule over the inputs of one resource at a time, before anything is done with it, in previews and updates.

    title: what must hold; description: what that means and why it matters.
    """

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource, unknowns = Resource(args.resource_type, args.name, args.urn, args.props), _Unknowns()
        for check in checks:
            for finding in unknowns.known(check(resource, args.get_config()), resource):
                report(str(finding), None)
        unknowns.tell()

    return ResourceValidationPolicy(
        name=name,
        display_name=title,
        description=description,
        remediation_steps=remedy,
        validate=validate,
        remediate=remediate,
        config_schema=_schema(parameters),
        enforcement_level=level,
    )


def stack_rule(
    name: str,
    title: str,
    description: str,
    remedy: str,
    checks: Sequence[StackCheck],
    parameters: Schema | None = None,
    level: EnforcementLevel = EnforcementLevel.MANDATORY,
) -> StackValidationPolicy:
    """A rule over all resources together, when the preview has seen the last of them (or the update has done it)."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack, unknowns = Stack([_plain(resource) for resource in args.resources]), _Unknowns()
        for resource in stack.resources:
            for check in checks:
                for finding in unknowns.known(check(resource, stack, args.get_config()), resource):
                    report(str(finding), resource.urn)
        unknowns.tell()

    return StackValidationPolicy(
        name=name,
        display_name=title,
        description=description,
        remediation_steps=remedy,
        validate=validate,
        config_schema=_schema(parameters),
        enforcement_level=level,
    )


def _plain(resource: PolicyResource) -> Resource:
    sources = {
        key: frozenset(source.urn for source in sources) for key, sources in resource.property_dependencies.items()
    }
    return Resource(resource.resource_type, resource.name, resource.urn, resource.props, sources)


def _schema(parameters: Schema | None) -> PolicyConfigSchema | None:
    return PolicyConfigSchema({key: dict(schema) for key, schema in parameters.items()}) if parameters else None
