"""Who must sign a stage, in which order, who has, and until when (api.md 5.4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reltui.model.approval import Approval, ApprovalPlan, ApprovalStatus, ApprovalType
from reltui.model.content import Change
from reltui.model.identity import Identity, Me
from reltui.model.release import Environment, Release
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import long_span

DEFAULT_TIMEOUT = timedelta(days=30)
"""What a timeout of 0 means to the server (api.md 5.4)."""
TYPE_WORDS: dict[str, str] = {ApprovalType.PRE_DEPLOY: "pre", ApprovalType.POST_DEPLOY: "post"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature that a stage asks for, given or not."""

    rank: int
    approver: Identity | None
    approval: Approval | None
    """None: not asked yet."""
    is_mine: bool
    """It waits, and for me: directly or through a group of mine."""


def environment_of(release: Release, approval: Approval) -> Environment | None:
    """The stage of the release that an approval belongs to."""
    for environment in release.environments or ():
        if environment.id == approval.environment.id:
            return environment
    return None


def side(environment: Environment, type: ApprovalType | str) -> tuple[ApprovalPlan, tuple[Approval, ...]]:
    """Rules and approvals before or after the deployment."""
    if type == ApprovalType.POST_DEPLOY:
        return environment.post_plan, environment.post_approvals
    return environment.pre_plan, environment.pre_approvals


def is_for(me: Me | None, approver: Identity | None) -> bool:
    """Whether I am the approver, or a member of the group that is."""
    if me is None or approver is None or not approver.id:
        return False
    return approver.id == me.id or approver.id in me.groups


def signatures(
    environment: Environment, type: ApprovalType | str, attempt: int, me: Me | None
) -> tuple[Signature, ...]:
    """The signatures of one attempt in their order: those asked for, then those still to come.

    An approval exists only once it is due (api.md 5.4); what comes later is known from the plan.
    """
    plan, approvals = side(environment, type)
    asked = sorted(
        (a for a in approvals if a.attempt == attempt and not a.is_automated), key=lambda a: (a.rank, a.id)
    )
    found = [Signature(a.rank, a.approver, a, a.is_pending and is_for(me, a.approver)) for a in asked]
    ranks = {a.rank for a in asked}
    later = sorted(
        (s for s in plan.steps if not s.is_automated and s.rank not in ranks), key=lambda s: s.rank
    )
    return (*found, *(Signature(s.rank, s.approver, None, False) for s in later))


def order_words(plan: ApprovalPlan) -> str:
    """The rule of the signatures: in sequence, any of them, all of them."""
    steps = [s for s in plan.steps if not s.is_automated]
    needed = plan.options.required_count
    if not plan.steps:
        return "rules not known"
    if not steps:
        return "automatic"
    if len(steps) == 1:
        return "one signature"
    if 0 < needed < len(steps):
        return f"any {needed} of {len(steps)}"
    return "in sequence" if len({s.rank for s in steps}) > 1 else f"all {len(steps)}, in any order"


def rule_words(plan: ApprovalPlan) -> str:
    """The rules in one line: order, timeout, creator."""
    words = [order_words(plan)]
    if words != ["automatic"]:
        minutes = plan.options.timeout_minutes
        words.append(f"timeout {long_span(minutes * 60)}" if minutes else "timeout 30d (default)")
        if not plan.options.creator_may_approve:
            words.append("creator may not approve")
        if plan.options.revalidate_identity:
            words.append("signs in again in the browser")
        if plan.options.skip_if_approved_before:
            words.append("skipped if approved the stage before")
    return ", ".join(words)


def progress_words(environment: Environment, approval: Approval) -> str:
    """How many signatures there are of how many that are needed; empty when that is not known."""
    needed = needed_in_all(environment, approval)
    if needed is None:
        return ""
    return f"{signed_count(environment, approval)}/{needed} signed"


def needed_in_all(environment: Environment, approval: Approval) -> int | None:
    """How many signatures this side of the stage needs; None when the server did not send its rules."""
    plan, _ = side(environment, approval.type)
    steps = [s for s in plan.steps if not s.is_automated]
    return (plan.options.required_count or len(steps)) if steps else None


def signed_count(environment: Environment, approval: Approval) -> int:
    """How many signatures of this attempt are given, or skipped by the server."""
    given = (ApprovalStatus.APPROVED, ApprovalStatus.SKIPPED)
    return sum(
        s.approval is not None and s.approval.status in given
        for s in signatures(environment, approval.type, approval.attempt, None)
    )


def open_signatures(environment: Environment, approval: Approval) -> tuple[Signature, ...] | None:
    """Those of its attempt that are not given yet, asked for or still to come, without its own.

    None: the release does not show this approval, so nothing can be told.
    """
    asked = signatures(environment, approval.type, approval.attempt, None)
    others = [s for s in asked if s.approval is None or s.approval.id != approval.id]
    if len(others) == len(asked):
        return None
    return tuple(s for s in others if s.approval is None or s.approval.is_pending)


def missing_after(environment: Environment, approval: Approval) -> int | None:
    """How many signatures are still needed once this one is given; None when that cannot be told."""
    left = open_signatures(environment, approval)
    needed = needed_in_all(environment, approval)
    if left is None or needed is None:
        return None
    plan, _ = side(environment, approval.type)
    if plan.options.required_count:
        return max(0, needed - signed_count(environment, approval) - 1)
    return len(left)


def is_last_signature(release: Release, approval: Approval) -> bool | None:
    """Whether a yes is the last one that is needed; None when that cannot be told."""
    environment = environment_of(release, approval)
    missing = missing_after(environment, approval) if environment is not None else None
    return None if missing is None else missing == 0


def still_to_sign(release: Release, approval: Approval) -> tuple[Signature, ...] | None:
    """Who may sign after this one, in their order; empty when it is the last. None: it cannot be told.

    Where fewer are needed than may sign, all who may are named.
    """
    environment = environment_of(release, approval)
    missing = missing_after(environment, approval) if environment is not None else None
    if environment is None or missing is None:
        return None
    return open_signatures(environment, approval) if missing else ()


def needs_browser(environment: Environment, approval: Approval) -> bool | None:
    """Whether the approver must sign in again in the browser; None when the server did not send the rules."""
    plan, _ = side(environment, approval.type)
    return plan.options.revalidate_identity if plan.steps else None


def expiry(environment: Environment, approval: Approval) -> datetime | None:
    """When an unanswered approval becomes a rejection; None when that is not known."""
    plan, _ = side(environment, approval.type)
    if approval.created_on is None or not plan.steps:
        return None
    minutes = plan.options.timeout_minutes
    return approval.created_on + (timedelta(minutes=minutes) if minutes else DEFAULT_TIMEOUT)


@dataclass(frozen=True, slots=True)
class OwnChange:
    """What the one who is asked has to do with what is asked."""

    created: bool
    """They created the release."""
    asked_for: bool
    """They asked for this deployment."""
    written: int | None
    """So many of the commits since what is live are theirs; None: the commits are not known."""
    commits: int
    """Of so many, as far as they are known."""
    forbidden: bool
    """The stage does not take the yes of one who created the release or asked for the deployment."""

    @property
    def is_own(self) -> bool:
        """There is something to think of, or to keep off."""
        return self.created or self.asked_for or bool(self.written)

    @property
    def sentence(self) -> SafeText:
        """What it is, in one sentence; empty when it is nothing."""
        if self.forbidden:
            if self.created:
                return SafeText("You created this release, and its creator may not approve this stage.")
            return SafeText("You asked for this deployment, and who asked for it may not approve this stage.")
        parts = []
        if self.created:
            parts.append("created this release")
        elif self.asked_for:
            parts.append("asked for this deployment")
        if self.written:
            parts.append(f"wrote {self._share} that it brings")
        return SafeText(f"You {' and '.join(parts)}." if parts else "")

    @property
    def _share(self) -> str:
        if self.written == self.commits:
            return "the only commit" if self.commits == 1 else f"all {self.commits} commits"
        return f"{self.written} of the {self.commits} commits"


def own_change(
    release: Release,
    environment: Environment,
    approval: Approval | None,
    me: Me | None,
    changes: Sequence[Change] | None = None,
) -> OwnChange | None:
    """What I have to do with it; None when it is not known who I am.

    `approval` is None for a manual intervention, which everybody may answer, and is then about the newest
    attempt. `changes` are the commits since what is live, None while they are not known; a commit names its
    author by words only, so one is mine whose author is my name or my account.
    """
    if me is None or not me.id:
        return None
    number = approval.attempt if approval is not None else None
    attempt = environment.latest
    if number is not None:
        attempt = next((a for a in environment.attempts if a.attempt == number), None)
    askers = (attempt.requested_for, attempt.requested_by) if attempt is not None else ()
    created = release.created_by is not None and release.created_by.id == me.id
    asked_for = any(asker is not None and asker.id == me.id for asker in askers)
    own_names = {name.casefold() for name in (me.name, me.account) if name}
    written = None
    if changes is not None:
        written = sum(change.author.strip().casefold() in own_names for change in changes)
    may = approval is None or side(environment, approval.type)[0].options.creator_may_approve
    return OwnChange(
        created, asked_for, written, len(changes or ()), forbidden=not may and (created or asked_for)
    )


def own_release_warning(release: Release, environment: Environment, approval: Approval, me: Me | None) -> str:
    """Why my yes will be refused although I am asked: I made the release, or asked for the deployment."""
    own = own_change(release, environment, approval, me)
    return own.sentence if own is not None and own.forbidden else ""
