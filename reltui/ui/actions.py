"""The actions that are the same on every screen, by the id of `keys.ACTIONS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from reltui.data.decision import RECALLABLE
from reltui.ui import jobs, signing, ways, ways_definition
from reltui.ui.screens.base import ReltuiScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def _back(app: ReltuiApp) -> None:
    app.go_back()


def _quit(app: ReltuiApp) -> None:
    if app.depth:
        app.go_back()
    else:
        _quit_now(app)


def _quit_now(app: ReltuiApp) -> None:
    ways_definition.leave_then(app, partial(_quit_kept, app))


def _quit_kept(app: ReltuiApp) -> None:
    if not app.pending():
        app.exit()
        return
    from reltui.ui.screens.leave import LeaveScreen

    if not isinstance(app.screen, LeaveScreen):
        app.push_screen(LeaveScreen())


def may_suspend(app: ReltuiApp) -> bool:
    """Whether the process may be stopped; says why not.

    While it is stopped a countdown runs on unseen, and an answer is not read (E2).
    """
    pending = app.pending()
    if pending:
        app.say(f"Not suspended: {pending[0].verb} {pending[0].title} is on its way.", "warn")
    return not pending


def _suspend(app: ReltuiApp) -> None:
    if may_suspend(app):
        app.action_suspend_process()


def _refresh(app: ReltuiApp) -> None:
    app.service.refresh()
    app.say("Asking again.")


def _auto_refresh(app: ReltuiApp) -> None:
    app.service.auto_refresh = not app.service.auto_refresh
    app.draw_soon()


def _take_back(app: ReltuiApp) -> None:
    # What was taken back is told by the outbox's own line. What was confirmed together goes back together.
    outbox = app.service.outbox
    newest = next((d for d in outbox.decisions() if d.state in RECALLABLE), None)
    if newest is not None and newest.plan:
        outbox.take_back_plan(newest.plan)
    elif outbox.take_back() is None:
        app.say("Nothing is held any more, so nothing can be taken back.", "warn")


def _help(app: ReltuiApp) -> None:
    from reltui.ui.screens.reading import HelpScreen

    if isinstance(app.screen, ReltuiScreen):
        app.push_screen(HelpScreen(app.screen.place))


def _error(app: ReltuiApp) -> None:
    from reltui.ui.screens.reading import MessageScreen

    app.push_screen(MessageScreen())


def _command(app: ReltuiApp) -> None:
    from reltui.ui.screens.command import CommandScreen

    if isinstance(app.screen, ReltuiScreen):
        app.push_screen(CommandScreen(app.screen))


def _go_top(name: str, app: ReltuiApp) -> None:
    ways_definition.leave_then(app, partial(app.go_top, name))


EVERYWHERE: Mapping[str, Callable[[ReltuiApp], None]] = {
    "approvals": partial(_go_top, "approvals"),
    "releases": partial(_go_top, "releases"),
    "definitions": partial(_go_top, "definitions"),
    "live": partial(_go_top, "live"),
    "journal": ways.journal,
    "plan": ways.plan,
    "unsaved": ways_definition.unsaved,
    "back": _back,
    "quit": _quit,
    "quit-now": _quit_now,
    "suspend": _suspend,
    "refresh": _refresh,
    "auto-refresh": _auto_refresh,
    "take-back": _take_back,
    "stop": jobs.stop,
    "help": _help,
    "error": _error,
    "command": _command,
    "sign-in": signing.sign_in,
    "connection": signing.connection,
}
