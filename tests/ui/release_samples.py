"""Rel-142 of Invoice.CD with everything that can happen to a stage, and all that is known beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from reltui.data.topics import (
    ContentData,
    ContentOf,
    DefinitionAt,
    DeploymentsData,
    DeploymentsOf,
    ReleaseHistoryOf,
    ReleaseOf,
    Snapshot,
    Topic,
)
from reltui.model.approval import ApprovalType, Ref
from reltui.model.attempt import (
    Attempt,
    DeploymentStatus,
    Gates,
    GatesPlan,
    GateStatus,
    Intervention,
    InterventionStatus,
    Issue,
    Job,
    OperationStatus,
    Phase,
    PhasePlan,
    PhaseStatus,
    Task,
    TaskPlan,
    TaskStatus,
)
from reltui.model.content import Change, ReleaseRevision, WorkItem
from reltui.model.deployment import Deployment
from reltui.model.release import Artifact, Environment, EnvironmentStatus, Release, Variable
from reltui.model.text import SafeText, clean
from tests.ui.raw_samples import with_raw
from tests.ui.samples import (
    BILLING,
    CAB,
    DANA,
    KIM,
    LEE,
    after,
    approval,
    attempt,
    before,
    definition,
    plan,
    release,
    signed,
    stage,
    tasks,
)
from tests.ui.still_service import SERVER, sample, whole

DEV, QA, UAT, PROD, US, SMOKE, HOTFIX = range(1, 8)
TOPIC = ReleaseOf(SERVER, BILLING, 142)
INSTRUCTIONS = "1. Look at the mail queue.\n2. Is it empty? Then resume."
PLAN = (
    PhasePlan(
        SafeText("Run on agent"),
        SafeText("agentBasedDeployment"),
        1,
        (
            TaskPlan(SafeText("Stop app pool"), True, SafeText("1.*")),
            TaskPlan(SafeText("Deploy web"), False, SafeText("2.*")),
        ),
    ),
)
GATES = GatesPlan((SafeText("Query incidents"), SafeText("Change ticket")), True, 1440, 15, 5, 0)
"""Two gates, every quarter of an hour, for a day at most, the first after five minutes."""


def task(number: int, name: str, status: TaskStatus, minutes: float = 5, **changes: Any) -> Task:
    """A task that ran for half a minute."""
    begun = before(minutes=minutes)
    end = None if status == TaskStatus.IN_PROGRESS else begun + timedelta(seconds=30)
    found = Task(number, clean(name), number, status, begun, end, None, SafeText("WIN-04"), 100 * number)
    return replace(found, **changes)


def gates(status: GateStatus, *rounds: Sequence[TaskStatus], ignored: Sequence[str] = ()) -> Gates:
    """Rounds of two gates, a quarter of an hour from one to the next."""
    samples = []
    for place, results in enumerate(rounds):
        minutes = 15 * (len(rounds) - place)
        samples.append(
            Job(
                None,
                tuple(
                    task(n, name, result, minutes, agent=SafeText(""))
                    for n, (name, result) in enumerate(zip(GATES.names, results, strict=True), 1)
                ),
            )
        )
    begun = before(minutes=15 * len(rounds) + 5)
    names = tuple(map(clean, ignored))
    return Gates(770, status, begun, before(minutes=3), None, None, names, tuple(samples))


def intervention(status: InterventionStatus = InterventionStatus.PENDING, comment: str = "") -> Intervention:
    """Somebody must look at the mail queue."""
    return Intervention(
        501,
        SafeText("Check the mail queue"),
        clean(INSTRUCTIONS, lines=True),
        status,
        clean(comment, lines=True),
        before(minutes=20),
        before(minutes=6),
        None if status == InterventionStatus.PENDING else LEE,
        Ref(142, SafeText("Rel-142")),
        Ref(US, SafeText("PROD-US")),
    )


def phase(*jobs: Job, status: PhaseStatus = PhaseStatus.IN_PROGRESS, **changes: Any) -> Phase:
    """A phase with its jobs."""
    found = Phase(
        1,
        SafeText("Run on agent"),
        1,
        SafeText("agentBasedDeployment"),
        status,
        before(minutes=25),
        SafeText(""),
        tuple(each for job in jobs for each in job.tasks),
        jobs,
    )
    return replace(found, **changes)


def failed_attempt() -> Attempt:
    """On two targets, of which one could not be reached."""
    good = Job(
        task(20, "WEB-01", TaskStatus.SUCCEEDED, 40, agent=SafeText("WEB-01")),
        (task(1, "Stop app pool", TaskStatus.SUCCEEDED, 40, agent=SafeText("WEB-01")),),
    )
    issue = Issue(SafeText("error"), clean("The share cannot be reached.\nIs it on?", lines=True))
    bad = Job(
        task(21, "WEB-02", TaskStatus.FAILED, 39, agent=SafeText("WEB-02")),
        (task(2, "Deploy web", TaskStatus.FAILED, 39, agent=SafeText("WEB-02"), issues=(issue,)),),
    )
    ran = phase(good, bad, status=PhaseStatus.FAILED, type=SafeText("machineGroupBasedDeployment"))
    found = attempt(1, DeploymentStatus.FAILED, OperationStatus.PHASE_FAILED, hours=1, phases=(ran,))
    return replace(found, issues=(Issue(SafeText("error"), SafeText("WEB-02 has failed.")),))


def qa() -> Environment:
    """Failed, then redeployed; signed before each of the two, and after the second."""
    first = replace(signed(60, LEE, 1, "go", hours=3), environment=Ref(QA, SafeText("QA")))
    second = replace(first, id=61, attempt=2, comments=SafeText("again"))
    confirmed = replace(
        second, id=62, type=ApprovalType.POST_DEPLOY, approver=KIM, approved_by=KIM, comments=SafeText("ok")
    )
    return replace(
        stage(QA, "QA", EnvironmentStatus.SUCCEEDED, after("DEV"), pre=plan((1, LEE)), post=plan((1, KIM))),
        pre_approvals=(first, second),
        post_approvals=(confirmed,),
        attempts=(failed_attempt(), attempt(2, hours=0.9)),
        variables=(Variable(SafeText("Target"), SafeText("qa.example"), False),),
    )


def rich_release() -> Release:
    """Every kind of stage."""
    passed, missed = TaskStatus.SUCCEEDED, TaskStatus.FAILED
    sampled = replace(
        attempt(1, DeploymentStatus.IN_PROGRESS, OperationStatus.EVALUATING_GATES, hours=0.8),
        pre_gates=gates(GateStatus.IN_PROGRESS, (missed, missed), (passed, missed)),
    )
    asked = (signed(76, LEE, 1, "tested in UAT"), approval(77, rank=2, hours=23.3))
    paused = attempt(
        1,
        DeploymentStatus.IN_PROGRESS,
        OperationStatus.MANUAL_INTERVENTION_PENDING,
        hours=0.5,
        phases=(phase(type=SafeText("runOnServer"), rank=1, interventions=(intervention(),)),),
    )
    waits = attempt(1, DeploymentStatus.NOT_DEPLOYED, OperationStatus.PENDING, hours=23.3)
    running = EnvironmentStatus.IN_PROGRESS
    environments = (
        stage(
            DEV,
            "DEV",
            EnvironmentStatus.SUCCEEDED,
            after(),
            attempts=(attempt(1, phases=tasks(passed, passed)),),
        ),
        qa(),
        replace(stage(UAT, "UAT", running, after("QA"), attempts=(sampled,)), pre_gates=GATES, phases=PLAN),
        stage(
            PROD,
            "PROD",
            running,
            after("UAT"),
            pre=plan((1, LEE), (2, DANA), (3, CAB)),
            pre_approvals=asked,
            attempts=(waits,),
        ),
        replace(
            stage(US, "PROD-US", running, after("UAT"), attempts=(paused,)),
            phases=(replace(PLAN[0], name=SafeText("Ask"), tasks=()), replace(PLAN[0], rank=2)),
        ),
        stage(SMOKE, "SMOKE", EnvironmentStatus.NOT_STARTED, after("PROD", "PROD-US")),
        stage(HOTFIX, "HOTFIX", EnvironmentStatus.NOT_STARTED, (), pre=plan((1, KIM), (1, LEE), required=1)),
    )
    second = Artifact(
        SafeText("cfg"),
        SafeText("Git"),
        False,
        SafeText("cfg.git"),
        SafeText("9911a0e"),
        SafeText(""),
        SafeText("refs/heads/main"),
    )
    made = release(142, environments, description="Retry invoice export")
    return replace(made, artifacts=(*(made.artifacts or ()), second))


def deployed(number: int, hours: float, *, version: str = "20261118.2", definition_stage: int) -> Deployment:
    """A success of a release on a stage."""
    artifact = replace((release().artifacts or ())[0], version=clean(version))
    moment = before(hours=hours)
    return Deployment(
        id=5000 + number,
        attempt=1,
        release=Ref(number, SafeText(f"Rel-{number}")),
        definition=Ref(5, SafeText("Invoice.CD")),
        definition_path=SafeText("\\Billing"),
        environment=Ref(4, SafeText("PROD")),
        definition_environment_id=definition_stage,
        status=DeploymentStatus.SUCCEEDED,
        operation=OperationStatus.APPROVED,
        reason=SafeText("manual"),
        queued_on=moment,
        started_on=moment,
        completed_on=moment,
        last_modified_on=moment,
        scheduled_for=None,
        requested_by=KIM,
        requested_for=KIM,
        artifacts=(artifact,),
    )


def live(environment: int) -> DeploymentsOf:
    """The deployments to a stage of the release."""
    return DeploymentsOf(SERVER, BILLING, 5, 10 + environment)


CONTENT = ContentData(
    changes=(
        Change(
            SafeText("3f2c9ab0" * 5),
            SafeText("Retry invoice export"),
            LEE.name,
            before(hours=4),
            SafeText("TfsGit"),
        ),
        Change(
            SafeText("9911a0e0" * 5),
            SafeText("Raise SMTP timeout"),
            KIM.name,
            before(hours=5),
            SafeText("TfsGit"),
        ),
    ),
    items=(
        WorkItem(
            SafeText("40122"),
            SafeText("Bug"),
            SafeText("Export fails on leap day"),
            SafeText("Done"),
            KIM.name,
        ),
    ),
)
HISTORY = (
    ReleaseRevision(
        SafeText("Deploy"),
        SafeText("PROD, attempt 1"),
        KIM,
        before(hours=2),
        SafeText("evening window"),
        2,
    ),
    ReleaseRevision(SafeText("Create"), SafeText(""), KIM, before(hours=3), SafeText(""), 1),
)


def known_for_release(shown: Release | None = None) -> dict[Topic[Any], Snapshot[Any]]:
    """What the service knows: the release, Rel-139 live on all its stages, and the rest."""
    known = dict(sample())
    known[TOPIC] = whole(shown or rich_release())
    for number in (DEV, QA, UAT, PROD, US, SMOKE, HOTFIX):
        rows = (deployed(139, 150, definition_stage=10 + number),)
        known[live(number)] = whole(DeploymentsData(rows))
    known[ContentOf(SERVER, BILLING, 142, 139)] = whole(CONTENT)
    known[ReleaseHistoryOf(SERVER, BILLING, 142)] = whole(HISTORY)
    before_it = definition()
    stages = tuple(
        replace(each, id=10 + QA, variables=(Variable(SafeText("Target"), SafeText("test.example"), False),))
        if each.id == 10 + QA
        else each
        for each in before_it.environments or ()
    )
    variables = (
        Variable(SafeText("ExportRetries"), SafeText("1"), False),
        Variable(SafeText("SmtpPassword"), None, True),
        Variable(SafeText("Old"), SafeText("x"), False),
    )
    known[DefinitionAt(SERVER, BILLING, 5, 57)] = whole(
        with_raw(replace(before_it, environments=stages, variables=variables))
    )
    return known
