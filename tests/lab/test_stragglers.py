"""Nobody is left behind: who was tagged out changes once clients have left it, by what load balancers counted."""

import time
from collections.abc import Iterator, Mapping

import pytest

from lab.client import ApiFault
from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, RELEASES, SECOND, World

IN_CHARGE = f"/tag-team/{NAME}/in-charge"
BUSY, LEFT_BEHIND = 10_000, 412
# Longer than the freeze, and than CloudWatch may be late.
LONG_AGO_MINUTES = 30


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def _warnings(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return "\n".join(result.messages("warning"))


def _balancer(world: World, colour: str) -> str:
    every = world.state(colour)["resources"]
    (arn,) = [one["outputs"]["arn"] for one in every if one["type"] == "aws:lb/loadBalancer:LoadBalancer"]
    return str(arn)


def _seconds_since_the_tag_out(world: World) -> float:
    parameter = world.workspace.aws("ssm").get_parameter(Name=IN_CHARGE)["Parameter"]
    return time.time() - float(parameter["LastModifiedDate"].timestamp())


def _requests(world: World, by_colour: Mapping[str, float], first: int, last: int = 0) -> None:
    """Let each colour have so many requests in each minute from `first` to `last` minutes ago."""
    minute = int(time.time()) // 60 * 60
    for colour, number in by_colour.items():
        counts = dict.fromkeys((minute - 60 * ago for ago in range(last, first + 1)), number)
        world.faults.put_requests(_balancer(world, colour), counts)


@pytest.fixture
def outgoing(first_in_charge: World) -> Iterator[World]:
    """The second colour is in charge, the first one was tagged out half an hour ago."""
    world = first_in_charge
    world.must_tag_in(SECOND)
    world.faults.age_parameter(IN_CHARGE, 60 * LONG_AGO_MINUTES)
    yield world
    world.faults.clear_faults()
    world.workspace.edit_stack(FIRST, awake=None, release=RELEASES[FIRST], override=None)
    world.faults.age_parameter(IN_CHARGE, 60 * LONG_AGO_MINUTES)
    world.must_up(FIRST)
    world.must_tag_in(FIRST)
    world.assert_nothing_half_done()


def test_a_client_that_keeps_its_connection_makes_a_sleep_wait_and_when_it_leaves_it_goes_through(
    outgoing: World,
) -> None:
    world = outgoing
    _requests(world, {FIRST: LEFT_BEHIND, SECOND: BUSY}, LONG_AGO_MINUTES)
    world.workspace.edit_stack(FIRST, awake=False)
    before = world.outputs(FIRST), sorted(world.instances(FIRST))
    for refused in (world.preview(FIRST), world.up(FIRST)):
        message = _errors(refused)
        assert f"{FIRST} still has clients: Cluster {FIRST} cannot be deleted" in message
        assert f"its load balancer got {LEFT_BEHIND} requests" in message
        assert f"that of the colour in charge {BUSY}: 4.12 % of that" in message
        assert "keep a connection, or never resolve the name again" in message
        assert f"override.attempt {FIRST}@{RELEASES[FIRST]}" in message
    assert (world.outputs(FIRST), sorted(world.instances(FIRST))) == before
    world.assert_nothing_half_done()

    # It leaves, and half an hour goes by in which others go on.
    world.faults.age_parameter(IN_CHARGE, 60 * LONG_AGO_MINUTES)
    _requests(world, {SECOND: BUSY}, LONG_AGO_MINUTES - 1)
    world.must_up(FIRST)
    assert not world.instances(FIRST)
    assert world.outputs(FIRST)["awake"] is False


def test_a_new_release_waits_for_clients_too_unless_the_colours_own_override_leaves_them_behind(
    outgoing: World,
) -> None:
    world = outgoing
    _requests(world, {FIRST: LEFT_BEHIND, SECOND: BUSY}, LONG_AGO_MINUTES)
    world.workspace.edit_stack(FIRST, release="7.7.7")
    instances = sorted(world.instances(FIRST))
    message = _errors(world.up(FIRST))
    assert f"{FIRST} still has clients: " in message
    assert f"its load balancer got {LEFT_BEHIND} requests" in message
    assert sorted(world.instances(FIRST)) == instances
    world.assert_nothing_half_done()

    # As the refusal says.
    for path, value in (("override.attempt", f"{FIRST}@7.7.7"), ("override.checks[0]", "stragglers")):
        assert world.workspace.pulumi("config", "set", "-s", FIRST, "--path", path, value).exit_code == 0
    warnings = _warnings(world.preview(FIRST))
    assert f"OVERRIDE in force: stragglers for {FIRST}@7.7.7: clients are left behind" in warnings
    assert warnings.count("OVERRIDE in force") == 1

    # It is for this release alone, and the freeze is none of its business.
    world.workspace.edit_stack(FIRST, release="7.7.8")
    assert f"{FIRST} still has clients" in _errors(world.preview(FIRST))
    world.workspace.edit_stack(FIRST, release="7.7.7")
    world.faults.age_parameter(IN_CHARGE, -_seconds_since_the_tag_out(world))
    with world.as_if_time_stood_still():
        assert f"{FIRST} is frozen" in _errors(world.preview(FIRST))
    assert world.preview(LIVE, "-c", f"active={FIRST}").exit_code == 0, "a tag-back is not concerned"


def test_requests_that_cannot_be_counted_refuse_nothing_what_is_not_told_yet_does_and_testers_do_not(
    outgoing: World,
) -> None:
    world = outgoing
    _requests(world, {FIRST: LEFT_BEHIND, SECOND: BUSY}, LONG_AGO_MINUTES)
    world.workspace.edit_stack(FIRST, awake=False)
    world.faults.set_api_faults([ApiFault("cloudwatch", "GetMetricData", "AccessDenied", -1)])
    warnings = _warnings(world.preview(FIRST))
    assert f"whether clients still go to {FIRST} is not known, as requests cannot be counted" in warnings
    assert "AccessDenied" in warnings
    world.faults.clear_faults()
    assert f"{FIRST} still has clients" in _errors(world.preview(FIRST))

    # As if it had been tagged out eight minutes ago, with nobody left, and CloudWatch had not told of that yet.
    world.faults.forget_requests()
    world.faults.age_parameter(IN_CHARGE, 60 * 8 - _seconds_since_the_tag_out(world))
    _requests(world, {SECOND: BUSY}, 7)
    world.faults.set_metrics_delay_seconds(60.0 * 6)
    assert "CloudWatch, which is up to 180 s late, has told of" in _errors(world.preview(FIRST))
    world.faults.clear_faults()

    # It has told so by now; a load test that has come since has more requests than the colour in charge.
    _requests(world, {FIRST: 2 * BUSY}, 1)
    allowed = world.preview(FIRST)
    assert allowed.exit_code == 0, allowed.output
