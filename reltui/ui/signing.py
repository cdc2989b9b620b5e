"""Offers to sign in when a server wants it: asks where a secret must be typed, and else says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reltui.data.topics import Event, Link, ServerChanged
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


class Signing:
    """What was offered, so that it is offered once. One for the application."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._told: set[str] = set()

    def heard(self, event: Event) -> None:
        """A server may want a sign-in now."""
        if not isinstance(event, ServerChanged):
            return
        state = self._app.service.server(event.name)
        if state.link is not Link.SIGN_IN:
            if state.link is Link.ONLINE:
                self._told.discard(event.name)
            return
        if event.name in self._told:
            return
        self._told.add(event.name)
        if not (state.asks and self.ask_next()):
            self._app.say(SafeText(f"{state.name}: {state.sentence} :sign-in signs in again."), "warn")

    def ask_next(self) -> bool:
        """Ask for the next secret that must be typed, where nothing lies over the first screen."""
        wanting = [state.name for state in self._app.service.servers if state.asks]
        if not wanting or self._app.depth:
            return False
        _open(self._app, wanting[0])
        return True


def sign_in(app: ReltuiApp) -> None:
    """Sign in again: to the server that wants it, else to the one that is shown."""
    servers = app.service.servers
    if not servers:
        app.say("No server is configured.", "warn")
        return
    shown = app.scope[0] if app.scope is not None else servers[0].name
    wanting = [state.name for state in servers if state.link is Link.SIGN_IN]
    _open(app, wanting[0] if wanting else shown)


def connection(app: ReltuiApp) -> None:
    """How each server is reached."""
    from reltui.ui.screens.connection import ConnectionScreen

    app.push_screen(ConnectionScreen())


def _open(app: ReltuiApp, server: str) -> None:
    from reltui.ui.screens.sign_in import SignInScreen

    app.push_screen(SignInScreen(server))
