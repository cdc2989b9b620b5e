"""The screens on digits and the first one of all, made when they are first shown."""

from __future__ import annotations

from reltui.ui.screens.base import ReltuiScreen


def make(name: str) -> ReltuiScreen:
    """A top screen by its action id, or `welcome`. Raises KeyError: there is none."""
    match name:
        case "approvals":
            from reltui.ui.screens.approvals import ApprovalsScreen

            return ApprovalsScreen()
        case "releases":
            from reltui.ui.screens.releases import ReleasesScreen

            return ReleasesScreen()
        case "definitions":
            from reltui.ui.screens.definitions import DefinitionsScreen

            return DefinitionsScreen()
        case "live":
            from reltui.ui.screens.live import LiveScreen

            return LiveScreen()
        case "welcome":
            from reltui.ui.screens.welcome import WelcomeScreen

            return WelcomeScreen()
    raise KeyError(name)
