"""The first screen of a person who has no configuration yet."""

from __future__ import annotations

from collections.abc import Sequence

from reltui import paths
from reltui.ui.ending import DEMO
from reltui.ui.keys import Action, Place
from reltui.ui.present import Line, Span, span, wrap
from reltui.ui.screens.reading import ReadingScreen

EXAMPLE = (
    "[profiles.tfs01]",
    'url = "https://tfs01.example/tfs/DefaultCollection"',
    'secret = { env = "RELTUI_TFS01" }     # holds a personal access token',
    'protected = ["PROD*"]                 # stages that ask for their name',
    "projects = []                         # empty: all",
)


class WelcomeScreen(ReadingScreen):
    """Says what reltui is, where the configuration goes, and offers the demo."""

    place = Place.WELCOME

    def heading(self) -> Line:
        return (span("Welcome"),)

    def text(self, cells: int) -> Sequence[Line]:
        keymap = self.app.keymap
        about = (
            "reltui works through pending approvals and releases of Team Foundation Server and Azure DevOps, "
            "from the keyboard."
        )
        demo = (
            Span(span(keymap.key_of("demo")).text, "key"),
            span("  starts the demo: a server with a sample organisation, inside this program"),
        )
        return [
            (),
            *wrap((span(about),), cells),
            (),
            demo,
            (span(keymap.key_of("quit"), "key"), span("  quits")),
            (),
            *wrap(
                (
                    span("For your own server, write this to "),
                    span(str(paths.standard().config_file), "head"),
                ),
                cells,
            ),
            (),
            *((span(f"  {line}", "info"),) for line in EXAMPLE),
            (),
            *wrap((span("and put a token with release permissions into that environment variable."),), cells),
        ]

    def footer_actions(self) -> Sequence[Action]:
        offered = {action.id: action for action in self.app.keymap.offered(self.place)}
        return [offered[name] for name in ("demo", "help", "quit")]

    def do_demo(self) -> None:
        """Start the demo, or say how."""
        if self.app.options.start_demo is None:
            self.app.say("Type `reltui demo` in the shell to start the demo.")
        else:
            self.app.exit(DEMO)
