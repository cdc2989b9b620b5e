"""Coroutines as tests; and in tests no key is taken for one that is held, however fast it comes."""

from __future__ import annotations

import asyncio
import inspect

import pytest

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
