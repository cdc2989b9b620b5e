"""What the verbs about a release as a whole act on, and what their dialogs tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data.decision import Verb
from reltui.data.topics import Snapshot
from reltui.model.project import Project
from reltui.model.release import Release, ReleaseStatus
from reltui.model.text import SafeText
from reltui.ui.present import Line, joined, line, span
from reltui.ui.present_releases import waiting_parts
from reltui.ui.present_words import count, quoted, within, words_of
from reltui.ui.screens.following import dialog_lines
from reltui.ui.screens.subject import Subject, failed_reading

if TYPE_CHECKING:
    from reltui.ui.screens.project import ProjectScreen

_OPEN = (ReleaseStatus.ACTIVE, ReleaseStatus.DRAFT)


def release_subject(
    screen: ProjectScreen[Any],
    verb: Verb,
    server: str,
    project: Project,
    release: Release,
    current: Callable[[], Release | None],
    snapshot: Snapshot[Any],
    stale: Callable[[], SafeText | None] | None = None,
) -> Subject | SafeText:
    """What a verb about a release as a whole, or a create of its definition, acts on; or why it cannot.

    `release` is as drawn, `current` gives it as it is known at the time of the call, `snapshot` tells how
    old it is. `stale` tells whether the newest reading failed, where that may change while a dialog is open.
    `retain` lets a retained release go. A verb that is about a stage finds nothing here.
    """
    if verb is Verb.CREATE:
        return screen.create_subject(server, project, release.definition.id)
    if verb is Verb.RETAIN and release.keep_forever:
        verb = Verb.UNRETAIN
    why_not = release_refusal(verb, release)
    if why_not is not None:
        return why_not
    return Subject(
        verb,
        server,
        project,
        release,
        current,
        from_cache=snapshot.from_cache,
        read_at=snapshot.read_at,
        facts=partial(_dialog_lines, screen, verb, server, current),
        stale=stale or partial(failed_reading, snapshot),
    )


def release_refusal(verb: Verb, release: Release) -> SafeText | None:
    """Why a verb does not apply to a release as it is, in one sentence; None when it does."""
    name = within(release.name)
    status = words_of(release.status)
    match verb:
        case Verb.ABANDON if release.status not in _OPEN:
            return SafeText(f"{name} cannot be abandoned: it is {status}.")
        case Verb.START if release.status != ReleaseStatus.DRAFT:
            return SafeText(f"{name} cannot be started: it is {status}, not a draft.")
        case Verb.UNTAG if not release.tags:
            return SafeText(f"{name} has no tags.")
        case Verb.DELETE if any(e.waiting for e in release.environments or ()):
            return SafeText(f"{name} cannot be deleted while an approval of it waits.")
        case (
            Verb.ABANDON
            | Verb.START
            | Verb.RETAIN
            | Verb.UNRETAIN
            | Verb.RENAME
            | Verb.DESCRIBE
            | Verb.TAG
            | Verb.UNTAG
            | Verb.DELETE
            | Verb.UNDELETE
        ):
            return None
    return SafeText(f"There is nothing to {verb} here.")


def _dialog_lines(
    screen: ProjectScreen[Any], verb: Verb, server: str, current: Callable[[], Release | None]
) -> Sequence[Line]:
    release = current()
    if release is None:
        return ()
    me = screen.app.service.server(server).me
    happens = waiting_parts(release, screen.look, me)
    return dialog_lines(release_facts(verb, release, happens), screen.app.size.width - 2)


def release_facts(verb: Verb, release: Release, happens: Sequence[Line]) -> list[tuple[str, Line]]:
    """Labelled facts for the dialog of a verb; `happens` is what waits or runs, stage by stage."""
    facts: list[tuple[str, Line]] = []
    match verb:
        case Verb.ABANDON | Verb.DELETE:
            if happens:
                facts.append(("Stops", joined(happens, "; ")))
            else:
                facts.append(("Now", line("nothing of it waits or runs")))
            if verb is Verb.DELETE and release.keep_forever:
                facts.append(("Retained", line(span("yes; the server may refuse to delete it", "warn"))))
        case Verb.START:
            stages = count(len(release.environments or ()), "stage")
            known = release.environments is not None
            then = f"{stages}; those that start by themselves will start" if known else "its stages may start"
            facts.append(("Then", line(then)))
        case Verb.RETAIN:
            facts.append(("Then", line("it is kept whatever the rules of retention say")))
        case Verb.UNRETAIN:
            facts.append(("Then", line("the rules of retention delete it in their time")))
        case Verb.DESCRIBE:
            facts.append(("Until now", line(quoted(release.description) or span("no description", "dim"))))
        case Verb.TAG | Verb.UNTAG:
            facts.append(("Tags", line(", ".join(release.tags) or span("none", "dim"))))
    return facts
