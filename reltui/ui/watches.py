"""What is watched for the screens that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reltui.data.topics import Inbox, Problem, Topic
from reltui.ui.keys import Place
from reltui.ui.screens.screen import ReltuiScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


class Watches:
    """Keeps the service watching the screen on top, what lies under the dialogs over it, and the inbox."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._topics: set[Topic[Any]] = set()

    def __contains__(self, topic: Topic[Any]) -> bool:
        return topic in self._topics

    def sync(self) -> None:
        """Begin and end watching as the screens say now."""
        service = self._app.service
        wanted: set[Topic[Any]] = {Inbox()} if service.servers else set()
        for screen in reversed(self._app.screen_stack):
            if isinstance(screen, ReltuiScreen):
                wanted.update(screen.topics())
                if screen.place not in (Place.DIALOG, Place.READING):
                    break
        for topic in wanted - self._topics:
            service.watch(topic)
        for topic in self._topics - wanted:
            service.unwatch(topic)
        self._topics = wanted

    def problems(self) -> list[Problem]:
        """What could not be read of it."""
        look = self._app.service.look
        return list(dict.fromkeys(problem for topic in self._topics for problem in look(topic).problems))
