"""The ways to detail screens. Each screen is loaded when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reltui.data.topics import (
    DefinitionAt,
    DefinitionOf,
    DeploymentsOf,
    FoldersOf,
    LogOf,
    ReleaseOf,
    ReleasesOf,
)
from reltui.model.project import Project
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def release(app: ReltuiApp, topic: ReleaseOf, environment_id: int = 0, tab: str = "") -> None:
    """A release, with the cursor on one of its stages and one of its tabs shown."""
    from reltui.ui.screens.release import ReleaseScreen

    app.push_screen(ReleaseScreen(topic, environment_id, tab))


def releases(app: ReltuiApp, topic: ReleasesOf) -> None:
    """The releases of a definition."""
    from reltui.ui.screens.releases import ReleasesScreen

    app.push_screen(ReleasesScreen(topic))


def definition(app: ReltuiApp, topic: DefinitionOf | DefinitionAt) -> None:
    """A definition, as it is or as it was at a revision."""
    from reltui.ui.screens.definition import DefinitionScreen

    app.push_screen(DefinitionScreen(topic))


def history(app: ReltuiApp, topic: DefinitionOf) -> None:
    """The revisions of a definition."""
    from reltui.ui.screens.definition_history import DefinitionHistoryScreen

    app.push_screen(DefinitionHistoryScreen(topic))


def revisions(app: ReltuiApp, older: DefinitionAt, newer: DefinitionAt) -> None:
    """What changes from one revision of a definition to another."""
    from reltui.ui.screens.definition_comparison import RevisionsScreen

    app.push_screen(RevisionsScreen(older, newer))


def folders(app: ReltuiApp, topic: FoldersOf) -> None:
    """The folders of the definitions of a project."""
    from reltui.ui.screens.folders import FoldersScreen

    app.push_screen(FoldersScreen(topic))


def definitions_in(app: ReltuiApp, server: str, project: Project, path: str) -> None:
    """The definitions of a project that are in a folder."""
    from reltui.ui.screens.definitions import DefinitionsScreen

    app.scope = (server, project)
    app.go_top("definitions")
    if isinstance(app.screen, DefinitionsScreen):
        # A filter is words: each of the path's must be in it.
        app.screen.filter = " ".join(f"folder:{word}" for word in path.split())
        app.draw_soon()


def tasks(app: ReltuiApp, topic: ReleaseOf, environment_id: int) -> None:
    """The tasks of all attempts at a stage of a release; Enter opens a log."""
    from reltui.ui.screens.tasks import TasksScreen

    app.push_screen(TasksScreen(topic, environment_id))


def log(app: ReltuiApp, topic: LogOf, title: SafeText) -> None:
    """The log of a task; `title` is the way to it: "Invoice.CD / Rel-142 / UAT / Deploy web"."""
    from reltui.ui.screens.log import LogScreen

    app.push_screen(LogScreen(topic, title))


def comparison(app: ReltuiApp, older: ReleaseOf, newer: ReleaseOf) -> None:
    """What changes from one release to another."""
    from reltui.ui.screens.comparison import ComparisonScreen

    app.push_screen(ComparisonScreen(older, newer))


def journal(app: ReltuiApp) -> None:
    """What was decided, from here and elsewhere; nothing more where it is shown already."""
    from reltui.ui.screens.journal import JournalScreen

    if not isinstance(app.screen, JournalScreen):
        app.push_screen(JournalScreen())


def plan(app: ReltuiApp) -> None:
    """The newest plan of this run, or of an earlier one that was cut short."""
    from reltui.ui.screens import plans

    plans.newest(app)


def stage(app: ReltuiApp, topic: DeploymentsOf, title: SafeText) -> None:
    """What happened on one stage of a definition; `title`: "Invoice.CD / PROD"."""
    from reltui.ui.screens.stage import StageScreen

    app.push_screen(StageScreen(topic, title))
