"""The names of ECR's private registries: with FIPS, dual-stack, and in every partition."""

ACCOUNT = "210987654321"
# A region of each partition.
REGIONS = {
    "aws": "eu-west-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
}
_NAMES = [
    ("aws", "dkr.ecr.{}.amazonaws.com"),
    ("aws", "dkr.ecr-fips.{}.amazonaws.com"),
    ("aws", "dkr-ecr.{}.on.aws"),
    ("aws", "dkr-ecr-fips.{}.on.aws"),
    ("aws-us-gov", "dkr.ecr.{}.amazonaws.com"),
    ("aws-us-gov", "dkr.ecr-fips.{}.amazonaws.com"),
    ("aws-us-gov", "dkr-ecr-fips.{}.on.aws"),
    ("aws-cn", "dkr.ecr.{}.amazonaws.com.cn"),
    ("aws-cn", "dkr-ecr.{}.on.amazonwebservices.com.cn"),
    ("aws-eusc", "dkr.ecr.{}.amazonaws.eu"),
    ("aws-iso", "dkr.ecr.{}.c2s.ic.gov"),
    ("aws-iso-b", "dkr.ecr.{}.sc2s.sgov.gov"),
    ("aws-iso-e", "dkr.ecr.{}.cloud.adc-e.uk"),
    ("aws-iso-f", "dkr.ecr.{}.csp.hci.ic.gov"),
]
# Host name and partition.
HOSTS = [(f"{ACCOUNT}.{name.format(REGIONS[partition])}", partition) for partition, name in _NAMES]
