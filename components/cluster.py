"""One colour: a complete cluster that can carry all of the traffic."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import instance_role, machine_image, user_data
from components.certificate import Certificate, CertificateArgs
from components.instance_role import InstanceRole, InstanceRoleArgs
from components.instances import Instances, InstancesArgs, LaunchSpec
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.network import NatAddresses, Network, NetworkArgs
from components.settings import ColourSettings
from components.shape import shape
from components.site import Site
from cutover import limits


def tags_of(settings: ColourSettings) -> dict[str, str]:
    """The tags of everything that belongs to a colour."""
    return {"service": settings.shared.names[0], "colour": settings.colour, "release": settings.release}


def refuse_too_much(settings: ColourSettings, site: Site) -> None:
    """Raise Refusal when what instances are born with, or their role's policy, is more than AWS takes."""
    colour, references = settings.colour, len(settings.shared.offsite)
    limits.refuse_user_data(_script(settings, site), colour, references)
    limits.refuse_role_policy(instance_role.document(_statements(settings, site)), colour, references)


def _script(settings: ColourSettings, site: Site) -> str:
    shared = settings.shared
    return user_data.render(
        shared.image,
        settings.release,
        shared.port,
        shared.offsite,
        site.region,
        boot_timeout_seconds=shared.boot_timeout_seconds,
    )


def _statements(settings: ColourSettings, site: Site) -> list[dict[str, Any]]:
    shared = settings.shared
    return instance_role.statements(shared.offsite.values(), shared.image, site.partition, site.region, site.account)


@dataclass(frozen=True)
class ClusterArgs:
    """`nat` has the addresses that outlive the cluster.

    `full_capacity` is the hook that waits for its instances, `reserving` the one that says what AWS takes its time for.
    """

    settings: ColourSettings
    site: Site
    nat: NatAddresses
    full_capacity: pulumi.ResourceHook
    reserving: pulumi.ResourceHook


class Cluster(pulumi.ComponentResource):
    """Network, load balancer, certificate, instances and test record of one colour, the same for both.

    `facts` is what the live stack needs to know of it, see cutover.cluster_facts.ClusterFacts.
    """

    facts: dict[str, Any]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:Cluster", name, None, opts)
        self._name, self._args, self._tags = name, args, tags_of(args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        shared, zones = args.settings.shared, args.site.availability_zones
        network = Network(
            name, NetworkArgs(shared.cidrs[args.settings.colour], zones, args.nat, self._tags), self._child
        )
        certificate_arn = self._certificate_arn()
        way_in = self._load_balancer(network, certificate_arn)
        instances = self._instances(network, way_in)
        self._own_record(way_in)
        self.facts = {
            "colour": args.settings.colour,
            "release": args.settings.release,
            "region": args.site.region,
            "capacity": shared.capacity,
            "group": instances.group.name,
            "target_group_arn": way_in.target_group.arn,
            "dns_name": way_in.balancer.dns_name,
            "zone_id": way_in.balancer.zone_id,
            "certificate_arn": certificate_arn,
            "shape": shape(shared),
        }
        self.register_outputs({})

    def _certificate_arn(self) -> pulumi.Input[str] | None:
        settings, shared = self._args.settings, self._args.settings.shared
        if not shared.https:
            return None
        if shared.certificate_arn:
            return shared.certificate_arn
        names = (*shared.names, shared.own_name(settings.colour))
        args = CertificateArgs(names, self._args.site.zone_id, self._tags)
        return Certificate(self._name, args, self._child).arn

    def _load_balancer(self, network: Network, certificate_arn: pulumi.Input[str] | None) -> LoadBalancer:
        shared = self._args.settings.shared
        args = LoadBalancerArgs(
            vpc_id=network.vpc.id,
            subnet_ids=network.public_subnet_ids,
            port=shared.port,
            health_path=shared.health_path,
            certificate_arn=certificate_arn,
            https_port=shared.https_port,
            capacity_units=shared.load_balancer_capacity_units,
            client_keep_alive_seconds=shared.client_keep_alive_seconds,
            reserving=self._args.reserving,
            tags=self._tags,
        )
        # EC2 takes no internet-facing load balancer in a network that does not lead there yet.
        after = pulumi.ResourceOptions(depends_on=[network.gateway])
        return LoadBalancer(self._name, args, self._child.merge(after))

    def _instances(self, network: Network, way_in: LoadBalancer) -> Instances:
        shared, role = self._args.settings.shared, self._role()
        args = InstancesArgs(
            launch=self._launch(role),
            capacity=shared.capacity,
            vpc_id=network.vpc.id,
            subnet_ids=network.private_subnet_ids,
            port=shared.port,
            boot_timeout_seconds=shared.boot_timeout_seconds,
            load_balancer=way_in,
            full_capacity=self._args.full_capacity,
            tags=self._tags,
        )
        # Instances need their way out and their permissions from the first second on, and their way in to be checked.
        after = pulumi.ResourceOptions(depends_on=[network, way_in, role])
        return Instances(self._name, args, self._child.merge(after))

    def _role(self) -> InstanceRole:
        settings, site = self._args.settings, self._args.site
        boundary = settings.shared.permissions_boundary
        args = InstanceRoleArgs(_statements(settings, site), site.role_path, boundary, self._tags)
        return InstanceRole(self._name, args, self._child)

    def _launch(self, role: InstanceRole) -> LaunchSpec:
        shared, release, site = self._args.settings.shared, self._args.settings.release, self._args.site
        image = machine_image.pinned(release, site.image, self._child)
        script = _script(self._args.settings, site)
        return LaunchSpec(release, image, shared.instance_type, role.profile_arn, script)

    def _own_record(self, way_in: LoadBalancer) -> None:
        """The record under which the colour is tested, in charge or not."""
        alias = aws.route53.RecordAliasArgs(
            name=way_in.balancer.dns_name, zone_id=way_in.balancer.zone_id, evaluate_target_health=False
        )
        aws.route53.Record(
            self._name,
            zone_id=self._args.site.zone_id,
            name=self._args.settings.shared.own_name(self._args.settings.colour),
            type="A",
            aliases=[alias],
            allow_overwrite=True,
            # The new one would be the old one: replaced new-first, it would be gone after the delete.
            opts=self._child.merge(pulumi.ResourceOptions(delete_before_replace=True)),
        )
