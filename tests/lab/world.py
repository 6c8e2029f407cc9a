"""The world of the lab tests: both clusters built, one in charge, on an embedded AWS of its own."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cutover.freeze import DRAIN_SECONDS
from lab.client import Addresses, LabClient
from lab.pulumi_command import Result
from lab.workspace import Workspace

FIRST, SECOND = "red", "blue"
NAME = "www.shop.example"
LIVE = "live"
# Short, so that a wait for DNS takes seconds and not minutes; the rehearsal has the 60 s of AWS.
ALIAS_TTL_SECONDS = 5
CAPACITY = 2
PATIENCE_SECONDS, IMPATIENCE_SECONDS = 300, 20
# A second, as by default, says more of a busy machine than of a load balancer.
READINESS_MILLISECONDS = 5000
SECRET = "/shop/database-url"
RELEASES = {FIRST: "1.0.0", SECOND: "1.1.0"}


@dataclass(frozen=True)
class World:
    """A workspace, the lab's server behind it, and what tests ask of both."""

    workspace: Workspace
    addresses: Addresses
    faults: LabClient
    before_any_cluster: Result
    """The preview of the live stack when no colour had been built."""

    def up(self, stack: str, *arguments: str) -> Result:
        """`pulumi up -s STACK --skip-preview`, whatever comes of it."""
        return self.workspace.up(stack, *arguments)

    def must_up(self, stack: str) -> Result:
        """`pulumi up` that has to succeed."""
        result = self.up(stack)
        assert result.exit_code == 0, result.output
        return result

    def preview(self, stack: str, *arguments: str) -> Result:
        """`pulumi preview -s STACK`."""
        return self.workspace.pulumi("preview", "-s", stack, *arguments)

    def tag_in(self, colour: str) -> Result:
        """Edit `active`, then `pulumi up` of the live stack."""
        self.workspace.edit_stack(LIVE, active=colour)
        return self.up(LIVE)

    def must_tag_in(self, colour: str) -> None:
        """A tag-in that has to succeed."""
        result = self.tag_in(colour)
        assert result.exit_code == 0, result.output

    def put_in_charge(self, colour: str) -> None:
        """Tag `colour` in, unless it is in charge."""
        if self.in_charge() != colour:
            self.must_tag_in(colour)

    def weights(self, name: str = NAME) -> dict[str, int]:
        """Colour to weight of one name, from the embedded Route 53."""
        return {
            record["SetIdentifier"]: record["Weight"]
            for record in self.records()
            if record["Name"] == f"{name}." and "SetIdentifier" in record
        }

    def delete_record_sets(self, name: str) -> None:
        """Delete every record set of one name in one batch, by hand."""
        self.change(*(("DELETE", record) for record in self.records() if record["Name"] == f"{name}."))

    @property
    def zone_id(self) -> str:
        """The id of the zone that the world was built in: the oldest one, which the lab lists first."""
        zone: str = self.workspace.aws("route53").list_hosted_zones()["HostedZones"][0]["Id"]
        return zone.removeprefix("/hostedzone/")

    def change(self, *changes: tuple[str, Mapping[str, Any]]) -> None:
        """Change record sets of the zone by hand, in one batch: action and record set of each."""
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        self.workspace.aws("route53").change_resource_record_sets(HostedZoneId=self.zone_id, ChangeBatch=batch)

    def records(self) -> list[dict[str, Any]]:
        """Every record set of the zone."""
        route53 = self.workspace.aws("route53")
        pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=self.zone_id)
        return [record for page in pages for record in page["ResourceRecordSets"]]

    def records_at(self, *names: str) -> list[dict[str, Any]]:
        """Every record set of these names."""
        return [record for record in self.records() if record["Name"].removesuffix(".") in names]

    def forget(self, stack: str, name: str, type_: str) -> None:
        """Take a resource out of the stack's state, as an update does that is cut short before it notes it."""
        deployment = dict(self.state(stack))
        (urn,) = [one["urn"] for one in deployment["resources"] if one["urn"].endswith(f"{type_}::{name}")]
        kept = [_without(one, urn) for one in deployment["resources"] if one["urn"] != urn]
        self.import_state(stack, {**deployment, "resources": kept})

    def import_state(self, stack: str, deployment: Mapping[str, Any]) -> None:
        """Give the stack another deployment, of the form of `state`."""
        file = self.workspace.directory / "state.json"
        file.write_text(json.dumps({"version": 3, "deployment": deployment}))
        imported = self.workspace.pulumi("stack", "import", "-s", stack, "--file", str(file))
        file.unlink()
        assert imported.exit_code == 0, imported.output

    def in_charge(self) -> str:
        """The colour that the parameter `in-charge` names."""
        return str(self.named()["colour"])

    def named(self) -> Mapping[str, Any]:
        """All that the parameter `in-charge` says."""
        value = self.workspace.aws("ssm").get_parameter(Name=f"/tag-team/{NAME}/in-charge")["Parameter"]["Value"]
        said: Mapping[str, Any] = json.loads(value)
        return said

    def state(self, stack: str) -> Mapping[str, Any]:
        """The stack's deployment."""
        return self.workspace.deployment(stack)

    def outputs(self, stack: str) -> Mapping[str, Any]:
        """The stack's outputs."""
        resources = self.state(stack).get("resources", [])
        return next((one.get("outputs", {}) for one in resources if one["type"] == "pulumi:pulumi:Stack"), {})

    def door(self, colour: str) -> str:
        """The name of the parameter that is there while the colour can be tagged in."""
        return f"/tag-team/{NAME}/{colour}/can-be-tagged-in"

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """A short deadline for a wait for full capacity that is meant to fail; otherwise it has time on any machine."""
        self.workspace.edit_project(fullCapacityTimeout=IMPATIENCE_SECONDS)
        try:
            yield
        finally:
            self.workspace.edit_project(fullCapacityTimeout=PATIENCE_SECONDS)

    def wait_until_drained(self) -> None:
        """Let the seconds pass in which the colour that was tagged out last must not change."""
        self.faults.age_parameter(f"/tag-team/{NAME}/in-charge", DRAIN_SECONDS)

    @contextmanager
    def as_if_time_stood_still(self) -> Iterator[None]:
        """Keep the tag-in as old as it is now, for tests of what holds shortly after it on a machine that is slow."""
        over, at = threading.Event(), [time.monotonic()]

        def keep_young() -> None:
            while not over.wait(5):
                began, at[0] = at[0], time.monotonic()
                self.faults.age_parameter(f"/tag-team/{NAME}/in-charge", began - at[0])

        keeper = threading.Thread(target=keep_young, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def instances(self, colour: str) -> list[str]:
        """The ids of the colour's running instances."""
        reservations = self.workspace.aws("ec2").describe_instances(
            Filters=[{"Name": "tag:colour", "Values": [colour]}, {"Name": "instance-state-name", "Values": ["running"]}]
        )["Reservations"]
        return [instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]]

    def assert_nothing_half_done(self, *but: str) -> None:
        """No stack `but` these has anything pending, and the embedded AWS holds nothing that no state knows."""
        known = set()
        for stack in (FIRST, SECOND, LIVE):
            deployment = self.state(stack)
            resources = deployment.get("resources", [])
            assert stack in but or not deployment.get("pending_operations"), stack
            assert stack in but or not [r["urn"] for r in resources if r.get("delete")], stack
            known |= {value for r in resources for value in (r.get("id"), r.get("outputs", {}).get("arn")) if value}
        left = self.faults.leftovers()
        for kind in ("load_balancers", "target_groups", "auto_scaling_groups", "vpcs"):
            assert set(left.get(kind, ())) <= known, kind

    def assert_always_carried(self) -> None:
        """At no instant since the first tag-in was there no record, or no weight, on the live name."""
        carried = False
        for moment in self.faults.history():
            weights = [record.weight or 0 for record in moment.records if record.name.rstrip(".") == NAME]
            assert sum(weights) > 0 or not carried, moment
            carried = carried or sum(weights) > 0
        assert carried


def _without(resource: Mapping[str, Any], urn: str) -> dict[str, Any]:
    """A resource of a deployment that does not depend on `urn` any more."""
    depends = [other for other in resource.get("dependencies") or () if other != urn]
    by_property = {
        key: [other for other in others or () if other != urn]
        for key, others in (resource.get("propertyDependencies") or {}).items()
    }
    return {**resource, "dependencies": depends, "propertyDependencies": by_property}
