"""The ways to every screen and dialog there is, for what must hold on all of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence

from textual.pilot import Pilot

from reltui.ui import screens
from reltui.ui.app import ReltuiApp
from reltui.ui.screens.screen import ReltuiScreen
from tests.ui.screen_text import settled, text

Look = Callable[[ReltuiApp], None]
"""What is looked at on each screen."""


def kinds() -> set[str]:
    """The names of all kinds of screens but those that are only the base of others."""
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    importlib.import_module("reltui.ui.editing_as_text")
    ours = {kind for kind in _below(ReltuiScreen) if kind.__module__.startswith("reltui.")}
    bases = {base for kind in ours for base in kind.__bases__}
    return {kind.__name__ for kind in ours if kind not in bases} | {"DecisionDialog", "QuestionScreen"}


def _below(kind: type[ReltuiScreen]) -> Iterator[type[ReltuiScreen]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def named(command: str) -> tuple[str, ...]:
    """The keys of an action by its name."""
    return (":", "~: command", *command, f"~>   {command} ", "enter")


DEFINITION = ("3", "g", "~Dunning", "j")
EDITOR = (*DEFINITION, "e", "~Edit >")
STAGE = ("2", "/", *"Release-81", "enter", "~>   Release-81", "enter", "~[Stages]", "g")
CREATE = (*DEFINITION, "n", "~Create")

ROUTES: Mapping[str, Sequence[Sequence[str]]] = {
    "approvals": (
        ("?", "escape", "!", "escape", "n", "~Definition"),
        ("enter", "~approval "),
        ("a", "~Cancel", "tab", "escape", "x", "~Cancel"),
        ("t", "~characters or more", *"lee", "~Lee Whitcomb", "enter", "~Cancel"),
        ("w", "~Cancel", "escape", "f"),
        named("save-filter"),
        ("t", "~characters or more", *"lee", "~Lee Whitcomb", "enter", "~Cancel", "y", "~held", "q", "~Stay"),
        ("J", "~held", "e"),
        ("m", "m", "*", "a", "~plan of"),
        named("connection"),
        named("sign-in"),
    ),
    "releases": (
        ("2", "~more on G", "space", "j", "space", "b", "~Comparison"),
        ("2", "~more on G", *named("archive")),
        (*STAGE, "b", "escape", "d", "~Cancel"),
        (*STAGE, "l", "~Smoke tests", "enter", "~lines ", "s"),
        ("4", "~stages", "enter", "enter", "~succeeded"),
    ),
    "definitions": (
        (*CREATE, "tab", "tab", "tab", "enter"),
        (*CREATE, "tab", "enter", "~version"),
        (*DEFINITION, "enter", "~[Stage]", "]", "]"),
        (*DEFINITION, "h", "~what it changed", "space", "j", "space", "b"),
        (*DEFINITION, *named("move")),
        (*DEFINITION, *named("delete"), "~Cancel"),
        (*DEFINITION, *named("folders"), "~definitions", "n"),
        (*DEFINITION, *named("export-definition"), "~To which file?"),
        (*DEFINITION, "N", "enter"),
    ),
    "editor": (
        (*EDITOR, "n", "escape", "tab", "j", "j", "enter"),
        (*EDITOR, "/", *"agent", "enter", "tab", "j", "enter"),
        (*EDITOR, "/", *"approvals", "enter", "n"),
        (*EDITOR, "/", *"uat", "enter", "tab", "G", "k", "enter"),
        (
            *EDITOR,
            "tab",
            "~[ > Inv",
            "enter",
            "x",
            "~CDx",
            "enter",
            "v",
            "~in full",
            "escape",
            "s",
            "~Save the definition",
        ),
        (*named("unsaved"), "~Invoice.CD", "D"),
    ),
}
"""By area, from the approvals on the embedded server; `~` waits for a text."""


async def walk(pilot: Pilot[str], route: Sequence[str], look: Look) -> None:
    """Go one way, look at what each step shows, and come back to the top."""
    app = pilot.app
    assert isinstance(app, ReltuiApp)
    for step in route:
        if step.startswith("~"):
            await settled(pilot, step[1:])
        else:
            if step == "y":
                await pilot.pause(app.guard.quiet_seconds + 0.05)
            await pilot.press(step)
            await pilot.pause()
        look(app)
    for _ in range(12):
        if not app.depth:
            break
        await pilot.press("escape")
        await pilot.pause()
        look(app)
    assert not app.depth, f"no way back from {app.screen}:\n{text(app)}"
    await pilot.press("escape")
