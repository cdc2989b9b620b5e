"""Quitting while a decision is held or being sent."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.data.decision import RECALLABLE, State
from reltui.ui.ending import GRACE
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.dialog import Dialog


class LeaveScreen(Dialog):
    """Names what is on its way, and what quitting does to it. The focus is on staying."""

    def __init__(self) -> None:
        super().__init__("Quit", "Stay")

    def heading(self) -> Line:
        return (span("Quit while a decision is on its way?"),)

    def text(self, cells: int) -> Sequence[Line]:
        lines: list[Line] = [()]
        for decision in self.app.pending():
            what = span(f"{decision.verb} ", "head"), Span(decision.title, "head")
            if decision.state in RECALLABLE:
                now = "is held" if decision.state is State.HELD else "waits its turn"
                effect = f"{now}; quitting takes it back, and nothing is sent."
            else:
                effect = f"is {decision.state}; quitting waits up to {GRACE:.0f} s for the verdict."
            lines += wrap((*what, span(f" {effect}")), cells)
        if len(lines) == 1:
            lines.append((span("Everything has come to its verdict meanwhile."),))
        return lines

    def confirm(self) -> None:
        self.app.exit()
