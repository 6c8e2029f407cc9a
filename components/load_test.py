"""The place for the evidence of a load test: an SSM parameter that lives and dies with its cluster."""

import pulumi
import pulumi_aws as aws

from components.colour_hooks import ColourHooks
from components.settings import ColourSettings
from cutover import load_evidence


def declare(
    settings: ColourSettings, cluster: pulumi.Resource, hooks: ColourHooks, tags: dict[str, str]
) -> aws.ssm.Parameter:
    """Declare the SSM parameter into which a load test of `cluster` writes what came of it.

    What it says is nobody's but the test's: neither an update nor a refresh touches it. That it is made is not frozen,
    so that the colour in charge, which has none from an older version, gets one.
    """
    return aws.ssm.Parameter(
        "load-test",
        name=settings.shared.load_test_parameter(settings.colour),
        type="String",
        overwrite=True,
        description=f"What came of the newest load test of {settings.colour}",
        insecure_value=load_evidence.NONE_YET,
        tags=tags,
        opts=pulumi.ResourceOptions(
            depends_on=[cluster],
            ignore_changes=["insecureValue"],
            # The new one would be the old one: replaced new-first, it would be gone after the delete.
            delete_before_replace=True,
            hooks=pulumi.ResourceHookBinding(
                before_update=[hooks.frozen_update],
                before_delete=[hooks.frozen_delete],
            ),
        ),
    )
