"""What AWS refuses for what it would do to what is there: each refusal, what is allowed, and what moto does alone."""

import base64
import json
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.parts.lab_account import Account, simple

_NUMBERS = count(1)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """Code and message of the error that the call ends with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


def network(account: Account, zones: str = "ab") -> tuple[str, list[str]]:
    """A VPC with a subnet in each of the zones; returns their ids."""
    vpc = account.ec2.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        account.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.97.{number}.0/24", AvailabilityZone=account.region + zone)
        for number, zone in enumerate(zones)
    ]
    return vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets]


def with_gateway(account: Account, vpc: str) -> str:
    gateway = account.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    account.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return str(gateway)


def balancer(account: Account, subnets: list[str], **others: Any) -> str:
    made = account.elbv2.create_load_balancer(Name=f"refusals-{next(_NUMBERS)}", Subnets=subnets, **others)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def security_group(account: Account, vpc: str) -> str:
    made = account.ec2.create_security_group(GroupName=f"refusals-{next(_NUMBERS)}", Description="x", VpcId=vpc)
    return str(made["GroupId"])


def instances(account: Account, subnet: str, group: str) -> str:
    """An Auto Scaling group with one instance as the program launches it; returns its name."""
    name = f"refusals-{next(_NUMBERS)}"
    nic = {"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": [group]}
    account.ec2.create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "NetworkInterfaces": [nic]},
    )
    account.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=1,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": name, "Version": "1"},
        VPCZoneIdentifier=subnet,
    )
    return name


def test_a_subnet_goes_when_nothing_is_in_it_any_more(account: Account) -> None:
    vpc, (first, second) = network(account)
    group = instances(account, first, security_group(account, vpc))
    lb = balancer(account, [first, second])
    address = account.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = account.ec2.create_nat_gateway(SubnetId=second, AllocationId=address)["NatGateway"]["NatGatewayId"]
    for subnet in (first, second):
        assert refused(account.ec2.delete_subnet, SubnetId=subnet) == (
            "DependencyViolation",
            f"The subnet '{subnet}' has dependencies and cannot be deleted.",
        )
    account.elbv2.delete_load_balancer(LoadBalancerArn=lb)
    assert refused(account.ec2.delete_subnet, SubnetId=first)[0] == "DependencyViolation"
    assert refused(account.ec2.delete_subnet, SubnetId=second)[0] == "DependencyViolation"
    account.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=group, ForceDelete=True)
    account.ec2.delete_subnet(SubnetId=first)
    account.ec2.delete_nat_gateway(NatGatewayId=nat)
    account.ec2.delete_subnet(SubnetId=second)


def test_a_gateway_is_detached_when_no_public_address_is_left(account: Account) -> None:
    vpc, subnets = network(account)
    gateway = with_gateway(account, vpc)
    instances(account, subnets[0], security_group(account, vpc))
    ask = {"InternetGatewayId": gateway, "VpcId": vpc}
    lb = balancer(account, subnets)
    code, text = refused(account.ec2.detach_internet_gateway, **ask)
    assert (code, text.partition(". ")[0]) == (
        "DependencyViolation",
        f"Network {vpc} has some mapped public address(es)",
    )
    account.elbv2.delete_load_balancer(LoadBalancerArn=lb)
    address = account.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = account.ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    assert refused(account.ec2.detach_internet_gateway, **ask)[0] == "DependencyViolation"
    account.ec2.delete_nat_gateway(NatGatewayId=nat)
    internal = balancer(account, subnets, Scheme="internal")
    account.ec2.detach_internet_gateway(**ask)
    account.elbv2.delete_load_balancer(LoadBalancerArn=internal)


def test_a_security_group_goes_when_nobody_has_it_and_no_other_speaks_of_it(account: Account) -> None:
    vpc, subnets = network(account)
    of_balancer, of_instances, other = (security_group(account, vpc) for _ in range(3))
    lb = balancer(account, subnets, SecurityGroups=[of_balancer])
    group = instances(account, subnets[0], of_instances)
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": other}]}
    account.ec2.authorize_security_group_ingress(GroupId=of_instances, IpPermissions=[rule])
    account.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[rule])
    for used in (of_balancer, of_instances, other):
        assert refused(account.ec2.delete_security_group, GroupId=used) == (
            "DependencyViolation",
            f"resource {used} has a dependent object",
        )
    assert refused(account.ec2.delete_vpc, VpcId=vpc)[0] == "DependencyViolation"
    account.elbv2.delete_load_balancer(LoadBalancerArn=lb)
    account.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=group, ForceDelete=True)
    for free in (of_balancer, of_instances, other):  # the rule of `other` about itself does not count
        account.ec2.delete_security_group(GroupId=free)


def test_a_vpc_goes_when_nothing_is_in_it_any_more(account: Account) -> None:
    vpc, subnets = network(account)
    gateway, group = with_gateway(account, vpc), security_group(account, vpc)
    for subnet in subnets:
        account.ec2.delete_subnet(SubnetId=subnet)
    assert refused(account.ec2.delete_vpc, VpcId=vpc)[0] == "DependencyViolation"
    account.ec2.delete_security_group(GroupId=group)
    assert refused(account.ec2.delete_vpc, VpcId=vpc)[0] == "DependencyViolation"
    account.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    account.ec2.delete_vpc(VpcId=vpc)


def test_bare_moto_takes_a_network_apart_under_what_uses_it(moto: Account) -> None:
    vpc, subnets = network(moto)
    gateway, group = with_gateway(moto, vpc), security_group(moto, vpc)
    balancer(moto, subnets, SecurityGroups=[group])
    moto.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    moto.ec2.delete_security_group(GroupId=group)
    for subnet in subnets:
        moto.ec2.delete_subnet(SubnetId=subnet)


def test_a_load_balancer_stays_in_its_vpc(account: Account) -> None:
    vpc, subnets = network(account, "abc")
    elsewhere, others = network(account)
    lb = balancer(account, subnets[:2])
    both = ", ".join(sorted((vpc, elsewhere)))
    for strange in (others, [subnets[0], others[1]]):
        assert refused(account.elbv2.set_subnets, LoadBalancerArn=lb, Subnets=strange) == (
            "InvalidConfigurationRequest",
            f"All subnets must belong to the same VPC: '{both}'",
        )
    account.elbv2.set_subnets(LoadBalancerArn=lb, Subnets=subnets[1:])
    name = f"refusals-{next(_NUMBERS)}"
    mixed = [subnets[0], others[1]]
    assert refused(account.elbv2.create_load_balancer, Name=name, Subnets=mixed)[0] == "InvalidConfigurationRequest"


def test_bare_moto_moves_a_load_balancer_into_another_vpc(moto: Account) -> None:
    subnets, others = network(moto)[1], network(moto)[1]
    assert moto.elbv2.set_subnets(LoadBalancerArn=balancer(moto, subnets), Subnets=others)


def test_a_protected_load_balancer_is_not_deleted(account: Account) -> None:
    lb = balancer(account, network(account)[1])
    for value in ("true", "false"):
        protection = [{"Key": "deletion_protection.enabled", "Value": value}]
        account.elbv2.modify_load_balancer_attributes(LoadBalancerArn=lb, Attributes=protection)
        if value == "true":
            assert refused(account.elbv2.delete_load_balancer, LoadBalancerArn=lb)[0] == "OperationNotPermitted"
    account.elbv2.delete_load_balancer(LoadBalancerArn=lb)


def template(size: int) -> dict[str, str]:
    return {"ImageId": "ami-12c6146b", "UserData": base64.b64encode(b"x" * size).decode()}


def test_user_data_is_16_kb_at_most(account: Account) -> None:
    name = f"refusals-{next(_NUMBERS)}"
    malformed = ("InvalidUserData.Malformed", "User data is limited to 16384 bytes.")
    create, version = account.ec2.create_launch_template, account.ec2.create_launch_template_version
    assert refused(create, LaunchTemplateName=name, LaunchTemplateData=template(16_385)) == malformed
    create(LaunchTemplateName=name, LaunchTemplateData=template(16_384))
    assert refused(version, LaunchTemplateName=name, LaunchTemplateData=template(16_385)) == malformed
    version(LaunchTemplateName=name, LaunchTemplateData=template(16_384))
    one = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}
    assert refused(account.ec2.run_instances, **one, UserData="x" * 16_385)[0] == "InvalidParameterValue"


def test_bare_moto_takes_user_data_of_any_size(moto: Account) -> None:
    assert moto.ec2.create_launch_template(LaunchTemplateName="big", LaunchTemplateData=template(99_999))


def policy(size: int, spaces: int = 0) -> str:
    """A policy of `size` characters that count, and as many that do not as `spaces` says."""
    empty = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}]}
    text = json.dumps(empty, separators=(",", ":"))
    arn = "arn:aws:ssm:*:*:parameter/" + "x" * (size - len(text) + 1 - len("arn:aws:ssm:*:*:parameter/"))
    return text.replace('"*"', f'"{arn}"').replace(",", "," + " " * spaces, 1)


def test_the_policies_in_a_role_have_10_240_characters_at_most_together(account: Account) -> None:
    iam, name = account.client("iam"), f"refusals-{next(_NUMBERS)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName=name, PolicyName="first", PolicyDocument=policy(10_240, spaces=99))
    too_much = ("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {name}")
    put = iam.put_role_policy
    assert refused(put, RoleName=name, PolicyName="first", PolicyDocument=policy(10_241)) == too_much
    assert refused(put, RoleName=name, PolicyName="second", PolicyDocument=policy(200)) == too_much
    put(RoleName=name, PolicyName="first", PolicyDocument=policy(10_040))
    put(RoleName=name, PolicyName="second", PolicyDocument=policy(200))


def test_managed_and_trust_policies_have_limits_of_their_own(account: Account) -> None:
    iam, name = account.client("iam"), f"refusals-{next(_NUMBERS)}"
    assert refused(iam.create_policy, PolicyName=name, PolicyDocument=policy(6_145)) == (
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    )
    iam.create_policy(PolicyName=name, PolicyDocument=policy(6_144))
    trust = TRUST.replace('"*"', json.dumps([f"arn:aws:iam::123456789012:role/{number:0>30}" for number in range(40)]))
    assert refused(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust) == (
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    )


def test_bare_moto_takes_policies_of_any_size(moto: Account) -> None:
    iam = moto.client("iam")
    iam.create_role(RoleName="big", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="big", PolicyName="p", PolicyDocument=policy(99_999))


def status(account: Account, arn: str) -> str:
    return str(account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"])


def listener(account: Account, **others: Any) -> dict[str, Any]:
    """The arguments of an HTTPS listener."""
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    lb = balancer(account, network(account)[1])
    return {"LoadBalancerArn": lb, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [answer], **others}


def test_a_certificate_is_issued_when_every_name_has_its_record_in_public_dns(account: Account) -> None:
    arn = account.certificate("amber", "one.proof.test", "two.proof.test")
    assert status(account, arn) == "PENDING_VALIDATION"
    private = account.route53.create_hosted_zone(
        Name="proof.test",
        CallerReference="private",
        VPC={"VPCRegion": account.region, "VPCId": network(account)[0]},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]["Id"].removeprefix("/hostedzone/")
    options = account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    records = [option["ResourceRecord"] for option in options]
    upserts = [("UPSERT", simple(one["Name"], one["Value"], kind="CNAME")) for one in records]
    account.change(private, *upserts)
    assert status(account, arn) == "PENDING_VALIDATION", "nobody outside sees a private zone"
    made = account.route53.create_hosted_zone(Name="proof.test", CallerReference="public")["HostedZone"]["Id"]
    public = made.removeprefix("/hostedzone/")
    account.change(public, upserts[0])
    assert status(account, arn) == "PENDING_VALIDATION", "one name is not proved"
    account.change(public, ("UPSERT", simple(records[1]["Name"], "another.value.test", kind="CNAME")))
    assert status(account, arn) == "PENDING_VALIDATION", "the record says something else"
    account.change(public, upserts[1])
    assert status(account, arn) == "ISSUED"
    account.change(public, *(("DELETE", record) for _, record in upserts))
    assert status(account, arn) == "ISSUED", "it stays so until its renewal"


def test_a_listener_takes_no_certificate_that_is_not_issued(account: Account) -> None:
    arn = account.certificate("amber", "listener.proof.test")
    wanted = listener(account, Certificates=[{"CertificateArn": arn}])
    assert refused(account.elbv2.create_listener, **wanted) == (
        "UnsupportedCertificate",
        f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key "
        "size.",
    )
    account.prove(arn)
    made = account.elbv2.create_listener(**wanted)["Listeners"][0]["ListenerArn"]
    pending = [{"CertificateArn": account.certificate("amber", "other.proof.test")}]
    modify, add = account.elbv2.modify_listener, account.elbv2.add_listener_certificates
    assert refused(modify, ListenerArn=made, Certificates=pending)[0] == "UnsupportedCertificate"
    assert refused(add, ListenerArn=made, Certificates=pending)[0] == "UnsupportedCertificate"


def test_a_listener_takes_no_tls_policy_that_does_not_exist(account: Account) -> None:
    arn = account.certificate("amber", "policy.proof.test")
    account.prove(arn)
    wanted = listener(account, Certificates=[{"CertificateArn": arn}])
    unknown = ("SSLPolicyNotFound", "SSL policy 'ELBSecurityPolicy-TLS13-9' not found")
    assert refused(account.elbv2.create_listener, **wanted, SslPolicy="ELBSecurityPolicy-TLS13-9") == unknown
    wanted["SslPolicy"] = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    made = account.elbv2.create_listener(**wanted)["Listeners"][0]["ListenerArn"]
    assert refused(account.elbv2.modify_listener, ListenerArn=made, SslPolicy="ELBSecurityPolicy-TLS13-9") == unknown


def test_an_https_listener_takes_a_certificate(account: Account) -> None:
    assert refused(account.elbv2.create_listener, **listener(account)) == (
        "ValidationError",
        "A certificate must be specified for HTTPS listeners",
    )


def test_bare_moto_takes_any_policy_and_a_certificate_that_is_not_issued(moto: Account) -> None:
    arn = moto.certificate("amber", "bare.proof.test")
    wanted = listener(moto, Certificates=[{"CertificateArn": arn}], SslPolicy="ELBSecurityPolicy-TLS13-9")
    assert status(moto, arn) == "PENDING_VALIDATION"
    assert moto.elbv2.create_listener(**wanted)["Listeners"]
