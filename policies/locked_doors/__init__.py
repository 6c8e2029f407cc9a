"""Locked doors: one way in, through the load balancer, and nothing lying about inside."""

from ..rule import resource_rule, stack_rule
from .instances import encrypted_volumes, metadata_with_a_token, no_key_pair, no_public_address
from .load_balancers import current_tls_policy, https_only, invalid_headers_dropped
from .openings import no_login, open_only_for_the_web
from .permissions import narrow_statements, no_managed_policy, trusted_by_name
from .secrets import no_secret_in_a_plain_parameter, no_secret_in_the_open, no_secret_written_in_a_parameter
from .ways_in import instances_only_from_the_load_balancer, no_rule_in_plain_text, world_only_at_the_load_balancer

_TEXTS = {"type": "array", "items": {"type": "string"}}
_PLAIN_HTTP = {
    "type": "boolean",
    "default": False,
    "description": "Whether listeners may serve without TLS; the opposite of the project's https",
}
locked_doors = resource_rule(
    name="locked-doors",
    title="Nothing is open that need not be",
    description="One way in, over current TLS; no public addresses, logins, wide permissions, disks that can be read, "
    "or secrets in user data, tags and plain environment.",
    remedy="Do as components/ do, or say in the pack's config what else is allowed.",
    checks=[
        metadata_with_a_token,
        no_public_address,
        no_key_pair,
        encrypted_volumes,
        https_only,
        current_tls_policy,
        invalid_headers_dropped,
        no_login,
        open_only_for_the_web,
        narrow_statements,
        trusted_by_name,
        no_managed_policy,
        no_secret_in_the_open,
        no_secret_in_a_plain_parameter,
    ],
    parameters={
        "openPorts": {
            "type": "array",
            "items": {"type": "integer"},
            "default": [80, 443],
            "description": "The ports on which everybody may come in; 80 and the project's httpsPort",
        },
        "plainHttp": _PLAIN_HTTP,
        "tlsPolicies": {
            "type": "string",
            "default": "ELBSecurityPolicy-TLS13-1-[23](-Res)?(-FIPS)?(-PQ)?-20[0-9]{2}-[0-9]{2}",
            "description": "A pattern of the TLS policies that are current: TLS 1.2 with forward secrecy, and 1.3",
        },
        "metadataHops": {
            "type": "integer",
            "minimum": 1,
            "default": 1,
            "description": "The most hops of a metadata answer; a container that needs the instance's role needs 2",
        },
        "managedPolicies": {
            **_TEXTS,
            "default": [],
            "description": "The names of AWS's own IAM policies that may be attached",
        },
        "unnarrowableActions": {
            **_TEXTS,
            # https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
            "default": [
                "autoscaling:Describe*",
                "cloudwatch:PutMetricData",
                "ec2:Describe*",
                "ec2messages:*",
                "ecr:GetAuthorizationToken",
                "elasticloadbalancing:Describe*",
                "ssm:UpdateInstanceInformation",
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
                "sts:GetCallerIdentity",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            "description": "Patterns of the actions that cannot be narrowed to a resource",
        },
    },
)
locked_doors_ways_in = stack_rule(
    name="locked-doors-ways-in",
    title="The load balancer is the only way in",
    description="Everybody reaches the load balancer and nothing else, over TLS, and the instances are reached from "
    "the load balancer and from nowhere else: what comes past it is not counted, nor moved by a tag-in.",
    remedy="Name the load balancer's security group as the only source of the instances' group.",
    checks=[world_only_at_the_load_balancer, instances_only_from_the_load_balancer, no_rule_in_plain_text],
    parameters={"plainHttp": _PLAIN_HTTP},
)
locked_doors_parameters = stack_rule(
    name="locked-doors-parameters",
    title="No secret is in a parameter that everybody can read",
    description="What is written into an SSM parameter that is not encrypted does not look like a secret.",
    remedy="Make it a SecureString, and keep it outside of the colours' stacks.",
    checks=[no_secret_written_in_a_parameter],
)
RULES = [locked_doors, locked_doors_ways_in, locked_doors_parameters]
