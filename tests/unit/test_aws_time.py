"""What AWS says that it is: the time of its answers, and never this machine's."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from components.traffic_state import TrafficLook
from cutover import in_charge
from cutover.aws import Aws
from cutover.aws_time import time_of
from cutover.in_charge import History, Version
from tests.unit import stack_values


def answer(date: str | None) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPHeaders": {} if date is None else {"date": date}}}


def test_the_time_of_an_answer_is_in_its_date() -> None:
    assert time_of(answer("Thu, 26 Nov 2026 03:40:01 GMT")) == datetime(2026, 11, 26, 3, 40, 1, tzinfo=UTC)


@pytest.mark.parametrize("date", [None, "", "now", "Thu, 26 Nov 2026", "Thu, 26 Nov 2026 03:40:01 -0000", "\x1b[2J"])
def test_an_answer_that_does_not_say_it_is_no_answer(date: str | None) -> None:
    with pytest.raises(ValueError, match="AWS did not say what time it is") as refused:
        time_of(answer(date))
    assert str(refused.value).isprintable()
    with pytest.raises(ValueError, match="AWS did not say"):
        time_of({})


def test_the_traffic_state_is_as_old_as_the_answer_of_aws_whatever_time_is_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = in_charge.history_of([Version(1, 1000.0, "x"), Version(2, 1001.0, '{"colour": "amber"}')], 1010.0)
    monkeypatch.setattr(Aws, "record_sets", lambda *_: {"www.shop.example": ()})
    monkeypatch.setattr(Aws, "in_charge_history", lambda *_: found)
    monkeypatch.setattr(time, "time", lambda: 5_000_000.0)
    said: list[str] = []
    aws = Aws.__new__(Aws)
    look = TrafficLook(aws, "Z1", stack_values.colour().shared, 0.0, said.append)

    async def twice() -> None:
        for _ in range(2):
            traffic = await look()
            assert (traffic.read_at, traffic.named) == (1010.0, "amber")

    asyncio.run(twice())
    assert len(said) == 1, "what cannot be read is said once"
    assert "version 1 is 'x' (no JSON)" in said[0]


def test_without_awss_time_nobody_is_known_to_be_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    def timeless(*_: object) -> History:
        raise ValueError("AWS did not say what time it is: Date None")

    monkeypatch.setattr(Aws, "record_sets", lambda *_: {"www.shop.example": ()})
    monkeypatch.setattr(Aws, "in_charge_history", timeless)
    look = TrafficLook(Aws.__new__(Aws), "Z1", stack_values.colour().shared, 0.0, lambda _: None)
    with pytest.raises(ValueError, match="AWS did not say"):
        asyncio.run(look())
