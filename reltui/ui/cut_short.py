"""Tells at the start of plans in whose middle an earlier run of the program ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reltui.ui.present_plan_result import cut_short_words, is_moving

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


class CutShort:
    """Knows which of them were told. One for the application."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._told: set[str] = set()

    def heard(self) -> None:
        """Called on events: what was sent is read back first, so that the sums are true."""
        for plan in self._app.service.outbox.plans():
            if plan.inherited and plan.id not in self._told and not is_moving(plan):
                self._told.add(plan.id)
                if plan.retryable or plan.is_open:
                    self._app.say(cut_short_words(plan), "warn")
