"""What a thing that waits means: against its stage, beside others that wait, and to the one who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data.topics import InboxRow, PauseRow, Why
from reltui.model.approval import ApprovalStatus, ApprovalType, Ref
from reltui.model.attempt import (
    DeploymentStatus,
    Intervention,
    InterventionStatus,
    OperationStatus,
    TaskStatus,
)
from reltui.model.deployment import Deployment
from reltui.model.difference import MASKED, Difference, kinds_of, variables_since
from reltui.model.insight import (
    Drift,
    Outcome,
    Place,
    Standing,
    drift,
    drift_kinds,
    flags,
    previous_stages,
    queue_flags,
    stage_outcome,
    standing,
)
from reltui.model.project import Project
from reltui.model.release import Environment, EnvironmentStatus, Release, Variable
from reltui.model.signing import OwnChange
from reltui.model.text import SafeText
from tests.ui.raw_samples import with_raw
from tests.ui.samples import (
    BILLING,
    KIM,
    LEE,
    NOW,
    PORTAL,
    after,
    approval,
    attempt,
    before,
    definition,
    release,
    signed,
    stage,
    tasks,
    waiting_release,
)

S = SafeText
GOOD, BAD, PART = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED, DeploymentStatus.PARTIALLY_SUCCEEDED


def deployment(release_id: int, hours: float, status: DeploymentStatus = GOOD) -> Deployment:
    """One that ended so many hours ago."""
    return Deployment(
        id=int(100_000 - hours * 10),
        attempt=1,
        release=Ref(release_id, S(f"Rel-{release_id}")),
        definition=Ref(5, S("Invoice.CD")),
        definition_path=S("\\"),
        environment=Ref(4, S("PROD")),
        definition_environment_id=14,
        status=status,
        operation=OperationStatus.APPROVED,
        reason=S("manual"),
        queued_on=before(hours=hours + 1),
        started_on=before(hours=hours + 0.5),
        completed_on=before(hours=hours),
        last_modified_on=before(hours=hours),
        scheduled_for=None,
        requested_by=None,
        requested_for=None,
    )


# What runs on the stage

Ended = tuple[int, float, DeploymentStatus]


@pytest.mark.parametrize(
    ("rows", "live", "other", "back"),
    [
        ([], None, None, 0),
        ([(141, 1, BAD)], None, None, 0),
        ([(139, 9, GOOD)], 139, 139, 0),
        ([(139, 9, PART)], 139, 139, 0),
        ([(145, 9, GOOD)], 145, 145, 1),
        ([(145, 1, GOOD), (144, 2, GOOD), (143, 3, GOOD), (139, 9, GOOD)], 145, 145, 3),
        ([(145, 1, GOOD), (144, 2, BAD), (143, 3, GOOD)], 145, 145, 2),
        ([(145, 1, GOOD), (145, 2, GOOD), (145, 3, PART)], 145, 145, 1),
        # A newer one was there and was taken back: what runs is older, so this one goes forward.
        ([(140, 1, GOOD), (145, 2, GOOD)], 140, 140, 0),
        # From 143, to which 145 was taken back already, it is one release and not two.
        ([(143, 1, GOOD), (145, 2, GOOD), (143, 3, GOOD)], 143, 143, 1),
        ([(142, 1, GOOD), (139, 9, GOOD)], 142, 139, 0),
        ([(142, 1, GOOD), (145, 2, GOOD)], 142, 145, 0),
        ([(145, 1, GOOD), (142, 2, GOOD)], 145, 145, 1),
        ([(142, 1, GOOD)], 142, None, 0),
    ],
)
def test_standing(rows: list[Ended], live: int | None, other: int | None, back: int) -> None:
    found = standing(142, [deployment(*row) for row in rows], whole=True)
    assert found is not None
    assert (found.live.release.id if found.live else None) == live
    assert (found.other.release.id if found.other else None) == other
    assert (found.back, found.back_at_least) == (back, False)
    assert found.is_live == (live == 142)
    newest = min((hours for id, hours, _ in rows if id == live), default=None)
    assert found.since == (before(hours=newest) if newest is not None else None)


def test_what_was_not_read_is_not_told() -> None:
    assert standing(142, [], whole=False) is None
    assert standing(142, [deployment(141, 1, BAD)], whole=False) is None
    forward = standing(142, [deployment(139, 1)], whole=False)
    assert forward is not None
    assert (forward.back, forward.back_at_least) == (0, False)
    back = standing(142, [deployment(145, 1)], whole=False)
    assert back is not None
    assert (back.back, back.back_at_least) == (1, True)


def test_the_one_that_ended_last_runs_whatever_was_queued_last() -> None:
    slow = replace(deployment(141, 1), queued_on=before(hours=20), id=1)
    quick = replace(deployment(144, 2), queued_on=before(hours=3), id=2)
    found = standing(142, [quick, slow], whole=True)
    assert found is not None
    assert found.live == slow


ROWS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 500), st.sampled_from([GOOD, BAD, PART])),
    max_size=12,
    unique_by=lambda row: row[1],
)


@given(ROWS, st.integers(1, 9), st.booleans())
def test_standing_holds_together(rows: list[Ended], release_id: int, whole: bool) -> None:
    made = [deployment(*row) for row in rows]
    found = standing(release_id, made, whole)
    assert found == standing(release_id, made[::-1], whole)
    succeeded = {d.release.id for d in made if d.succeeded}
    if found is None:
        assert not succeeded
        assert not whole
        return
    if not any(id > release_id for id in succeeded):
        assert found.back == 0
    assert (found.back > 0) == (found.live is not None and found.live.release.id > release_id)
    assert found.back <= len(succeeded)
    assert not (found.back and found.is_live)
    if not found.is_live:
        assert found.other == found.live


# Who waits for the same stage


@dataclass(frozen=True)
class Row:
    """What waits, as plain values."""

    id: int
    release_id: int
    is_mine: bool = True
    has_begun: bool = False
    server: str = "tfs01"
    project: Project = BILLING
    stage: str = "PROD"
    definition_id: int = 5

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.server, "intervention" if self.has_begun else "approval", self.id)

    @property
    def definition(self) -> Ref:
        return Ref(self.definition_id, S("Invoice.CD"))

    @property
    def environment(self) -> Ref:
        return Ref(1000 + self.id, S(self.stage))

    @property
    def release(self) -> Ref:
        return Ref(self.release_id, S(f"Rel-{self.release_id}"))


@pytest.mark.parametrize(
    ("others", "newer", "superseded"),
    [
        ([], 0, False),
        ([Row(2, 141)], 0, False),
        ([Row(2, 142)], 0, False),
        ([Row(2, 143)], 1, True),
        ([Row(2, 143), Row(3, 143), Row(4, 144)], 2, True),
        ([Row(2, 143, is_mine=False)], 1, False),
        ([Row(2, 143, is_mine=False), Row(3, 143)], 1, True),
        ([Row(2, 143, is_mine=False), Row(3, 144)], 2, True),
        ([Row(2, 143, stage="Prod")], 1, True),
        ([Row(2, 143, has_begun=True)], 1, True),
        ([Row(2, 143, stage="UAT")], 0, False),
        ([Row(2, 143, definition_id=6)], 0, False),
        ([Row(2, 143, project=PORTAL)], 0, False),
        ([Row(2, 143, server="tfs02")], 0, False),
    ],
)
def test_newer_ones_that_wait(others: list[Row], newer: int, superseded: bool) -> None:
    mine = Row(1, 142)
    assert queue_flags([mine, *others])[mine.key] == Place(newer, superseded)
    assert queue_flags([*others, mine])[mine.key] == Place(newer, superseded)


def test_what_has_begun_is_not_superseded() -> None:
    begun = Row(1, 142, has_begun=True)
    assert queue_flags([begun, Row(2, 143)])[begun.key] == Place(1, superseded=False)


def test_the_rows_of_the_inbox_can_be_asked() -> None:
    asked = Intervention(
        9,
        S("Check"),
        S(""),
        InterventionStatus.PENDING,
        S(""),
        NOW,
        NOW,
        None,
        Ref(141, S("")),
        Ref(4, S("")),
    )
    old = InboxRow("tfs01", BILLING, approval(1), Why.OTHER)
    new = InboxRow("tfs01", BILLING, approval(2, release=(143, "Rel-143"), stage=(9, "prod")), Why.GROUP)
    post = replace(new, approval=approval(3, type=ApprovalType.POST_DEPLOY), why=Why.DIRECT)
    pause = PauseRow("tfs01", BILLING, asked, deployment(141, 1))
    rows: list[InboxRow | PauseRow] = [old, new, post, pause]
    assert queue_flags(rows) == {
        old.key: Place(1, superseded=True),
        new.key: Place(0, superseded=False),
        post.key: Place(1, superseded=False),
        pause.key: Place(2, superseded=False),
    }


WAITING = st.lists(
    st.builds(
        Row,
        id=st.integers(1, 1000),
        release_id=st.integers(1, 6),
        is_mine=st.booleans(),
        has_begun=st.booleans(),
        stage=st.sampled_from(["PROD", "prod", "UAT"]),
        definition_id=st.sampled_from([5, 6]),
    ),
    max_size=10,
    unique_by=lambda row: row.id,
)


@given(st.data(), WAITING)
def test_places_do_not_hang_on_the_order(data: st.DataObject, rows: list[Row]) -> None:
    found = queue_flags(rows)
    assert queue_flags(data.draw(st.permutations(rows))) == found
    assert set(found) == {row.key for row in rows}
    assert all(place.newer for place in found.values() if place.superseded)


# The stages before


@pytest.mark.parametrize(
    ("status", "operation", "expected"),
    [
        (EnvironmentStatus.NOT_STARTED, None, None),
        (EnvironmentStatus.SUCCEEDED, OperationStatus.APPROVED, Outcome.SUCCEEDED),
        (EnvironmentStatus.PARTIALLY_SUCCEEDED, OperationStatus.APPROVED, Outcome.PARTLY),
        (EnvironmentStatus.REJECTED, OperationStatus.REJECTED, Outcome.REJECTED),
        (EnvironmentStatus.REJECTED, OperationStatus.PHASE_FAILED, Outcome.FAILED),
        (EnvironmentStatus.REJECTED, OperationStatus.GATE_FAILED, Outcome.FAILED),
        (EnvironmentStatus.REJECTED, None, Outcome.REJECTED),
        (EnvironmentStatus.CANCELED, OperationStatus.CANCELED, Outcome.CANCELED),
        (EnvironmentStatus.QUEUED, OperationStatus.QUEUED, Outcome.QUEUED),
        (EnvironmentStatus.SCHEDULED, OperationStatus.SCHEDULED, Outcome.SCHEDULED),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.PENDING, Outcome.WAITING),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.MANUAL_INTERVENTION_PENDING, Outcome.WAITING),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.QUEUED_FOR_AGENT, Outcome.QUEUED),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.DEFERRED, Outcome.SCHEDULED),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.CANCELLING, Outcome.CANCELED),
        (EnvironmentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS, Outcome.RUNNING),
        (EnvironmentStatus.UNDEFINED, None, Outcome.UNKNOWN),
    ],
)
def test_stage_outcomes(
    status: EnvironmentStatus, operation: OperationStatus | None, expected: Outcome | None
) -> None:
    tries = () if operation is None else (attempt(1, DeploymentStatus.NOT_DEPLOYED, operation),)
    assert stage_outcome(stage(1, "UAT", status, attempts=tries)) is expected


def test_a_rejected_stage_whose_deployment_failed_has_failed() -> None:
    tries = (attempt(1, BAD, OperationStatus.UNDEFINED),)
    assert stage_outcome(stage(1, "UAT", EnvironmentStatus.REJECTED, attempts=tries)) is Outcome.FAILED


def test_a_state_of_a_later_server_is_unknown() -> None:
    strange = replace(stage(1, "UAT", EnvironmentStatus.QUEUED), status=S("hibernating"))
    assert stage_outcome(strange) is Outcome.UNKNOWN


def test_the_stages_before() -> None:
    after_it = replace(
        signed(90, LEE, 1, "no complaints"),
        type=ApprovalType.POST_DEPLOY,
        attempt=2,
        environment=Ref(2, S("UAT")),
    )
    silent = replace(after_it, id=91, comments=S(""))
    earlier = replace(after_it, id=92, attempt=1)
    waits = replace(after_it, id=93, status=ApprovalStatus.PENDING)
    failed_in = tasks(TaskStatus.SUCCEEDED, TaskStatus.FAILED)
    uat = stage(
        2,
        "UAT",
        EnvironmentStatus.PARTIALLY_SUCCEEDED,
        post_approvals=(after_it, silent, earlier, waits),
        attempts=(attempt(1, BAD), attempt(2, PART, phases=failed_in)),
    )
    perf = stage(3, "PERF", EnvironmentStatus.NOT_STARTED)
    prod = stage(4, "PROD", EnvironmentStatus.NOT_STARTED, after("uat", "PERF", "GONE"))
    found = previous_stages(release(142, (uat, perf, prod)), prod)
    assert found is not None
    first, second, third = found
    assert (first.name, first.outcome, first.attempt) == ("UAT", Outcome.PARTLY, 2)
    assert first.ended_on == before(minutes=10)
    assert first.failed == ("Stop app pool",)
    assert first.confirmed == (after_it,)
    assert (second.environment, second.outcome, second.ended_on, second.attempt) == (perf, None, None, 0)
    assert (third.name, third.environment, third.outcome) == ("GONE", None, Outcome.UNKNOWN)


def test_a_stage_that_has_not_ended_has_no_end() -> None:
    running = (attempt(1, DeploymentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS),)
    uat = stage(2, "UAT", EnvironmentStatus.IN_PROGRESS, attempts=running)
    prod = stage(4, "PROD", EnvironmentStatus.NOT_STARTED, after("UAT"))
    found = previous_stages(release(142, (uat, prod)), prod)
    assert found is not None
    assert (found[0].outcome, found[0].ended_on) == (Outcome.RUNNING, None)


def test_the_first_stage_follows_none_and_a_shallow_release_does_not_tell() -> None:
    dev = stage(1, "DEV", EnvironmentStatus.NOT_STARTED, after())
    assert previous_stages(release(142, (dev,)), dev) == ()
    assert previous_stages(release(142), dev) is None


# Drift


@pytest.mark.parametrize(
    ("revision", "now", "drifted"),
    [(57, 57, False), (56, 57, True), (57, 60, True), (None, 57, None), (0, 57, None)],
)
def test_drift(revision: int | None, now: int, drifted: bool | None) -> None:
    whole = replace(release(), definition_revision=revision)
    found = drift(whole, replace(definition(whole=False), revision=now))
    assert (found.is_drifted if found is not None else None) == drifted
    if found is not None:
        assert (found.old, found.new, found.by, found.on) == (revision, now, KIM, before(hours=2))


def test_another_definition_tells_nothing() -> None:
    assert drift(release(), definition(6)) is None


def test_a_definition_never_edited_was_made_by_its_creator() -> None:
    fresh = replace(definition(), modified_by=None, modified_on=None)
    assert drift(release(), fresh) == Drift(57, 57, KIM, before(days=300))


def test_what_was_edited() -> None:
    was = definition()
    stages = list(was.environments or ())
    changed = (Variable(S("Retries"), S("5"), False),)
    stages[0] = replace(stages[0], variables=changed)
    stages[2] = replace(stages[2], variables=changed, days_to_keep=99, pre_plan=stages[0].pre_plan)
    now = with_raw(replace(was, environments=tuple(stages), variables=(), description=S("new")))
    was = with_raw(was)
    assert drift_kinds(was, now, "prod") == {"variables": 3, "approvals": 1, "settings": 2}
    assert drift_kinds(was, now, "QA") == {"variables": 2, "settings": 1}
    assert drift_kinds(was, was, "PROD") == {}
    assert drift_kinds(definition(whole=False), now, "PROD") is None
    assert drift_kinds(was, definition(whole=False), "PROD") is None


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("variable Retries", "variables"),
        ("variable groups", "variables"),
        ("task Deploy web: timeoutMin", "tasks"),
        ("task", "tasks"),
        ("pre-approval timeout", "approvals"),
        ("post-approval", "approvals"),
        ("gates before", "gates"),
        ("artifact drop", "artifacts"),
        ("job Run on agent: queue", "tasks"),
        ("trigger", "triggers"),
        ("starts", "triggers"),
        ("schedule", "triggers"),
        ("stage renamed", "stages"),
        ("order of stages", "stages"),
        ("days kept", "settings"),
    ],
)
def test_kinds(what: str, kind: str) -> None:
    assert kinds_of([Difference(S(""), S(what), None, S("1"))]) == {kind: 1}


# Variables


def test_variables_since_what_is_live() -> None:
    def cut(number: int, whole: tuple[Variable, ...], prod: tuple[Variable, ...]) -> Release:
        stages = (
            stage(
                2, "UAT", EnvironmentStatus.SUCCEEDED, variables=(Variable(S("Only"), S(str(number)), False),)
            ),
            stage(4, "PROD", EnvironmentStatus.NOT_STARTED, variables=prod),
        )
        return replace(release(number, stages), variables=whole)

    secret = Variable(S("Password"), None, True)
    old = cut(139, (Variable(S("Retries"), S("3"), False), secret), (Variable(S("Zone"), S("1"), False),))
    new = cut(142, (Variable(S("Retries"), S("5"), False), secret), (Variable(S("Token"), None, True),))
    found = variables_since(old, new, "prod")
    assert found is not None
    assert found.found == (
        Difference(S(""), S("variable Retries"), S("3"), S("5")),
        Difference(S("PROD"), S("variable Token"), None, MASKED),
        Difference(S("PROD"), S("variable Zone"), S("1"), None),
    )
    assert found.secrets == 1
    elsewhere = variables_since(old, new, "GONE")
    assert elsewhere is not None
    assert len(elsewhere.found) == 1
    assert variables_since(release(139), new, "PROD") is None
    assert variables_since(old, release(142), "PROD") is None


# The signs of a row

FORWARD = Standing(142, deployment(139, 1), deployment(139, 1), 0, False)
BACK = Standing(142, deployment(145, 1), deployment(145, 1), 3, False)
LIVE = Standing(142, deployment(142, 1), None, 0, False)
OWN = OwnChange(created=True, asked_for=False, written=None, commits=0, forbidden=False)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (flags(), ()),
        (flags(standing=FORWARD), ()),
        (flags(standing=BACK), ("BACK3",)),
        (flags(standing=replace(BACK, back_at_least=True)), ("BACK3+",)),
        (flags(standing=LIVE), ("LIVE",)),
        (flags(place=Place(0, False)), ()),
        (flags(place=Place(2, False)), ("new2",)),
        (flags(place=Place(2, True)), ("older",)),
        (flags(own=OWN), ("own",)),
        (flags(own=replace(OWN, created=False)), ()),
        (flags(own=replace(OWN, created=False, written=0)), ()),
        (flags(own=replace(OWN, created=False, written=2)), ("own",)),
        (flags(is_last=True), ("last",)),
        (flags(is_last=False, browser=False), ()),
        (flags(drift=Drift(56, 57, None, None)), ("drift",)),
        (flags(drift=Drift(57, 57, None, None)), ()),
        (flags(browser=True), ("browser",)),
        (
            flags(
                standing=BACK,
                place=Place(1, True),
                own=OWN,
                is_last=True,
                drift=Drift(56, 57, None, None),
                browser=True,
            ),
            ("BACK3", "older", "own", "last", "drift", "browser"),
        ),
    ],
)
def test_flags(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert found == expected


def test_what_a_made_up_release_means() -> None:
    whole = waiting_release()
    prod: Environment = (whole.environments or ())[2]
    found = previous_stages(whole, prod)
    assert found is not None
    ends: Sequence[datetime | None] = [each.ended_on for each in found]
    assert [(each.name, each.attempt) for each in found] == [("QA", 2)]
    assert ends == [before(hours=2) + timedelta(minutes=4.2)]
