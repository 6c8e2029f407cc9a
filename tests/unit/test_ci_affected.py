"""Which stacks a change is about, and in which order they are updated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci import affected
from ci.affected import Affected, Order
from cutover.refusal import Refusal
from tests.unit.sources import ROOT

COLOURS = ("red", "blue")
STACKS = (*COLOURS, "live")


@pytest.mark.parametrize(
    "path",
    [
        *("Pulumi.yaml", "__main__.py", "requirements.txt", "components/cluster.py", "cutover/checks/dns.py"),
        *("propagation/poll.py", "policies/pack.py", "components/user_data.sh", "mine/new.py", "new.py", "data.json"),
        *("components/README.md", "docs", "testsuite/x.py"),
    ],
)
def test_what_pulumi_may_run_affects_every_stack(path: str) -> None:
    assert affected.by([path], STACKS) == Affected(by_shared=True)


@pytest.mark.parametrize(
    "path",
    [
        *("docs/operations.md", "README.md", "CHANGELOG.md", "tests/unit/test_x.py", "lab/web.py", "bench/tag_in.py"),
        *("LICENSE", "Makefile", "pyproject.toml", ".gitignore", "requirements-dev.txt", ".github/workflows/up.yml"),
        *("ci/up.py", "board/facts.py", "load_test/run.py", ".ci/run", "requirements-dev.in"),
        *("release/parts.py", "start/stacks.py", "setup.sh"),
    ],
)
def test_what_it_never_runs_affects_none(path: str) -> None:
    assert affected.by([path], STACKS).nothing


def test_a_stacks_own_file_affects_that_stack_alone() -> None:
    assert affected.by(["Pulumi.red.yaml", "docs/x.txt"], STACKS) == Affected(own=frozenset({"red"}))
    assert affected.by(["Pulumi.live.yml"], STACKS) == Affected(own=frozenset({"live"}))


def test_a_file_of_no_stack_is_told_and_affects_none() -> None:
    found = affected.by(["Pulumi.bleu.yaml"], STACKS)
    assert (found.nothing, found.unknown) == (True, ("Pulumi.bleu.yaml",))


def test_every_folder_of_this_project_is_known_to_be_one_or_the_other() -> None:
    """A new folder is program until somebody says that it is not."""
    program = {path.name for path in ROOT.iterdir() if path.is_dir() and affected.is_program(f"{path.name}/x.py")}
    of_others = {".venv", ".git", ".lab", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "__pycache__"}
    assert program - of_others == {"components", "cutover", "propagation", "policies"}


@pytest.mark.parametrize(
    ("found", "carrying", "order"),
    [
        (Affected(own=frozenset({"live"})), {"red"}, Order(("live",))),
        (Affected(own=frozenset({"live", "blue"})), {"red"}, Order(("blue", "live"))),
        (Affected(own=frozenset({"live", "red", "blue"})), {"red"}, Order(("blue", "red", "live"))),
        (Affected(by_shared=True), {"red"}, Order(("blue", "live"), ("red",))),
        (Affected(by_shared=True), {"blue"}, Order(("red", "live"), ("blue",))),
        (Affected(by_shared=True, own=frozenset({"red"})), {"red"}, Order(("blue", "red", "live"))),
        (Affected(by_shared=True), {"red", "blue"}, Order(("live",), ("red", "blue"))),
        (Affected(by_shared=True), set(), Order(("red", "blue", "live"))),
        (Affected(), {"red"}, Order()),
    ],
)
def test_the_idle_colour_comes_first_and_live_last(found: Affected, carrying: set[str], order: Order) -> None:
    assert affected.in_order(found, COLOURS, carrying) == order


@given(
    st.booleans(),
    st.frozensets(st.sampled_from(STACKS)),
    st.frozensets(st.sampled_from(COLOURS)),
    st.permutations(COLOURS),
)
def test_whatever_is_affected_is_in_the_order_or_left_alone(
    by_shared: bool, own: frozenset[str], carrying: frozenset[str], colours: list[str]
) -> None:
    order = affected.in_order(Affected(by_shared, own), colours, carrying)
    assert sorted((*order.stacks, *order.left)) == sorted(STACKS if by_shared else own)
    assert set(order.left) <= carrying - own
    assert "live" not in order.stacks[:-1]
    colours_first = [stack for stack in order.stacks if stack != "live"]
    assert sorted(colours_first, key=lambda colour: colour in carrying) == colours_first


def test_a_change_that_would_tag_in_without_saying_so_is_refused() -> None:
    shared = Affected(by_shared=True)
    with pytest.raises(Refusal, match="would tag blue in, and does not say so") as refused:
        affected.refuse_unsaid_tag_in(shared, "blue", "red")
    assert "pulumi config set active red -s live" in refused.value.next_step
    affected.refuse_unsaid_tag_in(shared, "red", "red")
    affected.refuse_unsaid_tag_in(shared, "red", "")
    affected.refuse_unsaid_tag_in(Affected(by_shared=True, own=frozenset({"live"})), "blue", "red")
    affected.refuse_unsaid_tag_in(Affected(own=frozenset({"red"})), "blue", "red")


@pytest.mark.parametrize(
    ("active", "carrying", "sharing"),
    [
        # A tag-back that switched DNS, and failed its wait: `in-charge` names blue still.
        ("blue", {"red", "blue"}, set()),
        ("blue", {"red"}, set()),
        ("", {"red"}, set()),
        # A share that nobody wrote down, and one that is written down and not there.
        ("red", {"red", "blue"}, set()),
        ("red", {"red"}, {"blue"}),
    ],
)
def test_a_change_that_would_switch_without_saying_so_is_refused_by_the_weights(
    active: str, carrying: set[str], sharing: set[str]
) -> None:
    with pytest.raises(Refusal, match="may switch DNS, and does not say so") as refused:
        affected.refuse_unsaid_switch(Affected(by_shared=True), active, carrying, sharing)
    assert all(colour in refused.value.seen for colour in carrying)
    affected.refuse_unsaid_switch(Affected(by_shared=True, own=frozenset({"live"})), active, carrying, sharing)
    affected.refuse_unsaid_switch(Affected(own=frozenset({"red"})), active, carrying, sharing)


def test_weights_as_in_charge_says_them_or_none_at_all_are_no_switch() -> None:
    shared = Affected(by_shared=True)
    affected.refuse_unsaid_switch(shared, "red", {"red"}, set())
    affected.refuse_unsaid_switch(shared, "red", {"red", "blue"}, {"blue"})
    affected.refuse_unsaid_switch(shared, "red", set(), set())


def test_what_would_be_switched_cannot_be_told_while_in_charge_cannot_be_read() -> None:
    shared, broken = Affected(by_shared=True), "version 4 is 'x' (no JSON)"
    with pytest.raises(Refusal, match="whether this change would tag somebody in cannot be told") as refused:
        affected.refuse_unread(shared, broken)
    assert broken in refused.value.seen
    affected.refuse_unread(shared, "")
    affected.refuse_unread(Affected(by_shared=True, own=frozenset({"live"})), broken)
    affected.refuse_unread(Affected(own=frozenset({"blue"})), broken)
