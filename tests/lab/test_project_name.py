"""A project may have any name that Pulumi takes: AWS never sees it."""

from pathlib import Path

import pytest

from tests.lab.another_service import another, forget
from tests.lab.by_hand import errors
from tests.lab.world import FIRST, World

NAMES = ("s", "My.Shop_2", f"Shop.of-the_{'whole-wide-' * 8}")


@pytest.mark.parametrize("name", NAMES, ids=["short", "with other characters", "long"])
def test_a_project_is_called_as_it_likes(shared_world: World, tmp_path: Path, name: str) -> None:
    made = another(shared_world, tmp_path / "project", name, "new.shop.example")
    try:
        planned = made.world.preview(FIRST)
        assert planned.exit_code == 0, planned.output
        names = [str(step.new["name"]) for step in planned.steps if step.type.startswith("aws:") and "name" in step.new]
        assert len(names) > 10
        assert [one for one in names if one.startswith((f"{name}-", f"/{name}/"))] == []
        # By a pattern of one's own, names may be none that AWS takes: said before the first step.
        made.world.workspace.edit_stack(FIRST, **{"pulumi:autonaming": {"pattern": "${project}-${name}-${hex(7)}"}})
        result = made.world.up(FIRST) if name != "s" else made.world.preview(FIRST)
        if name == "s":
            assert result.exit_code == 0, result.output
        else:
            assert "AWS would not take the names that resources would get" in errors(result)
            assert f"like {name}-{FIRST}-" in errors(result)
            assert [step.name for step in result.steps if step.type.startswith("aws:")] == []
    finally:
        forget(made)
