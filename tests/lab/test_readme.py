"""What README.md shows of a tag-in is what happens when somebody types it."""

from tests.lab.typed import CONFIRMING, missing, type_in, typed
from tests.lab.world import FIRST, LIVE, SECOND, World
from tests.pages import README


def test_the_tag_in_of_the_readme_is_printed_as_it_is_shown(first_in_charge: World) -> None:
    made = first_in_charge.workspace
    commands = typed(README)
    printed = type_in(commands, made.directory, {**made.environment, **CONFIRMING})
    left = {one.command: missing(one.shown, text) for one, text in zip(commands, printed, strict=True)}
    assert not any(left.values()), f"not printed: {left}\n{printed}"
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    assert first_in_charge.in_charge() == SECOND
    first_in_charge.assert_nothing_half_done(FIRST, SECOND, LIVE)
