"""The subnets of load balancers: all of one VPC, and that one for good."""

from collections.abc import Callable

from lab.aws import embedded
from lab.aws.answer import Answer, error
from lab.aws.request import ApiRequest


def keep_to_one_vpc(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """CreateLoadBalancer and SetSubnets; moto 5.2.5 takes subnets of any VPC.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
    """
    given = [
        value
        for name, value in request.form.items()
        if name.startswith("Subnets.member.") or (name.startswith("SubnetMappings.") and name.endswith(".SubnetId"))
    ]
    by_zone = embedded.ec2(request.region).subnets.values()
    vpc_of = {subnet.id: subnet.vpc_id for known in by_zone for subnet in known.values()}
    vpcs = {vpc_of[subnet] for subnet in given if subnet in vpc_of}
    balancer = embedded.elbv2(request.region).load_balancers.get(request.form.get("LoadBalancerArn", ""))
    if balancer is not None:
        vpcs.add(balancer.vpc_id)
    if len(vpcs) > 1:
        text = f"All subnets must belong to the same VPC: '{', '.join(sorted(vpcs))}'"
        return error(request, "InvalidConfigurationRequest", text)
    return pass_on()


def keep_protected(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DeleteLoadBalancer: not one whose deletion protection is on, which moto 5.2.5 deletes.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#deletion-protection
    """
    arn = request.form.get("LoadBalancerArn", "")
    balancer = embedded.elbv2(request.region).load_balancers.get(arn)
    if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
        text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        return error(request, "OperationNotPermitted", text)
    return pass_on()
