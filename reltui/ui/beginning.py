"""What is done once the first screen has been painted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reltui.errors import ReltuiError
from reltui.ui import collecting, ways_definition

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def begin(app: ReltuiApp) -> None:
    """Start the service, and open what was asked for."""
    collecting.begin()
    app.telling.look()
    if not app.service.servers:
        return
    if app.typed_secret[1]:
        (profile, secret), app.typed_secret = app.typed_secret, ("", "")
        app.run_worker(_sign_in(app, profile, secret), name="sign in")
    app.run_worker(app.service.start(), name="start")
    ways_definition.tell_unsaved(app)
    # The end asks for it, and is to be quick.
    from reltui.ui import editing  # noqa: F401

    if app.options.link:
        from reltui.ui.links import open_link

        open_link(app, app.options.link)


async def _sign_in(app: ReltuiApp, profile: str, secret: str) -> None:
    with suppress(ReltuiError):  # how it goes is told by the server's state
        await app.service.sign_in(profile, secret)
