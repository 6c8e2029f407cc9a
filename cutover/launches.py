"""Why instances could not be launched, in AWS's own words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cutover.printable import printable

# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html
_IN_VAIN = frozenset({"Failed", "Cancelled"})
# Zones may fail for reasons of their own; more of them only repeat.
REASONS_AT_MOST = 2
REASON_CHARACTERS = 300


@dataclass(frozen=True)
class Activity:
    """One activity of an Auto Scaling group, in the words of DescribeScalingActivities."""

    status: str
    message: str
    at: datetime | None = None


def failures(activities: Iterable[Activity]) -> tuple[str, ...]:
    """What went wrong lately, of `activities` newest first: each reason once, with its latest time, a few at most.

    The time is AWS's, and not taken for recent or old: the reader may compare it, no clock of ours is.
    """
    latest: dict[str, Activity] = {}
    for activity in activities:
        if activity.status in _IN_VAIN:
            latest.setdefault(activity.message, activity)
    return tuple(_in_words(activity) for activity in list(latest.values())[:REASONS_AT_MOST])


def _in_words(activity: Activity) -> str:
    at = f" at {activity.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if activity.at else ""
    message = printable(activity.message, REASON_CHARACTERS) or "AWS gives no reason"
    return f"{activity.status}{at}: {message}"
