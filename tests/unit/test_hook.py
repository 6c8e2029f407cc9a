"""A hook that fails says so: the engine takes a failure without a text for a success."""

import asyncio

import pulumi
import pytest

from components import hook


def registered(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> pulumi.ResourceHook:
    async def decide(_args: pulumi.ResourceHookArgs) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr("pulumi.resource_hooks.register_resource_hook", lambda _hook: None)
    return hook.register("gate", decide)


def run(registered_hook: pulumi.ResourceHook) -> None:
    outcome = registered_hook(pulumi.ResourceHookArgs("urn", "id", "www", "type"))
    assert outcome is not None
    asyncio.run(outcome)  # type: ignore[arg-type]  # an async hook gives a coroutine


def test_an_error_without_a_text_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="www: TimeoutError without a message in hook gate"):
        run(registered(monkeypatch, TimeoutError()))


def test_an_error_with_a_text_is_passed_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"^no$"):
        run(registered(monkeypatch, ValueError("no")))


def test_a_hook_that_agrees_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run(registered(monkeypatch, None))
