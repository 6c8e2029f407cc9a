"""The naive ways to put a new release in front of clients, done as an operator does them: with calls of AWS."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.stage import Report, Stage

NEW_RELEASE = "2.0.0"
# Short: on AWS an instance takes one to several minutes until its service answers.
BOOT_SECONDS = 10.0
# What lasts longer than the TTL has been seen by everybody who keeps to it.
GRACE_SECONDS = 10.0
_INSYNC_POLL_SECONDS = 1


@dataclass(frozen=True)
class Way:
    """A way to deploy. act: does it, and returns when clients have had all that comes of it."""

    name: str
    title: str
    act: Callable[[Stage, Report], None]


def replace_in_place(stage: Stage, report: Report) -> None:
    """A new version of the launch template, and all instances replaced at once."""
    stage.lab.set_machines(boot_seconds={NEW_RELEASE: BOOT_SECONDS})
    cluster = stage.cluster(stage.in_charge())
    autoscaling, ec2 = stage.workspace.aws("autoscaling"), stage.workspace.aws("ec2")
    group = _group(stage, cluster.group)
    template = group["LaunchTemplate"]["LaunchTemplateId"]
    version = ec2.describe_launch_template_versions(
        LaunchTemplateId=template, Versions=[group["LaunchTemplate"]["Version"]]
    )["LaunchTemplateVersions"][0]
    data = of_release(version["LaunchTemplateData"], cluster.release, NEW_RELEASE)
    made = ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=data)
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=cluster.group, LaunchTemplate={"LaunchTemplateId": template, "Version": number}
    )
    report(f"  terminate all instances of {cluster.colour}; their group launches others")
    ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in group["Instances"]])
    stage.wait_for(cluster.colour, ["healthy"] * cluster.capacity, f"{cluster.colour} is not whole again")


def swap_unready(stage: Stage, report: Report) -> None:
    """The weights are swapped while the idle colour sleeps, and back when somebody has noticed."""
    before = stage.in_charge()
    idle = stage.other(before)
    stage.workspace.aws("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=stage.cluster(idle).group, MinSize=0, DesiredCapacity=0
    )
    stage.wait_for(idle, [], f"{idle} still has targets")
    report(f"  swap the weights: {idle}, which has no instance, gets all of it")
    swap(stage, idle)
    time.sleep(stage.alias_ttl + GRACE_SECONDS)
    report("  swap them back")
    swap(stage, before)
    time.sleep(GRACE_SECONDS)


def destroy_after_the_switch(stage: Stage, report: Report) -> None:
    """The weights are swapped to a colour that is ready, and the old one is destroyed as soon as Route 53 is done."""
    before = stage.in_charge()
    cluster = stage.cluster(before)
    elbv2 = stage.workspace.aws("elbv2")
    report(f"  swap the weights to {stage.other(before)}, which is ready, and wait for INSYNC")
    swap(stage, stage.other(before))
    report(f"  destroy {before}")
    groups = elbv2.describe_target_groups(TargetGroupArns=[cluster.target_group_arn])["TargetGroups"]
    stage.workspace.aws("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=cluster.group, ForceDelete=True)
    for arn in groups[0]["LoadBalancerArns"]:
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    time.sleep(2 * stage.alias_ttl + GRACE_SECONDS)


WAYS = (
    Way("in-place", "all instances behind one load balancer are replaced at once", replace_in_place),
    Way("unready", "weights are swapped without asking whether the idle colour is ready", swap_unready),
    Way("destroyed", "the old colour is destroyed right after the switch", destroy_after_the_switch),
)


def of_release(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A launch template's data with another release in its user data; raises ValueError when the old one is not."""
    script = base64.b64decode(data["UserData"]).decode()
    if f":{old}" not in script:
        raise ValueError(f"the user data does not name release {old}")
    return {**data, "UserData": base64.b64encode(script.replace(f":{old}", f":{new}").encode()).decode()}


def swap(stage: Stage, colour: str) -> None:
    """All weight to `colour`, in one batch; returns when Route 53 says INSYNC."""
    route53 = stage.workspace.aws("route53")
    zone = next(
        one["Id"]
        for one in route53.list_hosted_zones()["HostedZones"]
        if one["Name"].rstrip(".") == stage.workspace.project_config("zone")
    )
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    pair = [
        record
        for page in pages
        for record in page["ResourceRecordSets"]
        if record["Name"].rstrip(".") == stage.name and "SetIdentifier" in record
    ]
    changes = [
        {"Action": "UPSERT", "ResourceRecordSet": {**one, "Weight": 100 if one["SetIdentifier"] == colour else 0}}
        for one in pair
    ]
    change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    insync = route53.get_waiter("resource_record_sets_changed")
    insync.wait(Id=change["ChangeInfo"]["Id"], WaiterConfig={"Delay": _INSYNC_POLL_SECONDS})


def _group(stage: Stage, name: str) -> dict[str, Any]:
    found: dict[str, Any] = stage.workspace.aws("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[name]
    )["AutoScalingGroups"][0]
    return found
