"""The policy pack of this project, for `--policy-pack policies`."""

from pulumi_policy import PolicyPack

# The pack's own folder is on the import path when it runs, not when it is type-checked from the project's.
from fast_rollback import fast_rollback  # type: ignore[import-not-found] # isort: skip


PolicyPack(name="tag-team", policies=[fast_rollback])
