"""From the key of a verb to its dialog, or to the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data.decision import FolderPlace, Stage, Verb
from reltui.data.topics import ServerState
from reltui.model.approval import Approval
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui.present_words import count
from reltui.ui.screens.decision import DecisionDialog
from reltui.ui.screens.pointing import PointingScreen
from reltui.ui.screens.subject import Subject, refusal

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.present_plan import PlanRow
    from reltui.ui.screens.base import ReltuiScreen


KEEPING = (Verb.SAVE, Verb.NEW, Verb.DELETE_DEFINITION, Verb.ADD_FOLDER, Verb.MOVE_FOLDER)
"""Verbs about definitions and folders that ask for more than a comment."""


def begin(app: ReltuiApp, verb: Verb, screen: ReltuiScreen) -> None:
    """Open the dialog of a verb for what is marked; only where nothing is, for what is under the cursor."""
    marked = 0
    if isinstance(screen, PointingScreen) and screen.is_about_row(verb):
        gone, marked = screen.take_gone(), len(screen.grid.marks)
        if gone:
            left = f"{marked} marked still" if marked else "none is marked now"
            told = f"{count(gone, 'marked row')} left the list, {left}: look, and press it again."
            app.say(SafeText(told), "warn")
            return
        if marked > 1 and verb in screen.planned:
            _begin_plan(app, verb, screen)
            return
    subject = screen.subject(verb)
    if isinstance(subject, Subject):
        open_dialog(app, subject)
    elif verb is Verb.CREATE and app.service.servers and not marked:
        from reltui.ui.screens.pick import PickDefinition

        app.push_screen(PickDefinition())
    else:
        app.say(subject, "warn")


def _begin_plan(app: ReltuiApp, verb: Verb, screen: PointingScreen[Any]) -> None:
    """Open the plan for the marked rows; those that cannot take the verb are listed with the reason."""
    found = [(key, screen.subject_of(verb, key)) for key in screen.meant(verb)]
    subjects = [each for _, each in found if isinstance(each, Subject)]
    dropped = [(screen.plan_row(key), each) for key, each in found if not isinstance(each, Subject)]
    if subjects:
        open_plan(app, subjects, dropped)
    else:
        app.say(SafeText(f"None of the {len(dropped)} marked can take this: {dropped[0][1]}"), "warn")


def open_dialog(app: ReltuiApp, subject: Subject) -> None:
    """Open the dialog about a subject, unless something speaks against it."""
    server = app.service.server(subject.server)
    why_not = refusal(subject, server, app.service.outbox)
    if why_not is not None:
        app.say(why_not, "warn")
    elif subject.verb is Verb.CREATE:
        from reltui.ui.screens.create import CreateDialog

        app.push_screen(CreateDialog(subject, server))
    elif subject.verb is Verb.DEPLOY and isinstance(subject.seen, Stage):
        from reltui.ui.screens.deploy import DeployDialog

        app.push_screen(DeployDialog(subject, server, subject.seen))
    elif isinstance(subject.seen, Approval):
        _open_approval(app, subject, server, subject.seen)
    elif subject.verb in KEEPING:
        _open_keeping(app, subject, server)
    else:
        app.push_screen(DecisionDialog(subject, server))


def _open_approval(app: ReltuiApp, subject: Subject, server: ServerState, seen: Approval) -> None:
    """Open what asks for more than a comment; approving does, where the stage may not be changed now."""
    from reltui.ui.screens.later import LaterDialog, closed_now
    from reltui.ui.screens.people import PickPerson

    if subject.verb is Verb.TRANSFER:
        app.push_screen(PickPerson(subject, server, seen))
    elif subject.verb is Verb.APPROVE_LATER or closed_now(subject, app) is not None:
        app.push_screen(LaterDialog(subject, server, seen))
    else:
        app.push_screen(DecisionDialog(subject, server))


def _open_keeping(app: ReltuiApp, subject: Subject, server: ServerState) -> None:
    """Open what saves or deletes a definition, or is about a folder."""
    from reltui.ui.screens.definition_deleting import DeletingDialog
    from reltui.ui.screens.definition_saving import SavingDialog
    from reltui.ui.screens.folder_dialogs import FolderDialog, pick_target

    match subject.verb, subject.seen:
        case Verb.DELETE_DEFINITION, Definition() as definition:
            app.push_screen(DeletingDialog(subject, server, definition))
        case Verb.MOVE_FOLDER, _ if "to" not in subject.options:
            app.push_screen(pick_target(subject, partial(open_dialog, app)))
        case Verb.ADD_FOLDER | Verb.MOVE_FOLDER, FolderPlace() as folder:
            app.push_screen(FolderDialog(subject, server, folder))
        case _:
            app.push_screen(SavingDialog(subject, server))


def open_plan(
    app: ReltuiApp, subjects: Sequence[Subject], dropped: Sequence[tuple[PlanRow, SafeText]] = ()
) -> None:
    """Open the plan for several subjects, unless nothing can be decided of any of them.

    `dropped` are rows that were marked too, each with the reason why it is none of them.
    """
    from reltui.ui.screens.plan import PlanDialog
    from reltui.ui.screens.planning import PLANNED, select

    if subjects[0].verb not in PLANNED:
        app.say("This is decided one by one: take the marks away first.", "warn")
        return
    selection = select(subjects, app)
    if selection.items:
        app.push_screen(PlanDialog(selection, dropped))
    else:
        marked, why = len(selection.left_out) + len(dropped), selection.left_out[0][1]
        app.say(SafeText(f"None of the {marked} marked can go together. {why}"), "warn")
