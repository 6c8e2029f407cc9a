"""What AWS takes no more of is counted before anything is made, and said with the number allowed."""

import json
from ipaddress import IPv4Network

import pytest

from cutover import limits
from cutover.limits import ROLE_POLICY_CHARACTERS, USER_DATA_BYTES
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.unit.stack_values import OWN, PROJECT


@pytest.mark.parametrize(
    ("subnet", "zones", "most"),
    [("10.10.0.0/26", 2, 58), ("10.10.0.0/26", 6, 174), ("10.10.0.0/20", 2, 4090), ("10.10.0.0/22", 3, 1527)],
)
def test_subnets_hold_two_generations_without_the_five_addresses_that_are_aws_s(
    subnet: str, zones: int, most: int
) -> None:
    assert limits.most_instances(IPv4Network(subnet), zones) == most


def test_a_script_of_exactly_so_many_bytes_is_taken_and_one_more_is_refused() -> None:
    limits.refuse_user_data("x" * USER_DATA_BYTES, "amber", 3)
    with pytest.raises(Refusal) as refused:
        limits.refuse_user_data("x" * (USER_DATA_BYTES - 1) + "\u00fc", "amber", 3)
    assert refused.value.seen == "16385 bytes, with 3 entries of offsite"
    assert refused.value.allowed.startswith("at most 16384 bytes: ")
    assert "edit `offsite`" in refused.value.next_step


def test_white_space_does_not_count_in_a_policy() -> None:
    limits.refuse_role_policy("x " * ROLE_POLICY_CHARACTERS, "amber", 3)
    with pytest.raises(Refusal) as refused:
        limits.refuse_role_policy("x" * (ROLE_POLICY_CHARACTERS + 1), "amber", 3)
    assert refused.value.seen == "10241 characters, with 3 entries of offsite"
    assert refused.value.allowed.startswith("at most 10240 characters: ")


def many(count: int, value: str) -> str:
    return json.dumps({f"V{number}": value.format(number) for number in range(count)})


@pytest.mark.parametrize(
    ("offsite", "problem"),
    [
        (many(170, "https://{}.shop.example/" + "x" * 100), "the script that instances of amber are born with"),
        (many(42, "/shop/" + "x" * 195 + "/{}"), "the policy of the role of amber's instances"),
    ],
    ids=["user data", "policy"],
)
def test_too_much_of_offsite_is_refused_before_anything_is_declared(offsite: str, problem: str) -> None:
    with pytest.raises(Refusal, match=problem):
        pulumi_mocks.declare("amber", OWN["amber"], {**PROJECT, "offsite": offsite})
