"""The lab's server, as the tests of its own parts have it."""

from tests.lab.parts.conftest import account, lab, running

__all__ = ["account", "lab", "running"]
