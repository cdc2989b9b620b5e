"""What the verbs about a definition as it is kept act on: restore, move, delete, undelete, save."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from reltui.data.decision import Verb
from reltui.data.service import DataService
from reltui.data.topics import DefinitionAt, DefinitionOf, Snapshot
from reltui.model.definition import Definition
from reltui.model.editing.restoring import lost_secrets, restored
from reltui.model.text import SafeText
from reltui.ui.present import Line, line, span
from reltui.ui.present_words import one_line, short_name, when, within
from reltui.ui.screens.following import dialog_lines
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.screens.subject import Subject, failed_reading

READING = SafeText("It is being read: wait a moment, and try again.")


def definition_now(service: DataService, topic: DefinitionOf) -> Definition | None:
    """The definition as it is known now, whole."""
    data = service.look(topic).data
    return data.definition if data is not None else None


def restore_subject(screen: ProjectScreen[Any], at: DefinitionAt) -> Subject | SafeText:
    """An old revision, to be saved as a new one; or why it cannot."""
    service = screen.app.service
    topic = DefinitionOf(at.server, at.project, at.definition_id)
    current, old = definition_now(service, topic), service.look(at).data
    if current is None or old is None:
        return READING
    if old.revision == current.revision:
        return SafeText(f"Revision {old.revision} is the one in use now: restore an older one.")
    by = f" by {short_name(old.modified_by)}" if old.modified_by is not None else ""
    told = f"revision {old.revision} of {when(old.modified_on, screen.look).strip()}{by}"
    comment = f': "{one_line(old.comment)}"' if old.comment else ""
    facts: list[tuple[str, Line]] = [("Restores", line(f"{told}{comment}"))]
    lost = lost_secrets(old.raw, current.raw)
    if lost:
        words = f"secrets that come back without a value, for none is kept: {', '.join(lost)}"
        facts.append(("!", line(span(words, "warn"))))
    snapshot = service.look(topic)
    return Subject(
        Verb.SAVE,
        at.server,
        at.project,
        current,
        partial(definition_now, service, topic),
        from_cache=snapshot.from_cache,
        read_at=snapshot.read_at,
        facts=lambda: dialog_lines(facts, screen.app.size.width - 2),
        stale=partial(failed_reading, snapshot),
        body=restored(old.raw, current.raw),
        heading="Restore the revision",
    )


def definition_subject(
    screen: ProjectScreen[Any],
    verb: Verb,
    topic: DefinitionOf,
    definition: Definition,
    current: Callable[[], Definition | None],
    snapshot: Snapshot[Any],
) -> Subject | SafeText:
    """What `delete`, `undelete`, `move` and `create` act on.

    `definition` is as drawn, `current` gives it as it is known at the time of the call, `snapshot` tells how
    old it is. What moves is saved, and for that it must have been read whole.
    """
    service, name = screen.app.service, within(definition.name)
    if verb is Verb.UNDELETE and not definition.is_deleted:
        return SafeText(f"{name} is not deleted; :deleted shows those that are.")
    if verb is not Verb.UNDELETE and definition.is_deleted:
        return SafeText(f"{name} is deleted; :undelete has it back.")
    match verb:
        case Verb.CREATE:
            return screen.create_subject(topic.server, topic.project, definition.id)
        case Verb.DELETE:
            verb = Verb.DELETE_DEFINITION
        case Verb.UNDELETE:
            verb = Verb.UNDELETE_DEFINITION
        case Verb.MOVE_FOLDER:
            whole = definition_now(service, topic)
            if whole is None:
                return READING
            definition, current, snapshot = (
                whole,
                partial(definition_now, service, topic),
                service.look(topic),
            )
        case _:
            return SafeText(f"There is nothing to {verb} here.")
    return Subject(
        verb,
        topic.server,
        topic.project,
        definition,
        current,
        from_cache=snapshot.from_cache,
        read_at=snapshot.read_at,
        stale=partial(failed_reading, snapshot),
    )
