"""docs/policies.md, written from the rules themselves: `python -m policies.document > docs/policies.md`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Policy, StackValidationPolicy

from . import aws_types
from .pack import RULES

_INTRODUCTION = """\
# The policy pack

<!-- Written by `python -m policies.document` from the rules; edit those. -->

`pulumi preview -s STACK --policy-pack policies` refuses what must never be deployed, and says why.

A mandatory finding ends the preview, or the update, with an error; an advisory one is only reported. A value that a
preview does not know yet is reported as advisory: *it cannot be checked yet, and will be by the update*.
Rules about one resource are asked before anything is done with it. Rules about a whole stack are asked at the end, and
an update has been done by then: preview first.

What the rules know of your project, like its capacity and names, they read from the `Pulumi.yaml` and
`Pulumi.STACK.yaml` beside the pack's folder: the engine does not tell a policy pack in Python what a stack's config is.
Everything can be set otherwise in a file for `--policy-pack-config`, and so can be each rule's level (`advisory`,
`mandatory`, `remediate`, `disabled`):

```json
{"full-capacity": {"capacity": 8}, "tagged": "remediate", "locked-doors": {"enforcementLevel": "advisory"}}
```

To use the pack in a project of your own, copy the folder beside your `Pulumi.yaml`, with `pulumi-policy` in its virtual
environment (see `PulumiPolicy.yaml`), and set the parameters of the rules; disable those that are not for you.
"""


def text() -> str:
    """The whole page."""
    return "\n".join((_INTRODUCTION, *_overview(), *(line for rule in RULES for line in _section(rule)), *_stateful()))


def _overview() -> Iterator[str]:
    yield "| rule | level | looks at | what holds |"
    yield "| --- | --- | --- | --- |"
    for rule in RULES:
        scope = "the stack" if isinstance(rule, StackValidationPolicy) else "each resource"
        yield f"| [`{rule.name}`](#{rule.name}) | {_level(rule)} | {scope} | {rule.display_name} |"
    yield ""


def _section(rule: Policy) -> Iterator[str]:
    yield f"## {rule.name}\n"
    yield f"{rule.description}\n"
    yield f"**Remedy:** {rule.remediation_steps}\n"
    parameters: Mapping[str, Mapping[str, Any]] = rule.config_schema.properties if rule.config_schema else {}
    if parameters:
        yield "| parameter | default | meaning |"
        yield "| --- | --- | --- |"
    for name, schema in parameters.items():
        default = json.dumps(schema["default"]).replace("|", "\\|")
        yield f"| `{name}` | `{default}` | {schema['description']} |"
    if parameters:
        yield ""


def _stateful() -> Iterator[str]:
    yield "## Types that hold data\n"
    yield "From [`aws_types.toml`](../policies/aws_types.toml), which also lists all others that were reviewed.\n"
    yield "| types | why |"
    yield "| --- | --- |"
    for reason, kinds in aws_types.stateful_groups():
        yield f"| {', '.join(kinds)} | {reason} |"
    yield ""


def _level(rule: Policy) -> str:
    return rule.enforcement_level.value if rule.enforcement_level else ""


if __name__ == "__main__":
    print(text(), end="")
