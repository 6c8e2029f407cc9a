"""All rules, and the configuration they start with."""

from pathlib import Path
from typing import Any

from pulumi_policy import EnforcementLevel, Policy

from . import (
    fast_rollback,
    full_capacity,
    locked_doors,
    offsite_data,
    one_in_charge,
    project_config,
    same_shape,
    tagged,
)

NAME = "tag-team"
RULES: list[Policy] = [
    *offsite_data.RULES,
    *full_capacity.RULES,
    *one_in_charge.RULES,
    *fast_rollback.RULES,
    *locked_doors.RULES,
    *same_shape.RULES,
    *tagged.RULES,
]


def initial_config(root: Path) -> dict[str, EnforcementLevel | dict[str, Any]]:
    """The parameters that the project in `root` gives, in the form of PolicyPack's initial_config."""
    given = project_config.initial(root)
    # A rule that is given parameters without its level would become advisory: pulumi-policy sends the level's zero.
    return {
        rule.name: {"enforcementLevel": rule.enforcement_level, **given[rule.name]}
        for rule in RULES
        if rule.name in given
    }
