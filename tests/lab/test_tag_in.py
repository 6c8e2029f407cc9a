"""Tagging in and back: what the preview says, what the update does, and how it waits.

How many seconds a tag-in takes is a figure of the machine: `python -m bench.tag_in`.
"""

from datetime import datetime

import dns.message
import dns.query

from lab.client import ServerFault
from lab.pulumi_command import Result
from tests.lab.heartbeat import Heartbeat
from tests.lab.world import ALIAS_TTL_SECONDS, FIRST, LIVE, NAME, SECOND, World

# A second, on a machine that has nothing else to do; one more TTL would be fifty.
MOST_TURNS_LATE = 10


def _moment_dns_let_go(world: World) -> float:
    """When the last server stopped giving the outgoing colour's addresses, plus one TTL, by the lab's own record."""
    truth = world.faults.truth(NAME)
    return max(served[-1].since for served in truth.servers.values()) + ALIAS_TTL_SECONDS


def _ended(result: Result, name: str) -> float:
    return next(
        event.at
        for event in result.events
        if event.kind == "resOutputsEvent" and event.body["metadata"]["urn"].endswith(f"::{name}")
    )


def _heartbeat(world: World) -> Heartbeat:
    """Somebody who asks DNS and AWS all the time, as the update does: a turn takes longer where it takes longer."""
    ssm, query = world.workspace.aws("ssm"), dns.message.make_query(NAME, "A")
    server, port = world.addresses.server_addresses()[0], world.addresses.dns_port

    def work() -> None:
        dns.query.udp(query, server, port=port, timeout=60)
        ssm.get_parameter(Name=f"/tag-team/{NAME}/in-charge")

    return Heartbeat(work)


def test_every_stack_is_unchanged_when_brought_up_again(first_in_charge: World) -> None:
    for stack in (FIRST, SECOND, LIVE):
        result = first_in_charge.must_up(stack)
        assert result.steps == (), stack
        assert result.messages("warning", "error") == ()


def test_the_preview_of_a_tag_in_changes_two_weights_and_the_two_markers(first_in_charge: World) -> None:
    preview = first_in_charge.preview(LIVE, "--diff", "-c", f"active={SECOND}")
    first_in_charge.workspace.edit_stack(LIVE, active=FIRST)
    assert preview.exit_code == 0, preview.output
    assert {(step.op, step.name) for step in preview.steps if step.op in ("update", "replace")} == {
        ("replace", "ready"),
        ("update", f"{NAME}-{SECOND}"),
        ("update", f"{NAME}-{FIRST}"),
        ("update", "in-charge"),
    }
    weights = {
        step.name: (
            step.old["weightedRoutingPolicies"][0]["weight"],
            step.new["weightedRoutingPolicies"][0]["weight"],
            step.diffs,
        )
        for step in preview.steps
        if step.type == "aws:route53/record:Record"
    }
    only_weights = ("weightedRoutingPolicies",)
    assert weights == {f"{NAME}-{SECOND}": (0, 100, only_weights), f"{NAME}-{FIRST}": (100, 0, only_weights)}
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}


def test_a_tag_in_waits_until_dns_has_let_go_and_hardly_longer(first_in_charge: World) -> None:
    lagging = first_in_charge.addresses.server_addresses()[1]
    # Longer than the provider's own wait, so that the hook has to see the server switch.
    first_in_charge.faults.set_server_fault(lagging, ServerFault(lag_seconds=18))

    with _heartbeat(first_in_charge).beating() as heartbeat:
        result = first_in_charge.tag_in(SECOND)

    assert result.exit_code == 0, result.output
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    assert first_in_charge.in_charge() == SECOND
    let_go = _moment_dns_let_go(first_in_charge)
    # By the wait's own word; what the engine and the provider still do after it is theirs.
    waited_until = datetime.fromisoformat(first_in_charge.outputs(LIVE)["propagation"]["ended_at"]).timestamp()
    assert let_go <= waited_until <= _ended(result, "in-charge")
    assert heartbeat.turns_between(let_go, waited_until) <= MOST_TURNS_LATE


def test_a_tag_back_is_a_tag_in_of_the_other_colour(first_in_charge: World) -> None:
    first_in_charge.must_tag_in(SECOND)
    result = first_in_charge.tag_in(FIRST)
    assert result.exit_code == 0, result.output
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}
    assert first_in_charge.in_charge() == FIRST
    # What the display shows while Route 53 takes the change, which is most of the time.
    for colour, weight in ((FIRST, 100), (SECOND, 0)):
        *_, last = result.progress_of(f"{NAME}-{colour}")
        assert last == f"Route 53 is changing {NAME}: {colour} to weight {weight}"
    first_in_charge.assert_nothing_half_done()


def test_a_failed_wait_says_where_dns_stands_and_is_repeated_by_the_next_up(first_in_charge: World) -> None:
    stale = first_in_charge.addresses.server_addresses()[2]
    first_in_charge.faults.set_server_fault(stale, ServerFault(fault="stuck"))
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=6)

    failed = first_in_charge.tag_in(SECOND)

    assert failed.failed == ("in-charge",)
    message = "\n".join(failed.messages("error"))
    for said in (stale, "already switched", f"pulumi up -s live -c active={FIRST}", f"{SECOND} 100"):
        assert said in message
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    assert first_in_charge.in_charge() == FIRST

    assert first_in_charge.up(LIVE).failed == ("in-charge",)

    first_in_charge.faults.clear_faults()
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=30)
    first_in_charge.must_up(LIVE)
    assert first_in_charge.outputs(LIVE)["propagation"]["waited_seconds"] >= ALIAS_TTL_SECONDS
    assert first_in_charge.in_charge() == SECOND
    first_in_charge.assert_nothing_half_done()


def test_a_tag_back_after_a_failed_wait_waits_too(first_in_charge: World) -> None:
    stale = first_in_charge.addresses.server_addresses()[2]
    first_in_charge.faults.set_server_fault(stale, ServerFault(fault="stuck"))
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=6)
    assert first_in_charge.tag_in(SECOND).failed == ("in-charge",)

    # It never left, by its own word: the server that is stuck says so, and the others have to come back.
    assert first_in_charge.faults.clear_faults()
    first_in_charge.faults.set_server_fault(stale, ServerFault(fault="servfail"))
    back = first_in_charge.tag_in(FIRST)

    assert back.failed == ("in-charge",)
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}

    first_in_charge.faults.clear_faults()
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=30)
    first_in_charge.must_up(LIVE)
    assert first_in_charge.outputs(LIVE)["propagation"]["waited_seconds"] >= ALIAS_TTL_SECONDS
    first_in_charge.assert_nothing_half_done()
