"""What follows from the models for a person who decides. Pure.

How a deployment ended, the figures of a stage, and what a thing that waits means against its stage:

    standing(release_id, deployments, whole) -> Standing | None
    queue_flags(rows) -> dict[key, Place]
    previous_stages(release, environment) -> tuple[Previous, ...] | None
    stage_outcome(environment) -> Outcome | None
    drift(release, definition_now) -> Drift | None
    drift_kinds(older, newer, stage) -> dict[str, int] | None
    flags(*, standing, place, own, is_last, drift, browser) -> tuple[str, ...]

Beside it, in this package:

    signing      environment_of, signatures, expiry(environment, approval),
                 is_last_signature(release, approval), still_to_sign(release, approval),
                 needs_browser(environment, approval),
                 own_change(release, environment, approval, me, changes) -> OwnChange | None,
                 order_words, rule_words, progress_words
    effect       effect_of_yes(release, approval, now, me, zone), effect_of_no(release, approval, me),
                 effect_of_resume(release, environment, me), effect_of_stop(release, environment)
    following    followers, parents, trigger_words
    difference   variables_since(live, release, stage), kinds_of, compare_releases, compare_definitions
    words        names, times and states in words

Everywhere None means that it is not known, which is never to be drawn as "no"; `flags` leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reltui.model.approval import Approval, Ref
from reltui.model.attempt import Attempt, DeploymentStatus, OperationStatus, TaskStatus
from reltui.model.definition import Definition
from reltui.model.deployment import Deployment, end_order
from reltui.model.following import STATE_CONDITION
from reltui.model.identity import Identity
from reltui.model.project import Project
from reltui.model.release import Environment, EnvironmentStatus, Release
from reltui.model.signing import OwnChange
from reltui.model.text import SafeText
from reltui.model.values import dataclass


class Outcome(StrEnum):
    """How a deployment ended, or where it is."""

    SUCCEEDED = "succeeded"
    PARTLY = "partly succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELED = "canceled"
    WAITING = "waits for a person"
    RUNNING = "running"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    UNKNOWN = "unknown"


ENDED = frozenset({Outcome.SUCCEEDED, Outcome.PARTLY, Outcome.FAILED, Outcome.REJECTED, Outcome.CANCELED})
BROUGHT = frozenset({Outcome.SUCCEEDED, Outcome.PARTLY})
"""After these the release stands on the stage."""

_CANCELED = (OperationStatus.CANCELED, OperationStatus.PHASE_CANCELED, OperationStatus.CANCELLING)
_WAITING = (OperationStatus.PENDING, OperationStatus.MANUAL_INTERVENTION_PENDING)
_QUEUED = (OperationStatus.QUEUED, OperationStatus.QUEUED_FOR_AGENT, OperationStatus.QUEUED_FOR_PIPELINE)
_SCHEDULED = (OperationStatus.SCHEDULED, OperationStatus.DEFERRED)


def outcome(deployment: Deployment) -> Outcome:
    """From the two states that the server tells (api.md 5.3)."""
    operation = deployment.operation
    match deployment.status:
        case DeploymentStatus.SUCCEEDED:
            return Outcome.SUCCEEDED
        case DeploymentStatus.PARTIALLY_SUCCEEDED:
            return Outcome.PARTLY
        case DeploymentStatus.FAILED:
            if operation == OperationStatus.REJECTED:
                return Outcome.REJECTED
            return Outcome.CANCELED if operation in _CANCELED else Outcome.FAILED
        case DeploymentStatus.NOT_DEPLOYED | DeploymentStatus.IN_PROGRESS:
            return _on_its_way(deployment)
    return Outcome.UNKNOWN


def _on_its_way(deployment: Deployment) -> Outcome:
    operation = deployment.operation
    if operation == OperationStatus.REJECTED:
        return Outcome.REJECTED
    if operation in _CANCELED:
        return Outcome.CANCELED
    if operation in (OperationStatus.PHASE_FAILED, OperationStatus.GATE_FAILED):
        return Outcome.FAILED
    if deployment.waiting or operation in _WAITING:
        return Outcome.WAITING
    if operation in _SCHEDULED:
        return Outcome.SCHEDULED
    if operation in _QUEUED:
        return Outcome.QUEUED
    if deployment.status == DeploymentStatus.IN_PROGRESS:
        return Outcome.RUNNING
    return Outcome.UNKNOWN


def ended_on(deployment: Deployment) -> datetime | None:
    """When a deployment ended; None while it has not."""
    if outcome(deployment) not in ENDED:
        return None
    return deployment.completed_on or deployment.last_modified_on


def seconds_of(deployment: Deployment) -> float | None:
    """How long a deployment ran; None when it never started, has not ended, or the times make no sense."""
    end = ended_on(deployment)
    if deployment.started_on is None or end is None or end < deployment.started_on:
        return None
    return (end - deployment.started_on).total_seconds()


@dataclass(frozen=True, slots=True)
class StageFigures:
    """The last deployments to a stage in figures."""

    ended: int = 0
    """How many of them have ended."""
    unsuccessful: int = 0
    """Of these: failed, rejected or canceled."""
    median_seconds: float | None = None
    """Of those that succeeded; None when there is none with a time."""
    timed: int = 0
    """So many the median is of."""
    seconds_between: float | None = None
    """From one success to the next, on average; None with fewer than two."""
    successes: int = 0


def stage_figures(deployments: Iterable[Deployment]) -> StageFigures:
    """The figures of deployments to one stage, in any order."""
    from statistics import median  # what it brings is not needed for the first paint

    ended = [(outcome(d), d) for d in deployments]
    ended = [(how, d) for how, d in ended if how in ENDED]
    good = [d for how, d in ended if how in BROUGHT]
    took = [seconds for d in good if (seconds := seconds_of(d)) is not None]
    moments = sorted(moment.timestamp() for d in good if (moment := ended_on(d)) is not None)
    return StageFigures(
        ended=len(ended),
        unsuccessful=len(ended) - len(good),
        median_seconds=median(took) if took else None,
        timed=len(took),
        seconds_between=(moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 1 else None,
        successes=len(good),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a release that waits for a stage means against what runs there."""

    release_id: int
    live: Deployment | None
    """What runs there now, of whatever release. None: nothing has ever succeeded there."""
    other: Deployment | None
    """The success of another release that ended last: what runs there, or ran there before this one did. What
    is compared with. None: no other release is known there."""
    back: int
    """So many releases it would go back: those newer than this one, up to the one that runs, that have
    succeeded there. 0: it goes forward, or is what runs there."""
    back_at_least: bool
    """There may be more of them: older deployments were not looked at."""

    @property
    def is_live(self) -> bool:
        """This very release runs there already."""
        return self.live is not None and self.live.release.id == self.release_id

    @property
    def since(self) -> datetime | None:
        """Since when what runs there does so; None where nothing does, or the server tells no time."""
        return ended_on(self.live) if self.live is not None else None


def standing(release_id: int, deployments: Sequence[Deployment], whole: bool) -> Standing | None:
    """What a release means against the deployments to a stage, in any order; ids of releases ascend in time.

    `whole`: these are all that ever were. None: not known, as none of these has succeeded and there are more.
    """
    good = sorted((d for d in deployments if d.succeeded), key=end_order)
    if not good and not whole:
        return None
    live = good[-1] if good else None
    other = next((d for d in reversed(good) if d.release.id != release_id), None)
    newest = live.release.id if live is not None else 0
    back = len({d.release.id for d in good if release_id < d.release.id <= newest})
    return Standing(release_id, live, other, back, back_at_least=back > 0 and not whole)


class Waits(Protocol):
    """A thing that waits for a decision: a row of the inbox."""

    @property
    def key(self) -> tuple[str, str, int]:
        """Server, kind and id."""

    @property
    def server(self) -> str:
        """Profile name."""

    @property
    def project(self) -> Project:
        """Where its definition is."""

    @property
    def definition(self) -> Ref:
        """Of its release."""

    @property
    def environment(self) -> Ref:
        """The stage of its release."""

    @property
    def release(self) -> Ref:
        """What is to come there."""

    @property
    def is_mine(self) -> bool:
        """The signed-in person is asked."""

    @property
    def has_begun(self) -> bool:
        """It waits during or after its deployment, not before it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing that waits stands among those that wait for the same stage."""

    newer: int
    """So many newer releases of its definition wait for the stage too, whoever is asked."""
    superseded: bool
    """It waits to begin, and one of the newer ones asks the signed-in person too: to say yes to this one as
    well would bring an old release only to replace it."""


def queue_flags(rows: Iterable[Waits]) -> dict[tuple[str, str, int], Place]:
    """The place of each row by its key, among all rows that are given; their order does not matter.

    Stages are matched by their names whatever their case, for each release has ids of its own.
    """
    rows = tuple(rows)
    waiting: dict[tuple[str, str, int, str], dict[int, bool]] = {}
    for row in rows:
        releases = waiting.setdefault(_stage_of(row), {})
        releases[row.release.id] = releases.get(row.release.id, False) or row.is_mine
    newer = {stage: _newer(releases) for stage, releases in waiting.items()}
    found = {}
    for row in rows:
        count, mine = newer[_stage_of(row)][row.release.id]
        found[row.key] = Place(count, superseded=not row.has_begun and mine)
    return found


def _newer(releases: Mapping[int, bool]) -> dict[int, tuple[int, bool]]:
    """Of each release how many are newer, and whether one of those is marked."""
    found, mine = {}, False
    for count, number in enumerate(sorted(releases, reverse=True)):
        found[number] = (count, mine)
        mine = mine or releases[number]
    return found


def _stage_of(row: Waits) -> tuple[str, str, int, str]:
    return (row.server, row.project.id, row.definition.id, row.environment.name.casefold())


def attempt_ended(attempt: Attempt) -> datetime | None:
    """When an attempt ended, as near as the server tells."""
    tasks = [t.finished_on for phase in attempt.phases for t in phase.tasks if t.finished_on is not None]
    return max(tasks, default=attempt.last_modified_on)


_STAGE_OUTCOMES: dict[str, Outcome] = {
    EnvironmentStatus.SUCCEEDED: Outcome.SUCCEEDED,
    EnvironmentStatus.PARTIALLY_SUCCEEDED: Outcome.PARTLY,
    EnvironmentStatus.CANCELED: Outcome.CANCELED,
    EnvironmentStatus.QUEUED: Outcome.QUEUED,
    EnvironmentStatus.SCHEDULED: Outcome.SCHEDULED,
}


def stage_outcome(environment: Environment) -> Outcome | None:
    """How the newest attempt at a stage of a release ended, or where it is; None: there was no attempt."""
    latest = environment.latest
    operation = latest.operation if latest is not None else ""
    match environment.status:
        case EnvironmentStatus.NOT_STARTED:
            return None
        case EnvironmentStatus.REJECTED:
            # The stage is rejected when a person says no and when a task or a gate fails (api.md 5.2).
            failed = operation in (OperationStatus.PHASE_FAILED, OperationStatus.GATE_FAILED) or (
                latest is not None and latest.status == DeploymentStatus.FAILED
            )
            return Outcome.FAILED if failed and operation != OperationStatus.REJECTED else Outcome.REJECTED
        case EnvironmentStatus.IN_PROGRESS:
            if environment.waiting or operation in _WAITING:
                return Outcome.WAITING
            if operation in _CANCELED:
                return Outcome.CANCELED
            if operation in _QUEUED:
                return Outcome.QUEUED
            return Outcome.SCHEDULED if operation in _SCHEDULED else Outcome.RUNNING
    return _STAGE_OUTCOMES.get(environment.status, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Previous:
    """A stage that another one follows, as it went for the same release."""

    name: SafeText
    environment: Environment | None
    """None: the release does not show it."""
    outcome: Outcome | None
    """Of its newest attempt; None: it was never tried. UNKNOWN where the release does not show the stage."""
    ended_on: datetime | None
    """None while it has not ended, or where the server tells no time."""
    attempt: int
    """The newest; 0 when it was never tried."""
    failed: tuple[SafeText, ...]
    """Names of the tasks that failed in it."""
    confirmed: tuple[Approval, ...]
    """What those who signed after it have written; only those who wrote something."""


def previous_stages(release: Release, environment: Environment) -> tuple[Previous, ...] | None:
    """The stages that must have succeeded before this one; empty: it follows none.

    None: the release is not known with its stages.
    """
    if release.environments is None:
        return None
    stages = {e.name.casefold(): e for e in release.environments}
    names = {c.name.casefold(): c.name for c in environment.conditions if c.type == STATE_CONDITION}
    return tuple(_previous(name, stages.get(folded)) for folded, name in names.items())


def _previous(name: SafeText, environment: Environment | None) -> Previous:
    if environment is None:
        return Previous(name, None, Outcome.UNKNOWN, None, 0, (), ())
    how, latest = stage_outcome(environment), environment.latest
    if latest is None:
        return Previous(environment.name, environment, how, None, 0, (), ())
    failed = (t.name for phase in latest.phases for t in phase.tasks if t.status == TaskStatus.FAILED)
    signed = (a for a in environment.post_approvals if a.attempt == latest.attempt and not a.is_pending)
    return Previous(
        environment.name,
        environment,
        how,
        attempt_ended(latest) if how in ENDED else None,
        latest.attempt,
        tuple(dict.fromkeys(failed)),
        tuple(approval for approval in signed if approval.comments),
    )


@dataclass(frozen=True, slots=True)
class Drift:
    """The revision of the definition that a release was cut from, and the one that stands now."""

    old: int
    new: int
    by: Identity | None
    """Who made the revision that stands now."""
    on: datetime | None

    @property
    def is_drifted(self) -> bool:
        """The definition was edited after this release was cut."""
        return self.old != self.new


def drift(release: Release, definition_now: Definition) -> Drift | None:
    """What has become of the definition since a release was cut.

    None: not known, for the server did not tell the revision, or it is another definition.
    """
    old = release.definition_revision
    if old is None or old <= 0 or definition_now.id != release.definition.id:
        return None
    now = definition_now
    return Drift(old, now.revision, now.modified_by or now.created_by, now.modified_on or now.created_on)


def drift_kinds(older: Definition, newer: Definition, stage: str) -> dict[str, int] | None:
    """What was edited that matters to a stage: how many differences of each kind, the weightiest kind first.

    None: not known, for one of them is without its stages, as lists have it.
    """
    if older.environments is None or newer.environments is None:
        return None
    # What tells differences in words takes as long to load as all of this module's other company.
    from reltui.model.difference import compare_definitions, kinds_of

    return kinds_of(compare_definitions(older, newer), stage)


def flags(
    *,
    standing: Standing | None = None,
    place: Place | None = None,
    own: OwnChange | None = None,
    is_last: bool | None = None,
    drift: Drift | None = None,
    browser: bool | None = None,
) -> tuple[str, ...]:
    """The short signs of a row, the weightiest first; what is not known has none.

    "BACK3" goes back three releases ("BACK3+": at least); "older": a newer one asks me too; "new2": so many
    newer ones wait; "own": I made the release, asked for it, or wrote some of it; "last": a yes is the last
    that is needed; "drift": the definition was edited since; "LIVE": this release runs there already;
    "browser": the approver must sign in again in the browser.
    """
    found = []
    if standing is not None and standing.back:
        found.append(f"BACK{standing.back}{'+' if standing.back_at_least else ''}")
    if place is not None and place.newer:
        found.append("older" if place.superseded else f"new{place.newer}")
    if own is not None and own.is_own:
        found.append("own")
    if is_last:
        found.append("last")
    if drift is not None and drift.is_drifted:
        found.append("drift")
    if standing is not None and standing.is_live:
        found.append("LIVE")
    if browser:
        found.append("browser")
    return tuple(found)
