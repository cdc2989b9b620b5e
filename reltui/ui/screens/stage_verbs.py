"""What the verbs about a stage of a release act on, and what their dialogs tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reltui.data.act_approval import PASSING_ON
from reltui.data.decision import GateStep, Pause, Stage, Thing, Verb
from reltui.data.topics import InboxRow, ReleaseOf, Why
from reltui.model.approval import Approval
from reltui.model.release import Environment, Release
from reltui.model.signing import is_for, needs_browser
from reltui.model.text import SafeText
from reltui.ui.present import Line, line
from reltui.ui.present_approvals import decision_facts
from reltui.ui.present_release import mine_in
from reltui.ui.present_release_stage import policy_words
from reltui.ui.present_release_verbs import (
    cancel_facts,
    cancel_refusal,
    deploy_facts,
    deploy_more,
    deploy_refusal,
    end_facts,
    gate_refusal,
    gate_step_lines,
    pause_facts,
)
from reltui.ui.present_words import person, within
from reltui.ui.screens.following import dialog_lines
from reltui.ui.screens.subject import Subject
from reltui.ui.triage import Triage

if TYPE_CHECKING:
    from reltui.ui.present_plan import PlanRow
    from reltui.ui.screens.release import ReleaseScreen

ON_STAGES = (
    Verb.APPROVE,
    Verb.REJECT,
    Verb.APPROVE_LATER,
    Verb.TRANSFER,
    Verb.TAKE_OVER,
    Verb.RESUME,
    Verb.REJECT_INTERVENTION,
    Verb.DEPLOY,
    Verb.CANCEL,
    Verb.IGNORE_GATE,
)


ON_APPROVALS = (Verb.APPROVE, Verb.REJECT, Verb.APPROVE_LATER, *PASSING_ON)


def stage_subject(
    screen: ReleaseScreen, verb: Verb, release: Release, environment: Environment
) -> Subject | SafeText:
    """What a verb acts on at a stage as it is drawn, or why it cannot.

    To approve is to resume where a manual intervention waits, and to reject is to reject that.
    """
    stage = Stage(release, environment)
    match verb:
        case Verb.DEPLOY:
            why_not = deploy_refusal(release, environment)
            current: Callable[[], Thing | None] = partial(_stage_now, screen, environment.id)
            lines, more = partial(_deploy_lines, screen, stage), partial(_deploy_more, screen, stage)
            return why_not or _made(screen, verb, stage, current, lines, more)
        case Verb.CANCEL:
            why_not = cancel_refusal(release, environment)
            current = partial(_stage_now, screen, environment.id)
            return why_not or _made(screen, verb, stage, current, partial(_cancel_lines, screen, stage))
        case Verb.IGNORE_GATE:
            return _gate_subject(screen, stage)
    return _answer_subject(screen, verb, stage)


def stage_row(
    topic: ReleaseOf, release: Release | None, environment: Environment | None, number: int
) -> PlanRow:
    """A stage in the list of what a plan leaves out; its names are empty where it is gone."""
    from reltui.ui.present_plan import PlanRow

    none = SafeText("")
    return PlanRow(
        0,
        number,
        SafeText(topic.server),
        topic.project.name,
        release.definition.name if release is not None else none,
        release.name if release is not None else none,
        environment.name if environment is not None else none,
    )


def _gate_subject(screen: ReleaseScreen, stage: Stage) -> Subject | SafeText:
    why_not = gate_refusal(stage.environment)
    latest = stage.environment.latest
    gates = latest.gates if latest is not None else None
    if gates is None or why_not is not None:
        return why_not or SafeText("No gates run there now.")
    current = partial(_gates_now, screen, stage.id, gates.id)
    step = GateStep(stage, gates)
    return _made(screen, Verb.IGNORE_GATE, step, current, tuple, partial(_gate_lines, screen, step))


def _answer_subject(screen: ReleaseScreen, verb: Verb, stage: Stage) -> Subject | SafeText:
    """My pending approval, else the manual intervention that the stage waits in."""
    environment = stage.environment
    mine = mine_in(environment, screen.app.service.server(screen.topic.server).me)
    waiting = _to_pass_on(screen, environment, verb) if verb in PASSING_ON else mine
    if waiting and verb in ON_APPROVALS:
        approval = waiting[0]
        current: Callable[[], Thing | None] = partial(_approval_now, screen, approval.id)
        return _made(screen, verb, approval, current, partial(_approval_lines, screen, verb, approval))
    latest = environment.latest
    asked = latest.intervention if latest is not None else None
    if asked is not None and verb not in (Verb.APPROVE_LATER, *PASSING_ON):
        rejects = verb in (Verb.REJECT, Verb.REJECT_INTERVENTION)
        own = Verb.REJECT_INTERVENTION if rejects else Verb.RESUME
        pause = Pause(stage, asked)
        current = partial(_pause_now, screen, stage.id, asked.id)
        lines = partial(_pause_lines, screen, pause, rejects)
        more = partial(_pause_more, screen, pause, rejects)
        return _made(screen, own, pause, current, lines, more)
    who = ", ".join(person(a.approver) for a in environment.waiting)
    name = within(environment.name)
    if verb is Verb.TAKE_OVER and environment.waiting:
        return SafeText(f"{name} waits for you already.")
    return SafeText(
        f"{name} waits for {who}, not for you; :take-over makes it yours."
        if who
        else f"{name} waits for nobody."
    )


def _to_pass_on(screen: ReleaseScreen, environment: Environment, verb: Verb) -> Sequence[Approval]:
    """What waits there and can be asked of somebody else: mine first, or what is not mine to take it over."""
    me = screen.app.service.server(screen.topic.server).me
    own = [
        a for a in environment.waiting if me is not None and a.approver is not None and a.approver.id == me.id
    ]
    others = [a for a in environment.waiting if a not in own]
    return others if verb is Verb.TAKE_OVER else (*own, *others)


def _made(
    screen: ReleaseScreen,
    verb: Verb,
    seen: Thing,
    current: Callable[[], Thing | None],
    facts: Callable[[], Sequence[Line]],
    more: Callable[[], Sequence[Line]] = tuple,
) -> Subject:
    snapshot = screen.app.service.look(screen.topic)
    return Subject(
        verb,
        screen.topic.server,
        screen.topic.project,
        seen,
        current,
        from_cache=snapshot.from_cache,
        read_at=snapshot.read_at,
        facts=facts,
        stale=screen.failed_reading,
        more=more,
        browser_only=partial(_browser_only, screen, seen),
    )


def _browser_only(screen: ReleaseScreen, seen: Thing) -> SafeText:
    """The link, where only the browser can decide an approval."""
    environment = screen.environment(seen.environment.id) if isinstance(seen, Approval) else None
    if environment is None or not isinstance(seen, Approval) or not needs_browser(environment, seen):
        return SafeText("")
    return SafeText(screen.app.service.browser_url(screen.topic.server, screen.topic.project, seen))


# The same object as it is known at the time of the call


def _stage_now(screen: ReleaseScreen, environment_id: int) -> Stage | None:
    release, environment = screen.release, screen.environment(environment_id)
    return Stage(release, environment) if release is not None and environment is not None else None


def _approval_now(screen: ReleaseScreen, approval_id: int) -> Approval | None:
    release = screen.release
    for environment in (release.environments or ()) if release is not None else ():
        for approval in (*environment.pre_approvals, *environment.post_approvals):
            if approval.id == approval_id:
                return approval
    return None


def _pause_now(screen: ReleaseScreen, environment_id: int, intervention_id: int) -> Pause | None:
    stage = _stage_now(screen, environment_id)
    for attempt in stage.environment.attempts if stage is not None else ():
        for phase in attempt.phases:
            for intervention in phase.interventions:
                if stage is not None and intervention.id == intervention_id:
                    return Pause(stage, intervention)
    return None


def _gates_now(screen: ReleaseScreen, environment_id: int, gates_id: int) -> GateStep | None:
    stage = _stage_now(screen, environment_id)
    for attempt in stage.environment.attempts if stage is not None else ():
        for gates in (attempt.pre_gates, attempt.post_gates):
            if stage is not None and gates is not None and gates.id == gates_id:
                return GateStep(stage, gates)
    return None


# The lines of the dialogs, as they are at the time of the call


def _cells(screen: ReleaseScreen) -> int:
    return screen.app.size.width - 2


def _deploy_lines(screen: ReleaseScreen, seen: Stage) -> Sequence[Line]:
    stage = _stage_now(screen, seen.id) or seen
    me = screen.app.service.server(screen.topic.server).me
    facts = deploy_facts(stage, screen.live(stage.environment), me, screen.look)
    return dialog_lines(facts, _cells(screen))


def _deploy_more(screen: ReleaseScreen, seen: Stage) -> Sequence[Line]:
    stage = _stage_now(screen, seen.id) or seen
    me = screen.app.service.server(screen.topic.server).me
    policy = policy_words(screen.definition, stage.environment)
    return dialog_lines(deploy_more(stage, policy, me), _cells(screen))


def _cancel_lines(screen: ReleaseScreen, seen: Stage) -> Sequence[Line]:
    stage = _stage_now(screen, seen.id) or seen
    me = screen.app.service.server(screen.topic.server).me
    return dialog_lines(cancel_facts(stage, me, screen.look), _cells(screen))


def _pause_lines(screen: ReleaseScreen, seen: Pause, rejects: bool) -> Sequence[Line]:
    pause = _pause_now(screen, seen.stage.id, seen.id) or seen
    me = screen.app.service.server(screen.topic.server).me
    return dialog_lines(pause_facts(pause, rejects, me, screen.look), _cells(screen))


def _pause_more(screen: ReleaseScreen, seen: Pause, rejects: bool) -> Sequence[Line]:
    if rejects:
        return ()
    stage = _stage_now(screen, seen.stage.id) or seen.stage
    me = screen.app.service.server(screen.topic.server).me
    return dialog_lines(end_facts(stage.release, stage.environment, me), _cells(screen))


def _gate_lines(screen: ReleaseScreen, seen: GateStep) -> Sequence[Line]:
    step = _gates_now(screen, seen.stage.id, seen.id) or seen
    return gate_step_lines(step, _cells(screen), screen.look)


def _approval_lines(screen: ReleaseScreen, verb: Verb, approval: Approval) -> Sequence[Line]:
    release, environment = screen.release, screen.environment(approval.environment.id)
    if release is None or environment is None:
        return ()
    server = screen.app.service.server(screen.topic.server)
    approver, me = approval.approver, server.me
    why = Why.GROUP if is_for(me, approver) else Why.OTHER
    if me is not None and approver is not None and approver.id == me.id:
        why = Why.DIRECT
    row = InboxRow(server.name, screen.topic.project, approval, why, fresh=True)
    triage = Triage(screen.app.service, screen.app.config)
    triage.asked(screen.topics())
    facts = decision_facts(triage.facts(row), verb, screen.look)
    for other in environment.waiting:
        if other.id != approval.id:
            words = f"approval {other.id} of {person(other.approver)}, left as it is"
            facts.append(("Also waits", line(words)))
    return dialog_lines(facts, _cells(screen))
