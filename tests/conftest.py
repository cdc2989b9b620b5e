"""What holds for every test: no trace of the person's own settings, and none left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import hypothesis
import pytest

from reltui.demo import service
from tests import kept_engine
from tests.waiting import NotShown

# No test may depend on the speed of the machine, or on luck: the examples are the same in every run.
hypothesis.settings.register_profile(
    "reltui", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("reltui")

FOREIGN = ("TEXTUAL_", "RELTUI_", "XDG_", "NO_COLOR", "COLORTERM", "COLUMNS", "LINES", "TERM_PROGRAM")
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""An installed program is compiled; so are the hundreds that tests start."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def pytest_configure(config: pytest.Config) -> None:
    """Of a test that was run once more the report tells what it had waited for."""
    if config.pluginmanager.hasplugin("rerunfailures"):
        config.option.rerun_show_tracebacks = True


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same colours, times, folders and network everywhere, for the test and what it starts."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.upper() in PROXIES or name == UNCOMPILED:
            monkeypatch.delenv(name)
    home: Path = tmp_path_factory.mktemp("home")
    for kind in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.fixture(autouse=True)
def kept_organisations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedded servers in this process begin with a copy of an organisation that was made before."""
    monkeypatch.setattr(service, "Engine", kept_engine.engine)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that has waited in vain is run once more; those that wait for a terminal begin first.

    A busy machine may let something take longer than a minute, or make a pause in a key that is held; what
    was seen and is wrong stays wrong.
    Every worker is given one piece of the list and helps the others once it is through: each piece begins
    with its share of those that wait.
    """
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[NotShown]))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [item for item in items if item.path.parent.name == "terminal"]
    rest = [item for item in items if item.path.parent.name != "terminal"]
    piece = -(-len(rest) // workers)
    items[:] = [
        item
        for number in range(workers)
        for item in (*slow[number::workers], *rest[number * piece : (number + 1) * piece])
    ]
