"""Where in ECR an image lies, by the name of its registry."""

import re
from dataclasses import dataclass

# Private registries by all their names: with FIPS or without, over IPv4 alone or IPv6 too (dual-stack), each with the
# suffixes of the partitions as botocore's partitions.json has them.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
_PLAIN = r"amazonaws\.(com(\.cn)?|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov"
_DUAL_STACK = r"on\.(aws|amazonwebservices\.(com\.cn|eu))"
_HOST = re.compile(
    rf"(?P<account>\d{{12}})\.(dkr\.ecr(-fips)?\.(?P<plain>[a-z0-9-]+)\.({_PLAIN})"
    rf"|dkr-ecr(-fips)?\.(?P<dual>[a-z0-9-]+)\.({_DUAL_STACK}))"
)


@dataclass(frozen=True)
class EcrRepository:
    """A repository in the private registry `host` of `account`, in `region`."""

    host: str
    account: str
    region: str
    repository: str


def repository_of(image: str) -> EcrRepository | None:
    """Where `image` lies in ECR; None when it lies elsewhere."""
    host, _, repository = image.partition("/")
    match = _HOST.fullmatch(host)
    if not match:
        return None
    return EcrRepository(host, match["account"], match["plain"] or match["dual"], repository)
