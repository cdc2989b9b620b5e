"""What works on each generation, tried on the embedded server posing as it: `python -m tests.matrix`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reltui.data.capabilities import Need, why_not
from reltui.data.decision import Draft, NewDefinition, Stage, State, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    DefinitionOf,
    DefinitionsOf,
    Inbox,
    LogOf,
    ReleaseHistoryOf,
    ReleaseOf,
    ReleasesOf,
    ServerState,
)
from reltui.demo.server import RunningDemo
from reltui.demo.versions import GENERATIONS
from reltui.model.generations import TITLES
from reltui.model.text import SafeText
from tests.service.drafts import draft_of, environment_of, made, release_at, stage
from tests.support import ledger, read_whole, service_on, serving, until, verdict

WORKS = "works"

Cell = Callable[[RunningDemo, DataService], Awaitable[None]]


async def _ready(service: DataService) -> ServerState:
    """The server once it is known."""
    service.watch(Inbox())
    return await until(lambda: s if (s := service.server("demo")).generation and s.me else None)


async def _landed(service: DataService, draft: Draft) -> None:
    decision = await verdict(service, service.outbox.submit(draft))
    assert decision.state is State.LANDED, decision.sentence


def _verb(verb: Verb) -> Cell:
    async def run(demo: RunningDemo, service: DataService) -> None:
        draft = await draft_of(demo, service, verb)
        await _landed(service, replace(draft, options={**draft.options, "variables": {}}))
        (line,) = await ledger(demo)
        assert line["applied"]

    return run


async def _lists(demo: RunningDemo, service: DataService) -> None:
    """Approvals, releases and definitions: all that the server has."""
    inbox = (await read_whole(service, Inbox())).data
    assert inbox is not None
    assert not inbox.bad
    pending = {line.id for line in demo.engine.approval_index(pending_only=True)}
    assert {row.approval.id for row in inbox.rows} == pending
    project = inbox.rows[0].project
    definitions = (await read_whole(service, DefinitionsOf("demo", project))).data
    assert definitions is not None
    assert {d.id for d in definitions.rows} == {d["id"] for d in demo.engine.definitions(project.id)}
    releases = (await read_whole(service, ReleasesOf("demo", project))).data
    assert releases is not None
    newest = [line.id for line in demo.engine.release_index() if line.project_id == project.id]
    assert [release.id for release in releases.rows] == newest[: len(releases.rows)]


async def _details(demo: RunningDemo, service: DataService) -> None:
    """A release with its attempts and what will run, and a definition."""
    inbox = (await read_whole(service, Inbox())).data
    assert inbox is not None
    row = inbox.rows[0]
    release = (await read_whole(service, ReleaseOf("demo", row.project, row.release.id))).data
    assert release is not None
    assert release.environments is not None
    truth = demo.engine.release(row.release.id)
    assert [e.status for e in release.environments] == [e["status"] for e in truth["environments"]]
    for environment, known in zip(release.environments, truth["environments"], strict=True):
        planned = [t["name"] for p in known["deployPhasesSnapshot"] for t in p["workflowTasks"]]
        assert [task.name for phase in environment.phases for task in phase.tasks] == planned
        assert len(environment.attempts) == len(known["deploySteps"])
    definition = (await read_whole(service, DefinitionOf("demo", row.project, release.definition.id))).data
    assert definition is not None
    stages = definition.definition.environments
    assert stages is not None
    assert all(stage.phases and stage.phases[0].tasks and stage.days_to_keep for stage in stages)


async def _deploys(demo: RunningDemo, service: DataService) -> None:
    draft = await draft_of(demo, service, Verb.DEPLOY)
    await _landed(service, replace(draft, options={}))
    assert isinstance(draft.seen, Stage)
    known = demo.engine.release(draft.seen.release.id)["environments"][0]
    assert known["status"] != "notStarted"


async def _history(demo: RunningDemo, service: DataService) -> None:
    topic = await made(demo, service, stage("DEV", 1, starts=True))
    found = (await read_whole(service, ReleaseHistoryOf("demo", topic.project, topic.release_id))).data
    assert found


async def _logs(demo: RunningDemo, service: DataService) -> None:
    """The log of a task, to its last line; then the second attempt has another."""
    topic = await made(demo, service, stage("DEV", 1, starts=True))
    demo.engine.advance(3600)
    environment = environment_of(await release_at(service, topic))
    me = str(demo.engine.me["id"])
    demo.engine.update_environment(topic.release_id, environment.id, {"status": "inProgress"}, me)
    demo.engine.advance(3600)
    service.refresh()
    both = await until(lambda: _attempts(service, topic, 2))
    texts = []
    for attempt in both.attempts:
        phase = attempt.phases[0]
        task = phase.tasks[-1]
        log = LogOf("demo", topic.project, topic.release_id, both.id, phase.id, task.id)
        data = (await read_whole(service, log)).data
        assert data is not None
        assert len(data.lines) == task.line_count
        texts.append(tuple(data.lines))
    assert texts[0] != texts[1]


def _attempts(service: DataService, topic: ReleaseOf, number: int) -> Any:
    data = service.look(topic).data
    found = environment_of(data) if data is not None else None
    return found if found is not None and len(found.attempts) == number else None


async def _creates_definition(demo: RunningDemo, service: DataService) -> None:
    draft = await draft_of(demo, service, Verb.NEW)
    body = {**draft.body, "path": "\\", "environments": [stage("DEV", 1), stage("PROD", 2)]}
    seen = NewDefinition(draft.project.id, SafeText("Fresh.CD"), SafeText("\\"))
    await _landed(service, replace(draft, seen=seen, body=body, comment=""))
    assert len(await ledger(demo)) == 1
    made_one = next(d for d in demo.engine.definitions(draft.project.id) if d["name"] == "Fresh.CD")
    jobs = [stage["deployPhases"] for stage in made_one["environments"]]
    assert [[task["name"] for job in each for task in job["workflowTasks"]] for each in jobs] == [
        ["Deploy"]
    ] * 2
    assert [each[0]["deploymentInput"]["queueId"] for each in jobs] == [15, 15]
    assert all(stage["retentionPolicy"]["daysToKeep"] == 30 for stage in made_one["environments"])


async def _edits_definition(demo: RunningDemo, service: DataService) -> None:
    """A change that is in the part which older servers have elsewhere; nothing else changes."""
    draft = await draft_of(demo, service, Verb.SAVE)
    number = draft.seen.id
    before = demo.engine.definition(number)
    body = dict(draft.body)
    body["environments"] = [dict(each) for each in body["environments"]]
    [job] = body["environments"][0]["deployPhases"]
    changed = {**job["deploymentInput"], "queueId": 16}
    body["environments"][0]["deployPhases"] = [{**job, "deploymentInput": changed}]
    await _landed(service, replace(draft, body=body))
    after = demo.engine.definition(number)
    first = after["environments"][0]["deployPhases"][0]
    assert first["deploymentInput"]["queueId"] == 16
    assert first["workflowTasks"] == before["environments"][0]["deployPhases"][0]["workflowTasks"]
    assert after["environments"][1]["deployPhases"] == before["environments"][1]["deployPhases"]
    assert (after["revision"], after["description"]) == (before["revision"] + 1, "for the night shift")


CELLS: Mapping[str, tuple[Cell, Verb | Need | None]] = {
    "list": (_lists, None),
    "detail": (_details, None),
    "create": (_verb(Verb.CREATE), Verb.CREATE),
    "abandon": (_verb(Verb.ABANDON), Verb.ABANDON),
    "deploy": (_deploys, Verb.DEPLOY),
    "approve": (_verb(Verb.APPROVE), Verb.APPROVE),
    "reject": (_verb(Verb.REJECT), Verb.REJECT),
    "reassign": (_verb(Verb.TRANSFER), Verb.TRANSFER),
    "history": (_history, Need.RELEASE_HISTORY),
    "logs": (_logs, None),
    "new definition": (_creates_definition, Verb.NEW),
    "edit definition": (_edits_definition, Verb.SAVE),
}
"""What is tried, and what the table of capabilities is asked about it."""


async def tried(generation: str, name: str, folder: Path) -> str:
    """Run one cell: "works", or why it cannot, as the program says it. Raises AssertionError: neither."""
    run, what = CELLS[name]
    async with serving(generation=generation) as demo, service_on(demo, folder) as service:
        state = await _ready(service)
        assert state.generation == generation
        reason = why_not(state.generation, what) if what is not None else None
        if reason is not None:
            return reason
        await run(demo, service)
    return WORKS


def table(found: Mapping[tuple[str, str], str]) -> str:
    """The matrix in Markdown."""
    rows = [["Server", *CELLS], ["---"] * (len(CELLS) + 1)]
    for generation in GENERATIONS:
        texts = [found[generation, name] for name in CELLS]
        rows.append([TITLES[generation], *("yes" if text == WORKS else "no" for text in texts)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


async def _all() -> dict[tuple[str, str], str]:
    found = {}
    for generation in GENERATIONS:
        for name in CELLS:
            with tempfile.TemporaryDirectory(prefix="reltui-matrix-") as folder:
                found[generation, name] = await tried(generation, name, Path(folder))
    return found


if __name__ == "__main__":
    print(table(asyncio.run(_all())))
