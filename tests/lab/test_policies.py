"""The policy pack through `pulumi preview --policy-pack policies`: what it passes, refuses and cannot see yet."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import preview_policies, workspace
from lab.client import start
from lab.pulumi_command import Result
from lab.workspace import CHECKOUT
from tests.lab.world import FIRST, LIVE, SECOND, World

PACK = ("--policy-pack", "policies")
MANDATORY, ADVISORY = "mandatory", "advisory"
# The rules that look at one resource at a time, and those that look at all of a stack.
RESOURCE_RULES = {
    "offsite-data": MANDATORY,
    "unreviewed-type": ADVISORY,
    "full-capacity": MANDATORY,
    "fast-rollback": MANDATORY,
    "locked-doors": MANDATORY,
    "tagged": ADVISORY,
}
STACK_RULES = {
    "full-capacity-zones": MANDATORY,
    "one-in-charge": MANDATORY,
    "locked-doors-ways-in": MANDATORY,
    "locked-doors-parameters": MANDATORY,
    "same-shape": MANDATORY,
}
RULES = RESOURCE_RULES | STACK_RULES
OF_LIVE = {"one-in-charge", "fast-rollback"}
# A type is always known, and a parameter is judged only by what is written in it.
NEVER_UNKNOWN = {"unreviewed-type", "locked-doors-parameters"}
# What other rules read too, and do not know either.
ALSO = {"locked-doors": {(ADVISORY, "locked-doors-ways-in-unknown"), (ADVISORY, "tagged-unknown")}}


@contextmanager
def beside(directory: Path, call: str) -> Iterator[None]:
    """The program with the resources of tests/lab/beside.py that `call` declares."""
    program, module = directory / "__main__.py", directory / "beside.py"
    program.unlink()
    module.symlink_to(Path(__file__).with_name("beside.py"))
    source = (CHECKOUT / "__main__.py").read_text()
    program.write_text(f"{source}\nimport beside\n\nbeside.{call}\n")
    try:
        yield
    finally:
        for path in (program, module):
            path.unlink()
        program.symlink_to(CHECKOUT / "__main__.py")


@pytest.fixture(scope="module")
def previews(built_world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result]:
    """The previews of the idle colour and of the live stack, each with resources beside its own."""
    directory, config = built_world.workspace.directory, tmp_path_factory.mktemp("policies") / "config.json"
    # There are more groups and subnets than those of the cluster.
    config.write_text(json.dumps({"same-shape": {"counts": {}}}))
    with beside(directory, "of_colour(run.settings)"):
        colour = built_world.preview(SECOND, *PACK, "--policy-pack-config", str(config))
    with beside(directory, "of_live(run.settings, run.zone_id)"):
        live = built_world.preview(LIVE, *PACK)
    return colour, live


def said(previews: tuple[Result, Result], rule: str) -> set[tuple[str, str]]:
    """Level and resource of all that `rule` has to say of the stack where its resources are."""
    colour, live = previews
    found = live.violations if rule in OF_LIVE else colour.violations
    return {(violation.level, violation.name) for violation in found if violation.rule == rule}


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_is_for_is_refused_and_what_is_not_known_yet_is_said(
    previews: tuple[Result, Result], rule: str
) -> None:
    stack = LIVE if rule in OF_LIVE else SECOND
    # What a stack rule cannot see belongs to the whole stack.
    unknown = f"tag-team-{stack}" if rule in STACK_RULES else f"{rule}-unknown"
    expected = {(RULES[rule], f"{rule}-fails")} | ALSO.get(rule, set())
    assert said(previews, rule) == expected | (set() if rule in NEVER_UNKNOWN else {(ADVISORY, unknown)})


def test_what_is_not_known_yet_is_called_by_its_name(previews: tuple[Result, Result]) -> None:
    for violation in (violation for result in previews for violation in result.violations):
        if violation.level == ADVISORY and not violation.name.endswith("-fails"):
            assert "cannot be checked yet" in violation.message, violation


def test_every_refusal_says_what_is_seen_and_what_to_do(previews: tuple[Result, Result]) -> None:
    for violation in (violation for result in previews for violation in result.violations):
        if violation.name.endswith("-fails"):
            assert "seen:" in violation.message, violation


def test_a_mandatory_finding_fails_the_preview(previews: tuple[Result, Result]) -> None:
    for result in previews:
        assert result.exit_code != 0, result.output


def test_the_three_real_stacks_pass_with_no_finding(world: World) -> None:
    checked = set()
    for stack in (FIRST, SECOND, LIVE):
        result = world.preview(stack, *PACK)
        assert result.exit_code == 0, result.output
        assert result.violations == ()
        checked |= {rule for rule, _ in result.passed}
    assert checked == set(RULES)


def test_a_colour_that_was_never_built_passes_and_a_bad_change_of_the_program_is_refused(tmp_path: Path) -> None:
    def report(line: str) -> None:
        print(line, file=sys.stderr)

    with start(tmp_path / "server") as server:
        made = workspace.lay_out(tmp_path, server.addresses, report)
        as_it_is = made.pulumi("preview", "-s", FIRST, *PACK)
        refused = preview_policies.show(made, report)
    assert as_it_is.exit_code == 0, as_it_is.output
    assert as_it_is.violations == ()
    assert ("full-capacity", FIRST) in as_it_is.passed
    assert refused == 0


def test_levels_and_parameters_are_those_of_the_packs_config(world: World, tmp_path: Path) -> None:
    config = tmp_path / "policies.json"
    config.write_text(
        json.dumps(
            {
                "all": "disabled",
                "offsite-data": {"enforcementLevel": "mandatory", "allowed": ["rds/Instance"]},
                "full-capacity": "advisory",
                "tagged": "remediate",
            }
        )
    )
    with beside(world.workspace.directory, "of_colour(run.settings)"):
        result = world.preview(SECOND, *PACK, "--policy-pack-config", str(config))
    assert result.exit_code == 0, result.output
    assert {(violation.rule, violation.name, violation.level) for violation in result.violations} == {
        ("offsite-data", "offsite-data-unknown", ADVISORY),
        ("full-capacity", "full-capacity-fails", ADVISORY),
        ("full-capacity", "full-capacity-unknown", ADVISORY),
        ("tagged", "tagged-unknown", ADVISORY),
    }
    (mended,) = [step for step in result.steps if step.name == "tagged-fails"]
    assert mended.new["tags"] == {"service": "www.shop.example", "colour": SECOND, "release": "1.1.0"}
