"""What runs on a stage is the success that ended last, unless the server tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reltui.data.reading_live import Live
from reltui.data.topics import DeploymentsData, StageLive
from reltui.model.approval import Ref
from reltui.model.attempt import DeploymentStatus, OperationStatus
from reltui.model.definition import Definition
from reltui.model.deployment import Deployment
from reltui.model.text import SafeText
from tests.ui.live_sample import PROD, deployment
from tests.ui.samples import definition

LONG = deployment(141, hours=10, minutes=90)
"""Queued before the other one, and ended after it."""
SHORT = deployment(142, hours=9.5, minutes=1)
NEWEST_FIRST = (SHORT, LONG)
WHERE = (5, PROD)


def telling(release_id: int) -> Definition:
    """The definition of a server that tells which release stands on PROD."""
    whole = definition()
    stages = [
        replace(stage, current_release=Ref(release_id, SafeText("Rel"))) if stage.id == PROD else stage
        for stage in whole.environments or ()
    ]
    return replace(whole, environments=tuple(stages))


def found(*deployments: Deployment, by: tuple[Definition, ...] = ()) -> StageLive:
    """What is known of PROD after these."""
    live = Live(by)
    live.add(deployments)
    return live.stages[WHERE]


def each_order(check: Callable[..., None]) -> None:
    """Whatever comes first."""
    check(SHORT, LONG)
    check(LONG, SHORT)


def test_the_success_that_ended_last_runs() -> None:
    assert DeploymentsData(NEWEST_FIRST).live() is LONG
    assert DeploymentsData(NEWEST_FIRST).live(before=LONG.release.id) is SHORT

    def check(*deployments: Deployment) -> None:
        cell = found(*deployments)
        assert cell == StageLive(live=LONG, latest=SHORT)

    each_order(check)


def test_without_times_the_higher_number_runs() -> None:
    old, new = (replace(d, queued_on=None, started_on=None, completed_on=None) for d in (LONG, SHORT))
    assert DeploymentsData((new, old)).live() is new
    assert found(new, old).live is new


def test_the_word_of_the_server_counts_more() -> None:
    def check(*deployments: Deployment) -> None:
        assert found(*deployments, by=(telling(142),)).live is SHORT

    each_order(check)


def test_a_release_that_was_not_found_is_not_replaced_by_another() -> None:
    live = Live((telling(99),))
    live.add(NEWEST_FIRST)
    assert live.stages[WHERE].live is None
    assert live.unknown() == [WHERE]


def test_a_partial_success_runs_too() -> None:
    partial = deployment(
        143, hours=1, how=(DeploymentStatus.PARTIALLY_SUCCEEDED, OperationStatus.PHASE_PARTIALLY_SUCCEEDED)
    )
    assert found(partial, *NEWEST_FIRST) == StageLive(live=partial, latest=partial)
