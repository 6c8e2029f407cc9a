"""Requests a minute, the cost of an hour, and the evidence of a load test."""

from dataclasses import dataclass

from board.facts import Balancer, Cost, Fact, Group, LoadTest, Requests, Unknown
from board.look.aws_reads import AwsReads
from board.look.reading import Limit
from components.shared_settings import SharedSettings

NOT_YET = Unknown("not read by this version")


@dataclass(frozen=True)
class Extras:
    """What is worth knowing of a colour that runs."""

    requests: Fact[Requests | None]
    cost: Fact[Cost | None]


async def of_colour(
    _aws: Fact[AwsReads],
    _shared: SharedSettings,
    _group: Fact[Group | None],
    _balancer: Fact[Balancer | None],
    _limit: Limit,
) -> Extras:
    """Read them."""
    return Extras(NOT_YET, NOT_YET)


def load_test(_aws: AwsReads, _shared: SharedSettings, _colour: str) -> LoadTest | None:
    """The evidence of the colour's last load test."""
    raise LookupError("not read by this version")
