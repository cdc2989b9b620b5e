"""A draft of every verb, on an object of the embedded server that is in the right state for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reltui.data.decision import Draft, FolderPlace, GateStep, NewDefinition, Pause, Stage, Thing, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    DefinitionOf,
    DefinitionsOf,
    Inbox,
    InboxRow,
    ProjectsOf,
    ReleaseOf,
    ReleasesOf,
    Why,
)
from reltui.demo.server import RunningDemo
from reltui.demo.task_types import COMMAND_LINE
from reltui.demo.tasks import CALL, MANUAL_INTERVENTION, QUERY
from reltui.model.definition import Definition
from reltui.model.project import Project
from reltui.model.release import Environment, Release, ReleaseStatus
from reltui.model.text import SafeText
from tests.support import read_whole, row_for_me, until

AUTOMATED = {"approvals": [{"rank": 1, "isAutomated": True}]}
RETENTION = {"daysToKeep": 30, "releasesToKeep": 3, "retainBuild": True}


def task(name: str, **more: Any) -> dict[str, Any]:
    """A task of a definition; `inputs` tell the embedded server how it runs."""
    return {"name": name, "taskId": COMMAND_LINE, "version": "*", "enabled": True, **more}


def stage(name: str, rank: int, *, starts: bool = False, **more: Any) -> dict[str, Any]:
    """A stage whose one task takes ten minutes, unless `more` says something else."""
    event = [{"name": "ReleaseStarted", "conditionType": "event", "value": ""}]
    return {
        "name": name,
        "rank": rank,
        "conditions": event if starts else [],
        "preDeployApprovals": AUTOMATED,
        "postDeployApprovals": AUTOMATED,
        "retentionPolicy": RETENTION,
        "variables": {
            "Ring": {"value": "one", "allowOverride": True},
            "Password": {"value": None, "isSecret": True},
        },
        "deployPhases": [
            {
                "rank": 1,
                "phaseType": "agentBasedDeployment",
                "name": "Run on agent",
                "deploymentInput": {"queueId": 15},
                "workflowTasks": [task("Deploy", inputs={"demoSeconds": "600"})],
            }
        ],
        **more,
    }


def intervention(instructions: str) -> list[dict[str, Any]]:
    """The phases of a stage that waits for a person."""
    return [
        {
            "rank": 1,
            "phaseType": "runOnServer",
            "name": "Ask",
            "workflowTasks": [
                task("Look first", taskId=MANUAL_INTERVENTION, inputs={"instructions": instructions})
            ],
        }
    ]


GATES = {
    "id": 0,
    "gatesOptions": {
        "isEnabled": True,
        "timeout": 600,
        "samplingInterval": 5,
        "stabilizationTime": 0,
        "minimumSuccessDuration": 0,
    },
    "gates": [
        {"tasks": [task("Query work items", taskId=QUERY, inputs={"demoSamples": "pass"})]},
        {"tasks": [task("Check open incidents", taskId=CALL, inputs={"demoSamples": "fail"})]},
    ],
}


async def first_project(service: DataService) -> Project:
    """The first project of the embedded server."""
    topic = ProjectsOf("demo")
    service.watch(topic)
    return (await until(lambda: service.look(topic).data or ()))[0]


async def made(
    demo: RunningDemo, service: DataService, *stages: dict[str, Any], draft: bool = False
) -> ReleaseOf:
    """A release of a new definition with these stages, a minute after it was made."""
    project = await first_project(service)
    me = str(demo.engine.me["id"])
    body = {"name": f"Test.{len(list(demo.engine.definitions(project.id)))}", "environments": list(stages)}
    definition = demo.engine.create_definition(project.id, body, me)
    asked = {"definitionId": definition["id"], "isDraft": draft, "description": "made for a test"}
    release = demo.engine.create_release(project.id, asked, me)
    demo.engine.advance(60)
    return ReleaseOf("demo", project, int(release["id"]))


async def release_at(service: DataService, topic: ReleaseOf) -> Release:
    """The release as the server has it."""
    release = (await read_whole(service, topic)).data
    assert release is not None
    return release


def environment_of(release: Release, position: int = 0) -> Environment:
    """One of its stages."""
    assert release.environments is not None
    return release.environments[position]


async def running_stage(demo: RunningDemo, service: DataService) -> Stage:
    """A stage whose first task runs."""
    release = await release_at(service, await made(demo, service, stage("DEV", 1, starts=True)))
    return Stage(release, environment_of(release))


async def pause(demo: RunningDemo, service: DataService) -> Pause:
    """A stage that waits in a manual intervention."""
    phases = intervention("Is the yard empty?\nAsk Lee.")
    topic = await made(demo, service, stage("QA", 1, starts=True, deployPhases=phases))
    release = await release_at(service, topic)
    environment = environment_of(release)
    assert environment.latest is not None
    waiting = environment.latest.intervention
    assert waiting is not None
    return Pause(Stage(release, environment), waiting)


async def gate_step(demo: RunningDemo, service: DataService) -> GateStep:
    """A stage one of whose gates does not pass."""
    topic = await made(demo, service, stage("PROD", 1, starts=True, preDeploymentGates=GATES))
    release = await release_at(service, topic)
    environment = environment_of(release)
    assert environment.latest is not None
    gates = environment.latest.gates
    assert gates is not None
    return GateStep(Stage(release, environment), gates)


async def draft_of(demo: RunningDemo, service: DataService, verb: Verb) -> Draft:
    """A draft that would land."""
    row = await row_for_me(service)
    options: dict[str, Any] = {}
    project = row.project
    seen: Thing
    match verb:
        case Verb.APPROVE | Verb.REJECT:
            seen = row.approval
        case Verb.TAKE_OVER:
            row = await row_for_me(service, Why.GROUP)
            project, seen = row.project, row.approval
        case Verb.TRANSFER:
            seen = row.approval
            lee = (await service.people(row.server, "lee"))[0]
            options = {"to": lee.id, "to_name": lee.name}
        case Verb.APPROVE_LATER:
            row = await last_signature(demo, service)
            project, seen = row.project, row.approval
            options = {"at": (demo.engine.now() + timedelta(hours=2)).replace(microsecond=0).isoformat()}
        case Verb.CREATE:
            definitions = (await read_whole(service, DefinitionsOf(row.server, project))).data
            assert definitions is not None
            seen = next(d for d in definitions.rows if d.id == row.approval.definition.id)
        case Verb.ABANDON:
            releases = (await read_whole(service, ReleasesOf(row.server, project))).data
            assert releases is not None
            seen = next(r for r in releases.rows if r.status == ReleaseStatus.ACTIVE)
        case Verb.SAVE | Verb.NEW | Verb.DELETE_DEFINITION | Verb.UNDELETE_DEFINITION:
            return await _of_a_definition(demo, service, verb)
        case Verb.ADD_FOLDER | Verb.MOVE_FOLDER | Verb.DELETE_FOLDER:
            return await _of_a_folder(demo, service, verb)
        case _:
            project = await first_project(service)
            seen, options = await _of_a_release(demo, service, verb)
    return Draft(verb, row.server, project.name, project, seen, "by the book", options)


async def made_definition(demo: RunningDemo, service: DataService, path: str = "\\") -> Definition:
    """A new definition of two stages, in the first project, as the client reads it whole."""
    project = await first_project(service)
    stages = [stage("DEV", 1, starts=True), stage("PROD", 2)]
    name = f"Test.{len(list(demo.engine.definitions(project.id)))}"
    body = {"name": name, "path": path, "environments": stages}
    made = demo.engine.create_definition(project.id, body, str(demo.engine.me["id"]))
    data = (await read_whole(service, DefinitionOf("demo", project, int(made["id"])))).data
    assert data is not None
    return data.definition


async def _of_a_definition(demo: RunningDemo, service: DataService, verb: Verb) -> Draft:
    project = await first_project(service)
    definition = await made_definition(demo, service)
    seen: Thing = definition
    body: dict[str, Any] = {}
    match verb:
        case Verb.SAVE:
            body = {**definition.raw, "description": "for the night shift"}
        case Verb.NEW:
            seen = NewDefinition(project.id, SafeText("Fresh.CD"), definition.path)
            body = {"name": "Fresh.CD", "path": definition.path, "environments": [stage("DEV", 1)]}
        case Verb.UNDELETE_DEFINITION:
            demo.engine.delete_definition(definition.id, "a mistake", False, str(demo.engine.me["id"]))
            seen = replace(definition, revision=definition.revision + 1, is_deleted=True)
    return Draft(verb, "demo", project.name, project, seen, "by the book", body=body)


async def _of_a_folder(demo: RunningDemo, service: DataService, verb: Verb) -> Draft:
    project = await first_project(service)
    path = SafeText("\\Night shift")
    definition = await made_definition(demo, service, path)
    options = {"to": "\\Day shift"} if verb is Verb.MOVE_FOLDER else {}
    seen = FolderPlace(project.id, path, definitions=(definition.name,))
    if verb is Verb.ADD_FOLDER:
        seen = FolderPlace(project.id, SafeText("\\Late shift"), is_there=False)
    return Draft(verb, "demo", project.name, project, seen, "by the book", options)


async def last_signature(demo: RunningDemo, service: DataService) -> InboxRow:
    """An approval before a deployment, whose yes starts it: of a release made for it."""
    me = str(demo.engine.me["id"])
    asks = {"approvals": [{"rank": 1, "isAutomated": False, "approver": {"id": me}}]}
    await read_whole(service, Inbox())
    topic = await made(demo, service, stage("QA", 1, starts=True, preDeployApprovals=asks))
    service.refresh()

    def found() -> InboxRow | None:
        data = service.look(Inbox()).data
        rows = data.rows if data is not None else ()
        return next((row for row in rows if row.release.id == topic.release_id), None)

    return await until(found)


async def _of_a_release(demo: RunningDemo, service: DataService, verb: Verb) -> tuple[Thing, dict[str, Any]]:
    me = str(demo.engine.me["id"])
    by_hand = stage("DEV", 1)
    match verb:
        case Verb.DEPLOY:
            release = await release_at(service, await made(demo, service, by_hand))
            return Stage(release, environment_of(release)), {"variables": {"Ring": "two"}}
        case Verb.CANCEL:
            return await running_stage(demo, service), {}
        case Verb.RESUME | Verb.REJECT_INTERVENTION:
            return await pause(demo, service), {}
        case Verb.IGNORE_GATE:
            return await gate_step(demo, service), {"gate": "Check open incidents"}
        case Verb.START:
            return await release_at(service, await made(demo, service, by_hand, draft=True)), {}
    topic = await made(demo, service, by_hand)
    match verb:
        case Verb.UNRETAIN:
            demo.engine.update_release(topic.release_id, {"keepForever": True}, me)
        case Verb.UNTAG:
            demo.engine.edits.tag(topic.release_id, ["hotfix"], me)
        case Verb.UNDELETE:
            release = await release_at(service, topic)
            demo.engine.edits.delete(topic.release_id, "a mistake", me)
            return release, {}
    options = {
        Verb.RENAME: {"name": "Evening-7"},
        Verb.DESCRIBE: {"description": "for the night shift"},
        Verb.TAG: {"tag": "hotfix"},
        Verb.UNTAG: {"tag": "hotfix"},
    }
    return await release_at(service, topic), options.get(verb, {})
