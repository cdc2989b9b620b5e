"""Microsoft's own Python SDK on the embedded server.

It is imported inside functions, because it makes a folder in the home of the person when it is imported.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def without_cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The SDK keeps what servers told in files of the home folder, and in its classes."""
    monkeypatch.setenv("AZURE_DEVOPS_CACHE_DIR", str(folder))
    from azure.devops import _file_cache
    from azure.devops.client import Client as SdkClient

    for cache in (_file_cache.OPTIONS_CACHE, _file_cache.RESOURCE_CACHE):
        monkeypatch.setattr(cache, "file_name", "")
        monkeypatch.setattr(cache, "data", {})
        monkeypatch.setattr(cache, "initial_load_occurred", True)
    monkeypatch.setattr(SdkClient, "_locations_cache", {})


@contextmanager
def tidy() -> Iterator[None]:
    """The SDK leaves its connections to the garbage collector, which would complain in some later test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def client_of(kind: str, url: str, token: str) -> Any:
    """One of the SDK's clients by its module's path, without a look for the host of its area."""
    import importlib

    from msrest.authentication import BasicAuthentication

    module, _, name = kind.rpartition(".")
    return getattr(importlib.import_module(module), name)(url, BasicAuthentication("", token))
