"""A share of the traffic for the idle colour: gated, shown, frozen, and taken back."""

import pytest

from lab.client import FrontFault
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World


def test_a_share_is_gated_by_readiness_shown_in_the_preview_and_taken_back(first_in_charge: World) -> None:
    world = first_in_charge
    world.workspace.edit_stack(LIVE, share={SECOND: 5})
    preview = world.preview(LIVE)
    assert {(s.name, s.new["weightedRoutingPolicies"][0]["weight"]) for s in preview.steps if "Record" in s.type} == {
        (f"{NAME}-{SECOND}", 5)
    }

    world.faults.set_front(SECOND, FrontFault(status=500))
    refused = world.up(LIVE)
    assert refused.failed == ("ready",)
    assert f"{SECOND} is not ready to carry the traffic: probes" in "\n".join(refused.messages("error"))
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.faults.set_front(SECOND, FrontFault())

    given = world.must_up(LIVE)
    assert not any("DNS answers with nobody else" in said for said in given.messages("info")), "nothing has to let go"
    assert world.weights() == {FIRST: 100, SECOND: 5}
    assert world.in_charge() == FIRST
    assert world.must_up(LIVE).steps == ()

    before = world.workspace.stack_file(SECOND)
    world.workspace.edit_stack(SECOND, release="7.7.7")
    frozen = world.up(SECOND)
    world.workspace.restore_stack_file(SECOND, before)
    assert f"{SECOND} is frozen" in "\n".join(frozen.messages("error"))

    world.workspace.edit_stack(LIVE, share=None)
    taken = world.must_up(LIVE)
    assert any("DNS answers with nobody else" in said for said in taken.messages("info"))
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.assert_nothing_half_done()


def test_a_share_means_nothing_once_its_colour_is_in_charge(first_in_charge: World) -> None:
    first_in_charge.workspace.edit_stack(LIVE, share={SECOND: 5})
    first_in_charge.must_up(LIVE)
    first_in_charge.must_tag_in(SECOND)
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    assert first_in_charge.in_charge() == SECOND
    first_in_charge.workspace.edit_stack(LIVE, share=None)
    first_in_charge.must_tag_in(FIRST)
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}
    first_in_charge.assert_nothing_half_done()


def test_a_share_of_the_outgoing_colour_waits_for_the_update_after_the_tag_in(first_in_charge: World) -> None:
    first_in_charge.workspace.edit_stack(LIVE, share={FIRST: 5})
    tagged_in = first_in_charge.tag_in(SECOND)
    assert tagged_in.exit_code == 0, tagged_in.output
    assert any("left out" in warning for warning in tagged_in.messages("warning"))
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    first_in_charge.must_up(LIVE)
    assert first_in_charge.weights() == {FIRST: 5, SECOND: 100}

    back = first_in_charge.tag_in(FIRST)
    assert back.exit_code == 0, "a share left in the config does not stand in the way of a tag-back"
    assert first_in_charge.weights() == {FIRST: 100, SECOND: 0}
    first_in_charge.assert_nothing_half_done()


@pytest.mark.parametrize("share", [{SECOND: 51}, {SECOND: 0}, {"green": 5}])
def test_a_share_that_is_no_share_is_refused_in_the_preview(first_in_charge: World, share: dict[str, int]) -> None:
    first_in_charge.workspace.edit_stack(LIVE, share=share)
    refused = first_in_charge.preview(LIVE)
    assert "config key share of stack live" in "\n".join(refused.messages("error"))
