"""The lab's server, as the tests of its own parts have it, and one for a module alone."""

from collections.abc import Iterator

import pytest

from lab.client import RunningServer, start
from tests.lab.aws.in_environment import in_environment_of
from tests.lab.parts.conftest import account, lab, running

__all__ = ["account", "lab", "lab_alone", "running"]


@pytest.fixture(scope="module")
def lab_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A lab for one module, whose environment this process has meanwhile."""
    with start(tmp_path_factory.mktemp("lab"), health_seconds=0.0) as server, in_environment_of(server):
        yield server
