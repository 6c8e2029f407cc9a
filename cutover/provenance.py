"""Where a stack was made: the account and the region in its own resources' ARNs, compared with today's."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutover.cluster_facts import ClusterFacts
from cutover.owned import Owned
from cutover.refusal import Refusal

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html: some resources have no region, some no account.
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:(?P<region>[a-z0-9-]*):(?P<account>[0-9]*):.+", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """An account and a region; either is empty where it is not known."""

    account: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"{self.region or 'no region'}, account {self.account or 'unknown'}"


def of_arn(arn: object) -> Place:
    """The place in an ARN; an empty one for anything else."""
    match = _ARN.fullmatch(arn) if isinstance(arn, str) else None
    return Place(match["account"], match["region"]) if match else Place()


def of_stack(owned: Iterable[Owned]) -> Place:
    """Where most of the AWS resources of a stack were made; an empty place for a stack that has none with an ARN."""
    return _most(of_arn(one.outputs.get("arn")) for one in owned if one.type.startswith("aws:"))


def require_region(region: str | None) -> None:
    """Raise Refusal when no region is set: `in-charge` is in one, and without it nobody would seem to be in charge."""
    if not region:
        raise Refusal(
            "no AWS region is set",
            seen="no aws:region, AWS_REGION or AWS_DEFAULT_REGION, and none in the profile",
            allowed="the region that the clusters are in, or are to be in",
            next_step="export AWS_REGION=REGION, or pulumi config set aws:region REGION",
        )


def refuse_another(owned: Sequence[Owned], today: Place, stack: str, how_to_set_region: str) -> None:
    """Raise Refusal when the stack was made in another region or account than `today`'s.

    In another region there is another `in-charge`, in another account another zone: nobody would seem to be in charge.
    `how_to_set_region` is the command that chooses the region today, with {} for its value.
    """
    made = of_stack(owned)
    elsewhere = _different(made, today)
    if elsewhere:
        raise Refusal(
            f"stack {stack} was made in another {' and '.join(elsewhere)}; nothing was touched",
            seen=f"its state was made in {made}; today: {today}",
            allowed=f"{made}",
            next_step=_next_step(made, elsewhere, how_to_set_region),
        )


def refuse_clusters_elsewhere(clusters: Mapping[str, ClusterFacts], today: Place, how_to_set_region: str) -> None:
    """Raise Refusal when a cluster is in another region or account than `today`'s, in which `in-charge` is read."""
    for colour, facts in sorted(clusters.items()):
        made = Place(of_arn(facts.target_group_arn).account, facts.region)
        elsewhere = _different(made, today)
        if elsewhere:
            raise Refusal(
                f"the cluster of {colour} is in another {' and '.join(elsewhere)}; DNS was not touched",
                seen=f"{colour}: {made}; today: {today}",
                allowed=f"all of the project in one region and account, that of {colour}: {made}",
                next_step=_next_step(made, elsewhere, how_to_set_region),
            )


def refuse_certificate_elsewhere(arn: str, today: Place, stack: str) -> None:
    """Raise Refusal when the certificate is in another region or account than the load balancer that is to have it.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
    """
    made = of_arn(arn)
    if elsewhere := _different(made, today):
        raise Refusal(
            f"no load balancer of {stack} could have this certificate: it is in another {' and '.join(elsewhere)}",
            seen=f"certificateArn: {arn}; today: {today}",
            allowed=f"a certificate of {today}",
            next_step=f"edit `certificateArn` under `config` in Pulumi.yaml, then pulumi preview -s {stack}",
        )


def refuse_boundary_elsewhere(arn: str, today: Place, stack: str) -> None:
    """Raise Refusal when the permissions boundary is a policy of another account: no role could have it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    made = of_arn(arn)
    if _different(made, today):
        raise Refusal(
            f"the role of {stack}'s instances could not have this boundary: it is a policy of another account",
            seen=f"permissionsBoundary: {arn}; today: {today}",
            allowed=f"a policy of account {today.account}, or of AWS",
            next_step=f"edit `permissionsBoundary` under `config` in Pulumi.yaml, then pulumi preview -s {stack}",
        )


def _most(places: Iterable[Place]) -> Place:
    found = list(places)
    account, region = (
        next((value for value, _ in Counter(filter(None, values)).most_common(1)), "")
        for values in ([place.account for place in found], [place.region for place in found])
    )
    return Place(account, region)


def _different(made: Place, today: Place) -> list[str]:
    return [
        *(["region"] if made.region and made.region != today.region else []),
        *(["account"] if made.account and made.account != today.account else []),
    ]


def _next_step(made: Place, elsewhere: Sequence[str], how_to_set_region: str) -> str:
    steps = {
        "region": how_to_set_region.format(made.region),
        "account": f"export AWS_PROFILE=a profile of account {made.account}; "
        "aws sts get-caller-identity says whose you are",
    }
    return "; ".join(steps[what] for what in elsewhere)
