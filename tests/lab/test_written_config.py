"""What the config files say and what the engine makes of it; names of resources that would not differ."""

import json
from collections.abc import Iterator

import pytest

from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, RELEASES, SECOND, World
from tests.unit.plain_scalars import AS_WRITTEN, READ_AS_ANOTHER


@pytest.fixture
def second(first_in_charge: World) -> Iterator[World]:
    """The world, whose stack files and project file are put back after the test."""
    world = first_in_charge
    before = {stack: world.workspace.stack_file(stack) for stack in (FIRST, SECOND, LIVE)}
    project = world.workspace.directory / "Pulumi.yaml"
    text = project.read_text()
    yield world
    project.write_text(text)
    for stack, content in before.items():
        world.workspace.restore_stack_file(stack, content)


def _write(world: World, stack: str, old: str, new: str) -> None:
    """Edit a stack's file as an editor would: with quotes or without."""
    content = world.workspace.stack_file(stack)
    assert old in content
    world.workspace.restore_stack_file(stack, content.replace(old, new))


def _edit_project(world: World, old: str, new: str) -> str:
    """Edit Pulumi.yaml as an editor would; returns what it was before."""
    project = world.workspace.directory / "Pulumi.yaml"
    content = project.read_text()
    assert old in content
    project.write_text(content.replace(old, new, 1))
    return content


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def test_the_engine_reads_texts_without_quotes_as_the_program_knows(second: World) -> None:
    table = [*READ_AS_ANOTHER, *((text, text) for text in AS_WRITTEN)]
    lines = [f"  tag-team:k{number}: {written}" for number, (written, _) in enumerate(table)]
    second.workspace.restore_stack_file(SECOND, "\n".join(["config:", *lines, ""]))
    output = second.workspace.pulumi("config", "--json", "-s", SECOND).output
    found = json.loads(output[output.index("{") : output.rindex("}") + 1])
    read = {written: found[f"tag-team:k{number}"]["value"] for number, (written, _) in enumerate(table)}
    assert read == dict(table)


def test_a_release_that_is_read_as_another_one_is_refused_and_in_quotes_it_is_planned(second: World) -> None:
    release = f"release: {RELEASES[SECOND]}"
    _write(second, SECOND, release, "release: 1.10")
    for result in (second.preview(SECOND), second.up(SECOND)):
        message = _errors(result)
        assert "was written 1.10 and is read as 1.1" in message
        assert f"pulumi config set release 1.10 -s {SECOND}" in message
    second.assert_nothing_half_done()

    done = second.workspace.pulumi("config", "set", "release", "1.10", "-s", SECOND)
    assert done.exit_code == 0, done.output
    planned = second.preview(SECOND)
    assert planned.exit_code == 0, planned.output
    assert "machine-image-1.10" in {step.name for step in planned.steps}


def test_what_the_files_must_not_say_is_refused_for_the_file_that_says_it(second: World) -> None:
    number, name = "type: integer\n    default: 2", f"- {NAME}"
    for old, new, said in (
        (
            number,
            "type: integer\n    default: 0x2",
            "config key capacity of stack live was written 0x2 and is read as 2",
        ),
        (name, f"{name}\n    - b\u00fccher.shop.example", "write xn--bcher-kva.shop.example"),
        ("config:\n", "config:\n  tag-team:capcity: 4\n", "config key capcity in Pulumi.yaml is unknown"),
        ("config:\n", "config:\n  tag-team:capacity: 2\n", "config key capacity stands twice in Pulumi.yaml"),
    ):
        text = _edit_project(second, old, new)
        message = _errors(second.up(LIVE))
        (second.workspace.directory / "Pulumi.yaml").write_text(text)
        assert said in message
        assert "Pulumi.yaml" in message
    second.assert_nothing_half_done()


def test_a_value_of_another_config_file_is_not_judged_by_the_stacks_own(second: World) -> None:
    other = second.workspace.directory / "other.yaml"
    other.write_text(second.workspace.stack_file(SECOND))
    _write(second, SECOND, f"release: {RELEASES[SECOND]}", "release: 1.10")
    try:
        result = second.preview(SECOND, "--config-file", "other.yaml")
    finally:
        other.unlink()
    assert result.exit_code == 0, result.output
    assert result.steps == ()


def test_keys_of_the_project_that_this_one_was_are_refused_with_commands_that_mend_it(second: World) -> None:
    second.workspace.edit_stack(SECOND, release=None, **{"shop:release": RELEASES[SECOND]})
    message = _errors(second.up(SECOND))
    assert "is of the project shop" in message
    move = f'pulumi config set release "$(pulumi config get shop:release -s {SECOND})" -s {SECOND}'
    assert f"{move} && pulumi config rm shop:release -s {SECOND}" in message
    second.assert_nothing_half_done()

    kept = second.workspace.pulumi("config", "get", "shop:release", "-s", SECOND).output.strip()
    assert second.workspace.pulumi("config", "set", "release", kept, "-s", SECOND).exit_code == 0
    assert second.workspace.pulumi("config", "rm", "shop:release", "-s", SECOND).exit_code == 0
    mended = second.preview(SECOND)
    assert mended.exit_code == 0, mended.output
    assert mended.steps == ()


def test_a_name_is_the_same_in_capitals_with_its_namespace_and_with_a_dot_at_its_end(second: World) -> None:
    _edit_project(second, "names:", "tag-team:names:")
    _edit_project(second, f"- {NAME}", f"- {NAME.upper()}.")
    _edit_project(second, "default: shop.example", "default: Shop.Example.")
    for stack in (FIRST, SECOND, LIVE):
        result = second.preview(stack)
        assert result.exit_code == 0, result.output
        assert result.steps == ()


def test_names_that_are_the_same_in_every_release_are_refused_and_others_change_nothing(second: World) -> None:
    own = f"release: {RELEASES[SECOND]}"
    _write(second, SECOND, own, f"{own}\n  pulumi:autonaming: {{mode: verbatim}}")
    for result in (second.preview(SECOND), second.up(SECOND)):
        message = _errors(result)
        assert "pulumi:autonaming: mode: verbatim" in message
        assert f"pulumi config rm pulumi:autonaming -s {SECOND}" in message
    second.assert_nothing_half_done()

    _write(second, SECOND, "mode: verbatim", "pattern: '${name}-${hex(7)}'")
    allowed = second.preview(SECOND)
    assert allowed.exit_code == 0, allowed.output
    assert allowed.steps == ()
