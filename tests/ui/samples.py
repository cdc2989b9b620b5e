"""A small made-up organisation as models, for the tests of presentation and screens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reltui.model.approval import (
    Approval,
    ApprovalOptions,
    ApprovalPlan,
    ApprovalStatus,
    ApprovalStep,
    ApprovalType,
    Ref,
)
from reltui.model.attempt import (
    Attempt,
    DeploymentStatus,
    OperationStatus,
    Phase,
    PhasePlan,
    PhaseStatus,
    Task,
    TaskPlan,
    TaskStatus,
)
from reltui.model.definition import Definition, DefinitionEnvironment, DefinitionRevision, Trigger
from reltui.model.identity import Identity, Me
from reltui.model.project import Project
from reltui.model.release import (
    Artifact,
    Condition,
    Environment,
    EnvironmentStatus,
    Release,
    ReleaseReason,
    ReleaseStatus,
    Variable,
)
from reltui.model.text import SafeText, clean
from reltui.ui.present import Look

NOW = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
LOOK = Look(NOW, zone=UTC)
ASCII = Look(NOW, ascii=True, zone=UTC)

DANA = Identity("d" * 8, SafeText("Dana Okoro"), SafeText("CORP\\dana"))
LEE = Identity("1" * 8, SafeText("Lee Vance"), SafeText("CORP\\lee"))
KIM = Identity("2" * 8, SafeText("Kim Salo"), SafeText("CORP\\kim"))
CAB = Identity("c" * 8, SafeText("[Billing]\\CAB"), SafeText("vstfs:///cab"), is_group=True)
ME = Me(DANA.id, DANA.name, DANA.account, {CAB.id: CAB.name}, groups_known=True)
BILLING = Project("p1", SafeText("Billing"))
PORTAL = Project("p2", SafeText("Portal"))


def before(**kwargs: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(**kwargs)


def approval(
    id: int = 77,
    *,
    approver: Identity | None = DANA,
    status: ApprovalStatus = ApprovalStatus.PENDING,
    type: ApprovalType = ApprovalType.PRE_DEPLOY,
    rank: int = 1,
    attempt: int = 1,
    by: Identity | None = None,
    comment: str = "",
    hours: float = 2.0,
    stage: tuple[int, str] = (4, "PROD"),
    release: tuple[int, str] = (142, "Rel-142"),
    definition: tuple[int, str] = (5, "Invoice.CD"),
    automated: bool = False,
) -> Approval:
    """One approval; pending for Dana unless said otherwise."""
    return Approval(
        id=id,
        type=type,
        status=status,
        rank=rank,
        attempt=attempt,
        revision=1,
        created_on=before(hours=hours),
        modified_on=before(hours=hours / 2),
        approver=None if automated else approver,
        approved_by=by,
        comments=clean(comment, lines=True),
        is_automated=automated,
        release=Ref(release[0], clean(release[1])),
        environment=Ref(stage[0], clean(stage[1])),
        definition=Ref(definition[0], clean(definition[1])),
    )


def signed(id: int, who: Identity, rank: int, comment: str = "", hours: float = 3.0) -> Approval:
    """A signature that was given."""
    return approval(
        id, approver=who, status=ApprovalStatus.APPROVED, rank=rank, by=who, comment=comment, hours=hours
    )


def plan(
    *steps: tuple[int, Identity], required: int = 0, minutes: int = 1440, creator: bool = True
) -> ApprovalPlan:
    """Who is asked, at which rank."""
    return ApprovalPlan(
        tuple(ApprovalStep(rank, who, is_automated=False) for rank, who in steps),
        ApprovalOptions(required_count=required, timeout_minutes=minutes, creator_may_approve=creator),
    )


AUTOMATIC = ApprovalPlan((ApprovalStep(1, None, is_automated=True),))


def after(*stages: str) -> tuple[Condition, ...]:
    """Conditions: after these stages; after the release is created when there are none."""
    if not stages:
        return (Condition(SafeText("event"), SafeText("ReleaseStarted"), SafeText("")),)
    return tuple(Condition(SafeText("environmentState"), clean(stage), SafeText("4")) for stage in stages)


def attempt(
    number: int,
    status: DeploymentStatus = DeploymentStatus.SUCCEEDED,
    operation: OperationStatus = OperationStatus.APPROVED,
    *,
    hours: float = 2.0,
    minutes: float = 4.2,
    phases: tuple[Phase, ...] = (),
) -> Attempt:
    """A deployment."""
    return Attempt(
        attempt=number,
        id=number,
        deployment_id=900 + number,
        status=status,
        operation=operation,
        reason=SafeText("automated"),
        has_started=status != DeploymentStatus.NOT_DEPLOYED,
        queued_on=before(hours=hours),
        last_modified_on=before(hours=hours) + timedelta(minutes=minutes),
        requested_by=KIM,
        requested_for=KIM,
        phases=phases,
    )


def stage(
    id: int,
    name: str,
    status: EnvironmentStatus,
    conditions: tuple[Condition, ...] = (),
    *,
    pre: ApprovalPlan = AUTOMATIC,
    post: ApprovalPlan = AUTOMATIC,
    pre_approvals: tuple[Approval, ...] = (),
    post_approvals: tuple[Approval, ...] = (),
    attempts: tuple[Attempt, ...] = (),
    variables: tuple[Variable, ...] = (),
) -> Environment:
    """One stage of a release."""
    return Environment(
        id=id,
        name=clean(name),
        rank=id,
        status=status,
        definition_environment_id=10 + id,
        created_on=before(hours=3),
        modified_on=attempts[-1].last_modified_on if attempts else before(hours=2),
        scheduled_for=None,
        trigger_reason=SafeText(""),
        time_to_deploy_minutes=0.0,
        conditions=conditions,
        pre_plan=pre,
        post_plan=post,
        pre_approvals=pre_approvals,
        post_approvals=post_approvals,
        attempts=attempts,
        variables=variables,
    )


def tasks(*states: TaskStatus) -> tuple[Phase, ...]:
    """One job with tasks in these states."""
    names = ("Download artifacts", "Stop app pool", "Backup database", "Deploy web", "Smoke ping")
    return (
        Phase(
            id=1,
            name=SafeText("Run on agent"),
            rank=1,
            type=SafeText("agentBasedDeployment"),
            status=PhaseStatus.SUCCEEDED if states[-1] == TaskStatus.SUCCEEDED else PhaseStatus.IN_PROGRESS,
            started_on=before(minutes=11),
            error_log=SafeText(""),
            tasks=tuple(
                Task(
                    id=index,
                    name=SafeText(names[index % len(names)]),
                    rank=index,
                    status=state,
                    started_on=None if state == TaskStatus.PENDING else before(minutes=11 - index),
                    finished_on=before(minutes=10 - index) if state == TaskStatus.SUCCEEDED else None,
                    percent=None,
                    agent=SafeText("WIN-04"),
                    line_count=10,
                )
                for index, state in enumerate(states)
            ),
        ),
    )


def release(
    id: int = 142,
    environments: tuple[Environment, ...] | None = None,
    *,
    status: ReleaseStatus = ReleaseStatus.ACTIVE,
    by: Identity = KIM,
    description: str = "",
    definition: tuple[int, str] = (5, "Invoice.CD"),
    hours: float = 3.0,
) -> Release:
    """One release."""
    return Release(
        id=id,
        name=SafeText(f"Rel-{id}"),
        status=status,
        reason=ReleaseReason.CONTINUOUS_INTEGRATION,
        description=clean(description, lines=True),
        created_on=before(hours=hours),
        modified_on=before(hours=hours),
        created_by=by,
        modified_by=by,
        definition=Ref(definition[0], clean(definition[1])),
        definition_path=SafeText("\\Billing"),
        definition_revision=57,
        keep_forever=False,
        tags=(SafeText("hotfix"),),
        artifacts=(
            Artifact(
                alias=SafeText("drop"),
                type=SafeText("Build"),
                is_primary=True,
                definition=SafeText("Invoice.CI"),
                version=SafeText(f"20261124.{id % 100}"),
                version_id=SafeText(str(4000 + id)),
                branch=SafeText("refs/heads/main"),
            ),
        ),
        environments=environments,
        variables=(
            Variable(SafeText("ExportRetries"), SafeText("3"), is_secret=False),
            Variable(SafeText("SmtpPassword"), None, is_secret=True),
        ),
    )


def waiting_release(creator_may_approve: bool = True, by: Identity = KIM) -> Release:
    """Rel-142 of Invoice.CD: DEV and QA done, PROD signed by Lee, waiting for Dana, then for CAB."""
    prod_plan = plan((1, LEE), (2, DANA), (3, CAB), creator=creator_may_approve)
    done = EnvironmentStatus.SUCCEEDED
    return release(
        142,
        (
            stage(1, "DEV", done, after(), attempts=(attempt(1, phases=tasks(*[TaskStatus.SUCCEEDED] * 3)),)),
            stage(2, "QA", done, after("DEV"), attempts=(attempt(1, DeploymentStatus.FAILED), attempt(2))),
            stage(
                4,
                "PROD",
                EnvironmentStatus.IN_PROGRESS,
                after("QA"),
                pre=prod_plan,
                pre_approvals=(signed(76, LEE, 1, "tested in UAT"), approval(77, rank=2, hours=23.3)),
                attempts=(attempt(1, DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING, hours=23.3),),
            ),
            stage(5, "PROD-US", EnvironmentStatus.NOT_STARTED, after("PROD"), pre=plan((1, CAB))),
            stage(6, "SMOKE", EnvironmentStatus.NOT_STARTED, after("PROD")),
        ),
        by=by,
        description="Retry invoice export",
    )


def definition(
    id: int = 5, name: str = "Invoice.CD", path: str = "\\Billing", *, whole: bool = True
) -> Definition:
    """One definition; shallow, as lists have it, unless `whole`."""
    environments = (
        _definition_stage(11, "DEV", after()),
        _definition_stage(12, "QA", after("DEV"), post=plan((1, KIM))),
        _definition_stage(14, "PROD", after("QA"), pre=plan((1, LEE), (2, DANA), (3, CAB), creator=False)),
        _definition_stage(15, "PROD-US", after("PROD"), pre=plan((1, CAB), (1, LEE), required=1)),
    )
    return Definition(
        id=id,
        name=clean(name),
        path=clean(path),
        revision=57,
        description=SafeText(""),
        comment=SafeText("raise timeout for export"),
        created_on=before(days=300),
        created_by=KIM,
        modified_on=before(hours=2),
        modified_by=KIM,
        release_name_format=SafeText("Rel-$(rev:r)"),
        last_release=Ref(142, SafeText("Rel-142")),
        last_release_on=before(hours=3),
        environments=environments if whole else None,
        artifacts=release().artifacts if whole else None,
        triggers=(Trigger(SafeText("artifactSource"), SafeText("new build of drop on main")),)
        if whole
        else None,
        variables=release().variables,
        variable_group_ids=(3, 4),
    )


def _definition_stage(
    id: int,
    name: str,
    conditions: tuple[Condition, ...],
    pre: ApprovalPlan = AUTOMATIC,
    post: ApprovalPlan = AUTOMATIC,
) -> DefinitionEnvironment:
    return DefinitionEnvironment(
        id=id,
        name=clean(name),
        rank=id,
        owner=KIM,
        conditions=conditions,
        pre_plan=pre,
        post_plan=post,
        phases=(
            PhasePlan(
                SafeText("Run on agent"),
                SafeText("agentBasedDeployment"),
                1,
                (
                    TaskPlan(SafeText("Stop app pool"), True, SafeText("1.*")),
                    TaskPlan(SafeText("Deploy web"), False, SafeText("2.*")),
                ),
            ),
        ),
        days_to_keep=30,
        releases_to_keep=3,
        concurrency=1,
        queue_depth=1,
    )


REVISIONS = (
    DefinitionRevision(56, SafeText("update"), LEE, before(days=3), SafeText("")),
    DefinitionRevision(57, SafeText("update"), KIM, before(hours=2), SafeText("raise timeout for export")),
)
