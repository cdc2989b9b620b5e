"""What a row of the inbox means, in words: what runs there, what it brings, what warns; pure.

Each of these says so where a part is not known yet, or could not be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reltui.data.decision import Verb
from reltui.data.topics import InboxRow, PauseRow, Why
from reltui.model.approval import ApprovalType
from reltui.model.attempt import GatesPlan
from reltui.model.deployment import Deployment
from reltui.model.insight import Outcome, Previous, drift_kinds, ended_on, previous_stages
from reltui.model.release import Artifact
from reltui.model.signing import needs_browser
from reltui.model.text import SafeText, is_suspicious
from reltui.model.window import WindowState
from reltui.ui.present import Line, Look, cut, joined, line, span
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_release_gates import plan_words, state_words
from reltui.ui.present_words import (
    age,
    ago,
    clock,
    count,
    long_span,
    one_line,
    person,
    quoted,
    short_name,
    within,
)

ALARM_SECONDS = 3600.0
"""Less time left than this is marked."""
READING: Line = (span("reading ...", "dim"),)
OUTCOME_ROLES = {
    Outcome.SUCCEEDED: "good",
    Outcome.PARTLY: "warn",
    Outcome.FAILED: "bad",
    Outcome.REJECTED: "bad",
    Outcome.UNKNOWN: "warn",
}


def not_known(facts: RowFacts, what: str) -> Line:
    """What stands in the place of a part that is not known: why, or that it is being read."""
    for part in ("release", what):
        trouble = facts.known.trouble(part)
        if trouble:
            return (span(f"could not be read: {trouble}", "warn"),)
    if facts.release is not None and facts.environment is None:
        return (span("not known: the release does not show this stage", "warn"),)
    return READING


def versions_words(artifacts: Sequence[Artifact] | None) -> Line:
    """The artifact versions, the primary one first."""
    if artifacts is None:
        return (span("not read", "dim"),)
    if not artifacts:
        return (span("no artifacts", "dim"),)
    parts = []
    for artifact in sorted(artifacts, key=lambda a: not a.is_primary):
        branch = artifact.branch.removeprefix("refs/heads/")
        parts.append(
            f"{within(artifact.alias)} {within(artifact.version)}{f' ({cut(branch, 40)})' if branch else ''}"
        )
    return line(", ".join(parts))


def named_version(deployment: Deployment) -> str:
    """A release with the version of its first artifact: "Rel-139 (20261118.2)"."""
    version = deployment.artifacts[0].version if deployment.artifacts else SafeText("")
    return f"{within(deployment.release.name)}{f' ({within(version)})' if version else ''}"


def live_line(facts: RowFacts, look: Look) -> Line:
    """What runs on the stage now, since when and by whom."""
    means, snapshot = facts.standing, facts.known.deployments
    if snapshot.data is None:
        return not_known(facts, "deployments")
    if means is None:
        rows = count(len(snapshot.data.rows), "deployment")
        return (span(f"none of the newest {rows} has succeeded", "dim"),)
    live = means.live
    if live is None:
        return (span("nothing has run there yet", "dim"),)
    since = age(ended_on(live), look)
    if means.is_live:
        before = f"; before it {named_version(means.other)}" if means.other is not None else ""
        return line(span("this very release", "warn"), f", since {since}{before}")
    by = short_name(live.requested_for or live.requested_by)
    return line(f"{named_version(live)} since {since}, by {by}")


def this_line(facts: RowFacts) -> Line:
    """What is to come there."""
    name = within(facts.row.release.name)
    if facts.release is None:
        return line(f"{name}, ", *not_known(facts, "release"))
    return line(f"{name}  ", *versions_words(facts.release.artifacts))


def changes_line(facts: RowFacts) -> Line:
    """What it brings since what runs there, both ends named."""
    means, data = facts.standing, facts.known.content.data
    if means is None and facts.known.deployments.data is None:
        return not_known(facts, "deployments")
    if means is not None and means.is_live:
        return line("none: this release runs there already")
    if means is None or means.other is None:
        return (span("nothing has run there to compare with, as far as was read", "dim"),)
    if means.back:
        return (span(f"takes back what came since, to {within(facts.row.release.name)}", "warn"),)
    if data is None:
        return not_known(facts, "content")
    authors = len({change.author for change in data.changes})
    by = f" by {count(authors, 'author')}" if authors > 1 else ""
    more = "more than " if data.is_cut else ""
    words = f"{more}{count(len(data.changes), 'commit')}{by}, {count(len(data.items), 'work item')}"
    return line(f"{words} since {within(means.other.release.name)}")


def drift_line(facts: RowFacts, look: Look) -> Line:
    """Whether the definition was edited since the release was cut, by whom, and what of it."""
    drift = facts.drift
    if drift is None:
        if facts.release is not None and facts.known.definition is not None:
            return (span("not known: the server does not tell the revision", "dim"),)
        return not_known(facts, "definition")
    if not drift.is_drifted:
        return (span(f"none: the pipeline is at revision {drift.new} as then", "dim"),)
    when = age(drift.on, look)
    words = f"pipeline edited by {short_name(drift.by)} {when} ago, after this was cut"
    kinds = _kinds(facts)
    return line(span(words, "warn"), f" (revision {drift.old} to {drift.new}{kinds})")


def _kinds(facts: RowFacts) -> str:
    was, now = facts.known.cut_from, facts.known.stands_now
    if was is None or now is None:
        return ""
    kinds = drift_kinds(was, now, facts.row.environment.name)
    if kinds is None:
        return ""
    return f": {', '.join(f'{kind} {number}' for kind, number in kinds.items()) or 'not for this stage'}"


def window_line(facts: RowFacts, look: Look) -> Line:
    """Whether the stage may be changed now, and until or from when; empty where there are no rules."""
    window = facts.window(look.now)
    return () if window is None else window_words(window, look)


def window_words(window: WindowState, look: Look) -> Line:
    """Whether the stage may be changed, until when, and by which rule."""
    if window.open:
        return line(f"open{_until(' until {}', window.until, look)}")
    return line(span("closed", "bad"), f". {window.why}{_until(' It opens {}', window.next_open, look, '.')}")


def _until(words: str, at: datetime | None, look: Look, end: str = "") -> str:
    """When that is and how far ahead; nothing where it is not known."""
    if at is None:
        return ""
    left = long_span((at - look.now).total_seconds())
    return f"{words.format(clock(at, look))} (in {left}){end}"


def waiting_words(facts: RowFacts, look: Look) -> Line:
    """How long it waits, and until when."""
    asked = age(facts.row.created_on, look)
    if facts.expires is None:
        return line(asked)
    seconds = (facts.expires - look.now).total_seconds()
    until = clock(facts.expires, look)
    if seconds <= 0:
        return line(asked, ", ", span(f"its time was over at {until}", "bad"))
    role = "bad" if seconds < ALARM_SECONDS else ""
    return line(asked, ", ", span(f"{long_span(seconds)} left, rejected at {until}", role))


def why_words(facts: RowFacts) -> Line:
    """Why it is or is not for the signed-in person."""
    row = facts.row
    if isinstance(row, PauseRow):
        return line("nobody is asked by name: whoever may manage deployments can answer")
    approver = row.approval.approver
    match row.why:
        case Why.DIRECT:
            return line("you are asked by name")
        case Why.GROUP:
            return line(f"through your group {short_name(approver)}")
        case _:
            groups = "" if facts.me is None or facts.me.groups_known else "; your groups could not be read"
            return (span(f"{short_name(approver)} is asked, not you{groups}", "warn"),)


def previous_lines(facts: RowFacts, look: Look) -> list[tuple[SafeText, Line]]:
    """The stages that this one follows, by name: how they went, and what was said after them."""
    if facts.release is None or facts.environment is None:
        return []
    found = previous_stages(facts.release, facts.environment) or ()
    return [(within(each.name), _previous_words(each, look)) for each in found]


def _previous_words(previous: Previous, look: Look) -> Line:
    if previous.environment is None:
        return (span("not known: the release does not show it", "warn"),)
    if previous.outcome is None:
        return (span("was not tried", "warn"),)
    parts: list[Line] = [(span(previous.outcome.value, OUTCOME_ROLES.get(previous.outcome, "info")),)]
    if previous.ended_on is not None:
        since = age(previous.ended_on, look)
        parts = [line(*parts[0], " just now" if since == "now" else f" {since} ago")]
    if previous.attempt > 1:
        parts.append(line(f"attempt {previous.attempt}"))
    if previous.failed:
        named = ", ".join(within(name) for name in previous.failed[:2])
        rest = f" and {len(previous.failed) - 2} more" if len(previous.failed) > 2 else ""
        parts.append((span(f"failed: {named}{rest}", "bad"),))
    for signed in previous.confirmed:
        who = short_name(signed.approved_by or signed.approver)
        parts.append(line(f"{who} {quoted(signed.comments)}"))
    return joined(parts)


def gates_line(facts: RowFacts, look: Look) -> Line:
    """How the gates of the side that waits stand, or that they come; empty where there are none."""
    environment, row = facts.environment, facts.row
    if environment is None:
        return ()
    is_post = isinstance(row, PauseRow) or row.approval.type == ApprovalType.POST_DEPLOY
    plan: GatesPlan = environment.post_gates if is_post else environment.pre_gates
    attempt = next((a for a in environment.attempts if a.attempt == row.attempt), None)
    gates = (attempt.post_gates if is_post else attempt.pre_gates) if attempt is not None else None
    if gates is not None:
        return state_words(gates, plan, look)
    if not plan.asks:
        return ()
    rules = environment.post_plan if is_post else environment.pre_plan
    words = f"{count(len(plan.names), 'gate')}, {plan_words(plan, rules.options.execution_order)}"
    return (span(words, "dim"),)


def warnings(facts: RowFacts, look: Look, verb: Verb | None = None) -> list[Line]:
    """What must be known before a yes, or before the verb that is asked for, the weightiest first."""
    row = facts.row
    found: list[Line] = []
    if not row.fresh:
        read = f"read {ago(row.read_at, look)}" if row.read_at is not None else "not read"
        words = f"An old row, {read}: its project has not answered since. Nothing can be decided on it."
        found.append((span(words, "warn"),))
    marked = [
        f"{kind} {ref.id}"
        for kind, ref in (("stage", row.environment), ("release", row.release), ("pipeline", row.definition))
        if is_suspicious(ref.name)
    ]
    if marked:
        words = f"Its name may pass for another one; go by the number: {', '.join(marked)}."
        found.append((span(words, "warn"),))
    if facts.release is not None and facts.environment is None:
        found.append((span("The release no longer shows this stage.", "warn"),))
    found += _about_me(facts, verb)
    means, place = facts.standing, facts.known.place
    if means is not None and means.back:
        least = "at least " if means.back_at_least else ""
        live = within(means.live.release.name) if means.live is not None else "another one"
        words = f"Would go back {least}{count(means.back, 'release')}: {live} runs there."
        found.append((span(words, "bad"),))
    if means is not None and means.is_live:
        found.append((span("This very release runs there already.", "warn"),))
    if place is not None and place.newer:
        more = count(place.newer, "newer release waits", "newer releases wait")
        yours = " and asks you too" if place.superseded and place.newer == 1 else ""
        yours = " and one of them asks you too" if place.superseded and place.newer > 1 else yours
        found.append((span(f"{more} for the same stage{yours}.", "warn"),))
    return found


def _about_me(facts: RowFacts, verb: Verb | None) -> list[Line]:
    """Why it may not be mine to decide, and what I have to do with it."""
    row, environment = facts.row, facts.environment
    found: list[Line] = []
    if isinstance(row, InboxRow) and row.why is Why.OTHER and verb is not Verb.TAKE_OVER:
        asked = short_name(row.approval.approver)
        found.append((span(f"{asked} is asked, not you: :take-over makes it yours first.", "warn"),))
    if environment is not None and isinstance(row, InboxRow) and needs_browser(environment, row.approval):
        found.append((span("Asks to sign in again, which only the browser can: press o.", "warn"),))
    own = facts.own
    if own is not None and own.sentence:
        found.append((span(own.sentence, "bad" if own.forbidden else "warn"),))
    return found


def instruction_line(row: PauseRow) -> Line:
    """What a manual intervention asks for."""
    asked = row.intervention
    name = f"{within(asked.name)}: " if asked.name else ""
    return line(name, one_line(asked.instructions) or span("no instructions", "dim"))


def started_line(row: PauseRow, look: Look) -> Line:
    """Who asked for the deployment that waits, and when it began."""
    deployment = row.deployment
    by = person(deployment.requested_for or deployment.requested_by)
    return line(
        f"attempt {deployment.attempt}, since {clock(deployment.started_on, look)}, asked for by {by}"
    )
