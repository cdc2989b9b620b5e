"""What is told of one approval: its title, who signs it, its history, and the facts of its dialog; pure."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.data.act_approval import PASSING_ON
from reltui.data.decision import Verb
from reltui.data.topics import InboxRow, PauseRow
from reltui.model.approval import Approval, ApprovalType
from reltui.model.effect import effect_of_no, effect_of_yes
from reltui.model.identity import Me
from reltui.model.release import Environment, Release, ReleaseReason
from reltui.model.signing import TYPE_WORDS, Signature, progress_words, rule_words, side, signatures
from reltui.model.text import SafeText
from reltui.ui.present import Field, Line, Look, fields, flow, line, padded, span, width
from reltui.ui.present_facts import ApprovalFacts as ApprovalFacts
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_means import (
    changes_line,
    drift_line,
    live_line,
    this_line,
    waiting_words,
    warnings,
    why_words,
    window_line,
)
from reltui.ui.present_means import versions_words as versions_words
from reltui.ui.present_words import age, name_cell, person, quoted, short_name, when, within, words_of
from reltui.ui.present_yes import STATUS_ROLES, signature_words

PROTECTED = "[P]"
CHAIN_COMMENT_CELLS = 24
"""Where all signatures stand in one line, who is next matters more than the end of a comment."""
REASON_WORDS: dict[str, str] = {
    ReleaseReason.CONTINUOUS_INTEGRATION: "CI",
    ReleaseReason.PULL_REQUEST: "pull request",
    ReleaseReason.MANUAL: "by hand",
    ReleaseReason.SCHEDULE: "by schedule",
}


def stage_cell(name: str, protected: bool, cells: int, look: Look) -> Line:
    """A stage's name; the sign of a protected one is never cut away."""
    if not protected:
        return name_cell(name, cells, look)
    sign = span(f" {PROTECTED}", "bad")
    return (*name_cell(name, cells - width(sign.text), look), sign)


def row_title(row: InboxRow | PauseRow, cells: int, server: str = "") -> str:
    """What the preview is about, for its rule; where room is short, without project and pipeline.

    `server` is named where there are several, and then always.
    """
    names = (row.project.name, row.definition.name, row.release.name, row.environment.name)
    if isinstance(row, PauseRow):
        what = "manual intervention"
    else:
        type = TYPE_WORDS.get(row.approval.type)
        what = f"{type}-deploy" if type else words_of(row.approval.type)
    attempt = f", try {row.attempt}" if row.attempt > 1 else ""
    titles = [
        f"{' / '.join(filter(None, (server, *map(within, names[first:]))))}  {what}{attempt}"
        for first in range(3)
    ]
    return next((title for title in titles if width(title) <= cells), titles[-1])


def created_words(release: Release, look: Look) -> Line:
    """When, by whom and why a release was made."""
    since = age(release.created_on, look)
    reason = REASON_WORDS.get(release.reason, words_of(release.reason))
    return line(
        f"{when(release.created_on, look).strip()} ({since if since in ('now', '-') else f'{since} ago'})"
        f" by {short_name(release.created_by)}, {reason}"
    )


def decision_facts(facts: ApprovalFacts, verb: Verb, look: Look) -> list[tuple[str, Line]]:
    """What the dialog tells besides the names: from what to what, why me, what follows, and what warns."""
    approval = facts.row.approval
    release, environment = facts.release, facts.environment
    found: list[tuple[str, Line]] = []
    if release is not None and environment is not None and verb not in PASSING_ON:
        found += [("From", live_line(facts, look)), ("To", line(*this_line(facts), *_brings(facts)))]
    progress = progress_words(environment, approval) if environment is not None else ""
    found.append(("Why you", line(*why_words(facts), f"; {progress}" if progress else "")))
    if release is None or environment is None:
        found.append(("What follows", (span("not known: the release was not read yet", "warn"),)))
    elif verb is Verb.REJECT:
        found.append(("Your no", line(effect_of_no(release, approval, facts.me))))
    elif verb in (Verb.APPROVE, Verb.APPROVE_LATER):
        found.append(
            (
                _label_of_yes(facts, verb, look),
                line(effect_of_yes(release, approval, look.now, facts.me, look.zone)),
            )
        )
    found.append(("Waits", waiting_words(facts, look)))
    window = window_line(facts, look)
    if window:
        found.append(("Window", window))
    found += [("!", warning) for warning in warnings(facts, look, verb)]
    if facts.drift is not None and facts.drift.is_drifted:
        found.append(("!", drift_line(facts, look)))
    return found


def _label_of_yes(facts: ApprovalFacts, verb: Verb, look: Look) -> str:
    """Where the dialog asks for a later time, what an immediate yes does is told as such."""
    window = facts.window(look.now)
    shut = window is not None and not window.open and facts.row.approval.type == ApprovalType.PRE_DEPLOY
    return "A yes now" if shut or verb is Verb.APPROVE_LATER else "Your yes"


def _brings(facts: RowFacts) -> Line:
    """What it brings, behind what it is; nothing while that is not known."""
    means = facts.standing
    if facts.known.content.data is None or means is None or means.other is None:
        return ()
    return line("; ", *changes_line(facts))


def chain_words(found: Sequence[Signature], look: Look, me: Me | None) -> Line:
    """All signatures in one line: those given, who is next, who comes then."""
    own = me.id if me else ""
    parts: list[Line] = []
    for signature in found:
        approval = signature.approval
        name = person(signature.approver, own)
        if approval is None:
            parts.append((span(f"then {name}", "dim"),))
        elif approval.is_pending:
            sign = f"{name} (your group)" if signature.is_mine else name
            if signature.approver is not None and signature.approver.id == own:
                sign = "YOU"
            parts.append((span(f"{sign} now", "wait"),))
        else:
            parts.append(line(name, " ", *signature_words(signature, look, me, CHAIN_COMMENT_CELLS)))
    chain: list[Line] = []
    for index, part in enumerate(parts):
        chain.append(part if index == 0 else line(span(" > ", "dim"), *part))
    return tuple(piece for part in chain for piece in part)


def history_lines(approval: Approval, waits: bool, cells: int, look: Look) -> list[Line]:
    """What has happened to an approval so far: who passed it on, and how it ended."""
    events: list[Field] = []
    for change in approval.history:
        comment = f"  {quoted(change.comments)}" if change.comments else ""
        passed = f"{short_name(change.changed_by)} passed it on from {short_name(change.approver)}{comment}"
        events.append(Field(when(change.modified_on, look).strip(), line(passed)))
    if not approval.is_pending:
        by = f" by {short_name(approval.approved_by)}" if approval.approved_by is not None else ""
        comment = f"  {quoted(approval.comments)}" if approval.comments else ""
        role = STATUS_ROLES.get(approval.status, "dim")
        words = line(span(words_of(approval.status), role), f"{by}{comment}")
        events.append(Field(when(approval.modified_on, look).strip(), words))
    elif not waits:
        events.append(Field("now", line("it is no longer in the list of what waits")))
    if not events:
        return []
    return [(), line(" ", span("History", "head")), *fields(events, cells, look, label=13, roomy=True)]


def signature_lines(
    environment: Environment,
    type: ApprovalType | SafeText,
    attempt: int,
    me: Me | None,
    cells: int,
    look: Look,
) -> list[Line]:
    """The signatures of one side of a stage under one another, with the rules above."""
    plan, _ = side(environment, type)
    title = "After the deployment" if type == ApprovalType.POST_DEPLOY else "Before the deployment"
    rules = (span(f"  {rule_words(plan)}", "dim"),)
    lines = flow(line(" ", span(title, "head")), rules, cells, 3, look.ascii)
    asked = signatures(environment, type, attempt, me)
    own = me.id if me else ""
    names = [person(s.approver, own) for s in asked]
    room = min(max((width(name) for name in names), default=0), max(20, cells - 40))
    for signature, name in zip(asked, names, strict=True):
        first = line(f"   {signature.rank} ", *padded(span(name), room))
        rest = line("  ", *signature_words(signature, look, me))
        lines += flow(first, rest, cells, 7, look.ascii)
    return lines
