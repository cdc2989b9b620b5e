"""ReltuiScreen: what every screen shares, which is the way of the keys and what is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from reltui.data.capabilities import Need, why_not
from reltui.data.decision import Verb
from reltui.data.topics import Topic
from reltui.model.text import SafeText
from reltui.ui.keys import Action, Place
from reltui.ui.present import Line
from reltui.ui.present_verbs import nothing_to
from reltui.ui.screens.subject import Subject
from reltui.ui.sure_timers import SureTimers
from reltui.ui.widgets import statusline

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

IN_TEXT = frozenset(
    {"back", "quit-now", "suspend", "next-field", "previous-field", "template", "last-comments"}
)
"""Actions that work while a text field has the focus; every other key is text."""

NEEDS: Mapping[tuple[Place, str], Need] = {
    (Place.DEFINITIONS, "deleted"): Need.DELETED_DEFINITIONS,
    (Place.DEFINITIONS, "history"): Need.REVISIONS,
    (Place.DEFINITIONS, "folders"): Need.FOLDERS,
    (Place.DEFINITION, "history"): Need.REVISIONS,
    (Place.DEFINITION, "folders"): Need.FOLDERS,
    (Place.LIVE, "history"): Need.LIVE,
    (Place.LIVE, "compare"): Need.LIVE,
    (Place.RELEASES, "deleted"): Need.DELETED_RELEASES,
    (Place.RELEASES, "snapshot"): Need.REVISIONS,
    (Place.RELEASE, "snapshot"): Need.REVISIONS,
    (Place.REVISIONS, "compare"): Need.REVISIONS,
}
"""What an action needs that not every generation of servers has, by where it is done."""


def takes_text(widget: Widget | None) -> bool:
    """Whether letters typed into it become text; asked so, the classes of fields need not be loaded."""
    return widget is not None and widget.check_consume_key("a", "a")


class ReltuiScreen(SureTimers, Screen[None], inherit_bindings=False):
    """A screen of reltui. Keys go through `keys.KeyMap`, not through Textual's bindings."""

    place: ClassVar[Place]
    AUTO_FOCUS = ""

    stands = False
    """It is as it was left: back on top, what was drawn last is painted before it is drawn anew."""

    if TYPE_CHECKING:
        app: ReltuiApp
        """The application: service, config, keymap, ascii, say() and the ways to other screens."""

    def topics(self) -> Sequence[Topic[Any]]:
        """What is watched while this screen is shown, or lies under a dialog. The first gives the age."""
        return ()

    def footer_actions(self) -> Sequence[Action]:
        """The actions that do something now."""
        return [action for action in self.app.keymap.offered(self.place) if action.footer]

    def footer_line(self, cells: int) -> Line:
        """The last line of the screen."""
        actions = self.footer_actions()
        greyed = frozenset(action.id for action in actions if self.lacking(action) is not None)
        return statusline.footer(actions, self.app.keymap, cells, greyed)

    def lacking(self, action: Action) -> SafeText | None:
        """Why the server that the screen is about cannot do this, being too old for it; None when it can."""
        what = NEEDS.get((self.place, action.id))
        server = getattr(next(iter(self.topics()), None), "server", "")
        if what is None or not server:
            return None
        return why_not(self.app.service.server(server).generation, what)

    def crumbs(self) -> Line:
        """The way to a detail screen ("Releases > Invoice.CD > Rel-142"), in place of the top screens."""
        return ()

    def subject(self, verb: Verb) -> Subject | SafeText:
        """What a verb acts on now, or a sentence why there is nothing for it."""
        return nothing_to(verb)

    def update(self) -> None:
        """Draw what the service knows now; called on show, and at most four times a second on events."""

    def update_soon(self) -> None:
        """Draw after the layout, if the screen was not left by then."""
        self.call_after_refresh(lambda: None if self.is_left else self.update())

    @property
    def is_left(self) -> bool:
        """It is no longer on the stack: its parts are being taken away, and nothing may look for them."""
        return self not in self.app.screen_stack

    @property
    def is_on_top(self) -> bool:
        """No other screen lies over it; Textual's `is_current` holds for the one below the top as well."""
        return bool(self.app.screen_stack) and self.app.screen is self

    async def on_event(self, event: events.Event) -> None:
        if not (isinstance(event, events.Mount | events.Resize | events.ScreenResume) and self.is_left):
            await super().on_event(event)

    @property
    def types_text(self) -> bool:
        """A text field has the focus."""
        return takes_text(self.focused)

    def key_pressed(self, event: events.Key) -> bool:
        """Do what a key means here; False leaves it to the text field that has the focus.

        Called before Textual passes the key round, so that keys typed fast meet the focus that the keys
        before them have set.
        """
        action = self.app.keymap.find(self.place, event.key)
        if action is None or (self.types_text and action.id not in IN_TEXT):
            return not self.types_text
        self.app.keyboard.perform(action, event)
        return True

    def perform(self, action: Action) -> bool:
        """Do an action by the method `do_` and its id with _ for -; False when there is none.

        Where the server is too old for it, it is said why.
        """
        lacking = self.lacking(action)
        if lacking is not None:
            self.app.say(lacking, "warn")
            return True
        method = getattr(self, f"do_{action.id.replace('-', '_')}", None)
        if method is None:
            return False
        method()
        return True

    def on_screen_resume(self) -> None:
        """Watch what this screen shows, draw it as it is now, and let verbs rest for a moment."""
        self.app.sync_watches()
        if self.stands:
            self.stands = False
            self.call_after_refresh(self.app.draw_soon)
        else:
            self.update()
        self.app.let_verbs_rest()
