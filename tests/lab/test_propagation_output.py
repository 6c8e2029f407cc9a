"""Every outcome of a wait for DNS is in the stack output `propagation`, and stays there until the next wait."""

from datetime import datetime

from lab.client import ServerFault
from tests.lab.world import ALIAS_TTL_SECONDS, FIRST, LIVE, NAME, SECOND, World


def test_a_wait_that_ends_well_tells_of_every_server_and_resolver(first_in_charge: World) -> None:
    first_in_charge.must_tag_in(SECOND)

    told = first_in_charge.outputs(LIVE)["propagation"]

    assert (told["done"], told["expected"], told["names"]) == (True, SECOND, [NAME])
    servers = {server["server"]: server for server in told["servers"]}
    for address in first_in_charge.addresses.server_addresses():
        (asked,) = [server for name, server in servers.items() if f"({address} " in name]
        assert (asked["waiting"], asked["status"]) == (0, f"answers {SECOND}")
        assert datetime.fromisoformat(asked["switched_at"]) <= datetime.fromisoformat(told["since"])
        assert asked["ttl_seconds"] == ALIAS_TTL_SECONDS
        assert asked["queries"] > 20
    assert len(told["resolvers"]) == len(first_in_charge.addresses.resolvers)
    assert all(resolver["seen_at"] >= told["since"] for resolver in told["resolvers"])
    assert datetime.fromisoformat(told["ended_at"]) >= datetime.fromisoformat(told["released_at"])
    assert sorted(told["own_name_servers"]) == sorted(
        name.rstrip(".") for name in first_in_charge.addresses.name_servers
    )


def test_an_update_without_a_wait_keeps_the_last_outcome(first_in_charge: World) -> None:
    before = first_in_charge.outputs(LIVE)
    assert before["propagation"]["done"]
    assert set(first_in_charge.must_up(LIVE).changes) == {"same"}
    assert first_in_charge.outputs(LIVE) == before


def test_a_wait_that_fails_is_told_too_and_changes_no_other_output(first_in_charge: World) -> None:
    before = dict(first_in_charge.outputs(LIVE))
    stale = first_in_charge.addresses.server_addresses()[2]
    first_in_charge.faults.set_server_fault(stale, ServerFault(fault="stuck"))
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=6)

    assert first_in_charge.tag_in(SECOND).failed == ("in-charge",)

    after = dict(first_in_charge.outputs(LIVE))
    told, _ = after.pop("propagation"), before.pop("propagation")
    assert after == before
    assert (told["done"], told["expected"], told["released_at"]) == (False, SECOND, None)
    waiting = [server for server in told["servers"] if server["waiting"]]
    assert [server["status"] for server in waiting] == [f"answers {FIRST}"]
    assert f"({stale} " in waiting[0]["server"]
    assert waiting[0]["switched_at"] is None

    # And the next update waits again, and tells of that.
    first_in_charge.faults.clear_faults()
    first_in_charge.workspace.edit_stack(LIVE, propagationTimeout=30)
    first_in_charge.must_up(LIVE)
    again = first_in_charge.outputs(LIVE)
    assert (again["active"], again["propagation"]["done"]) == (SECOND, True)
