"""Coroutines as tests; no key is taken for one that is held, nor pressed before the screen takes keys."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from reltui.ui.app import ReltuiApp
from reltui.ui.screens import base


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def no_key_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preview follows every key at once."""
    monkeypatch.setattr(base, "HELD_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def keys_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys before the first living screen are dropped, and a test is quicker than a person."""
    run_test = ReltuiApp.run_test

    @asynccontextmanager
    async def living(app: ReltuiApp, **options: Any) -> AsyncIterator[Pilot[str]]:
        async with run_test(app, **options) as pilot:
            while not app.is_living and app.is_running:
                await pilot.pause(0.01)
            yield pilot

    monkeypatch.setattr(ReltuiApp, "run_test", living)
