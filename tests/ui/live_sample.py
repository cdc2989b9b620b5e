"""Deployments of the small made-up organisation, for the screens of what runs where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reltui.data.topics import (
    ContentData,
    ContentOf,
    DefinitionAt,
    DefinitionData,
    DefinitionOf,
    DeploymentsData,
    DeploymentsOf,
    LiveData,
    LiveOf,
    ReleaseOf,
    Snapshot,
    StageLive,
    Topic,
)
from reltui.model.approval import Approval, Ref
from reltui.model.attempt import DeploymentStatus, OperationStatus
from reltui.model.content import Change, WorkItem
from reltui.model.deployment import Deployment
from reltui.model.release import Variable
from reltui.model.text import SafeText, clean
from tests.ui.raw_samples import with_raw
from tests.ui.samples import (
    BILLING,
    KIM,
    LEE,
    REVISIONS,
    approval,
    before,
    definition,
    release,
    signed,
    waiting_release,
)
from tests.ui.still_service import SERVER, sample, whole

PROD, QA = 14, 12
FAILED = (DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED)
REJECTED = (DeploymentStatus.FAILED, OperationStatus.REJECTED)
WAITS = (DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING)
OK = (DeploymentStatus.SUCCEEDED, OperationStatus.APPROVED)


def deployment(
    number: int,
    *,
    stage: tuple[int, str] = (PROD, "PROD"),
    hours: float,
    how: tuple[DeploymentStatus, OperationStatus] = OK,
    attempt: int = 1,
    minutes: float = 12.0,
    pre: tuple[Approval, ...] = (),
    name: str = "",
    definition_id: int = 5,
) -> Deployment:
    """A deployment of Rel-<number>."""
    waits = how == WAITS
    begun = before(hours=hours)
    return Deployment(
        id=number * 1000 + stage[0] * 10 + attempt,
        attempt=attempt,
        release=Ref(number, clean(name or f"Rel-{number}")),
        definition=Ref(definition_id, SafeText("Invoice.CD")),
        definition_path=SafeText("\\Billing"),
        environment=Ref(stage[0] - 10, clean(stage[1])),
        definition_environment_id=stage[0],
        status=how[0],
        operation=how[1],
        reason=SafeText("automated"),
        queued_on=begun - timedelta(minutes=2),
        started_on=None if waits else begun,
        completed_on=None if waits else begun + timedelta(minutes=minutes),
        last_modified_on=begun,
        scheduled_for=None,
        requested_by=KIM,
        requested_for=KIM,
        artifacts=release(number).artifacts or (),
        pre_approvals=pre,
    )


HISTORY = (
    deployment(
        142,
        hours=23.3,
        how=WAITS,
        pre=(signed(76, LEE, 1, "tested in UAT"), approval(77, rank=2, hours=23.3)),
    ),
    deployment(139, hours=144, pre=(signed(60, LEE, 1, "CHG0011877"),)),
    deployment(138, hours=312, attempt=2),
    deployment(138, hours=313, how=FAILED, minutes=3.4),
    deployment(131, hours=480, how=REJECTED, pre=(signed(51, LEE, 1, "VAT bug, do not ship"),)),
    deployment(127, hours=650, minutes=36),
)
"""What happened on PROD, newest first."""


def live_data() -> LiveData:
    """Three definitions of different shape."""
    invoice = definition()
    stages = invoice.environments or ()
    ledger = replace(definition(6, "Ledger.CD"), environments=stages[:2])
    long = replace(
        definition(7, "Archive.CD", "\\Billing\\Ops"),
        environments=tuple(
            replace(stages[0], id=30 + n, rank=n, name=SafeText(f"REGION-NUMBER-{n}")) for n in range(12)
        ),
    )
    newest = deployment(142, stage=(11, "DEV"), hours=2)
    return LiveData(
        (invoice, ledger, long),
        {
            (5, 11): StageLive(newest, newest),
            (5, 12): StageLive(*[deployment(142, stage=(QA, "QA"), hours=1.5)] * 2),
            (5, 14): StageLive(HISTORY[1], HISTORY[0]),
            (6, 11): StageLive(
                deployment(88, stage=(11, "DEV"), hours=30),
                deployment(89, stage=(11, "DEV"), hours=3, how=FAILED),
            ),
            **{
                (7, 30 + n): StageLive(*[deployment(12 + n % 3, stage=(30 + n, f"R{n}"), hours=50 + n)] * 2)
                for n in range(12)
            },
        },
    )


def content() -> ContentData:
    """Two commits and a work item."""
    return ContentData(
        (
            Change(
                SafeText("3f2c9ab0" + "0" * 32),
                SafeText("Retry invoice export"),
                SafeText("Jo Marsh"),
                before(hours=3),
                SafeText(""),
            ),
            Change(
                SafeText("9911a0e4" + "0" * 32),
                SafeText("Raise SMTP timeout\n\nlonger"),
                SafeText("Lee Vance"),
                before(hours=4),
                SafeText(""),
            ),
        ),
        (
            WorkItem(
                SafeText("40122"),
                SafeText("Bug"),
                SafeText("Export fails on leap day"),
                SafeText("Done"),
                SafeText(""),
            ),
        ),
    )


def live_sample() -> dict[Topic[Any], Snapshot[Any]]:
    """The sample, with what runs where, the history of PROD and what makes two releases differ."""
    older = replace(
        release(139, waiting_release().environments, hours=150),
        definition_revision=56,
        variables=(
            Variable(SafeText("ExportRetries"), SafeText("2"), is_secret=False),
            Variable(SafeText("SmtpPassword"), None, is_secret=True),
        ),
    )
    was = replace(
        definition(), revision=56, variable_group_ids=(3,), environments=(definition().environments or ())[:3]
    )
    return {
        **sample(),
        LiveOf(SERVER, BILLING): whole(live_data()),
        DeploymentsOf(SERVER, BILLING, 5, PROD): whole(DeploymentsData(HISTORY)),
        ReleaseOf(SERVER, BILLING, 139): whole(older),
        ContentOf(SERVER, BILLING, 142, 139): whole(content()),
        DefinitionAt(SERVER, BILLING, 5, 56): whole(with_raw(was)),
        DefinitionAt(SERVER, BILLING, 5, 57): whole(with_raw(definition())),
        DefinitionOf(SERVER, BILLING, 5): whole(DefinitionData(definition(), REVISIONS)),
    }
