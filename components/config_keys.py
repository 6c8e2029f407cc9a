"""Every config key there is, with what it allows: the one table that settings are read by and refusals quote."""

import json
import re

from components import host_name, offsite
from components.config_key import (
    IMAGE,
    PATH,
    RELEASE,
    Key,
    boolean,
    list_of,
    map_of,
    matching,
    network,
    optional,
    whole_number,
)
from cutover.checks import override
from propagation import Endpoint

COLOUR = re.compile(r"[a-z]{1,12}")
# A colour's stack has its name, and the third stack is called live.
COLOUR_WITH_A_STACK = re.compile(r"(?!live$)[a-z]{1,12}")
CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+")
# 32 characters at most: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")
# A token of RFC 9110 section 5.6.2.
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
INSTANCE_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


SHARED_KEYS = (
    Key("names", list_of(host_name.parse), 'a list of host names in the zone, like ["www.shop.example"]'),
    Key("zone", host_name.parse, "the name of a hosted zone, like shop.example"),
    Key("zoneId", optional(matching(ZONE_ID)), "empty, or the id of a hosted zone, like Z0123456789ABCDEFGHIJ", ""),
    Key("capacity", whole_number(2, 1000), "a whole number from 2 to 1000, at least one instance a zone", "4"),
    Key("instanceType", matching(INSTANCE_TYPE), "an EC2 instance type, like m7i.large", "m7i.large"),
    Key(
        "machineImage",
        matching(PATH),
        "the name of a public SSM parameter that holds an Amazon Linux 2023 image",
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    ),
    Key("availabilityZones", whole_number(2, 6), "a whole number from 2 to 6", "2"),
    Key(
        "cidrs",
        map_of(matching(COLOUR_WITH_A_STACK), network),
        "two colours, each with its own IPv4 network of /16 to /22",
    ),
    Key("natGateways", whole_number(1, 6), "a whole number from 1 to the number of availability zones", "1"),
    Key("keepAddresses", boolean, "true or false", "true"),
    Key("loadBalancerCapacityUnits", whole_number(0, 100_000), "a whole number from 0 to 100000", "0"),
    Key("certificateArn", optional(matching(CERTIFICATE)), "empty, or the ARN of an ACM certificate", ""),
    Key("image", matching(IMAGE), "a container image without a tag, like registry.shop.example/web"),
    Key("port", whole_number(1, 65535), "a whole number from 1 to 65535", "8080"),
    Key("healthPath", matching(PATH), "a path that starts with /", "/healthz"),
    Key("offsite", offsite.parse_all, f"environment variable to {offsite.ALLOWED}", "{}", shown=False),
    Key("https", boolean, "true or false", "true"),
    Key("httpsPort", whole_number(1, 65535), "a whole number from 1 to 65535", "443"),
    Key("fullCapacityTimeout", whole_number(1, 7200), "seconds, a whole number from 1 to 7200", "900"),
    Key("readinessProbes", whole_number(1, 200), "a whole number from 1 to 200", "20"),
    Key("readinessLatency", whole_number(1, 60_000), "milliseconds, a whole number from 1 to 60000", "1000"),
    Key("releaseHeader", optional(matching(HEADER)), "empty, or the name of an HTTP header, like X-Release", ""),
)
COLOUR_KEYS = (
    Key("release", matching(RELEASE), "a tag of the container image, like 1.4.2", shared=False),
    Key("awake", boolean, "true or false", "true", shared=False),
    Key("hotfix", boolean, "true or false", "false", shared=False),
)
LIVE_KEYS = (
    Key("active", matching(COLOUR), "one of the colours in `cidrs`", shared=False),
    Key(
        "resolvers",
        list_of(lambda text: Endpoint.resolver(text).address),
        f'a list of {Endpoint.RESOLVERS_ALLOWED}, like ["1.1.1.1", "https://dns.google/dns-query"]',
        json.dumps(Endpoint.PUBLIC_RESOLVERS),
        shared=False,
    ),
    Key("dnsPort", whole_number(1, 65535), "a whole number from 1 to 65535", "53", shared=False),
    Key("propagationTimeout", whole_number(1, 7200), "seconds, a whole number from 1 to 7200", "300", shared=False),
    Key("failover", boolean, "true or false", "false", shared=False),
    Key(
        "share",
        map_of(matching(COLOUR), whole_number(1, 50)),
        'empty, or the idle colour and its share of the traffic in per cent, 1 to 50, like {"COLOUR": 5}',
        "{}",
        shared=False,
    ),
    Key("override", override.parse, override.ALLOWED, "{}", shared=False),
)
ALL_KEYS = {key.name: key for key in (*SHARED_KEYS, *COLOUR_KEYS, *LIVE_KEYS)}
