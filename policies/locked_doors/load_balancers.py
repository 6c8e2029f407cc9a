"""Load balancers that speak HTTPS, and pass on nothing malformed."""

import re
from collections.abc import Iterator

from ..finding import Finding
from ..resource import Resource, blocks, is_true
from ..rule import Parameters

LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_ENCRYPTED = ("HTTPS", "TLS")


def https_only(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A listener that answers in plain text with anything but a redirect to HTTPS."""
    if resource.type not in LISTENERS or resource.props.get("protocol") in _ENCRYPTED or parameters["plainHttp"]:
        return
    for action in blocks(resource.props, "defaultActions"):
        target = next(iter(blocks(action, "redirect")), {})
        if action.get("type") != "redirect" or target.get("protocol") != "HTTPS":
            yield Finding(
                f"listener {resource.name} serves in plain text",
                f"protocol {resource.props.get('protocol')}, action {action.get('type')}",
                "What clients send and get can be read and changed on the way.",
                "Redirect it to the HTTPS listener: https: true in Pulumi.yaml.",
            )


def current_tls_policy(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """An HTTPS listener that accepts old versions or weak ciphers."""
    if resource.type not in LISTENERS or resource.props.get("protocol") not in _ENCRYPTED:
        return
    policy = resource.props.get("sslPolicy")
    if policy is None or not re.fullmatch(parameters["tlsPolicies"], policy):
        yield Finding(
            f"listener {resource.name} has no current TLS policy",
            f"sslPolicy: {policy or 'not set, which means ELBSecurityPolicy-2016-08'}",
            "It accepts TLS 1.0 or 1.1, or ciphers without forward secrecy: "
            "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html.",
            "Use the one in components/load_balancer.py.",
        )


def invalid_headers_dropped(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """An Application Load Balancer that passes on headers which are read in different ways."""
    if resource.type not in BALANCERS or resource.props.get("loadBalancerType", "application") != "application":
        return
    if not is_true(resource.props.get("dropInvalidHeaderFields")):
        yield Finding(
            f"load balancer {resource.name} passes on invalid headers",
            f"dropInvalidHeaderFields: {resource.props.get('dropInvalidHeaderFields', 'not set')}",
            "A header that it and the service read differently can smuggle a request in.",
            "Set drop_invalid_header_fields to true.",
        )
