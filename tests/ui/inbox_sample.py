"""A small inbox in which rows mean something: going back, newer ones, an intervention, an edited pipeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reltui.data.topics import (
    ContentOf,
    DefinitionAt,
    DefinitionsData,
    DefinitionsOf,
    DeploymentsData,
    DeploymentsOf,
    Inbox,
    InboxData,
    InboxRow,
    PauseRow,
    ReleaseOf,
    Snapshot,
    Topic,
    Why,
)
from reltui.model.approval import Approval, ApprovalType, Ref
from reltui.model.attempt import DeploymentStatus, OperationStatus
from reltui.model.release import EnvironmentStatus, Release
from reltui.model.text import SafeText
from tests.ui.live_sample import HISTORY, PROD, content, deployment, live_sample
from tests.ui.raw_samples import with_raw
from tests.ui.release_samples import intervention, phase
from tests.ui.samples import (
    BILLING,
    CAB,
    DANA,
    LEE,
    PORTAL,
    after,
    approval,
    attempt,
    before,
    definition,
    plan,
    release,
    signed,
    stage,
    waiting_release,
)
from tests.ui.still_service import SERVER, whole

QUEUE = (12, "QA")
DIRECT, MANY, OTHER, BACK, POST = 77, 79, 78, 71, 81
"""Approvals: of Rel-142 for Dana, the same stage for CAB, Rel-143 for Lee, Rel-137 for CAB, after UAT."""
PAUSE = 501


def waits_on_prod(number: int, asked: Approval, hours: float) -> Release:
    """A release that waits for PROD alone, with one signature asked."""
    who = asked.approver or DANA
    waiting = attempt(1, DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING, hours=hours)
    prod = stage(
        4,
        "PROD",
        EnvironmentStatus.IN_PROGRESS,
        after("QA"),
        pre=plan((1, who), minutes=0),
        pre_approvals=(asked,),
        attempts=(waiting,),
    )
    qa = stage(2, "QA", EnvironmentStatus.SUCCEEDED, after(), attempts=(attempt(2),))
    confirmed = replace(
        signed(70, LEE, 1, "tested on both tenants"),
        type=ApprovalType.POST_DEPLOY,
        attempt=2,
        environment=Ref(2, SafeText("QA")),
    )
    return release(number, (replace(qa, post_approvals=(confirmed,)), prod), hours=hours + 2)


def paused() -> tuple[PauseRow, Release]:
    """Rel-88 of Web.CD, which waits in a manual intervention on QA."""
    asked = replace(
        intervention(), release=Ref(88, SafeText("2026.11.3")), environment=Ref(12, SafeText("QA"))
    )
    running = attempt(
        1,
        DeploymentStatus.IN_PROGRESS,
        OperationStatus.MANUAL_INTERVENTION_PENDING,
        hours=0.5,
        phases=(phase(type=SafeText("runOnServer"), interventions=(asked,)),),
    )
    waiting = stage(12, "QA", EnvironmentStatus.IN_PROGRESS, after(), attempts=(running,))
    row = PauseRow(
        SERVER,
        PORTAL,
        asked,
        replace(
            deployment(88, stage=(22, "QA"), hours=0.5, name="2026.11.3", definition_id=9),
            status=DeploymentStatus.IN_PROGRESS,
            operation=OperationStatus.MANUAL_INTERVENTION_PENDING,
            definition=Ref(9, SafeText("Web.CD")),
            completed_on=None,
        ),
        fresh=True,
    )
    shown = release(88, (waiting,), definition=(9, "Web.CD"), hours=5)
    return row, replace(shown, name=SafeText("2026.11.3"))


def rows() -> tuple[InboxRow, ...]:
    """Newest first, as the service has them."""
    older = approval(BACK, approver=CAB, hours=50, release=(137, "Rel-137"))
    newer = approval(OTHER, approver=LEE, hours=1, release=(143, "Rel-143"))
    return (
        InboxRow(SERVER, BILLING, newer, Why.OTHER, fresh=True),
        InboxRow(SERVER, BILLING, approval(DIRECT, rank=2, hours=23.3), Why.DIRECT, fresh=True),
        InboxRow(
            SERVER,
            PORTAL,
            approval(
                POST,
                approver=CAB,
                type=ApprovalType.POST_DEPLOY,
                hours=30,
                stage=(31, "UAT"),
                release=(90, "2026.11.9"),
                definition=(9, "Web.CD"),
            ),
            Why.GROUP,
            is_new=True,
            fresh=True,
        ),
        InboxRow(SERVER, BILLING, older, Why.GROUP, fresh=True),
    )


def inbox_sample() -> dict[Topic[Any], Snapshot[Any]]:
    """Five that wait, with everything that tells what they mean, but for 2026.11.9, which cannot be read."""
    found, (pause, halted) = rows(), paused()
    newer, older = found[0].approval, found[3].approval
    edited = replace(definition(), revision=58, modified_on=before(hours=1), modified_by=LEE)
    return {
        **live_sample(),
        Inbox(): whole(InboxData(found, (), (pause,)), parts=2, answered=2),
        ReleaseOf(SERVER, BILLING, 142): whole(waiting_release()),
        ReleaseOf(SERVER, BILLING, 143): whole(waits_on_prod(143, newer, 1)),
        ReleaseOf(SERVER, BILLING, 137): whole(waits_on_prod(137, older, 50)),
        ReleaseOf(SERVER, PORTAL, 88): whole(halted),
        DeploymentsOf(SERVER, BILLING, 5, PROD): whole(DeploymentsData(HISTORY)),
        DeploymentsOf(SERVER, PORTAL, 9, 22): whole(DeploymentsData(())),
        DefinitionsOf(SERVER, BILLING): whole(DefinitionsData((edited,))),
        DefinitionsOf(SERVER, PORTAL): whole(DefinitionsData((definition(9, "Web.CD"),))),
        DefinitionAt(SERVER, BILLING, 5, 57): whole(with_raw(definition())),
        DefinitionAt(SERVER, BILLING, 5, 58): whole(with_raw(replace(edited, variables=()))),
        ContentOf(SERVER, BILLING, 142, 139): whole(content()),
    }
