"""The hosted zone of the live names."""

import pulumi_aws as aws

from cutover.refusal import Refusal


def id_of(name: str) -> str:
    """The id of the public hosted zone `name`, or of the private one where no public one has that name.

    Raises Refusal when there is not exactly one.
    """
    try:
        try:
            return aws.route53.get_zone(name=name, private_zone=False).zone_id
        except Exception as error:
            # Only this: of two public zones, or one that may not be read, none may be passed over for a private one.
            if "no matching" not in str(error):
                raise
            return aws.route53.get_zone(name=name, private_zone=True).zone_id
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        raise Refusal(
            "the zone cannot be looked up",
            seen=f"zone: {name} ({error})",
            allowed="the name of one hosted zone of this account",
            next_step="aws route53 list-hosted-zones-by-name; then edit `zone` under `config` in Pulumi.yaml",
        ) from None
