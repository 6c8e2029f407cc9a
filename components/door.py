"""The door of a cluster: open while the cluster can be tagged in, and the first thing to go when it is taken down."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.colour_hooks import ColourHooks
from components.settings import ColourSettings


def declare(
    settings: ColourSettings, cluster: Sequence[pulumi.Resource], hooks: ColourHooks, tags: dict[str, str]
) -> None:
    """Declare the SSM parameter that says that `cluster`, with all that belongs to it, can be tagged in.

    Taking a colour down and tagging it in may start at the same moment. The parameter goes first, then everybody waits
    (see ColourHooks.door_closed), then the rest goes, if the colour still carries nothing. A tag-in needs the
    parameter at the moment it gives the colour weight. So one of the two sees the other, in either order.
    """
    aws.ssm.Parameter(
        "door",
        name=settings.shared.door_parameter(settings.colour),
        type="String",
        overwrite=True,
        description=f"{settings.colour} can be tagged in",
        insecure_value=settings.release,
        tags=tags,
        opts=pulumi.ResourceOptions(
            depends_on=cluster,
            # The new one would be the old one: replaced new-first, it would be gone after the delete.
            delete_before_replace=True,
            hooks=pulumi.ResourceHookBinding(before_delete=[hooks.frozen_delete], after_delete=[hooks.door_closed]),
        ),
    )
