"""The processes of Auto Scaling groups that are suspended, with the reason that AWS gives."""

from datetime import UTC, datetime

from moto.autoscaling.models import FakeAutoScalingGroup


def give_reasons() -> None:
    """Let every suspended process of this process's groups say since when it is suspended.

    moto 5.2.5 leaves the reason empty.
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendedProcess.html
    """
    FakeAutoScalingGroup.suspended_processes = property(_suspended, _suspend)  # type: ignore[method-assign,assignment]


def _suspended(self: FakeAutoScalingGroup) -> list[dict[str, str]]:
    since: dict[str, datetime] = self.__dict__.get("suspended_since", {})
    return [
        {"ProcessName": process, "SuspensionReason": f"User suspended at {at:%Y-%m-%dT%H:%M:%SZ}"}
        for process, at in since.items()
    ]


def _suspend(self: FakeAutoScalingGroup, processes: list[str]) -> None:
    since: dict[str, datetime] = self.__dict__.get("suspended_since", {})
    now = datetime.now(UTC)
    self.__dict__["suspended_since"] = {process: since.get(process, now) for process in processes}
