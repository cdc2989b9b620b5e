"""Work beside the keys: searching, sorting, reading a file."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.dom import DOMNode


def begin(node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
    """Begin some work of a screen, or of the application, in place of what its group does.

    The coroutine is made when it begins: one that is ended before leaves nothing that nobody waited for.
    """
    node.run_worker(cast("Any", work), name=group, group=group, exclusive=True)
