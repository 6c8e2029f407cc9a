"""What AWS asks of the caller besides the call itself.

Tags that are set while something is made, roles that are passed, instances that a group launches, roles of AWS's own
services: no call shows any of it. Each kind has the page that says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate

from lab.aws import embedded
from lab.aws.iam.specific import LAUNCH_TEMPLATE, RUN_INSTANCES
from lab.aws.iam.unknown import CannotEvaluate

_EC2 = "ec2.amazonaws.com"
_LISTENER = ("loadbalancer/app/", "listener/app/")


@dataclass(frozen=True)
class Further:
    """One more action on one resource. facts: its condition keys in lower case; tags: those that it sets."""

    action: str
    resource: str
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A call that is allowed so far: what it is about, in whose account and where."""

    action: str
    resources: Sequence[str]
    parameters: Mapping[str, Any]
    tags: Mapping[str, str]
    region: str
    account: str


def further(made: Made) -> Iterator[Further]:
    """All of it. Raises CannotEvaluate for what is not known here."""
    service, _, name = made.action.partition(":")
    yield from _TAGGING.get(service, _nothing)(made)
    for kind in _OF_ACTION.get(made.action, ()):
        yield from kind(made)
    if service == "ec2" and made.action != "ec2:CreateTags":
        yield from _ec2_tags(name, made.parameters.get("TagSpecifications") or (), made.region, made.account)


def _nothing(_: Made) -> Iterator[Further]:
    return iter(())


def _ec2_tags(name: str, specified: Iterable[Mapping[str, Any]], region: str, account: str) -> Iterator[Further]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    for one in specified:
        tags = _plain(one.get("Tags", ()))
        if tags:
            arn = f"arn:aws:ec2:{region}:{account}:{one['ResourceType']}/*"
            yield Further("ec2:CreateTags", arn, {"ec2:createaction": (name,)}, tags)


def _elb_tags(made: Made) -> Iterator[Further]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html"""
    name = made.action.partition(":")[2]
    if not made.tags or not name.startswith("Create"):
        return
    for resource in made.resources:
        # A listener's ARN begins as its load balancer's.
        arn = f"{resource.replace(*_LISTENER)}/*" if name == "CreateListener" else resource
        facts = {"elasticloadbalancing:createaction": (name,)}
        yield Further("elasticloadbalancing:AddTags", arn, facts, made.tags)


def _tagged_as(action: str, *of: str) -> Callable[[Made], Iterator[Further]]:
    """Tags that are set with `of` take `action` on the same resource."""

    def tags(made: Made) -> Iterator[Further]:
        if made.tags and made.action in of:
            for resource in made.resources:
                yield Further(action, resource, {}, made.tags)

    return tags


def _acm_tags(made: Made) -> Iterator[Further]:
    """https://github.com/hashicorp/terraform-provider-aws/issues/11903"""
    if made.tags and made.action == "acm:RequestCertificate":
        arn = f"arn:aws:acm:{made.region}:{made.account}:certificate/*"
        yield Further("acm:AddTagsToCertificate", arn, {}, made.tags)


def _iam_tags(made: Made) -> Iterator[Further]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html"""
    yield from _tagged_as("iam:TagRole", "iam:CreateRole")(made)
    yield from _tagged_as("iam:TagInstanceProfile", "iam:CreateInstanceProfile")(made)


def _passed(profile_or_role: Any) -> Further:
    return Further("iam:PassRole", profile_or_role.arn, {"iam:passedtoservice": (_EC2,)})


def _passed_to_a_profile(made: Made) -> Iterator[Further]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html"""
    yield from (_passed(role) for role in embedded.iam().get_roles() if role.name == made.parameters.get("RoleName"))


def _own_role(service: str, name: str) -> Callable[[Made], Iterator[Further]]:
    """The service-linked role, which is made with the first of its kind; in the lab every time.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
    https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html
    """

    def role(made: Made) -> Iterator[Further]:
        arn = f"arn:aws:iam::{made.account}:role/aws-service-role/{service}/{name}"
        yield Further("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": (service,)})

    return role


def _reads(*actions: str) -> Callable[[Made], Iterator[Further]]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html"""

    def reads(_: Made) -> Iterator[Further]:
        yield from (Further(action, "*") for action in actions)

    return reads


def _launches(made: Made) -> Iterator[Further]:
    """What the instances of a group take that is made of a launch template, or given another one.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-api-permissions.html
    That each of them has the template, a policy of AWS's own for groups relies on:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy.html
    """
    named = made.parameters.get("LaunchTemplate")
    if not named:
        return
    template = _template(named, made.region)
    data: Mapping[str, Any] = template.get_version(named.get("Version", "$Default")).data
    specified = [one for one in data.get("TagSpecifications") or () if one["ResourceType"] != "launch-template"]
    tags = {one["ResourceType"]: _plain(one.get("Tags", ())) for one in specified}
    prefix = f"arn:aws:ec2:{made.region}:{made.account}:"
    ids = [template.id, *_subnets(made), *_security_groups(data)]
    kinds = {"lt": "launch-template", "subnet": "subnet", "sg": "security-group"}
    facts = {LAUNCH_TEMPLATE: (f"{prefix}launch-template/{template.id}",)}
    for one in ids:
        yield Further(RUN_INSTANCES, f"{prefix}{kinds[one.partition('-')[0]]}/{one}", facts)
    for kind in ("instance", "volume", "network-interface"):
        yield Further(RUN_INSTANCES, f"{prefix}{kind}/*", facts, tags.get(kind, {}))
    yield Further(RUN_INSTANCES, f"arn:aws:ec2:{made.region}::image/{data.get('ImageId', '*')}", facts)
    yield from _ec2_tags("RunInstances", specified, made.region, made.account)
    profile = data.get("IamInstanceProfile") or {}
    for found in embedded.iam().get_instance_profiles():
        if found.arn == profile.get("Arn") or found.name == profile.get("Name"):
            yield from map(_passed, found.roles)


def _template(named: Mapping[str, Any], region: str) -> LaunchTemplate:
    for one in embedded.ec2(region).launch_templates.values():
        if one.id == named.get("LaunchTemplateId") or one.name == named.get("LaunchTemplateName"):
            return one
    raise CannotEvaluate(f"there is no launch template {named}")


def _subnets(made: Made) -> list[str]:
    """Those that the call names; of a group that keeps its own, these."""
    said = made.parameters.get("VPCZoneIdentifier")
    if said is None:
        name = made.parameters.get("AutoScalingGroupName", "")
        group = embedded.autoscaling(made.region).autoscaling_groups.get(name)
        said = group.vpc_zone_identifier if group is not None else ""
    return [one for one in str(said or "").split(",") if one]


def _security_groups(data: Mapping[str, Any]) -> list[str]:
    found = [*(data.get("SecurityGroupIds") or ())]
    for one in data.get("NetworkInterfaces") or ():
        groups = one.get("Groups") or one.get("SecurityGroupId") or ()
        found += [groups] if isinstance(groups, str) else [*groups]
    return found


def _plain(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags}


_TAGGING: Mapping[str, Callable[[Made], Iterator[Further]]] = {
    "elasticloadbalancing": _elb_tags,
    "acm": _acm_tags,
    "iam": _iam_tags,
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/security_iam_id-based-policy-examples.html
    "autoscaling": _tagged_as("autoscaling:CreateOrUpdateTags", "autoscaling:CreateAutoScalingGroup"),
}
_OF_ACTION: Mapping[str, Sequence[Callable[[Made], Iterator[Further]]]] = {
    "iam:AddRoleToInstanceProfile": (_passed_to_a_profile,),
    "autoscaling:CreateAutoScalingGroup": (
        _launches,
        _own_role("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    ),
    "autoscaling:UpdateAutoScalingGroup": (_launches,),
    "elasticloadbalancing:CreateLoadBalancer": (
        _own_role("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
        _reads(
            *("ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways"),
            *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        ),
    ),
    "elasticloadbalancing:CreateTargetGroup": (_reads("ec2:DescribeInternetGateways", "ec2:DescribeVpcs"),),
    "elasticloadbalancing:SetSubnets": (_reads("ec2:DescribeSubnets"),),
}
