import re
from pathlib import Path

import pulumi_aws
import pytest
from pulumi_policy.proxy import UnknownValueError

from policies import aws_types
from policies.offsite_data import (
    no_instance_with_volumes,
    no_stateful_type,
    no_volume_stays,
    offsite_data,
    reviewed_type,
    unreviewed_type,
)
from tests.policies.rules.declared import TEMPLATE, UNKNOWN, defaults, resource, said

DEFAULTS = defaults(offsite_data)
PACKAGE = Path(pulumi_aws.__file__).parent
INSTANCE = "aws:ec2/instance:Instance"


def installed() -> set[str]:
    """Every type of the installed pulumi-aws, read from its index: importing all of it takes a minute."""
    return set(re.findall(r'"(aws:[^"]+)": "', (PACKAGE / "__init__.py").read_text()))


def test_every_type_of_the_installed_pulumi_aws_was_reviewed_once() -> None:
    types = {aws_types.short(token) for token in installed()}
    assert len(types) > 1000
    assert aws_types.stateful().keys() | aws_types.stateless() == types
    assert not aws_types.stateful().keys() & aws_types.stateless()
    assert sum(len(kinds) for _, kinds in aws_types.stateful_groups()) == len(aws_types.stateful())


def test_every_type_that_takes_tags_is_known() -> None:
    made = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
    tagged = re.compile(r"^\s+tags: pulumi\.Input", re.MULTILINE)
    sources = (path.read_text() for path in PACKAGE.rglob("*.py"))
    found = {aws_types.short(token) for source in sources if tagged.search(source) for token in made.findall(source)}
    assert aws_types.taggable() == found


@pytest.mark.parametrize(
    "kind",
    [
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:dynamodb/table:Table",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:memorydb/cluster:Cluster",
        "aws:opensearch/domain:Domain",
        "aws:redshift/cluster:Cluster",
        "aws:efs/fileSystem:FileSystem",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketObject:BucketObject",
        "aws:ebs/volume:Volume",
        "aws:ebs/snapshot:Snapshot",
        "aws:sqs/queue:Queue",
        "aws:kinesis/stream:Stream",
        "aws:msk/cluster:Cluster",
    ],
)
def test_a_resource_that_holds_data_is_refused_with_the_reason_why_it_does(kind: str) -> None:
    (finding,) = no_stateful_type(resource(kind), DEFAULTS)
    assert finding.wrong == f"{aws_types.short(kind)} holds data"
    assert finding.why.startswith(aws_types.stateful()[aws_types.short(kind) or ""])
    assert "offsite" in finding.remedy


def test_a_resource_that_holds_no_data_passes_and_so_does_what_the_pack_is_told_to_allow() -> None:
    assert said(no_stateful_type, resource("aws:ec2/vpc:Vpc"), **DEFAULTS) == []
    queue = resource("aws:sqs/queue:Queue")
    assert said(no_stateful_type, queue, **defaults(offsite_data, allowed=["sqs/Queue"])) == []


@pytest.mark.parametrize("kept", ["true", True])
def test_a_volume_that_ends_with_its_instance_passes(kept: object) -> None:
    mappings = [{"deviceName": "/dev/xvda", "ebs": {"deleteOnTermination": kept}}, {"deviceName": "/dev/xvdb"}]
    assert said(no_volume_stays, resource(TEMPLATE, blockDeviceMappings=mappings)) == []


@pytest.mark.parametrize(
    ("volume", "seen"), [({"deleteOnTermination": "false"}, "false"), ({"volumeSize": 20}, "not set")]
)
def test_a_volume_that_stays_is_named(volume: dict[str, object], seen: str) -> None:
    template = resource(TEMPLATE, blockDeviceMappings=[{"deviceName": "/dev/sdf", "ebs": volume}])
    assert said(no_volume_stays, template) == [
        f"the volume /dev/sdf is left behind when its instance ends: deleteOnTermination: {seen}"
    ]


def test_a_volume_of_which_is_not_known_whether_it_stays_cannot_be_checked_yet() -> None:
    template = resource(TEMPLATE, blockDeviceMappings=[{"deviceName": "a", "ebs": {"deleteOnTermination": UNKNOWN}}])
    with pytest.raises(UnknownValueError):
        said(no_volume_stays, template)


def test_an_instance_with_a_volume_of_its_own_is_refused() -> None:
    assert said(no_instance_with_volumes, resource(INSTANCE, rootBlockDevice={"encrypted": True})) == []
    assert len(said(no_instance_with_volumes, resource(INSTANCE, ebsBlockDevices=[{"deviceName": "/dev/sdf"}]))) == 1
    assert len(said(no_instance_with_volumes, resource(INSTANCE, rootBlockDevice={"deleteOnTermination": False}))) == 1


@pytest.mark.parametrize(
    "kind", ["aws:rds/timeMachine:TimeMachine", "aws:new/thing:Thing", "aws-native:rds:DbInstance"]
)
def test_a_type_that_nobody_has_reviewed_is_reported_as_advisory(kind: str) -> None:
    assert said(reviewed_type, resource(kind)) == [
        f"unreviewed type: nobody has said yet whether it holds data: {kind}"
    ]
    assert unreviewed_type.enforcement_level is not None
    assert unreviewed_type.enforcement_level.value == "advisory"


@pytest.mark.parametrize(
    "kind", ["aws:ec2/vpc:Vpc", "aws:rds/instance:Instance", "pulumi:providers:aws", "a:b:Component"]
)
def test_a_type_that_was_reviewed_or_is_not_of_aws_is_not_reported(kind: str) -> None:
    assert said(reviewed_type, resource(kind)) == []
