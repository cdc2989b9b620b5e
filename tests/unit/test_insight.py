"""Outcomes, and the figures of a stage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.model.approval import Ref
from reltui.model.attempt import DeploymentStatus, OperationStatus
from reltui.model.deployment import Deployment
from reltui.model.insight import BROUGHT, ENDED, Outcome, ended_on, outcome, seconds_of, stage_figures
from reltui.model.text import SafeText

NOW = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
S = SafeText


def deployment(
    status: DeploymentStatus = DeploymentStatus.SUCCEEDED,
    operation: OperationStatus = OperationStatus.APPROVED,
    *,
    hours: float = 2.0,
    minutes: float | None = 10.0,
) -> Deployment:
    begun = NOW - timedelta(hours=hours)
    return Deployment(
        id=1,
        attempt=1,
        release=Ref(142, S("Rel-142")),
        definition=Ref(5, S("Invoice.CD")),
        definition_path=S("\\"),
        environment=Ref(4, S("PROD")),
        definition_environment_id=14,
        status=status,
        operation=operation,
        reason=S("manual"),
        queued_on=begun,
        started_on=begun if minutes is not None else None,
        completed_on=begun + timedelta(minutes=minutes) if minutes is not None else None,
        last_modified_on=begun,
        scheduled_for=None,
        requested_by=None,
        requested_for=None,
    )


@pytest.mark.parametrize(
    ("status", "operation", "expected"),
    [
        (DeploymentStatus.SUCCEEDED, OperationStatus.APPROVED, Outcome.SUCCEEDED),
        (DeploymentStatus.PARTIALLY_SUCCEEDED, OperationStatus.APPROVED, Outcome.PARTLY),
        (DeploymentStatus.FAILED, OperationStatus.REJECTED, Outcome.REJECTED),
        (DeploymentStatus.FAILED, OperationStatus.CANCELED, Outcome.CANCELED),
        (DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED, Outcome.FAILED),
        (DeploymentStatus.FAILED, OperationStatus.UNDEFINED, Outcome.FAILED),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING, Outcome.WAITING),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.REJECTED, Outcome.REJECTED),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.CANCELED, Outcome.CANCELED),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.QUEUED, Outcome.QUEUED),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.SCHEDULED, Outcome.SCHEDULED),
        (DeploymentStatus.NOT_DEPLOYED, OperationStatus.UNDEFINED, Outcome.UNKNOWN),
        (DeploymentStatus.IN_PROGRESS, OperationStatus.MANUAL_INTERVENTION_PENDING, Outcome.WAITING),
        (DeploymentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS, Outcome.RUNNING),
        (DeploymentStatus.IN_PROGRESS, OperationStatus.GATE_FAILED, Outcome.FAILED),
        (DeploymentStatus.UNDEFINED, OperationStatus.UNDEFINED, Outcome.UNKNOWN),
    ],
)
def test_outcomes(status: DeploymentStatus, operation: OperationStatus, expected: Outcome) -> None:
    assert outcome(deployment(status, operation)) is expected


@given(st.sampled_from(DeploymentStatus), st.sampled_from(OperationStatus))
def test_what_has_ended_has_an_end(status: DeploymentStatus, operation: OperationStatus) -> None:
    one = deployment(status, operation)
    assert (ended_on(one) is not None) == (outcome(one) in ENDED)
    assert one.succeeded == (outcome(one) in BROUGHT)


def test_a_time_that_makes_no_sense_is_none() -> None:
    assert seconds_of(deployment(minutes=10)) == 600
    assert seconds_of(deployment(minutes=-5)) is None
    assert seconds_of(deployment(minutes=None)) is None
    assert seconds_of(deployment(DeploymentStatus.IN_PROGRESS, OperationStatus.PHASE_IN_PROGRESS)) is None


def test_figures() -> None:
    bad = deployment(DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED, hours=30)
    waits = deployment(DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING, hours=1, minutes=None)
    good = [deployment(hours=h, minutes=m) for h, m in ((24, 10), (48, 20), (96, 60))]
    figures = stage_figures([waits, *good, bad])
    assert (figures.ended, figures.unsuccessful, figures.successes) == (4, 1, 3)
    assert figures.median_seconds == 1200
    assert figures.seconds_between == pytest.approx((72 * 60 - 50) * 60 / 2)
    assert stage_figures([]).median_seconds is None
    assert stage_figures([good[0]]).seconds_between is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(DeploymentStatus),
            st.sampled_from(OperationStatus),
            st.floats(0, 10_000),
            st.none() | st.floats(-10, 10_000),
        ),
        max_size=30,
    )
)
def test_figures_hold_together(rows: list[tuple[Any, Any, float, float | None]]) -> None:
    made = [deployment(s, o, hours=h, minutes=m) for s, o, h, m in rows]
    figures = stage_figures(made)
    assert figures == stage_figures(made[::-1])
    assert 0 <= figures.unsuccessful <= figures.ended <= len(made)
    assert figures.successes == figures.ended - figures.unsuccessful
    assert figures.timed <= figures.successes
    assert figures.seconds_between is None or figures.seconds_between >= 0
