"""A project with colours of its own, and the config texts of its stacks as the engine gives them."""

import json
from collections.abc import Mapping

from components import settings_reader
from components.settings import SHARED_KEYS, ColourSettings, LiveSettings
from cutover.cluster_facts import ClusterFacts

PROJECT: Mapping[str, str] = {
    **{key.name: key.default for key in SHARED_KEYS if key.default is not None},
    "names": '["www.shop.example"]',
    "zone": "shop.example",
    "cidrs": '{"amber": "10.10.0.0/16", "violet": "10.20.0.0/16"}',
    "image": "registry.shop.example/web",
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


def parted(changes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """`changes` parted into those of the project and those of the stack's own file."""
    shared = {key.name for key in SHARED_KEYS}
    return (
        {key: text for key, text in changes.items() if key in shared},
        {key: text for key, text in changes.items() if key not in shared},
    )


def load(stack: str, **changes: str) -> ColourSettings | LiveSettings:
    """The settings of `stack`; `changes` go where their key belongs, to the project or to the stack's own file."""
    shared, own = parted(changes)
    project = {**PROJECT, **shared}
    return settings_reader.load(stack, {**project, **OWN.get(stack, {}), **own}, project)


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
        colour=name,
        release="1.0.0",
        region="eu-central-1",
        capacity=capacity,
        group=f"{name}-group",
        target_group_arn=f"arn:of:{name}",
        dns_name=f"{name}.elb.example",
        zone_id=f"ZONE-OF-{name.upper()}",
        shape={"capacity": str(capacity)},
        certificate_arn=f"arn:of:certificate-of-{name}",
    )
