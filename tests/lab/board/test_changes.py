"""The board while the world changes under it: a tag-in, a share, and a colour that was taken down by hand."""

import threading

from board.judged import ATTENTION, WELL
from tests.lab.board.command import Seen, seen
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World


def test_a_tag_in_is_followed_and_never_held_up(first_in_charge: World) -> None:
    world = first_in_charge
    looks: list[Seen] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            looks.append(seen(world))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        world.must_tag_in(SECOND)
    finally:
        over.set()
        watcher.join()
    locked = [one for one in looks if "stack-locked" in one.codes]
    assert locked
    assert all(one.next == ".venv/bin/python -m board --watch" for one in locked)
    assert all(one.exit_code == ATTENTION for one in locked)
    for one in looks:
        # Whatever it saw, it never saw nobody.
        assert sum(one.form["in_charge"]["weights"].values()) >= 100
        assert "changed-by-hand" not in one.codes
    after = seen(world)
    assert (after.exit_code, after.codes, after.form["in_charge"]["colour"]) == (WELL, [], SECOND)
    assert after.next == f"pulumi up -s live -c active={FIRST}"
    latest, before = after.form["history"][:2]
    assert (latest["colour"], latest["ended"], before["colour"]) == (SECOND, "succeeded", FIRST)
    assert latest["seconds"] > 0
    frozen = after.colour(FIRST)["frozen"]
    assert 0 < frozen["seconds_left"] <= 180
    world.must_tag_in(FIRST)


def test_a_share_in_force(first_in_charge: World) -> None:
    world = first_in_charge
    world.workspace.edit_stack(LIVE, share={SECOND: 20})
    world.must_up(LIVE)
    found = seen(world)
    assert (found.exit_code, found.codes) == (WELL, [])
    assert (found.colour(SECOND)["state"], found.colour(SECOND)["share"]) == ("has a share", 0.2)
    assert found.colour(FIRST)["share"] == 0.8
    assert found.colour(SECOND)["frozen"]["because"].startswith("it carries traffic")
    world.workspace.edit_stack(LIVE, share=None)
    world.must_up(LIVE)


def test_the_idle_colour_taken_down_by_hand(first_in_charge: World) -> None:
    world = first_in_charge
    scaling, balancing = world.workspace.aws("autoscaling"), world.workspace.aws("elbv2")
    before = seen(world).colour(SECOND)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=before["instances"]["group"], ForceDelete=True)
    half = seen(world)
    assert (half.exit_code, half.codes[0], half.next) == (
        ATTENTION,
        "idle-not-whole",
        f"pulumi up --refresh -s {SECOND}",
    )
    assert half.colour(SECOND)["instances"] is None
    assert half.colour(SECOND)["release"] is None
    balancing.delete_load_balancer(LoadBalancerArn=before["load_balancer"]["arn"])
    gone = seen(world)
    assert (gone.codes[0], gone.colour(SECOND)["state"]) == ("idle-gone", "gone")
    assert gone.next == f"pulumi up --refresh -s {SECOND}"
    assert gone.form["in_charge"]["colour"] == FIRST


def test_a_history_of_a_hundred_versions(world: World) -> None:
    ssm, parameter = world.workspace.aws("ssm"), f"/tag-team/{NAME}/in-charge"
    value = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    while ssm.put_parameter(Name=parameter, Value=value, Overwrite=True)["Version"] < 130:
        pass
    found = seen(world)
    since = found.form["in_charge"]["since"]
    assert since["or_longer"] is True
    assert found.form["in_charge"]["colour"] == FIRST
    assert found.form["history"] == []  # the tag-in itself is not kept any more
    assert [code for code in found.codes if code.startswith("in-charge")] == []
