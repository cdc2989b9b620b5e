"""The screen as plain lines, for asserting and for reading in a review."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.waiting import NotShown


def lines(app: App[Any]) -> list[str]:
    """What stands on the screen, one string a line, without blanks at the right end."""
    # There is no public way to the drawn text but an SVG.
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def text(app: App[Any]) -> str:
    """The same as one string."""
    return "\n".join(lines(app))


async def settled(pilot: Pilot[Any], wanted: str, rounds: int = 2000) -> str:
    """Wait until a text stands on the screen and nothing more is to be drawn; returns the whole screen.

    A sentence may go over the end of a line. Raises NotShown with what stood there.
    """
    shown = ""
    for _ in range(rounds):
        before = shown
        await pilot.pause(0.02)
        shown = text(pilot.app)
        is_shown = wanted in shown or wanted in " ".join(shown.split())
        if is_shown and shown == before and not _is_due(pilot.app):
            return shown
    raise NotShown(f"{wanted!r} did not appear on:\n{shown}")


def _is_due(app: App[Any]) -> bool:
    """Whether our own painter is about to draw the screen again."""
    painter = getattr(app, "_painter", None)
    return painter is not None and painter.is_due


async def gone(pilot: Pilot[Any], unwanted: str, rounds: int = 2000) -> str:
    """Wait until a text stands there no more. Raises NotShown."""
    for _ in range(rounds):
        await pilot.pause(0.02)
        shown = text(pilot.app)
        if unwanted not in shown:
            return shown
    raise NotShown(f"{unwanted!r} stayed on:\n{shown}")
