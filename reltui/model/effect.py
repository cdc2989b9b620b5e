"""What a decision does, in one sentence. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from reltui.model.approval import Approval, ApprovalType, ExecutionOrder
from reltui.model.following import followers
from reltui.model.identity import Me
from reltui.model.release import Environment, Release
from reltui.model.signing import environment_of, missing_after, open_signatures, side
from reltui.model.text import SafeText
from reltui.model.words import clock, count, names_of, within


def effect_of_yes(
    release: Release, approval: Approval, now: datetime, me: Me | None = None, zone: tzinfo | None = None
) -> SafeText:
    """What happens if this approval is approved, in one sentence without its first capital.

    It says that it cannot be told where the server did not send what it takes; it never guesses. Times are
    told in `zone`, which is that of this machine where none is given.
    """
    environment = environment_of(release, approval)
    if environment is None:
        return SafeText("cannot be told: the release does not show this stage")
    left = open_signatures(environment, approval)
    if left is None:
        return SafeText("cannot be told: the release does not show this approval")
    missing = missing_after(environment, approval)
    if missing is None:
        return SafeText("cannot be told: the server did not send the rules of this stage")
    is_post = approval.type == ApprovalType.POST_DEPLOY
    if missing:
        names = names_of((s.approver for s in left), me)
        end = f"does not finish {within(environment.name)}" if is_post else "does not start the deployment"
        whose = f"from {names}" if missing == len(left) else f"of {names}"
        return SafeText(f"{end}: {count(missing, 'more signature')} needed {whose}")
    return SafeText(f"last signature: {_consequence(release, environment, is_post, now, me, zone)}")


def effect_of_no(release: Release | None, approval: Approval, me: Me | None = None) -> SafeText:
    """What a rejection does, in one sentence without its first capital.

    Without the release, or where it does not show the stage, it tells what it does for sure and no more.
    """
    is_post = approval.type == ApprovalType.POST_DEPLOY
    environment = environment_of(release, approval) if release is not None else None
    name = within(environment.name if environment is not None else approval.environment.name)
    parts = [f"rejects {'what was deployed' if is_post else 'the deployment'} to {name} for everybody"]
    if is_post:
        parts.append("what is done there is not undone")
    if release is not None and environment is not None:
        asked = [
            s.approver
            for s in open_signatures(environment, approval) or ()
            if s.approval is not None and s.approval.is_pending
        ]
        if asked:
            names = names_of(asked, me)
            is_one = len(asked) == 1 and names != "you"
            parts.append(f"{names} {'is' if is_one else 'are'} not asked any more")
        parts += _left_out(release, environment)
    return SafeText("; ".join(parts))


def effect_of_resume(release: Release, environment: Environment, me: Me | None = None) -> SafeText:
    """What follows when a manual intervention is resumed, in one sentence without its first capital.

    It says that it cannot be told where the release shows no attempt at the stage.
    """
    latest = environment.latest
    if latest is None:
        return SafeText("cannot be told: the release does not show this deployment")
    begun = {phase.rank for phase in latest.phases}
    left = [phase for phase in environment.phases if phase.rank not in begun]
    tasks = sum(task.enabled for phase in left for task in phase.tasks)
    parts = [f"the deployment to {within(environment.name)} goes on"]
    if left:
        parts[0] += f", with {count(tasks, 'more task')} in {count(len(left), 'job')}"
    if environment.post_gates.asks:
        parts.append("then its gates are asked")
    return SafeText("; ".join((*parts, *_behind(release, environment, me))))


def effect_of_stop(release: Release, environment: Environment) -> SafeText:
    """What rejecting a manual intervention does, in one sentence without its first capital."""
    parts = [f"the deployment to {within(environment.name)} is rejected; what is done is not undone"]
    return SafeText("; ".join((*parts, *_left_out(release, environment))))


def _left_out(release: Release, environment: Environment) -> list[str]:
    """The stages that a success would have brought about."""
    names = [within(follower.name) for follower in followers(release, environment)]
    return [f"{', '.join(names)} {'does' if len(names) == 1 else 'do'} not follow"] if names else []


def _consequence(
    release: Release,
    environment: Environment,
    is_post: bool,
    now: datetime,
    me: Me | None,
    zone: tzinfo | None,
) -> str:
    plan, _ = side(environment, ApprovalType.POST_DEPLOY if is_post else ApprovalType.PRE_DEPLOY)
    gates = environment.post_gates if is_post else environment.pre_gates
    if gates.asks and plan.options.execution_order == ExecutionOrder.BEFORE_GATES:
        end = f"{within(environment.name)} is done" if is_post else "the deployment starts"
        parts = [f"the gates of {within(environment.name)} are asked; {end} when they pass"]
    elif is_post:
        parts = [f"{within(environment.name)} is done"]
    else:
        later = environment.scheduled_for
        at = f" at {clock(later, now, zone)}" if later is not None and later > now else " now"
        parts = [f"deployment to {within(environment.name)} starts{at}"]
    if is_post:
        return "; ".join((*parts, *_then(release, environment, me)))
    return "; ".join((*parts, *_behind(release, environment, me)))


def _behind(release: Release, environment: Environment, me: Me | None) -> list[str]:
    """What comes once the tasks are done: who must confirm, and what follows."""
    signers = [s.approver for s in environment.post_plan.steps if not s.is_automated]
    confirm = [f"then {names_of(signers, me)} must confirm it"] if signers else []
    return confirm + _then(release, environment, me)


def _then(release: Release, environment: Environment, me: Me | None) -> list[str]:
    following = followers(release, environment)
    return [f"then {', '.join(_follower_words(f, me) for f in following)}"] if following else []


def _follower_words(environment: Environment, me: Me | None) -> str:
    signers = [s.approver for s in environment.pre_plan.steps if not s.is_automated]
    name = within(environment.name)
    return f"{name} (asks {names_of(signers, me)})" if signers else name
