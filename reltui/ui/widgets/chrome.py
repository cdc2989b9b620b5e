"""Draws the lines round every screen from what the application knows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from reltui.data.decision import State
from reltui.data.topics import Inbox, Snapshot
from reltui.ui import jobs
from reltui.ui.options import Said
from reltui.ui.pace import pace_of
from reltui.ui.present import Line, Span, fit, span
from reltui.ui.widgets import header, statusline
from reltui.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.screens.base import ReltuiScreen

TOP = (("approvals", "Approvals"), ("releases", "Releases"), ("definitions", "Definitions"), ("live", "Live"))


def draw(
    app: ReltuiApp,
    screen: ReltuiScreen,
    note: Line,
    snapshot: Snapshot[Any] | None,
    said: Said | None,
) -> None:
    """Draw header, status and footer; lines that are as before are not painted again.

    `said` is the line last said to the person, shown in place of the footer until the next key.
    """
    cells = app.size.width
    service = app.service
    servers = service.servers
    inbox = service.look(Inbox()) if servers else Snapshot()
    sign_ins = [app.config.profiles[server.name].sign_in for server in servers]
    places = [
        (app.keymap.key_of(action), label + (header.waiting_count(inbox) if action == "approvals" else ""))
        for action, label in TOP
    ]
    screen.query_one("#header", Lines).show(
        [
            header.identity(servers, sign_ins, inbox, cells, app.ascii),
            header.navigation(places, screen.place.capitalize(), screen.crumbs(), note, cells, app.ascii),
        ]
    )
    pace = pace_of(app.config)
    data: Line = ()
    if snapshot is not None:
        refresh = app.config.ui.refresh_seconds
        data = statusline.data_state(snapshot, time.time(), refresh, service.auto_refresh, pace.minutes)
    job = jobs.running(app)
    if job is not None:
        between = (span(" | "),) if data else ()
        data = (*data[:1], *between, *jobs.progress(job), *data[1:])
    decisions = service.outbox.decisions()
    held = [decision for decision in decisions if decision.state is State.HELD]
    seconds = service.outbox.seconds_left(held[0]) if held else 0.0
    outbox = statusline.outbox_state(decisions, seconds, app.keymap.key_of("take-back"), pace.countdown)
    whole = app.keymap.key_of("error")
    screen.query_one("#status", Lines).show([statusline.status_line(data, outbox, whole, cells, app.ascii)])
    draw_footer(app, screen, said)


def draw_footer(app: ReltuiApp, screen: ReltuiScreen, said: Said | None) -> None:
    """Draw what was said, else what the keys do now: all of the chrome that follows the cursor."""
    cells = app.size.width
    if said is not None:
        footer = fit((span(" "), Span(said.text, said.role)), cells, app.ascii)
    else:
        footer = screen.footer_line(cells)
    screen.query_one("#footer", Lines).show([footer])
