"""Every server: how it is reached, how and as whom it is signed in to, and what that allows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from reltui.ui.present import Line, Look, Span, span
from reltui.ui.present_connection import facts
from reltui.ui.screens.dialog import fact
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.reading import ReadingScreen
from reltui.ui.widgets import statusline


class ConnectionScreen(ReadingScreen):
    """What is known of each connection; it asks no server anything."""

    def heading(self) -> Line:
        return (span("Connections"),)

    def text(self, cells: int) -> Sequence[Line]:
        look = Look(FollowingScreen.clock(), self.app.ascii)
        lines: list[Line] = []
        for state in self.app.service.servers:
            lines += [(), (Span(state.label, "head"), span(f"  profile {state.name}", "dim"))]
            for label, value in facts(self.app.service.connection(state.name), time.time(), look):
                lines += fact(label, value, cells)
        return lines[1:] or [(span("No server is configured."),)]

    def footer_line(self, cells: int) -> Line:
        hint: Line = (span(":sign-in", "key"), span(" sign in again"))
        keys = statusline.footer(self.footer_actions(), self.app.keymap, cells - 23)
        return (*keys, *hint)

    def do_connection(self) -> None:
        """It is shown already."""
