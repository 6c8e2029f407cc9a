"""This stack's own resources: a state that is being written at the moment is read again."""

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components import own_state

HALF_WRITTEN = "invoke of pulumi:pulumi:readStackResourceOutputs failed: failed to load checkpoint: EOF"
URN = "urn:pulumi:live::tag-team::aws:ssm/parameter:Parameter::in-charge"
FOUND = {"outputs": {URN: {"type": "aws:ssm/parameter:Parameter", "outputs": {"name": "x"}}}}


class Engine:
    """Answers what it is told to, one after the other."""

    def __init__(self, *answers: Exception | dict[str, Any]) -> None:
        self.answers = list(answers)

    def invoke(self, _token: str, _arguments: dict[str, Any]) -> SimpleNamespace:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(value=answer)


def _engine(monkeypatch: pytest.MonkeyPatch, *answers: Exception | dict[str, Any]) -> Engine:
    engine = Engine(*answers)
    monkeypatch.setattr(pulumi.runtime, "invoke", engine.invoke)
    return engine


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(monkeypatch, Exception(HALF_WRITTEN), Exception(HALF_WRITTEN), FOUND)
    pauses: list[float] = []
    (owned,) = own_state.read(pauses.append)
    assert (owned.name, owned.type, owned.outputs) == ("in-charge", "aws:ssm/parameter:Parameter", {"name": "x"})
    assert len(pauses) == 2


def test_a_state_that_cannot_be_read_is_no_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _engine(monkeypatch, *[Exception(HALF_WRITTEN)] * 10)
    with pytest.raises(Exception, match="EOF"):
        own_state.read(lambda _: None)


def test_another_error_of_the_engine_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _engine(monkeypatch, Exception("no such stack"), FOUND)
    with pytest.raises(Exception, match="no such stack"):
        own_state.read(lambda _: None)
    assert engine.answers == [FOUND]
