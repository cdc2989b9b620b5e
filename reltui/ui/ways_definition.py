"""The ways to writing a definition: one that is there, a new one, a copy, an edit that was not saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data.edits import Edit
from reltui.data.topics import DefinitionOf, ProjectsOf
from reltui.errors import ReltuiError
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.model.words import short_span, within

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.editing import Editing
    from reltui.ui.kept_texts import KeptText

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
        go_on(app, server, project, edit)
    elif definition is None:
        _show(app, server, project, work or {}, base=None)
    else:
        kept = None if work is not None else _kept(app, server, project, definition.id)
        live = None if work is not None or kept is not None else _live(app, server, project, definition.id)
        if live is not None:
            show(app, live)
        elif kept is not None:
            old = short_span(time.time() - kept.at)
            told = f"Your unsaved changes are here, {'just made' if old == 'now' else f'{old} old'}."
            if go_on(app, server, project, kept) is not None:
                app.say(told, "info")
        else:
            topic = DefinitionOf(server, project, definition.id)
            when_read(app, topic, definition.name, partial(_begin, app, topic, work))


def _begin(app: ReltuiApp, topic: DefinitionOf, work: Raw | None, definition: Definition) -> None:
    url = app.service.server(topic.server).url
    same = (url, topic.project.id, definition.id)
    elsewhere = [edit for edit in app.service.edits.load() if edit.host and _about(edit) == same]
    _show(app, topic.server, topic.project, work or definition.raw, base=definition.raw)
    if elsewhere and work is None:
        told = f"There are unsaved changes of it that were made on {elsewhere[0].host}: :unsaved has them."
        app.say(SafeText(told), "warn")


def _kept(app: ReltuiApp, server: str, project: Project, definition_id: int) -> Edit | None:
    same = (app.service.server(server).url, project.id, definition_id)
    found = (edit for edit in app.service.edits.load() if not edit.host and _about(edit) == same)
    return next(found, None)


def _live(app: ReltuiApp, server: str, project: Project, definition_id: int) -> Editing | None:
    """One that is in hand, changed and not on disk: it could not be kept, or its save is followed."""
    same = (server, project.id, definition_id)
    found = (e for e in app.editings.values() if (e.server, e.project.id, e.definition_id) == same)
    return next((editing for editing in found if editing.is_changed), None)


def _about(edit: Edit) -> tuple[str, str, int]:
    """Of what definition it is."""
    return (edit.server_url, edit.project_id, edit.definition_id)


def go_on(app: ReltuiApp, server: str, project: Project, edit: Edit) -> Editing | None:
    """Open a kept edit: the one that is in hand here, else as it is on disk; None, and a sentence, when it
    cannot be taken in hand."""
    from reltui.ui.editing import Editing

    editing = app.editings.get(edit.key)
    if editing is None:
        try:
            taken = app.service.edits.take(edit)
        except ReltuiError as error:
            app.say(SafeText(f"The unsaved edit cannot be opened: {error}"), "bad")
            return None
        editing = Editing(
            app.service.edits,
            server,
            edit.server_url,
            project,
            taken.work,
            base=taken.base,
            comment=taken.comment,
            key=taken.key,
        )
        if taken.key != edit.key:
            where = f"on {edit.host}, where it may be open still" if edit.host else "in another reltui"
            app.say(SafeText(f"This is a copy: the edit itself is {where}."), "warn")
    show(app, editing)
    return editing


def _show(app: ReltuiApp, server: str, project: Project, work: Raw, *, base: Raw | None) -> None:
    from reltui.ui.editing import Editing

    url = app.service.server(server).url
    show(app, Editing(app.service.edits, server, url, project, work, base=base))


def show(app: ReltuiApp, editing: Editing) -> None:
    """Open the editor, or go back to it where the edit is open already."""
    from reltui.ui.screens.editor import EditorScreen

    for screen in app.screen_stack:
        if isinstance(screen, EditorScreen) and screen.editing is editing:
            while app.screen is not screen:
                app.pop_screen()
            return
    app.push_screen(EditorScreen(editing))


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
    """At the start: an earlier run has left edits or texts, and may not have ended well."""
    from reltui.ui import kept_texts
    from reltui.ui.external_editor import state_folder

    kept_texts.tidy(state_folder(app))
    kept, texts = app.service.edits.load(), kept_texts.load(state_folder(app))
    for trouble in app.service.edits.troubles:
        app.say(trouble, "warn")
    left = [edit.name for edit in kept]
    left += [SafeText(f"a text of {within(text.edit.name)}") for text in texts]
    if left:
        names = within(left[0]) if len(left) == 1 else f"{len(kept)} definitions"
        if len(left) > 1 and texts:
            names = f"{len(left)} edits and texts of definitions"
        app.say(SafeText(f"Not saved yet: {names}; :unsaved goes on with it."), "warn")


def leave_then(app: ReltuiApp, then: Callable[[], None]) -> None:
    """Leave the editors that are open; where an edit could not be kept, only after it was asked."""
    from reltui.ui.editing import Editing

    # Not by the class of the screen: the editor takes longer to load than all the rest of the end.
    shown = [getattr(screen, "editing", None) for screen in app.screen_stack]
    opened = list(dict.fromkeys(editing for editing in shown if isinstance(editing, Editing)))
    in_hand = [*opened, *(each for each in app.editings.values() if each.trouble and each not in opened)]
    for editing in in_hand:
        editing.keep()
    lost = [editing for editing in in_hand if editing.trouble and editing.is_changed]
    if not lost:
        then()
        return
    from reltui.ui.screens.leave import UnkeptScreen

    if not isinstance(app.screen, UnkeptScreen):
        app.push_screen(UnkeptScreen(lost, then))


def open_unsaved(app: ReltuiApp, edit: Edit) -> None:
    """Go on with an edit, if its server is configured and its project is known."""
    place = _place(app, edit)
    if place is not None:
        open_editor(app, *place, None, edit=edit)


def open_text(app: ReltuiApp, text: KeptText) -> None:
    """Go on with a text that was kept: in the edit that it was made of, if that is there still."""
    from reltui.ui import editing_as_text
    from reltui.ui.editing import Editing

    edit = text.edit
    place = _place(app, edit)
    if place is None:
        return
    kept = next((each for each in app.service.edits.load() if each.key == edit.key), None)
    if kept is not None or edit.key in app.editings:
        editing = go_on(app, *place, kept or edit)
    else:
        server, project = place
        store, given = app.service.edits, {"comment": edit.comment, "key": edit.key}
        editing = Editing(store, server, edit.server_url, project, edit.work, base=edit.base, **given)
        show(app, editing)
    if editing is not None:
        editing_as_text.go_on(app, editing, text)


def _place(app: ReltuiApp, edit: Edit) -> tuple[str, Project] | None:
    """The profile and the project of an edit; None, and a sentence, when they are not known."""
    state = next((each for each in app.service.servers if each.url == edit.server_url), None)
    if state is None:
        app.say(SafeText(f"No profile of the configuration has the server of {within(edit.name)}."), "warn")
        return None
    projects = app.service.look(ProjectsOf(state.name)).data or ()
    project = next((each for each in projects if each.id == edit.project_id), None)
    if project is None:
        app.say(SafeText(f"The project of {within(edit.name)} is not known on {state.name} yet."), "warn")
        return None
    return state.name, project
