"""What the dialogs about a stage tell besides the names: what a yes does, and what to think of; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reltui.data.decision import GateStep, Pause, Stage
from reltui.model.approval import ApprovalPlan, ApprovalType
from reltui.model.attempt import Attempt, OperationStatus
from reltui.model.following import STATE_CONDITION, followers
from reltui.model.identity import Me
from reltui.model.release import Artifact, Environment, EnvironmentStatus, Release, ReleaseStatus
from reltui.model.text import SafeText
from reltui.ui.present import Line, Look, joined, line, span
from reltui.ui.present_approvals import versions_words
from reltui.ui.present_release_gates import gates_lines, plan_words
from reltui.ui.present_release_stage import LiveThere, live_words
from reltui.ui.present_stages import DEPLOYED, attempt_started
from reltui.ui.present_words import clock, count, person, short_name, stage_word, took, when, within, words_of

UNDER_WAY = (EnvironmentStatus.QUEUED, EnvironmentStatus.SCHEDULED, EnvironmentStatus.IN_PROGRESS)
STOPPING = (OperationStatus.CANCELLING, OperationStatus.CANCELED, OperationStatus.PHASE_CANCELED)
FEW = 3
"""So many stages or versions are named before a yes; more of them stand further down."""

Fact = tuple[str, Line]


def deploy_refusal(release: Release, environment: Environment) -> SafeText | None:
    """Why a stage cannot be deployed now, in one sentence; None when it can."""
    name = within(environment.name)
    if release.status == ReleaseStatus.DRAFT:
        return SafeText(f"{name} cannot be deployed: the release is a draft; :start starts it.")
    if release.status != ReleaseStatus.ACTIVE:
        return SafeText(f"{name} cannot be deployed: the release is {words_of(release.status)}.")
    if environment.status == EnvironmentStatus.QUEUED:
        return SafeText(f"{name} is queued already.")
    if environment.status == EnvironmentStatus.IN_PROGRESS:
        latest = environment.latest
        number = f" (attempt {latest.attempt})" if latest is not None else ""
        return SafeText(f"{name} is under way already{number}; it can be canceled first.")
    return None


def cancel_refusal(release: Release, environment: Environment) -> SafeText | None:
    """Why there is nothing to cancel on a stage; None when there is."""
    name = within(environment.name)
    latest = environment.latest
    if environment.status not in UNDER_WAY:
        return SafeText(f"Nothing is under way on {name}: its state is {words_of(environment.status)}.")
    if latest is not None and latest.operation in STOPPING:
        return SafeText(f"{name} is being stopped already.")
    if release.status not in (ReleaseStatus.ACTIVE, ReleaseStatus.ABANDONED):
        return SafeText(f"Nothing is under way on {name}: the release is {words_of(release.status)}.")
    return None


def gate_refusal(environment: Environment) -> SafeText | None:
    """Why no gate of a stage can be ignored now; None when one can."""
    name = within(environment.name)
    latest = environment.latest
    gates = latest.gates if latest is not None else None
    if gates is None:
        return SafeText(f"No gates run on {name} now.")
    is_post = latest is not None and gates is latest.post_gates
    plan = environment.post_gates if is_post else environment.pre_gates
    newest = gates.samples[-1].tasks if gates.samples else ()
    names = {task.name for task in newest} or set(plan.names)
    if names and names <= set(gates.ignored):
        return SafeText(f"Every gate that runs on {name} is ignored already.")
    return None


def asked_words(plan: ApprovalPlan, me: Me | None) -> str:
    """Who is asked, in their order: "Lee, then you, then [Billing]\\CAB"; empty for nobody."""
    steps = sorted((s for s in plan.steps if not s.is_automated), key=lambda s: s.rank)
    own = me.id if me is not None else ""
    ranks = []
    for _, group in groupby(steps, key=lambda s: s.rank):
        people = [s.approver for s in group]
        names = ["you" if p is not None and own and p.id == own else short_name(p) for p in people]
        ranks.append(" and ".join(names))
    words = ", then ".join(ranks)
    needed = plan.options.required_count
    return f"any {needed} of {words}" if 0 < needed < len(steps) else words


def deploy_facts(stage: Stage, live: LiveThere, me: Me | None, look: Look) -> list[Fact]:
    """What a deployment starts: its attempt, what warns, who is asked, what it replaces, what follows."""
    release, environment = stage.release, stage.environment
    latest = environment.latest
    number = latest.attempt + 1 if latest is not None else 1
    again: Line = ()
    if latest is not None:
        ended = clock(latest.last_modified_on, look)
        again = line(f" (attempt {latest.attempt}: ", stage_word(environment), f", {ended})")
    planned = environment.scheduled_for
    if environment.status == EnvironmentStatus.SCHEDULED and planned is not None:
        again = line(span(f" (planned for {when(planned, look).strip()} until now)", "warn"))
    facts: list[Fact] = [("Starts", line(f"attempt {number}", *again))]
    facts += _deploy_warnings(release, environment, live, me)
    asked = asked_words(environment.pre_plan, me)
    facts.append(("Asks first", line(asked) if asked else line("nobody")))
    artifacts = release.artifacts
    rest = f", and {len(artifacts) - FEW} more" if artifacts is not None and len(artifacts) > FEW else ""
    shown = _primary_first(artifacts)[:FEW] if artifacts is not None else None
    facts.append(("Versions", line(*versions_words(shown), rest)))
    facts.append(("Live now", live_words(live, release, look)))
    return [*facts, _then(release, environment, me)]


def deploy_more(stage: Stage, policy: str, me: Me | None) -> list[Fact]:
    """What else is known of a deployment; it may be long."""
    release, environment = stage.release, stage.environment
    facts: list[Fact] = []
    if environment.pre_gates.asks:
        order = environment.pre_plan.options.execution_order
        words = f"{_names(environment.pre_gates.names)}; {plan_words(environment.pre_gates, order)}"
        facts.append(("Gates", line(words)))
    if environment.phases:
        tasks = sum(task.enabled for phase in environment.phases for task in phase.tasks)
        facts.append(("Runs", line(f"{count(tasks, 'task')} in {count(len(environment.phases), 'job')}")))
    facts += end_facts(release, environment, me)
    if policy:
        facts.append(("Queue", line(policy)))
    if release.artifacts is not None and len(release.artifacts) > FEW:
        facts.append(("All versions", versions_words(release.artifacts)))
    return facts


def _primary_first(artifacts: Sequence[Artifact]) -> list[Artifact]:
    return sorted(artifacts, key=lambda artifact: not artifact.is_primary)


def end_facts(release: Release, environment: Environment, me: Me | None) -> list[Fact]:
    """What comes behind the jobs of a stage."""
    facts: list[Fact] = []
    if environment.post_gates.asks:
        facts.append(("Then gates", line(_names(environment.post_gates.names))))
    confirm = asked_words(environment.post_plan, me)
    if confirm:
        facts.append(("Then asks", line(f"{confirm} to confirm it")))
    following = followers(release, environment)
    if len(following) > FEW:
        facts.append(("Followers", line(", ".join(_followers(following, me)))))
    return facts


def _then(release: Release, environment: Environment, me: Me | None) -> Fact:
    """Which stages follow by themselves; of many their number, and `end_facts` names them."""
    following = followers(release, environment)
    if not following:
        return ("Then", line("no other stage follows by itself"))
    if len(following) > FEW:
        return ("Then", line(f"{len(following)} other stages follow by themselves; they are named below"))
    verb = "follows by itself" if len(following) == 1 else "follow by themselves"
    return ("Then", line(f"{', '.join(_followers(following, me))} {verb}"))


def _followers(following: Sequence[Environment], me: Me | None) -> list[str]:
    parts = []
    for other in following:
        who = asked_words(other.pre_plan, me)
        parts.append(f"{within(other.name)}{f' (asks {who})' if who else ''}")
    return parts


def _deploy_warnings(
    release: Release, environment: Environment, live: LiveThere, me: Me | None
) -> list[Fact]:
    warnings = []
    other = live.other if live.own is None else None
    if other is not None and other.release.id > release.id:
        warnings.append(f"{within(other.release.name)} is live there and newer: this goes back.")
    states = {e.name.casefold(): e for e in release.environments or ()}
    for condition in environment.conditions:
        if condition.type != STATE_CONDITION:
            continue
        before = states.get(condition.name.casefold())
        if before is None or before.status not in DEPLOYED:
            state = words_of(before.status) if before is not None else "not in this release"
            warnings.append(f"{within(condition.name)}, which comes before it, is {state}.")
    if me is not None and not environment.pre_plan.options.creator_may_approve:
        steps = (s.approver for s in environment.pre_plan.steps if not s.is_automated)
        if any(p is not None and p.id in (me.id, *me.groups) for p in steps):
            warnings.append("You ask for it, so you may not approve it.")
    return [("!", line(span(warning, "warn"))) for warning in warnings]


def _names(names: Sequence[SafeText]) -> str:
    return ", ".join(within(name) for name in names)


def cancel_facts(stage: Stage, me: Me | None, look: Look) -> list[Fact]:
    """What a cancel stops, and what it does not undo."""
    environment = stage.environment
    latest = environment.latest
    stops: list[Line] = []
    if environment.status == EnvironmentStatus.SCHEDULED and environment.scheduled_for is not None:
        stops.append(line(f"the deployment planned for {when(environment.scheduled_for, look).strip()}"))
    if latest is not None:
        stops += _stopped(latest, look)
    own = me.id if me is not None else ""
    for approval in environment.waiting:
        stops.append(line(f"{person(approval.approver, own)} is not asked any more"))
    facts: list[Fact] = []
    if latest is not None:
        by = person(latest.requested_for or latest.requested_by, own)
        facts.append(("Attempt", line(f"{latest.attempt}, {words_of(latest.operation)}, asked for by {by}")))
    facts.append(("Stops", joined(stops, "; ") if stops else line("the deployment")))
    done = sum(t.finished_on is not None for p in (latest.phases if latest else ()) for t in p.tasks)
    if done:
        is_done = "is" if done == 1 else "are"
        facts.append(("Stays", line(f"{count(done, 'task')} {is_done} done already, and not undone")))
    return facts


def _stopped(latest: Attempt, look: Look) -> list[Line]:
    found: list[Line] = []
    for phase in latest.phases:
        for task in phase.tasks:
            if task.started_on is not None and task.finished_on is None:
                where = f" on {within(task.agent)}" if task.agent else ""
                so_far = took(task.started_on, look.now)
                found.append(line(f"{within(task.name)}{where}, {so_far} so far, is stopped"))
    waits_in = latest.intervention
    if waits_in is not None:
        found.append(line(f"the manual intervention {within(waits_in.name)} ends"))
    if latest.gates is not None:
        found.append(line("its gates are no longer asked"))
    return found


def pause_facts(pause: Pause, rejects: bool, me: Me | None, look: Look) -> list[Fact]:
    """What resuming or rejecting a manual intervention does."""
    stage, asked = pause.stage, pause.intervention
    environment = stage.environment
    since = clock(asked.created_on, look)
    waits: list[Fact] = [("Waits since", line(since))]
    latest = environment.latest
    started = attempt_started(latest) if latest is not None else None
    if latest is not None and started is not None:
        waits.append(("Running", line(f"attempt {latest.attempt} since {clock(started, look)}")))
    if rejects:
        words = f"the deployment to {within(environment.name)} is rejected; what is done is not undone"
        return [("Your no", line(words)), *waits]
    begun = {phase.rank for phase in latest.phases} if latest is not None else set()
    left = [phase for phase in environment.phases if phase.rank not in begun]
    tasks = sum(task.enabled for phase in left for task in phase.tasks)
    goes_on = f"the deployment to {within(environment.name)} goes on"
    if left:
        goes_on += f", with {count(tasks, 'more task')} in {count(len(left), 'job')}"
    return [("Your yes", line(goes_on)), _then(stage.release, environment, me), *waits]


def gate_step_lines(step: GateStep, cells: int, look: Look) -> list[Line]:
    """The gates that run now, round by round."""
    environment = step.stage.environment
    for attempt in environment.attempts:
        if attempt.pre_gates is not None and attempt.pre_gates.id == step.id:
            return gates_lines(environment, attempt, ApprovalType.PRE_DEPLOY, cells, look)
        if attempt.post_gates is not None and attempt.post_gates.id == step.id:
            return gates_lines(environment, attempt, ApprovalType.POST_DEPLOY, cells, look)
    return []
