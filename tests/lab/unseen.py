"""What of the roles' documents no call in the lab needs, and why it is there; docs/permissions.md shows it.

`python -m tests.lab.unseen` writes it there.
"""

from collections.abc import Mapping

from lab import written_table
from lab.workspace import CHECKOUT

PAGE, COMMAND = CHECKOUT / "docs" / "permissions.md", "python -m tests.lab.unseen"
_SHORT = "why instances cannot be launched, when a group is short of them (`cutover/aws.py`)"
_SOMEBODY_ELSES = (
    "a parameter that came back while it was written, which is taken away again (`cutover/aws_load_test.py`)"
)
# Document, statement and action to why it is there.
UNSEEN: Mapping[tuple[str, str, str], str] = {
    ("board", "LookAround", "autoscaling:DescribeScalingActivities"): _SHORT,
    ("colour-network", "ChangeWhatIsOurs", "ec2:GetConsoleOutput"): (
        "why instances do not serve, in their own words (`cutover/aws_consoles.py`)"
    ),
    ("colour-roles", "ChangeRolesWithinTheBoundary", "iam:PutRolePermissionsBoundary"): (
        "a role that was made before `permissionsBoundary` was set gets the boundary; it can get no other"
    ),
    ("live", "SayWhoIsInCharge", "ssm:DeleteParameter"): (
        "the last step when [a name is retired](operations.md#retire-a-name)"
    ),
    ("load-test", "LeaveTheEvidence", "ssm:DeleteParameter"): _SOMEBODY_ELSES,
    ("load-test", "LookAround", "autoscaling:DescribeScalingActivities"): _SHORT,
    ("load-test", "LookAtRecords", "route53:GetHostedZone"): "where `zoneId` is set (`components/zone.py`)",
    ("preview", "LookAround", "autoscaling:DescribeScalingActivities"): _SHORT,
}


def table() -> list[str]:
    """Its lines."""
    rows = [f"| {document} | {sid} | `{action}` | {why} |" for (document, sid, action), why in UNSEEN.items()]
    return ["| document | statement | action | for |", "| --- | --- | --- | --- |", *rows]


if __name__ == "__main__":
    PAGE.write_text(written_table.written(PAGE.read_text(), COMMAND, table()))
