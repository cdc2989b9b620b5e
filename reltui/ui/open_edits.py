"""The edits that are in hand; without what edits, which the first paint does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from reltui.ui.editing import Editing


class OpenEdits(WeakValueDictionary[str, "Editing"]):
    """By its key every edit that is in hand, in an editor or by the one who follows its save; one of each."""
