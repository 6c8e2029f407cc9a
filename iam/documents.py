"""The policy documents: templates that are filled in with a project's values.

A placeholder is `<NAME>`. One of several texts (`<EACH-…>`) stands in a list, where its text becomes one for each of
them. A statement whose list is empty then is left out: it would be about nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cutover.refusal import Refusal
from iam.values import Values

TEMPLATES = Path(__file__).parent / "documents"
# Of a managed policy, white space not counted:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = 6_144
_PLACEHOLDER = re.compile(r"<([A-Z-]+)>")
Document = Mapping[str, Any]


class _Nothing(Exception):
    """A list has no entry left."""


def template(name: str) -> Document:
    """The document of this name with its placeholders."""
    content: Document = json.loads((TEMPLATES / f"{name}.json").read_text(encoding="utf-8"))
    return content


def rendered(name: str, values: Values) -> Document:
    """The document of this name for a project; raises Refusal when AWS would not take it as a managed policy."""
    content = template(name)
    document = {**content, "Statement": list(_statements(content["Statement"], values))}
    if (size := characters(document)) > MOST_CHARACTERS:
        raise Refusal(
            f"the policy {name} is more than AWS takes as a managed policy",
            seen=f"{size} characters without white space",
            allowed=f"at most {MOST_CHARACTERS}; they grow with `names` and `offsite`",
            next_step="edit `names` or `offsite` under `config` in Pulumi.yaml: one secret can hold several values",
        )
    return document


def characters(document: Document) -> int:
    """How long AWS finds it."""
    return sum(not letter.isspace() for letter in json.dumps(document, ensure_ascii=False))


def text(document: Document) -> str:
    """As it is written to a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def compact(document: Document) -> str:
    """The same on one line without white space, for what is nearly as long as it may be."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"


def _statements(templates: list[Any], values: Values) -> Iterator[Any]:
    for one in templates:
        try:
            yield _filled(one, values)
        except _Nothing:
            continue


def _filled(node: Any, values: Values) -> Any:
    if isinstance(node, str):
        return _text(node, values)
    if isinstance(node, list):
        found = [text for item in node for text in _each(item, values)]
        if node and not found:
            raise _Nothing
        return found
    return {key: _filled(item, values) for key, item in node.items()}


def _each(item: Any, values: Values) -> list[Any]:
    if not isinstance(item, str):
        return [_filled(item, values)]
    several = [name for name in _PLACEHOLDER.findall(item) if name in values.several]
    if not several:
        return [_text(item, values)]
    (name,) = set(several)
    return [_text(item.replace(f"<{name}>", each), values) for each in values.several[name]]


def _text(node: str, values: Values) -> str:
    return _PLACEHOLDER.sub(lambda match: values.one[match[1]], node)
