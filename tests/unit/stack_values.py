"""A project with colours of its own, and the config texts of its stacks as the engine gives them."""

import json
from collections.abc import Mapping

from components import settings
from components.settings import ColourSettings, LiveSettings
from cutover.cluster_facts import ClusterFacts

PROJECT: Mapping[str, str] = {
    "names": '["www.shop.example"]',
    "zone": "shop.example",
    "capacity": "4",
    "instanceType": "m7i.large",
    "machineImage": "/aws/service/image",
    "availabilityZones": "2",
    "cidrs": '{"amber": "10.10.0.0/16", "violet": "10.20.0.0/16"}',
    "natGateways": "1",
    "keepAddresses": "true",
    "loadBalancerCapacityUnits": "0",
    "certificateArn": "",
    "image": "registry.shop.example/web",
    "port": "8080",
    "healthPath": "/healthz",
    "offsite": "{}",
    "https": "true",
    "fullCapacityTimeout": "900",
}
OWN: Mapping[str, Mapping[str, str]] = {
    "amber": {"release": "1.0.0"},
    "violet": {"release": "2.0.0"},
    "live": {"active": "amber"},
}
OFFSITE = {
    "QUEUE_URL": "amqps://queue.shop.example:5671/orders?heartbeat=10",
    "DATABASE_URL": "/shop/database-url",
    "API_KEY": "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-AbCdEf",
    "SEARCH_URL": "arn:aws:ssm:eu-west-1:210987654321:parameter/search/url",
}


def load(stack: str, **changes: str) -> ColourSettings | LiveSettings:
    """The settings of `stack`; `changes` go where their key belongs, to the project or to the stack's own file."""
    project = {**PROJECT, **{key: text for key, text in changes.items() if key in PROJECT}}
    return settings.load(stack, {**project, **OWN.get(stack, {}), **changes}, project)


def colour(name: str = "amber", **changes: str) -> ColourSettings:
    found = load(name, **changes)
    assert isinstance(found, ColourSettings)
    return found


def live(**changes: str) -> LiveSettings:
    found = load("live", **changes)
    assert isinstance(found, LiveSettings)
    return found


def names(count: int) -> str:
    """The text of a list of `count` live names."""
    return json.dumps([f"www{number}.shop.example" for number in range(count)])


def facts(name: str, capacity: int = 4) -> ClusterFacts:
    return ClusterFacts(
        name,
        "1.0.0",
        "eu-central-1",
        capacity,
        f"{name}-group",
        f"arn:of:{name}",
        f"{name}.elb.example",
        f"ZONE-OF-{name.upper()}",
    )
