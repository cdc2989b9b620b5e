"""What the verbs about a row of the inbox act on, and what their dialogs tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reltui.data.decision import Pause, Stage, Verb
from reltui.data.topics import BadInboxRow, Inbox, InboxRow, ObjectKey, PauseRow
from reltui.model.approval import Approval
from reltui.model.attempt import Intervention
from reltui.model.release import Environment
from reltui.model.signing import needs_browser
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look
from reltui.ui.present_approvals import decision_facts
from reltui.ui.present_means import live_line, this_line, warnings
from reltui.ui.present_verbs import nothing_to
from reltui.ui.present_words import within
from reltui.ui.screens.following import dialog_lines
from reltui.ui.screens.subject import Subject, failed_reading
from reltui.ui.triage import Row, Triage, release_topic, stage_of

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp
    from reltui.ui.present_plan import PlanRow

ON_APPROVALS = (Verb.APPROVE, Verb.REJECT, Verb.APPROVE_LATER, Verb.TRANSFER, Verb.TAKE_OVER)
ON_PAUSES = {
    Verb.APPROVE: Verb.RESUME,
    Verb.RESUME: Verb.RESUME,
    Verb.REJECT: Verb.REJECT_INTERVENTION,
    Verb.REJECT_INTERVENTION: Verb.REJECT_INTERVENTION,
}
"""To approve is to resume where a manual intervention waits, and to reject is to reject that."""
BAD_SENTENCE = SafeText("It cannot be read, so nothing can be decided here.")


def waiting_row(app: ReltuiApp, key: ObjectKey) -> Row | None:
    """The row as the inbox has it now; None when it waits no longer."""
    data = app.service.look(Inbox()).data
    return data.by_key.get(key) if data is not None else None


def row_subject(
    app: ReltuiApp, triage: Triage, verb: Verb, row: Row, look: Look
) -> Subject | SafeText | None:
    """What a verb acts on, or why it cannot now; None: it is no verb for such a row."""
    if isinstance(row, InboxRow):
        return approval_subject(app, triage, verb, row, look) if verb in ON_APPROVALS else None
    if verb not in ON_PAUSES:
        return None
    return _pause_subject(app, triage, ON_PAUSES[verb], row, look)


def no_verb(verb: Verb, row: Row) -> SafeText:
    """Why a verb does nothing at a row that is none of its kind."""
    if isinstance(row, PauseRow) and verb in ON_APPROVALS:
        return SafeText("A manual intervention can only be resumed (approve) or rejected.")
    return nothing_to(verb)


def plan_row(row: Row | BadInboxRow) -> PlanRow:
    """A row in the list of what a plan leaves out."""
    from reltui.ui.present_plan import PlanRow

    server, project = SafeText(row.server), row.project.name
    if isinstance(row, BadInboxRow):
        return PlanRow(0, row.bad.id or 0, server, project, SafeText("unreadable"))
    names = (row.definition.name, row.release.name, row.environment.name)
    return PlanRow(0, row.key[2], server, project, *names)


def approval_subject(app: ReltuiApp, triage: Triage, verb: Verb, row: InboxRow, look: Look) -> Subject:
    """What the verbs of an approval act on."""
    return Subject(
        verb,
        row.server,
        row.project,
        row.approval,
        partial(_approval_now, app, row.key),
        from_cache=not row.fresh,
        read_at=app.service.read_at(row),
        facts=partial(_approval_lines, app, triage, verb, row, look),
        browser_only=partial(_browser_link, app, triage, row),
    )


def _approval_now(app: ReltuiApp, key: ObjectKey) -> Approval | None:
    row = waiting_row(app, key)
    return row.approval if isinstance(row, InboxRow) else None


def _approval_lines(app: ReltuiApp, triage: Triage, verb: Verb, row: InboxRow, look: Look) -> Sequence[Line]:
    if _approval_now(app, row.key) is None:
        return ()
    return dialog_lines(decision_facts(triage.facts(row), verb, look), app.size.width - 2)


def _browser_link(app: ReltuiApp, triage: Triage, row: InboxRow) -> SafeText:
    environment = stage_of(row, triage.look(release_topic(row)).data)
    if environment is None or not needs_browser(environment, row.approval):
        return SafeText("")
    return SafeText(app.service.browser_url(row.server, row.project, row.approval))


def _pause_subject(
    app: ReltuiApp, triage: Triage, verb: Verb, row: PauseRow, look: Look
) -> Subject | SafeText:
    snapshot = triage.look(release_topic(row))
    if snapshot.data is None:
        trouble = f" {snapshot.problems[0].sentence}" if snapshot.problems else " Wait a moment."
        return SafeText(f"{within(row.release.name)} was not read yet, so this cannot be answered.{trouble}")
    pause = _pause_now(triage, row)
    if pause is None:
        return SafeText(f"{within(row.release.name)} does not wait in this intervention any more.")
    return Subject(
        verb,
        row.server,
        row.project,
        pause,
        partial(_waiting_pause, app, triage, row),
        from_cache=not row.fresh,
        read_at=snapshot.read_at,
        facts=partial(_pause_lines, app, triage, row, pause, verb, look),
        stale=partial(_failed, triage, row),
        more=partial(_pause_more, app, triage, row, pause, verb),
    )


def _pause_now(triage: Triage, row: PauseRow) -> Pause | None:
    """The intervention as the release has it."""
    release = triage.look(release_topic(row)).data
    environment = stage_of(row, release)
    found = _intervention(environment, row.intervention.id) if environment is not None else None
    if release is None or environment is None or found is None or not found.is_pending:
        return None
    return Pause(Stage(release, environment), found)


def _waiting_pause(app: ReltuiApp, triage: Triage, row: PauseRow) -> Pause | None:
    return _pause_now(triage, row) if waiting_row(app, row.key) is not None else None


def _intervention(environment: Environment, number: int) -> Intervention | None:
    return next(
        (
            each
            for attempt in environment.attempts
            for phase in attempt.phases
            for each in phase.interventions
            if each.id == number
        ),
        None,
    )


def _failed(triage: Triage, row: PauseRow) -> SafeText:
    return failed_reading(triage.look(release_topic(row)))


def _pause_lines(
    app: ReltuiApp, triage: Triage, row: PauseRow, seen: Pause, verb: Verb, look: Look
) -> Sequence[Line]:
    from reltui.ui.present_release_verbs import pause_facts

    facts = triage.facts(row)
    pause = _pause_now(triage, row) or seen
    found = pause_facts(pause, verb is Verb.REJECT_INTERVENTION, facts.me, look)
    found += [("From", live_line(facts, look)), ("To", this_line(facts))]
    found += [("!", warning) for warning in warnings(facts, look)]
    return dialog_lines(found, app.size.width - 2)


def _pause_more(app: ReltuiApp, triage: Triage, row: PauseRow, seen: Pause, verb: Verb) -> Sequence[Line]:
    if verb is Verb.REJECT_INTERVENTION:
        return ()
    from reltui.ui.present_release_verbs import end_facts

    stage = (_pause_now(triage, row) or seen).stage
    me = app.service.server(row.server).me
    return dialog_lines(end_facts(stage.release, stage.environment, me), app.size.width - 2)
