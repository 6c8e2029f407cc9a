"""What every run begins with: settings, the stack's own state, the place and the zone, each refused before a step."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components import own_state, settings_reader, stack_config, zone
from components.settings import ColourSettings, LiveSettings
from components.today import Today
from cutover import doubles
from cutover.aws import session
from cutover.aws_readiness import AwsReadiness
from cutover.owned import Owned


@dataclass(frozen=True)
class Beginning:
    """`owned` is the stack's own state, `aws` reads with the provider's identity, `today` says where that is."""

    settings: ColourSettings | LiveSettings
    owned: Sequence[Owned]
    aws: AwsReadiness
    today: Today
    zone_id: str


def read() -> Beginning:
    """Read all of it; raises Refusal when any of it is not as it has to be."""
    stack, provider = pulumi.get_stack(), stack_config.of_namespace("aws")
    project = stack_config.project_as_written()
    found = settings_reader.load(stack, stack_config.of_namespace(pulumi.get_project()), project)
    aws, owned = AwsReadiness(session(provider)), own_state.read()
    doubles.refuse(owned, stack)
    today = Today(aws, provider)
    today.require_stack(owned)
    return Beginning(found, owned, aws, today, zone.id_of(found.shared, stack, owned, aws))
