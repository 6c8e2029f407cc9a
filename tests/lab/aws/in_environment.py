"""What reads AWS by the environment, in that of a lab."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab.client import RunningServer, aws_environment


@contextmanager
def in_environment_of(server: RunningServer) -> Iterator[None]:
    """This process has the variables that lead to the lab, while the context lasts."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws_environment(server.addresses).items():
            environment.setenv(name, value)
        yield
