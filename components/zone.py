"""The hosted zone of the live names."""

import pulumi_aws as aws

from cutover.refusal import Refusal


def id_of(name: str) -> str:
    """The id of the public hosted zone `name`; raises Refusal when there is not exactly one."""
    try:
        return aws.route53.get_zone(name=name, private_zone=False).zone_id
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        raise Refusal(
            "the zone cannot be looked up",
            seen=f"zone: {name} ({error})",
            allowed="the name of one public hosted zone of this account",
            next_step="aws route53 list-hosted-zones-by-name; then edit `zone` under `config` in Pulumi.yaml",
        ) from None
