"""Quitting while a decision is held or being sent; leaving an edit that could not be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reltui.data.decision import RECALLABLE, State
from reltui.ui.editing import Editing
from reltui.ui.ending import GRACE
from reltui.ui.present import Line, Span, line, span, wrap
from reltui.ui.present_words import within
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


class UnkeptScreen(Dialog):
    """Names the edits that are not on disk, and why. The focus is on staying."""

    def __init__(self, lost: Sequence[Editing], then: Callable[[], None]) -> None:
        """`then` leaves them."""
        super().__init__("Leave and lose it", "Stay")
        self._lost = lost
        self._then = then

    def heading(self) -> Line:
        return (span("Leave what could not be kept?"),)

    def text(self, cells: int) -> Sequence[Line]:
        lines: list[Line] = [()]
        for editing in self._lost:
            why = line(
                Span(within(editing.name), "head"), " is changed, and is not on disk: ", editing.trouble
            )
            lines += wrap(why, cells)
        told = "Stay to save it to the server, or repair that: it is tried again when you leave."
        return [*lines, (), *wrap(line(told), cells)]

    def confirm(self) -> None:
        self.close_dialog()
        for editing in self._lost:
            self.app.editings.pop(editing.key, None)
        self._then()
