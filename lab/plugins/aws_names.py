"""How pulumi-aws 7.51.1 names things, against the bridged terraform-provider-aws 5.100.0 that the lab runs.

A resource type or function that the program uses must be in these tables. tests/unit/test_aws_names.py derives every
difference from the installed SDK, so that a wrong or missing entry is a failing test and never a dropped property.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Where to add a type that is missing, as shown to the user.
THIS_FILE = "lab/plugins/aws_names.py"
PROVIDER = "terraform-provider-aws 5.100.0"


@dataclass(frozen=True)
class Rename:
    """A property that the bridge calls `bridge`; `one`: a list of at most one in pulumi-aws, an object there."""

    bridge: str
    one: bool = False


@dataclass(frozen=True)
class Resource:
    """One resource type.

    terraform: the type's name in Terraform.
    regional: pulumi-aws 7 gives it a `region`, which terraform-provider-aws has only since 6.0.
    has_region: the bridge nevertheless has an output called `region`.
    renames: pulumi-aws name -> Rename, of inputs and outputs alike; only top-level properties differ.
    json: inputs that pulumi-aws also takes as an object, and sends to AWS as JSON text.
    newer: inputs that only pulumi-aws 7.51.1 has; dotted paths, list positions left out.
    named: the property that pulumi-aws gives a name of its own where the program gives none, unlike the bridge, which
    does that only for properties called `name`.
    """

    terraform: str
    regional: bool = True
    has_region: bool = False
    renames: Mapping[str, Rename] = field(default_factory=dict)
    json: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    named: str | None = None

    @property
    def bridge_token(self) -> str:
        """The type's token in the bridge: aws_lb_listener -> aws:index/lbListener:LbListener."""
        name = _camel_case(self.terraform)
        return f"aws:index/{name}:{name[0].upper()}{name[1:]}"


@dataclass(frozen=True)
class Function:
    """One function (a data source in Terraform); its fields mean what they mean for Resource."""

    terraform: str
    regional: bool = True
    newer: tuple[str, ...] = ()

    @property
    def bridge_token(self) -> str:
        """The function's token in the bridge: aws_route53_zone -> aws:index/getRoute53Zone:getRoute53Zone."""
        name = _camel_case(self.terraform)
        return f"aws:index/get{name[0].upper()}{name[1:]}:get{name[0].upper()}{name[1:]}"


def _camel_case(terraform: str) -> str:
    first, *rest = terraform.removeprefix("aws_").split("_")
    return first + "".join(word[0].upper() + word[1:] for word in rest)


_RULES = {"ingress": Rename("ingresses"), "egress": Rename("egresses")}

RESOURCES: Mapping[str, Resource] = {
    "aws:acm/certificate:Certificate": Resource(
        "aws_acm_certificate", newer=("options.export", "privateKeyWo", "privateKeyWoVersion")
    ),
    "aws:acm/certificateValidation:CertificateValidation": Resource("aws_acm_certificate_validation"),
    "aws:autoscaling/attachment:Attachment": Resource("aws_autoscaling_attachment"),
    "aws:autoscaling/group:Group": Resource("aws_autoscaling_group", newer=("instanceLifecyclePolicy",)),
    "aws:autoscaling/lifecycleHook:LifecycleHook": Resource("aws_autoscaling_lifecycle_hook"),
    "aws:autoscaling/notification:Notification": Resource("aws_autoscaling_notification"),
    "aws:autoscaling/policy:Policy": Resource("aws_autoscaling_policy"),
    "aws:cloudwatch/logGroup:LogGroup": Resource("aws_cloudwatch_log_group", newer=("deletionProtectionEnabled",)),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Resource(
        "aws_cloudwatch_metric_alarm",
        renames={"name": Rename("alarmName")},
        newer=("evaluationCriteria", "evaluationInterval", "evaluationWindow", "warmUpConfiguration"),
        named="name",
    ),
    "aws:dynamodb/table:Table": Resource(
        "aws_dynamodb_table",
        renames={
            "globalSecondaryIndexes": Rename("globalSecondaryIndices"),
            "localSecondaryIndexes": Rename("localSecondaryIndices"),
        },
        newer=(
            "globalSecondaryIndexes.keySchemas",
            "globalSecondaryIndexes.warmThroughput",
            "globalTableWitness",
            "replicas.consistencyMode",
            "replicas.deletionProtectionEnabled",
            "restoreBackupArn",
            "warmThroughput",
        ),
    ),
    "aws:ebs/volume:Volume": Resource("aws_ebs_volume", newer=("volumeInitializationRate",)),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Resource("aws_default_security_group", renames=_RULES),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": Resource("aws_egress_only_internet_gateway"),
    "aws:ec2/eip:Eip": Resource("aws_eip"),
    "aws:ec2/flowLog:FlowLog": Resource("aws_flow_log", newer=("regionalNatGatewayId", "tagFieldSpecifications")),
    "aws:ec2/instance:Instance": Resource(
        "aws_instance",
        newer=(
            "cpuOptions.nestedVirtualization",
            "forceDestroy",
            "placementGroupId",
            "primaryNetworkInterface",
            "secondaryNetworkInterfaces",
        ),
    ),
    "aws:ec2/internetGateway:InternetGateway": Resource("aws_internet_gateway"),
    "aws:ec2/launchTemplate:LaunchTemplate": Resource(
        "aws_launch_template",
        newer=(
            "cpuOptions.nestedVirtualization",
            "networkInterfaces.enaQueueCount",
            "networkPerformanceOptions",
            "placement.groupId",
            "secondaryInterfaces",
        ),
    ),
    "aws:ec2/natGateway:NatGateway": Resource(
        "aws_nat_gateway", newer=("availabilityMode", "availabilityZoneAddresses", "vpcId")
    ),
    "aws:ec2/route:Route": Resource("aws_route", newer=("odbNetworkArn",)),
    "aws:ec2/routeTable:RouteTable": Resource("aws_route_table", newer=("routes.odbNetworkArn",)),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Resource("aws_route_table_association"),
    "aws:ec2/securityGroup:SecurityGroup": Resource("aws_security_group", renames=_RULES),
    "aws:ec2/securityGroupRule:SecurityGroupRule": Resource("aws_security_group_rule"),
    "aws:ec2/subnet:Subnet": Resource(
        "aws_subnet", newer=("ipv4IpamPoolId", "ipv4NetmaskLength", "ipv6IpamPoolId", "ipv6NetmaskLength")
    ),
    "aws:ec2/vpc:Vpc": Resource("aws_vpc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Resource(
        "aws_vpc_endpoint", newer=("dnsOptions.privateDnsPreference", "dnsOptions.privateDnsSpecifiedDomains")
    ),
    "aws:iam/group:Group": Resource("aws_iam_group", regional=False),
    "aws:iam/instanceProfile:InstanceProfile": Resource("aws_iam_instance_profile", regional=False),
    "aws:iam/policy:Policy": Resource(
        "aws_iam_policy", regional=False, json=("policy",), newer=("delayAfterPolicyCreationInMs",)
    ),
    "aws:iam/policyAttachment:PolicyAttachment": Resource("aws_iam_policy_attachment", regional=False),
    "aws:iam/role:Role": Resource("aws_iam_role", regional=False, json=("assumeRolePolicy",)),
    "aws:iam/rolePolicy:RolePolicy": Resource("aws_iam_role_policy", regional=False, json=("policy",)),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Resource("aws_iam_role_policy_attachment", regional=False),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Resource("aws_iam_service_linked_role", regional=False),
    "aws:iam/user:User": Resource("aws_iam_user", regional=False),
    "aws:kms/key:Key": Resource("aws_kms_key"),
    "aws:lb/listener:Listener": Resource("aws_lb_listener", newer=("defaultActions.jwtValidation",)),
    "aws:lb/listenerCertificate:ListenerCertificate": Resource("aws_lb_listener_certificate"),
    "aws:lb/listenerRule:ListenerRule": Resource(
        "aws_lb_listener_rule",
        newer=(
            "actions.jwtValidation",
            "conditions.hostHeader.regexValues",
            "conditions.httpHeader.regexValues",
            "conditions.pathPattern.regexValues",
            "conditions.sourceIp.ipAddressType",
            "transforms",
        ),
    ),
    "aws:lb/loadBalancer:LoadBalancer": Resource(
        "aws_lb", newer=("enablePrefixForIpv6SourceNat", "healthCheckLogs", "secondaryIpsAutoAssignedPerSubnet")
    ),
    "aws:lb/targetGroup:TargetGroup": Resource("aws_lb_target_group", newer=("targetControlPort",)),
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": Resource(
        "aws_lb_target_group_attachment", newer=("quicServerId",)
    ),
    "aws:rds/instance:Instance": Resource("aws_db_instance", newer=("warningEventCategories",)),
    "aws:rds/subnetGroup:SubnetGroup": Resource("aws_db_subnet_group"),
    "aws:route53/healthCheck:HealthCheck": Resource("aws_route53_health_check", regional=False),
    "aws:route53/record:Record": Resource(
        "aws_route53_record",
        regional=False,
        renames={
            "aliases": Rename("alias", one=True),
            "failoverRoutingPolicies": Rename("failoverRoutingPolicy", one=True),
            "geolocationRoutingPolicies": Rename("geolocationRoutingPolicy", one=True),
            "latencyRoutingPolicies": Rename("latencyRoutingPolicy", one=True),
            "weightedRoutingPolicies": Rename("weightedRoutingPolicy", one=True),
        },
    ),
    "aws:route53/zone:Zone": Resource("aws_route53_zone", regional=False, newer=("enableAcceleratedRecovery",)),
    "aws:s3/bucket:Bucket": Resource(
        "aws_s3_bucket",
        has_region=True,
        json=("policy",),
        # Of replicationConfiguration the bridge only knows the shape of another resource with the same type names.
        newer=(
            "bucketNamespace",
            "replicationConfiguration",
            "serverSideEncryptionConfiguration.rule.blockedEncryptionTypes",
        ),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Resource("aws_s3_bucket_policy", json=("policy",)),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Resource(
        "aws_s3_bucket_public_access_block", newer=("skipDestroy",)
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Resource("aws_s3_bucket_versioning"),
    "aws:sns/topic:Topic": Resource("aws_sns_topic", newer=("maximumMessageSize",)),
    "aws:sqs/queue:Queue": Resource("aws_sqs_queue"),
    "aws:ssm/parameter:Parameter": Resource("aws_ssm_parameter"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Resource("aws_vpc_security_group_egress_rule"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Resource("aws_vpc_security_group_ingress_rule"),
}

FUNCTIONS: Mapping[str, Function] = {
    "aws:ec2/getAmi:getAmi": Function("aws_ami", newer=("allowUnsafeFilter",)),
    "aws:ec2/getInstanceType:getInstanceType": Function("aws_ec2_instance_type"),
    "aws:ec2/getSubnets:getSubnets": Function("aws_subnets"),
    "aws:ec2/getVpc:getVpc": Function("aws_vpc"),
    "aws:iam/getPolicyDocument:getPolicyDocument": Function("aws_iam_policy_document", regional=False),
    "aws:index/getAvailabilityZones:getAvailabilityZones": Function("aws_availability_zones"),
    "aws:index/getCallerIdentity:getCallerIdentity": Function("aws_caller_identity", regional=False),
    "aws:index/getPartition:getPartition": Function("aws_partition", regional=False),
    "aws:index/getRegion:getRegion": Function("aws_region"),
    "aws:route53/getZone:getZone": Function("aws_route53_zone", regional=False, newer=("enableAcceleratedRecovery",)),
    "aws:ssm/getParameter:getParameter": Function("aws_ssm_parameter"),
}

# The provider's own configuration: objects in pulumi-aws that are lists of one in the bridge, and what the lab's
# provider cannot honour.
CONFIG_LISTS = ("defaultTags", "ignoreTags")
CONFIG_NEWER = ("assumeRoleWithWebIdentity", "tagPolicyCompliance", "userAgents")

_PULUMI_TOKENS: Mapping[str, str] = {
    entry.bridge_token: token for table in (RESOURCES, FUNCTIONS) for token, entry in table.items()
}


def pulumi_token(bridge_token: str) -> str:
    """The pulumi-aws token of a type or function of the bridge; unchanged when it is none of ours."""
    return _PULUMI_TOKENS.get(bridge_token, bridge_token)
