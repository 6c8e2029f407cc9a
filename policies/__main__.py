"""The policy pack of this project, for `--policy-pack policies`."""

import importlib
import sys
from pathlib import Path

from pulumi_policy import PolicyPack

# The engine runs this folder as a program; its modules are a package, whatever the folder is called.
_FOLDER = Path(__file__).absolute().parent
sys.path[0] = str(_FOLDER.parent)
pack = importlib.import_module(f"{_FOLDER.name}.pack")

PolicyPack(name=pack.NAME, policies=pack.RULES, initial_config=pack.initial_config(_FOLDER.parent))
