"""Things that every verb can be about, as models; and the way to their dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.pilot import Pilot

from reltui.data.decision import (
    Decision,
    FolderPlace,
    GateStep,
    NewDefinition,
    Pause,
    Stage,
    Thing,
    Verb,
)
from reltui.data.topics import DefinitionData, DefinitionOf, Snapshot, Topic, VersionsOf
from reltui.model.approval import Ref
from reltui.model.attempt import (
    DeploymentStatus,
    Gates,
    GateStatus,
    Intervention,
    InterventionStatus,
    Job,
    OperationStatus,
    Task,
    TaskStatus,
)
from reltui.model.content import ArtifactVersions, Version
from reltui.model.definition import Definition
from reltui.model.release import Artifact, EnvironmentStatus, Release, Variable
from reltui.model.text import SafeText, clean
from reltui.ui.app import ReltuiApp
from reltui.ui.present import Line, line
from reltui.ui.screens import verbs
from reltui.ui.screens.people import TransferDialog
from reltui.ui.screens.subject import Subject
from tests.ui.definition_samples import raw_definition, read
from tests.ui.samples import (
    BILLING,
    CAB,
    KIM,
    LEE,
    after,
    approval,
    attempt,
    before,
    definition,
    plan,
    release,
    stage,
    waiting_release,
)
from tests.ui.still_service import SERVER, StillService, sample, whole

INSTRUCTIONS = "Look at the mail queue.\nIs it empty? Then resume, and write your name in the log."


def stage_of(
    name: str = "UAT",
    number: int = 3,
    status: EnvironmentStatus = EnvironmentStatus.SUCCEEDED,
    **changes: object,
) -> Stage:
    """A stage of Rel-142 that was deployed twice and asks Lee and the CAB."""
    environment = stage(
        number,
        name,
        status,
        after("QA"),
        pre=plan((1, LEE), (2, CAB)),
        attempts=(attempt(1, DeploymentStatus.FAILED), attempt(2)),
        variables=(
            Variable(SafeText("Region"), SafeText("eu"), False, True),
            Variable(SafeText("DbPassword"), None, True, True),
        ),
    )
    variables = (
        Variable(SafeText("ExportRetries"), SafeText("3"), False, True),
        Variable(SafeText("Fixed"), SafeText("x"), False, False),
    )
    seen = replace(environment, **changes)  # type: ignore[arg-type]
    return Stage(replace(waiting_release(), environments=(seen,), variables=variables), seen)


def pause(name: str = "UAT", instructions: str = INSTRUCTIONS) -> Pause:
    """A stage that waits for a person to look at something."""
    running = stage_of(name, status=EnvironmentStatus.IN_PROGRESS)
    asked = Intervention(
        501,
        SafeText("Check the mail queue"),
        clean(instructions, lines=True),
        InterventionStatus.PENDING,
        SafeText(""),
        before(minutes=20),
        None,
        None,
        Ref(142, SafeText("Rel-142")),
        Ref(3, SafeText(name)),
    )
    return Pause(running, asked)


def gate_step(*names: str, ignored: Sequence[str] = ()) -> GateStep:
    """A stage whose gates are sampled."""
    tasks = tuple(
        Task(n, clean(name), n, TaskStatus.FAILED, before(minutes=5), None, None, SafeText(""), 3)
        for n, name in enumerate(names, 1)
    )
    gates = Gates(
        77,
        GateStatus.IN_PROGRESS,
        before(minutes=9),
        before(minutes=5),
        None,
        None,
        tuple(map(SafeText, ignored)),
        (Job(None, tasks),),
    )
    sampled = attempt(2, DeploymentStatus.IN_PROGRESS, OperationStatus.EVALUATING_GATES)
    running = stage_of(
        status=EnvironmentStatus.IN_PROGRESS, attempts=(attempt(1), replace(sampled, pre_gates=gates))
    )
    return GateStep(running, gates)


def seen_for(verb: Verb) -> Thing:
    """Something that a verb can be about."""
    match verb:
        case Verb.APPROVE | Verb.REJECT | Verb.APPROVE_LATER | Verb.TRANSFER:
            return approval(81, stage=(3, "UAT"))
        case Verb.TAKE_OVER:
            return approval(81, stage=(3, "UAT"), approver=LEE)
        case Verb.CREATE | Verb.DELETE_DEFINITION | Verb.UNDELETE_DEFINITION:
            return definition()
        case Verb.SAVE:
            return read(raw_definition())
        case Verb.NEW:
            return NewDefinition(BILLING.id, SafeText("Invoice.CD"), SafeText("\\Billing"))
        case Verb.MOVE_FOLDER | Verb.DELETE_FOLDER:
            return FolderPlace(BILLING.id, SafeText("\\Invoice.CD"))
        case Verb.ADD_FOLDER:
            return FolderPlace(BILLING.id, SafeText("\\Invoice.CD\\New"), is_there=False)
        case Verb.DEPLOY | Verb.CANCEL:
            return stage_of()
        case Verb.RESUME | Verb.REJECT_INTERVENTION:
            return pause()
        case Verb.IGNORE_GATE:
            return gate_step("Query Work Items", "Invoke REST API")
    return replace(release(142), description=SafeText("Retry invoice export"), tags=(SafeText("hotfix"),))


def subject(
    verb: Verb,
    seen: Thing | None = None,
    *,
    current: Callable[[], Thing | None] | None = None,
    facts: Sequence[Line] = (line("facts of the screen"),),
    from_cache: bool = False,
) -> Subject:
    """What a screen would give; it stays as it is unless `current` says otherwise."""
    thing = seen if seen is not None else seen_for(verb)
    now = current or (lambda: thing)
    options = {"to": "\\Billing\\Invoice.CD"} if verb is Verb.MOVE_FOLDER else {}
    body = {**raw_definition(), "description": "another"} if verb in (Verb.SAVE, Verb.NEW) else {}
    return Subject(
        verb, SERVER, BILLING, thing, now, from_cache, facts=tuple(facts), options=options, body=body
    )


def rested(app: ReltuiApp) -> ReltuiApp:
    """The same, with a guard that waits for what follows a confirmation as briefly as a timer can."""
    app.guard.quiet_seconds = 0.01
    return app


async def ask(pilot: Pilot[str], about: Subject) -> None:
    """Open the dialog of a verb, and wait until it is there."""
    assert isinstance(pilot.app, ReltuiApp)
    app = rested(pilot.app)
    if about.verb is Verb.TRANSFER:
        # Behind the list in which a person is picked.
        app.push_screen(TransferDialog(about, app.service.server(about.server), KIM))
    else:
        verbs.open_dialog(app, about)
    await pilot.pause()
    await pilot.pause(0.02)


async def press(pilot: Pilot[str], *keys: str) -> None:
    """Press keys, and let what they have changed be drawn."""
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
    await pilot.pause(0.02)


async def submitted(pilot: Pilot[str], service: StillService, key: str = "y") -> Decision:
    """Confirm, and wait for the decision."""
    known = len(service.outbox.decisions())
    await press(pilot, key)
    for _ in range(2000):
        if len(service.outbox.decisions()) > known:
            return service.outbox.decisions()[0]
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was submitted")


def big_definition() -> Definition:
    """Twelve stages, three artifacts, and variables of all kinds."""
    usual = definition()
    first = (usual.environments or ())[0]
    names = ("DEV", "QA", "UAT-EU", "UAT-US", "PERF", "PREP", "PROD-EU", "PROD-US", "PROD-AP", "SMOKE", "DR")
    stages = [replace(first, id=20, name=SafeText("BUILD"), rank=1)]
    for rank, name in enumerate(names, 2):
        conditions = after(stages[-1].name) if name != "DR" else ()
        stages.append(replace(first, id=19 + rank, name=SafeText(name), rank=rank, conditions=conditions))
    stages[6] = replace(stages[6], pre_plan=plan((1, LEE), (2, CAB)))
    artifacts = (
        *(usual.artifacts or ()),
        Artifact(
            SafeText("cfg"),
            SafeText("Git"),
            False,
            SafeText("cfg.git"),
            SafeText(""),
            SafeText(""),
            SafeText(""),
        ),
        Artifact(
            SafeText("docs"),
            SafeText("Build"),
            False,
            SafeText("Docs.CI"),
            SafeText(""),
            SafeText(""),
            SafeText(""),
        ),
    )
    variables = (
        Variable(SafeText("ExportRetries"), SafeText("3"), False, True),
        Variable(SafeText("Fixed"), SafeText("no"), False, False),
        Variable(SafeText("Token"), None, True, True),
    )
    return replace(usual, environments=tuple(stages), artifacts=artifacts, variables=variables)


def build(number: int, message: str, branch: str = "refs/heads/main") -> Version:
    """A version of an artifact."""
    return Version(
        SafeText(str(4000 + number)),
        SafeText(f"20261124.{number}"),
        SafeText(branch),
        SafeText(f"{number:x}" * 20),
        clean(message, lines=True),
        before(hours=number),
    )


VERSIONS = (
    ArtifactVersions(
        SafeText("drop"),
        (
            build(11, "Retry invoice export"),
            build(12, "Raise the timeout", "refs/heads/release/2.4"),
            build(13, "Tidy"),
        ),
        build(11, "Retry invoice export"),
        SafeText(""),
    ),
    ArtifactVersions(SafeText("cfg"), (), None, SafeText("TF401019: The Git repository cannot be found.")),
    ArtifactVersions(SafeText("docs"), (build(15, "Words"),), None, SafeText("")),
)
VERSIONS_OF = VersionsOf(SERVER, BILLING, 5)


def known_for_create(seen: Definition | None = None) -> dict[Topic[object], Snapshot[object]]:
    """What the service knows when a release is created."""
    known = dict(sample())
    known[DefinitionOf(SERVER, BILLING, 5)] = whole(DefinitionData(seen or big_definition(), ()))
    known[VERSIONS_OF] = whole(VERSIONS)
    return known


def releases_of(count: int) -> list[Release]:
    """Several releases."""
    return [release(200 + number) for number in range(count)]
