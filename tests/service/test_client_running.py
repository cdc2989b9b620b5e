"""The calls that run, edit and compare releases, over TCP against the embedded server of each generation."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from reltui.api.auth import Auth, Secret
from reltui.api.client import ReleaseClient
from reltui.api.endpoints import ENDPOINTS, Kind
from reltui.api.pace import Timing
from reltui.api.transport import Transport
from reltui.config import Profile, SecretSource
from reltui.data import archive
from reltui.data.archive import save_archive
from reltui.demo.server import RunningDemo
from reltui.errors import (
    ApiError,
    Interrupted,
    Malformed,
    NotFound,
    NotTheServer,
    ReadOnly,
    TooLarge,
    Unavailable,
)
from reltui.model.attempt import Attempt, InterventionStatus, Phase
from reltui.model.content import Attachment
from reltui.model.deployment import Deployment
from reltui.model.project import Project
from reltui.model.release import Environment, Release, ReleaseStatus
from tests.service.scripted import Seen, error, in_loop, response, saying, scripted
from tests.service.test_client import GENERATIONS, PROJECT, all_of, shop
from tests.support import ledger, serving, set_faults

PATIENT = Timing(read=30.0, write=30.0, connect=10.0, retry_base=0.02, retry_cap=0.05)


def client_of(demo: RunningDemo, generation: str = "server-2022") -> ReleaseClient:
    profile = Profile("demo", demo.url, SecretSource(env="X"))
    return ReleaseClient(Transport(profile, Auth("pat", Secret(demo.token)), timing=PATIENT), generation)


async def waiting_in(client: ReleaseClient, operation: str) -> tuple[Project, Deployment]:
    """A deployment of the sample that stands in an operation now."""
    for project in await all_of(client.projects()):
        for deployment in await all_of(client.deployments(project.id, operation=operation)):
            return project, deployment
    raise AssertionError(f"the sample has no deployment that is {operation}")


async def ran(client: ReleaseClient) -> tuple[Project, Release, Environment, Attempt, Phase]:
    """A stage that has run to its end."""
    project = (await all_of(client.projects()))[0]
    for deployment in await all_of(client.deployments(project.id, status="succeeded")):
        release = (await client.release(project.id, deployment.release.id)).value
        for environment in release.environments or ():
            for attempt in environment.attempts:
                for phase in attempt.phases:
                    if any(task.line_count > 3 for task in phase.tasks):
                        return project, release, environment, attempt, phase
    raise AssertionError("the sample has no log")


LOCATIONS = {
    "a166fde7-27ad-408e-ba75-703c2cc9d500": ("release", "replace release", "release snapshot"),
    "a7e426b1-03dc-48af-9dfe-c98bac612dcb": ("environment", "update environment"),
    "d8f96f24-8ea7-4cb6-baab-2df8fc515665": ("definition", "delete definition", "undelete definition"),
    "258b82e0-9d41-43f3-86d6-fef14ddd44bc": ("definition revision",),
    "b47c6458-e73b-47cb-a770-4df1e8813a91": ("approvals",),
    "9328e074-59fb-465a-89d9-b09c82ee5109": ("approval", "update approval"),
    "c957584a-82aa-4131-8222-6d47f78bfa7a": ("update approvals",),
    "250c7158-852e-4130-a00f-a0cce9b72d05": ("approval history",),
    "b005ef73-cddc-448e-9ba2-5193bf36b19f": ("deployments",),
    "616c46e4-f370-4456-adaa-fbaf79c7b79e": ("intervention", "update intervention"),
    "2666a539-2001-4f80-bcc7-0379956749d4": ("ignore gates",),
    "f7ddf76d-ce0c-4d68-94ff-becaec5d9dea": ("folders below", "update folder", "delete folder"),
    "c37fbab5-214b-48e4-a55b-cb6b4f6e4038": ("archive",),
    "17c91af7-09fd-4256-bff1-c24ee4f73bc0": ("task log",),
    "dec7ca5a-7f7f-4797-8bf1-8efc0dc93b28": ("gate log",),
    "a4d06688-0dfa-4895-82a5-f43ec9452306": ("attachments",),
    "60b86efb-7b8c-4853-8f9f-aa142b77b479": ("attachment",),
    "214111ee-2415-4df2-8ed2-74417f7d61f9": ("timeline attachments",),
    "c4071f6d-3697-46ca-858e-8b10ff09e52f": ("timeline attachment",),
    "86cee25a-68ba-4ba3-9171-8ad6ffc6df93": ("project tags",),
    "c5b602b6-d1b3-4363-8a51-94384f78068f": ("delete tag",),
    "8dcf9fe9-ca37-4113-8ee1-37928e98407c": ("changes",),
    "4f165cc0-875c-4768-b148-f12f78769fab": ("work items",),
    "23f461c8-629a-4144-a076-3054fa5f268a": ("release history",),
    "30fc787e-a9e0-4a07-9fbc-3e903aa051d2": ("artifact versions",),
}
"""Location ids of api.md 2.2 and 3.9, and of the client libraries."""


def shape(path: str) -> str:
    """A path without the names of its parts, and without case."""
    return "/".join("{}" if part.startswith("{") else part.lower() for part in path.split("/"))


@in_loop
async def test_what_the_server_lists_by_location_id_is_where_the_calls_go() -> None:
    async with serving(generation="server-2022.1") as demo:
        client = client_of(demo)
        answer = await client.transport.call(ENDPOINTS["discover"])
        await client.close()
    assert isinstance(answer.data, dict)
    listed = {row["id"]: row for row in answer.data["value"]}
    for location, names in LOCATIONS.items():
        row = listed[location]
        template = (
            row["routeTemplate"].replace("{area}", row["area"]).replace("{resource}", row["resourceName"])
        )
        assert {shape(ENDPOINTS[name].path) for name in names} == {shape(template)}, names


@pytest.mark.parametrize("generation", GENERATIONS)
@in_loop
async def test_a_release_is_edited_on_every_generation(generation: str) -> None:
    # No stage starts by itself meanwhile.
    async with serving(generation=generation, speed=0.001) as demo:
        client = client_of(demo, generation)
        project, definition = await shop(client)
        made = (await client.create_release(project.id, definition_id=definition.id, is_draft=True)).value
        assert made.status is ReleaseStatus.DRAFT
        started = (await client.update_release(project.id, made.id, status="active", comment="go")).value
        assert started.status is ReleaseStatus.ACTIVE
        kept = (await client.update_release(project.id, made.id, keep_forever=True)).value
        assert (kept.keep_forever, kept.status) == (True, ReleaseStatus.ACTIVE)
        assert not (await client.update_release(project.id, made.id, keep_forever=False)).value.keep_forever
        raw: Any = (await client.release(project.id, made.id)).raw
        replaced = await client.replace_release(project.id, made.id, {**raw, "description": "another ü"})
        assert replaced.value.description == "another ü"
        snapshot: Any = (await client.release_snapshot(project.id, made.id, 1)).value
        assert snapshot["id"] == made.id
        assert "hotfix" in await client.add_tags(project.id, made.id, ["hotfix", "a b/c"])
        assert set(await client.project_tags(project.id)) >= {"hotfix", "a b/c"}
        assert "a b/c" not in await client.delete_tag(project.id, made.id, "a b/c")
        await client.update_release(project.id, made.id, status="abandoned", comment="not this one")
        await client.delete_release(project.id, made.id, "by mistake")
        gone = await all_of(client.releases(project.id, ids=[made.id], is_deleted=True))
        assert [release.id for release in gone] == [made.id]
        await client.undelete_release(project.id, made.id, "back")
        assert (await client.release(project.id, made.id)).value.id == made.id
        history = (await client.release_history(project.id, made.id)).rows
        assert not history.bad
        assert len(history.items) > 3
        assert all(entry.change_type and entry.on for entry in history.items)
        await client.close()
        assert {entry["method"] for entry in await ledger(demo)} == {"POST", "PATCH", "PUT", "DELETE"}


@pytest.mark.parametrize("generation", GENERATIONS)
@in_loop
async def test_definitions_and_folders_on_every_generation(generation: str) -> None:
    async with serving(generation=generation) as demo:
        client = client_of(demo, generation)
        project, listed = await shop(client)
        old = await client.definition_revision(project.id, listed.id, 1)
        assert (old.value.id, old.value.revision) == (listed.id, 1)
        raw = dict((await client.definition(project.id, listed.id)).value.raw)
        made = (await client.create_definition(project.id, {**raw, "name": "Copy of it"})).value
        changed = await client.update_definition(project.id, {**made.raw, "description": "new"})
        assert (changed.value.id, changed.value.revision) == (made.id, made.revision + 1)
        await client.delete_definition(project.id, made.id, comment="gone", force=True)
        with pytest.raises(NotFound):
            await client.definition(project.id, made.id)
        if generation != "tfs-2018-rtw":
            deleted = await all_of(client.definitions(project.id, is_deleted=True, expand=()))
            assert made.id in {definition.id for definition in deleted}
        back = (await client.undelete_definition(project.id, made.id, "wanted")).value
        assert back.id == made.id

        await client.create_folder(project.id, "\\Night & day", "of ours")
        await client.update_folder(project.id, "\\Night & day", new_path="\\Day ü")
        folders = {str(folder.path): folder for folder in (await client.folders(project.id)).rows.items}
        assert "\\Night & day" not in folders
        assert folders["\\Day ü"].description == "of ours"
        assert [f.path for f in (await client.folders(project.id, "\\Day ü")).rows.items] == ["\\Day ü"]
        await client.delete_folder(project.id, "\\Day ü")
        assert "\\Day ü" not in {f.path for f in (await client.folders(project.id)).rows.items}
        await client.close()


@pytest.mark.parametrize("generation", GENERATIONS)
@in_loop
async def test_what_is_in_a_release_on_every_generation(generation: str) -> None:
    async with serving(generation=generation) as demo:
        client = client_of(demo, generation)
        project, definition = await shop(client)
        newest, *_, older = await all_of(client.releases(project.id, definition_id=definition.id))
        changes = await client.release_changes(project.id, newest.id, base=older.id)
        assert changes.rows.items
        assert not changes.rows.bad
        few = await client.release_changes(project.id, newest.id, base=older.id, top=1)
        assert (len(few.rows.items), bool(few.trouble)) == (1, True)
        items = await client.release_work_items(project.id, newest.id, base=older.id)
        assert all(item.id and item.title for item in items.rows.items)
        versions = (await client.artifact_versions(project.id, definition.id)).value
        assert versions
        builds = [int(version.id) for version in versions[0].versions if version.id.isdecimal()]
        times = await client.build_times(project.id, [*builds, 999_999])
        assert set(times) == set(builds)
        assert all(time.number and time.finished_on for time in times.values())
        between = await client.build_changes(project.id, builds[-1], builds[0])
        assert between.rows.items
        assert not between.rows.bad
        assert not (await client.build_work_items(project.id, builds[-1], builds[0])).rows.bad
        chosen = versions[0].versions[-1]
        made = await client.create_release(
            project.id, definition_id=definition.id, artifacts=[(versions[0].alias, chosen.id, chosen.name)]
        )
        assert made.value.artifacts is not None
        assert made.value.artifacts[0].version_id == chosen.id
        await client.close()


@in_loop
async def test_deployments_by_their_filters_and_page_by_page() -> None:
    async with serving() as demo:
        client = client_of(demo)
        project, definition = await shop(client)
        found = await all_of(client.deployments(project.id))
        assert len(found) == len({deployment.id for deployment in found}) > 0
        assert [d.id for d in found] == sorted((d.id for d in found), reverse=True)
        again = await all_of(client.deployments(project.id, top=7, ascending=True))
        assert [d.id for d in again] == [d.id for d in reversed(found)]
        of_one = await all_of(client.deployments(project.id, definition_id=definition.id))
        assert {d.id for d in of_one} == {d.id for d in found if d.definition.id == definition.id}
        stage = of_one[0].definition_environment_id
        there = await all_of(
            client.deployments(project.id, definition_id=definition.id, definition_environment_id=stage)
        )
        assert {d.stage for d in there} == {(definition.id, stage)}
        failed = await all_of(client.deployments(project.id, status="failed"))
        assert {d.status for d in failed} <= {"failed"}
        moment = found[len(found) // 2].started_on
        later = await all_of(client.deployments(project.id, started_after=moment))
        assert moment is None or all(d.started_on is None or d.started_on >= moment for d in later)
        latest = await all_of(client.deployments(project.id, latest_attempts_only=True))
        assert {d.id for d in latest} <= {d.id for d in found}
        await client.close()


@pytest.mark.parametrize("status", ["approved", "rejected"])
@in_loop
async def test_an_intervention_is_resumed_or_rejected(status: str) -> None:
    async with serving() as demo:
        client = client_of(demo)
        project, deployment = await waiting_in(client, "manualInterventionPending")
        rows = (await client.interventions(project.id, deployment.release.id)).rows
        assert not rows.bad
        [pending] = [one for one in rows.items if one.is_pending]
        assert pending.instructions
        done = await client.update_intervention(
            project.id, deployment.release.id, pending.id, status=status, comment="seen"
        )
        read = (await client.intervention(project.id, deployment.release.id, pending.id)).value
        assert (done.value.status, read.status) == (InterventionStatus(status),) * 2
        assert read.comments == "seen"
        await client.close()


@in_loop
async def test_a_gate_is_ignored_and_its_log_is_read() -> None:
    async with serving() as demo:
        client = client_of(demo)
        project, deployment = await waiting_in(client, "evaluatingGates")
        release = (await client.release(project.id, deployment.release.id)).value
        environment = next(e for e in release.environments or () if e.id == deployment.environment.id)
        assert environment.latest is not None
        gates = environment.latest.gates
        assert gates is not None
        gate = gates.samples[-1].tasks[0]
        lines = await client.gate_log(project.id, release.id, environment.id, gates.id, gate.id, whole=True)
        assert lines
        ignored = await client.ignore_gates(project.id, gates.id, names=[gate.name], comment="known")
        assert gate.name in ignored.value.ignored
        await client.close()


@pytest.mark.parametrize("generation", GENERATIONS)
@in_loop
async def test_logs_attachments_and_the_archive_on_every_generation(generation: str, tmp_path: Path) -> None:
    async with serving(generation=generation) as demo:
        client = client_of(demo, generation)
        project, release, environment, attempt, phase = await ran(client)
        task = next(task for task in phase.tasks if task.line_count > 3)
        ids = (project.id, release.id, environment.id, phase.id, task.id)
        lines = await client.task_log(*ids, whole=True)
        assert len(lines) == task.line_count
        assert await client.task_log(*ids, first=2, last=3) == lines[1:3]
        assert await client.task_log(*ids, first=len(lines) + 1) == ()
        saved = await save_archive(client, project.id, release, tmp_path / "logs.zip", lambda _: None)
        assert saved.entries
        assert not saved.refused
        with zipfile.ZipFile(saved.path) as found:
            kept = [found.read(name).decode().splitlines() for name in found.namelist()]
        assert list(lines) in kept
        where = (project.id, release.id, environment.id, attempt.attempt, phase.plan_id, "report")
        if generation not in ("tfs-2018-rtw", "tfs-2018"):
            await client.attachments(*where)
        if generation != "tfs-2018-rtw":
            await client.timeline_attachments(*where)
        await client.close()


async def read_both_ways(
    client: ReleaseClient, where: tuple[str, int, int, int], phase: Phase, found: Attachment
) -> None:
    timeline, record = found.timeline_id, found.record_id
    content = await client.attachment(
        *where, phase.plan_id, timeline_id=timeline, record_id=record, type=found.type, name=found.name
    )
    assert b"failed" in content
    assert record in {task.record_id for task in phase.tasks}
    assert content == await client.timeline_attachment(
        *where, timeline_id=timeline, record_id=record, type=found.type, name=found.name
    )
    with pytest.raises(NotFound):
        await client.timeline_attachment(
            *where, timeline_id=timeline, record_id=record, type=found.type, name="none"
        )


@in_loop
async def test_what_a_failed_task_left_is_found_in_both_forms() -> None:
    async with serving() as demo:
        client = client_of(demo)
        for project in await all_of(client.projects()):
            for deployment in await all_of(client.deployments(project.id, status="failed")):
                release = (await client.release(project.id, deployment.release.id)).value
                stage = next(e for e in release.environments or () if e.id == deployment.environment.id)
                attempt = next(a for a in stage.attempts if a.attempt == deployment.attempt)
                where = (project.id, release.id, stage.id, attempt.attempt)
                for phase in attempt.phases:
                    rows = (await client.attachments(*where, phase.plan_id, "report")).rows.items
                    if rows:
                        await read_both_ways(client, where, phase, rows[0])
                        await client.close()
                        return
        raise AssertionError("the sample has no attachment")


@in_loop
async def test_a_hostile_archive_gives_what_is_good_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "ENTRIES_MAXIMUM", 50)
    async with serving() as demo:
        client = client_of(demo)
        project, release, *_ = await ran(client)
        for kind in ("escape", "links", "duplicates", "bomb", "entries"):
            set_faults(demo, f"srv-20:kind={kind},megabytes=32,count=500")
            saved = await save_archive(client, project.id, release, tmp_path / kind, lambda _: None)
            assert saved.entries
            assert saved.refused
        set_faults(demo, "srv-20:kind=cut")
        with pytest.raises((Malformed, Interrupted)):
            await save_archive(client, project.id, release, tmp_path / "cut", lambda _: None)
        await client.close()
    assert sorted(os.listdir(tmp_path)) == ["bomb", "duplicates", "entries", "escape", "links"]


@pytest.mark.parametrize(
    ("body", "kind", "lines"),
    [
        (b"one\r\ntwo\r\nthr", "text/plain; charset=utf-8", ("one", "two")),
        (b"<xml>\n", "text/plain", ("<xml>",)),
        (b"", "text/plain", ()),
        (b"\x1b]0;x\x07\tz\n", "text/plain", ("␛]0;x␇    z",)),
    ],
)
@in_loop
async def test_a_log_that_grows_gives_its_whole_lines(body: bytes, kind: str, lines: tuple[str, ...]) -> None:
    async with scripted(saying(response(body, kind=kind))) as run:
        client = ReleaseClient(run.transport)
        assert await client.task_log(PROJECT, 1, 2, 3, 4, first=11) == lines
        assert run.seen[0].headers["accept"] == "text/plain"
        assert run.seen[0].line.split(" ")[1] == (
            f"/tfs/North/{PROJECT}/_apis/release/releases/1/environments/2/deployPhases/3/tasks/4/logs"
            "?startLine=11&api-version=4.1-preview.2"
        )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(b"<html><title>Corporate gateway</title>", kind="text/html"), NotTheServer),
        (response(b"<!DOCTYPE html><title>Guest portal</title>", kind="text/plain"), NotTheServer),
        (response(b'{"a":1}'), NotTheServer),
        (response(b"x", kind=""), NotTheServer),
        (response(b"x" * (4 * 2**20 + 1), kind="text/plain"), TooLarge),
        (error("404 Not Found", "No such task."), NotFound),
    ],
)
@in_loop
async def test_what_is_no_log_is_an_error(answer: bytes, kind: type[ApiError]) -> None:
    async with scripted(saying(answer)) as run:
        with pytest.raises(kind):
            await ReleaseClient(run.transport).task_log(PROJECT, 1, 2, 3, 4)


@pytest.mark.parametrize("body", [b"", b"{", b'{"id":1,"id":1}', b"[]", b"no json"])
@in_loop
async def test_a_revision_that_is_no_json_is_malformed(body: bytes) -> None:
    async with scripted(saying(response(body, "200 OK", "ActivityId: 0f9a", kind="text/plain"))) as run:
        with pytest.raises(Malformed) as caught:
            await ReleaseClient(run.transport).definition_revision(PROJECT, 1, 1)
        assert caught.value.activity == "0f9a"


Write = Callable[[ReleaseClient], Awaitable[object]]
WRITES: dict[str, Write] = {
    "create definition": lambda c: c.create_definition(PROJECT, {}),
    "update definition": lambda c: c.update_definition(PROJECT, {"id": 1}),
    "update definition by id": lambda c: ReleaseClient(c.transport, "tfs-2017").update_definition(
        PROJECT, {"id": 1}
    ),
    "delete definition": lambda c: c.delete_definition(PROJECT, 1),
    "undelete definition": lambda c: c.undelete_definition(PROJECT, 1, "why"),
    "create folder": lambda c: c.create_folder(PROJECT, "\\x"),
    "create folder by path": lambda c: ReleaseClient(c.transport, "tfs-2018").create_folder(PROJECT, "\\x"),
    "update folder": lambda c: c.update_folder(PROJECT, "\\x", new_path="\\y"),
    "delete folder": lambda c: c.delete_folder(PROJECT, "\\x"),
    "create release": lambda c: c.create_release(PROJECT, definition_id=1),
    "update release": lambda c: c.update_release(PROJECT, 1, name="x"),
    "replace release": lambda c: c.replace_release(PROJECT, 1, {}),
    "delete release": lambda c: c.delete_release(PROJECT, 1, "why"),
    "undelete release": lambda c: c.undelete_release(PROJECT, 1, "why"),
    "add tags": lambda c: c.add_tags(PROJECT, 1, ["x"]),
    "delete tag": lambda c: c.delete_tag(PROJECT, 1, "x"),
    "update environment": lambda c: c.update_environment(PROJECT, 1, 2, status="inProgress", comment=""),
    "update approval": lambda c: c.update_approval(PROJECT, 1, status="approved", comments=""),
    "update approvals": lambda c: c.update_approvals(PROJECT, [1], status="approved", comments=""),
    "update intervention": lambda c: c.update_intervention(PROJECT, 1, 2, status="approved", comment=""),
    "ignore gates": lambda c: c.ignore_gates(PROJECT, 1, names=["x"], comment=""),
}
WITHOUT_BODY = ("delete definition", "delete folder", "delete release", "undelete release")
"""Their good answers hold nothing, and they send no body."""


def test_every_write_is_tried_here() -> None:
    assert set(WRITES) == {endpoint.name for endpoint in ENDPOINTS.values() if endpoint.kind is Kind.WRITE}
    assert set(WITHOUT_BODY) == {endpoint.name for endpoint in ENDPOINTS.values() if not endpoint.accepts}


@pytest.mark.parametrize("name", list(WRITES))
@in_loop
async def test_a_write_goes_out_once_or_not_at_all(name: str) -> None:
    async with scripted(saying(response()), read_only=True) as run:
        with pytest.raises(ReadOnly) as refused:
            await WRITES[name](ReleaseClient(run.transport, "server-2022"))
        assert not refused.value.sent
        assert run.connections == 0
    async with scripted(saying(error("503 Service Unavailable", "Later."))) as run:
        with pytest.raises(Unavailable):
            await WRITES[name](ReleaseClient(run.transport, "server-2022"))
        [seen] = run.seen
        assert seen.method == ENDPOINTS[name].method
        assert "api-version=" in seen.line

    async def cut(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with scripted(cut) as run:
        with pytest.raises(Interrupted) as caught:
            await WRITES[name](ReleaseClient(run.transport, "server-2022"))
        assert caught.value.sent
        assert len(run.seen) == 1


@pytest.mark.parametrize("name", WITHOUT_BODY)
@pytest.mark.parametrize(
    "answer",
    [response(b"", "204 No Content", kind=""), response(b"", kind=""), response(b""), response(b'{"id":1}')],
)
@in_loop
async def test_an_answer_without_a_body_is_good_where_none_is_expected(name: str, answer: bytes) -> None:
    async with scripted(saying(answer)) as run:
        assert await WRITES[name](ReleaseClient(run.transport)) is None
        assert run.seen[0].body == b""
        assert "content-type" not in run.seen[0].headers


@pytest.mark.parametrize("name", WITHOUT_BODY)
@pytest.mark.parametrize(
    "answer",
    [response(b"<html>gateway</html>", kind="text/html"), response(b"OK", kind="text/plain")],
)
@in_loop
async def test_somebody_elses_answer_to_such_a_write_is_an_error(name: str, answer: bytes) -> None:
    async with scripted(saying(answer)) as run:
        with pytest.raises(NotTheServer) as caught:
            await WRITES[name](ReleaseClient(run.transport))
        assert caught.value.sent


@in_loop
async def test_a_write_that_should_answer_with_an_object_does_not_pass_without() -> None:
    async with scripted(saying(response(b"", "204 No Content", kind=""))) as run:
        with pytest.raises(Malformed) as caught:
            await WRITES["replace release"](ReleaseClient(run.transport))
        assert caught.value.sent
    async with scripted(saying(response(b'{"id":0}'))) as run:
        with pytest.raises(Malformed):
            await WRITES["ignore gates"](ReleaseClient(run.transport))


@in_loop
async def test_bringing_a_release_back_needs_a_comment() -> None:
    async with scripted(saying(response(b""))) as run:
        with pytest.raises(Malformed) as caught:
            await ReleaseClient(run.transport).undelete_release(PROJECT, 1, "")
        assert not caught.value.sent
        assert run.connections == 0


@in_loop
async def test_what_is_not_given_does_not_go_out() -> None:
    stage = response(b'{"id":5,"name":"PROD","status":"queued"}')
    release = response(b'{"id":1,"name":"R","status":"active"}')
    async with scripted(saying(stage, release, release)) as run:
        client = ReleaseClient(run.transport)
        await client.update_environment(PROJECT, 3, 5, status="inProgress", comment="x")
        await client.create_release(PROJECT, definition_id=1, environment_variables={4: {}})
        await client.update_release(PROJECT, 1, keep_forever=False)
        sent = [json.loads(seen.body) for seen in run.seen]
        assert "variables" not in sent[0]
        assert not {"variables", "environmentsMetadata"} & set(sent[1])
        assert sent[2] == {"keepForever": False}


@in_loop
async def test_overridden_variables_go_out_by_stage() -> None:
    async with scripted(saying(response(b'{"id":1,"name":"R","status":"active"}'))) as run:
        await ReleaseClient(run.transport).create_release(
            PROJECT,
            definition_id=1,
            variables={"url": "https://shop.example"},
            environment_variables={4: {"slots": "2"}, 5: {}},
        )
        sent = json.loads(run.seen[0].body)
        assert sent["variables"] == {"url": {"value": "https://shop.example"}}
        assert sent["environmentsMetadata"] == [
            {"definitionEnvironmentId": 4, "variables": {"slots": {"value": "2"}}}
        ]


def test_a_client_has_no_method_twice() -> None:
    seen: dict[str, type] = {}
    for group in ReleaseClient.__mro__[:-1]:
        for name, member in vars(group).items():
            if inspect.isfunction(member) and not name.startswith("__"):
                assert name not in seen, (name, group, seen[name])
                seen[name] = group
