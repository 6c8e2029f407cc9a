"""The stack's own state, read from an engine that is writing it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import own_state
from cutover.owned import Owned
from cutover.refusal import Refusal

EOF = Exception("invoke of x failed: invocation of x returned an error: failed to load checkpoint: EOF")
URN = "urn:pulumi:live::tag-team::aws:ssm/parameter:Parameter::in-charge"
RESOURCES = {"outputs": {URN: {"type": "aws:ssm/parameter:Parameter", "outputs": {"arn": "an arn"}}}}


class Answer:
    def __init__(self, value: Any) -> None:
        self.value = value


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Any], list[float]]:
    """Let the engine fail so many times before it answers; the pauses that were made."""
    pauses: list[float] = []

    def failing(times: int, answer: Any) -> list[float]:
        left = [times]

        def invoke(*_: object) -> Answer:
            left[0] -= 1
            if left[0] >= 0:
                raise EOF
            return Answer(answer)

        async def invoke_async(*_: object) -> Any:
            return invoke().value

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        monkeypatch.setattr(pulumi.runtime, "invoke", invoke)
        monkeypatch.setattr(pulumi.runtime, "invoke_async", invoke_async)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        monkeypatch.setattr(time, "sleep", pauses.append)
        monkeypatch.setattr(pulumi, "get_organization", lambda: "organization")
        monkeypatch.setattr(pulumi, "get_project", lambda: "tag-team")
        monkeypatch.setattr(pulumi, "get_stack", lambda: "live")
        return pauses

    return failing


def test_a_state_that_is_being_written_is_read_again(engine: Callable[[int, Any], list[float]]) -> None:
    pauses = engine(2, RESOURCES)
    assert own_state.read() == (Owned("in-charge", "aws:ssm/parameter:Parameter", {"arn": "an arn"}),)
    assert pauses == list(own_state.PAUSES_SECONDS[:2])


def test_so_are_its_outputs(engine: Callable[[int, Any], list[float]]) -> None:
    pauses = engine(3, {"outputs": {"active": "amber"}})
    assert asyncio.run(own_state.outputs()) == {"active": "amber"}
    assert pauses == list(own_state.PAUSES_SECONDS[:3])


@pytest.mark.parametrize("read", [own_state.read, lambda: asyncio.run(own_state.outputs())])
def test_a_state_that_cannot_be_read_is_refused_and_is_not_an_empty_one(
    engine: Callable[[int, Any], list[float]], read: Callable[[], object]
) -> None:
    engine(100, RESOURCES)
    with pytest.raises(Refusal) as refused:
        read()
    assert refused.value.problem == "the state of stack live cannot be read"
    assert refused.value.seen == "'failed to load checkpoint: EOF'"
    assert "pulumi stack export -s live" in refused.value.next_step
