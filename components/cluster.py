"""One colour: a complete cluster that can carry all of the traffic."""

from typing import Any

import pulumi
import pulumi_aws as aws

from components import instance_role, machine_image, user_data
from components.certificate import Certificate
from components.instance_role import InstanceRole
from components.instances import Birth, Instances
from components.load_balancer import LoadBalancer
from components.network import NatAddresses, Network
from components.settings import ColourSettings
from components.shape import shape
from components.site import Site


def tags_of(settings: ColourSettings) -> dict[str, str]:
    """The tags of everything that belongs to a colour."""
    return {"service": settings.shared.names[0], "colour": settings.colour, "release": settings.release}


class Cluster(pulumi.ComponentResource):
    """Network, load balancer, certificate, instances and test record of one colour, the same for both.

    `facts` is what the live stack needs to know of it, see cutover.cluster_facts.ClusterFacts.
    """

    facts: dict[str, Any]

    def __init__(
        self,
        settings: ColourSettings,
        site: Site,
        nat: NatAddresses,
        full_capacity: pulumi.ResourceHook,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        colour, shared = settings.colour, settings.shared
        super().__init__("tag-team:index:Cluster", colour, None, opts)
        self._settings, self._tags = settings, tags_of(settings)
        self._child = pulumi.ResourceOptions(parent=self)
        region, zone_id, zones = site.region, site.zone_id, list(site.availability_zones)
        network = Network(colour, shared.cidrs[colour], zones, nat, self._tags, opts=self._child)
        certificate_arn = self._certificate_arn(zone_id)
        way_in = LoadBalancer(
            colour,
            network.vpc.id,
            network.public_subnet_ids,
            shared.port,
            shared.health_path,
            certificate_arn,
            shared.load_balancer_capacity_units,
            self._tags,
            # EC2 takes no internet-facing load balancer in a network that does not lead there yet.
            opts=self._child.merge(pulumi.ResourceOptions(depends_on=[network.gateway])),
            https_port=shared.https_port,
        )
        role = self._role(site)
        # Instances need their way out and their permissions from the first second on, and their way in to be checked.
        born_after = pulumi.ResourceOptions(depends_on=[network, way_in, role])
        instances = Instances(
            colour,
            self._birth(site, role),
            shared.capacity,
            network.vpc.id,
            network.private_subnet_ids,
            shared.port,
            way_in.target_group,
            way_in.security_group,
            full_capacity,
            self._tags,
            opts=self._child.merge(born_after),
        )
        alias = aws.route53.RecordAliasArgs(
            name=way_in.balancer.dns_name, zone_id=way_in.balancer.zone_id, evaluate_target_health=False
        )
        own_name = shared.own_name(colour)
        aws.route53.Record(
            colour,
            zone_id=zone_id,
            name=own_name,
            type="A",
            aliases=[alias],
            allow_overwrite=True,
            # The new one would be the old one: replaced new-first, it would be gone after the delete.
            opts=self._child.merge(pulumi.ResourceOptions(delete_before_replace=True)),
        )
        self.facts = {
            "colour": colour,
            "release": settings.release,
            "region": region,
            "capacity": shared.capacity,
            "group": instances.group.name,
            "target_group_arn": way_in.target_group.arn,
            "dns_name": way_in.balancer.dns_name,
            "zone_id": way_in.balancer.zone_id,
            "certificate_arn": certificate_arn,
            "shape": shape(shared),
        }
        self.register_outputs({})

    def _certificate_arn(self, zone_id: str) -> pulumi.Input[str] | None:
        colour, shared = self._settings.colour, self._settings.shared
        if not shared.https:
            return None
        if shared.certificate_arn:
            return shared.certificate_arn
        names = (*shared.names, shared.own_name(colour))
        return Certificate(colour, names, zone_id, self._tags, opts=self._child).arn

    def _role(self, site: Site) -> InstanceRole:
        shared = self._settings.shared
        policy = instance_role.statements(
            shared.offsite.values(), shared.image, site.partition, site.region, site.account
        )
        return InstanceRole(self._settings.colour, policy, self._tags, opts=self._child)

    def _birth(self, site: Site, role: InstanceRole) -> Birth:
        shared, release = self._settings.shared, self._settings.release
        image = machine_image.pinned(release, site.image, self._child)
        script = user_data.render(shared.image, release, shared.port, shared.offsite, site.region)
        return Birth(release, image, shared.instance_type, role.profile_arn, script)
