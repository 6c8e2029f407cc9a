"""What AWS takes no more of, counted before anything is made."""

from ipaddress import IPv4Network

from cutover.refusal import Refusal

# Before it is encoded: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
USER_DATA_BYTES = 16_384
# Of all inline policies of a role together, white space not counted:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ROLE_POLICY_CHARACTERS = 10_240
# A colour's range is split into sixteen subnets, whatever the number of zones.
SPLIT_BITS = 4
# The first four addresses of a subnet and its last: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
RESERVED_ADDRESSES = 5


def most_instances(subnet: IPv4Network, zones: int) -> int:
    """How many instances `zones` subnets of the size of `subnet` hold twice.

    A new generation comes before the old one goes, and Auto Scaling spreads each evenly over the zones.
    """
    return zones * ((subnet.num_addresses - RESERVED_ADDRESSES) // 2)


def refuse_user_data(script: str, colour: str, references: int) -> None:
    """Raise Refusal when EC2 would not take the script that instances are born with.

    `references` counts the entries of offsite, which make it long.
    """
    size = len(script.encode())
    if size > USER_DATA_BYTES:
        raise _too_much(
            f"the script that instances of {colour} are born with is more than EC2 takes",
            f"{size} bytes, with {references} entries of offsite",
            f"{USER_DATA_BYTES} bytes",
            colour,
        )


def refuse_role_policy(document: str, colour: str, references: int) -> None:
    """Raise Refusal when IAM would not take the policy of the instances' role; `references` as above."""
    size = sum(not letter.isspace() for letter in document)
    if size > ROLE_POLICY_CHARACTERS:
        raise _too_much(
            f"the policy of the role of {colour}'s instances is more than IAM takes",
            f"{size} characters, with {references} entries of offsite",
            f"{ROLE_POLICY_CHARACTERS} characters",
            colour,
        )


def _too_much(problem: str, seen: str, allowed: str, colour: str) -> Refusal:
    return Refusal(
        problem,
        seen=seen,
        allowed=f"at most {allowed}: fewer entries of offsite, or several values in one secret",
        next_step=f"edit `offsite` under `config` in Pulumi.yaml, then pulumi preview -s {colour}",
    )
