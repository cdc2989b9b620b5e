"""The first screen of a person who has no configuration yet."""

from __future__ import annotations

from collections.abc import Sequence

from reltui import paths
from reltui.ui.ending import DEMO
from reltui.ui.keys import Action, Place
from reltui.ui.present import Line, span, wrap
from reltui.ui.screens.reading import ReadingScreen


class WelcomeScreen(ReadingScreen):
    """Says what reltui is, and offers to set up a server, or the demo."""

    place = Place.WELCOME

    def heading(self) -> Line:
        return (span("Welcome"),)

    def text(self, cells: int) -> Sequence[Line]:
        about = (
            "reltui works through pending approvals and releases of Team Foundation Server and Azure DevOps, "
            "from the keyboard."
        )
        file = str(self.app.options.config_file or paths.standard().config_file)
        steps = (
            "Setting up asks for the address of your server, tries it, signs in, lets you choose projects, "
            "and shows what it would write to "
        )
        return [
            (),
            *wrap((span(about),), cells),
            (),
            *self._way("set-up", "sets up a server of your own", cells),
            *self._way(
                "demo", "starts the demo: a server with a sample organisation, in this program", cells
            ),
            *self._way("quit", "quits", cells),
            (),
            *wrap((span(steps), span(file, "head"), span(".")), cells),
            (),
            *wrap(
                (
                    span("The same in plain questions, without this screen: "),
                    span("reltui init", "head"),
                    span(". Every key of that file is told in config.example.toml, beside the README."),
                ),
                cells,
            ),
        ]

    def _way(self, action: str, words: str, cells: int) -> Sequence[Line]:
        first, *more = wrap((span(words),), max(cells - 3, 20))
        key = f"{self.app.keymap.key_of(action):<2} "
        return [(span(key, "key"), *first), *((span(" " * len(key)), *row) for row in more)]

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        return [offered[name] for name in ("set-up", "demo", "help", "quit")]

    def do_set_up(self) -> None:
        """Ask for a server."""
        from reltui.ui.screens.first_server import ServerScreen

        self.app.push_screen(ServerScreen(self.app.options.config_file))

    def do_demo(self) -> None:
        """Start the demo, or say how."""
        if self.app.options.start_demo is None:
            self.app.say("Type `reltui demo` in the shell to start the demo.")
        else:
            self.app.exit(DEMO)
