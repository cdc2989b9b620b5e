"""The ways to writing a definition: one that is there, a new one, a copy, an edit that was not saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data.edits import Edit
from reltui.data.topics import DefinitionOf, ProjectsOf
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.model.words import short_span, within

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

Raw = Mapping[str, Any]


def open_editor(
    app: ReltuiApp,
    server: str,
    project: Project,
    definition: Definition | None,
    work: Raw | None = None,
    edit: Edit | None = None,
) -> None:
    """Edit a definition as it is or as `work`; a new one (`definition` None) with `work`; or an unsaved edit.

    What is there is read first, whole and fresh. Unsaved changes of it are gone on with, unless `work` is
    given. `server` is the name of a profile.
    """
    if edit is not None:
        _show(app, server, project, edit.work, base=edit.base, edit=edit)
    elif definition is None:
        _show(app, server, project, work or {}, base=None)
    else:
        kept = None if work is not None else _kept(app, server, project, definition.id)
        if kept is not None:
            old = short_span(time.time() - kept.at)
            _show(app, server, project, kept.work, base=kept.base, edit=kept)
            app.say(
                f"Your unsaved changes are here, {'just made' if old == 'now' else f'{old} old'}.", "info"
            )
        else:
            topic = DefinitionOf(server, project, definition.id)
            when_read(app, topic, definition.name, partial(_begin, app, topic, work))


def _begin(app: ReltuiApp, topic: DefinitionOf, work: Raw | None, definition: Definition) -> None:
    _show(app, topic.server, topic.project, work or definition.raw, base=definition.raw)


def _kept(app: ReltuiApp, server: str, project: Project, definition_id: int) -> Edit | None:
    url = app.service.server(server).url
    same = (url, project.id, definition_id)
    found = (e for e in app.service.edits.load() if (e.server_url, e.project_id, e.definition_id) == same)
    return next(found, None)


def _show(
    app: ReltuiApp, server: str, project: Project, work: Raw, *, base: Raw | None, edit: Edit | None = None
) -> None:
    """Open the editor, or go back to it where the edit is open already."""
    from reltui.ui.editing import Editing
    from reltui.ui.screens.editor import EditorScreen

    for screen in app.screen_stack:
        if isinstance(screen, EditorScreen) and edit is not None and screen.editing.key == edit.key:
            while app.screen is not screen:
                app.pop_screen()
            return
    kept = {"key": edit.key, "comment": edit.comment} if edit is not None else {}
    url = app.service.server(server).url
    app.push_screen(EditorScreen(Editing(app.service.edits, server, url, project, work, base=base, **kept)))


def when_read(
    app: ReltuiApp, topic: DefinitionOf, name: SafeText, then: Callable[[Definition], None]
) -> None:
    """Do something with a definition once it was read whole and fresh; a screen says so meanwhile."""
    from reltui.ui.screens.opening import OpeningScreen

    app.push_screen(OpeningScreen(topic, name, then))


def new_definition(app: ReltuiApp, server: str, project: Project, folder: str = "\\") -> None:
    """Pick a start, then a name and a folder, then the editor."""
    if _may_write(app, server):
        from reltui.ui.screens.starting import PickStart

        app.push_screen(PickStart(server, project, folder))


def clone(app: ReltuiApp, server: str, project: Project, definition: Definition) -> None:
    """A new definition that begins as a copy."""
    if _may_write(app, server):
        from reltui.ui.screens.starting import begin_copy

        begin_copy(app, server, project, definition)


def _may_write(app: ReltuiApp, server: str) -> bool:
    if app.service.server(server).read_only:
        app.say(SafeText(f"{server} is read-only here: nothing can be written."), "warn")
        return False
    return True


def unsaved(app: ReltuiApp) -> None:
    """The edits that were not saved; nothing more where they are shown already."""
    from reltui.ui.screens.unsaved import UnsavedScreen

    if not isinstance(app.screen, UnsavedScreen):
        app.push_screen(UnsavedScreen())


def tell_unsaved(app: ReltuiApp) -> None:
    """At the start: an earlier run has left edits, and may not have ended well."""
    kept = app.service.edits.load()
    for trouble in app.service.edits.troubles:
        app.say(trouble, "warn")
    if kept:
        names = within(kept[0].name) if len(kept) == 1 else f"{len(kept)} definitions"
        app.say(SafeText(f"Not saved yet: {names}; :unsaved goes on with it."), "warn")


def open_unsaved(app: ReltuiApp, edit: Edit) -> None:
    """Go on with an edit, if its server is configured and its project is known."""
    state = next((each for each in app.service.servers if each.url == edit.server_url), None)
    if state is None:
        app.say(SafeText(f"No profile of the configuration has the server of {within(edit.name)}."), "warn")
        return
    projects = app.service.look(ProjectsOf(state.name)).data or ()
    project = next((each for each in projects if each.id == edit.project_id), None)
    if project is None:
        app.say(SafeText(f"The project of {within(edit.name)} is not known on {state.name} yet."), "warn")
        return
    open_editor(app, state.name, project, None, edit=edit)
