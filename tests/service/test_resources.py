"""What there is to pick from, over TCP: each server generation, page by page, and with lists that fail."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from reltui.api import answers, transport
from reltui.api.client import ReleaseClient
from reltui.api.paging import Page
from reltui.data import reading_resources
from reltui.data.decision import State, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    BranchesOf,
    DefinitionsOf,
    FoldersOf,
    ProjectsOf,
    ResourcesOf,
    Snapshot,
)
from reltui.demo.server import RunningDemo
from reltui.errors import ApiError, NotFound
from reltui.model.decode import loads
from reltui.model.project import Project
from reltui.model.resources import NOTHING, Queue, Resources
from reltui.model.text import SafeText
from tests.service.drafts import draft_of, first_project
from tests.service.scripted import Seen, error, in_loop, response, scripted
from tests.support import read_whole, service_on, serving, until, verdict

T = TypeVar("T")

GENERATIONS = (
    "tfs-2018",
    "server-2019",
    "server-2019.1",
    "server-2020",
    "server-2022",
    "server-2022.1",
    "services",
)
PROJECT = Project("4adb1680-0eac-6149-b5ee-fc8b4f6ca227", SafeText("Shop"))
TOPIC = ResourcesOf("demo", PROJECT)
MEMBERS = (
    "task_types",
    "queues",
    "deployment_groups",
    "variable_groups",
    "builds",
    "repositories",
    "connections",
    "folders",
)


async def all_of(source: AsyncIterator[Page[T]]) -> list[T]:
    rows: list[T] = []
    async for page in source:
        assert not page.rows.bad
        assert not page.trouble
        rows += page.rows.items
    return rows


def listing(*rows: Any, token: str = "") -> bytes:
    headers = [f"x-ms-continuationtoken: {token}"] if token else []
    return response(json.dumps({"count": len(rows), "value": rows}).encode(), "200 OK", *headers)


def asked(seen: Seen) -> dict[str, str]:
    """The parameters of a request."""
    query = urlsplit(seen.line.split(" ")[1]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def answering(special: Mapping[str, bytes]) -> Callable[[Seen, asyncio.StreamWriter], Any]:
    """Every list is empty, but for those whose path has one of these words in it."""

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        path = urlsplit(seen.line.split(" ")[1]).path
        writer.write(next((answer for word, answer in special.items() if f"/{word}" in path), listing()))
        await writer.drain()

    return handle


def tell_nothing(data: object, progress: str) -> None:
    """For a reading whose progress does not matter."""


# The embedded server


async def offered(service: DataService, project: Project) -> Resources:
    """Everything, read without a problem."""
    data = (await read_whole(service, ResourcesOf("demo", project))).data
    assert data is not None
    return data


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_offers_everything(generation: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation=generation) as demo, service_on(demo, tmp_path) as service:
            project = await first_project(service)
            found = await offered(service, project)
            assert all(getattr(found, member) for member in MEMBERS)
            assert found.deployment_groups
            assert any(group.machines for group in found.deployment_groups)
            assert found.builds
            build = found.builds[0]
            assert (build.project_id, build.project_name) == (project.id, project.name)
            repository = found.repository(build.repository_id)
            assert repository is not None
            branches = (await read_whole(service, BranchesOf("demo", project, repository.id))).data
            assert branches
            assert build.default_branch in {branch.id for branch in branches}
            folders = (await read_whole(service, FoldersOf("demo", project))).data
            assert folders
            assert {folder.path for folder in folders} == {folder.path for folder in found.folders or ()}

    asyncio.run(run())


def test_tasks_of_the_catalogue_are_what_definitions_mean(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            found = await offered(service, await first_project(service))
            everywhere = found.tasks_to_pick()
            assert len({(task.id, task.major) for task in everywhere}) == len(everywhere) > 20
            for task in everywhere:
                assert found.task_type(task.id, task.version_spec) == task
                assert all(entry.name and entry.label for entry in task.inputs)
            for place in ("Agent", "DeploymentGroup", "Server", "ServerGate"):
                assert found.tasks_to_pick(place)

    asyncio.run(run())


def reads(demo: RunningDemo, word: str) -> int:
    return sum(count for path, count in demo.service.ledger.reads.items() if word in path)


def test_it_is_asked_only_when_watched_and_then_seldom(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            project = await first_project(service)
            topic = ResourcesOf("demo", project)
            assert service.look(topic) == Snapshot()
            await read_whole(service, ProjectsOf("demo"))
            assert reads(demo, "distributedtask") == 0

            await read_whole(service, topic)
            await until(lambda: not service.look(topic).loading)
            assert reads(demo, "distributedtask/tasks") == 1
            # Another screen opens on it, a decision lands, somebody comes back: what is there is good enough.
            service.unwatch(topic)
            service.watch(topic)
            service.refresh(seldom=False)
            folders = FoldersOf("demo", project)
            await read_whole(service, folders)
            assert reads(demo, "distributedtask/tasks") == 1
            # A person who asks for it gets it.
            service.refresh()
            await until(lambda: reads(demo, "distributedtask/tasks") == 2)

    asyncio.run(run())


def test_a_folder_that_was_made_while_nothing_showed_them_is_known_at_the_next_opening(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.ADD_FOLDER)
            topic = ResourcesOf("demo", draft.project)
            await read_whole(service, topic)
            await until(lambda: not service.look(topic).loading)
            service.unwatch(topic)
            decision = service.outbox.submit(draft)
            assert (await verdict(service, decision)).state is State.LANDED
            service.watch(topic)

            def is_there() -> bool:
                found = service.look(topic).data
                return found is not None and "\\Late shift" in {one.path for one in found.folders or ()}

            await until(is_there)

    asyncio.run(run())


def test_deleted_definitions_are_a_list_of_their_own(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                project = await first_project(service)
                current, deleted = (DefinitionsOf("demo", project, deleted=gone) for gone in (False, True))
                there = (await read_whole(service, current)).data
                assert there is not None
                gone = there.rows[-1].id
                demo.engine.delete_definition(gone, "", True, demo.engine.me["id"])
                found = (await read_whole(service, deleted)).data
                assert found is not None
                assert [row.id for row in found.rows] == [gone]
            # Each has its own place in the cache.
            async with service_on(demo, tmp_path) as service:
                for topic, rows in ((current, there.rows), (deleted, found.rows)):
                    known = service.look(topic)
                    assert known.from_cache
                    assert known.data is not None
                    assert {row.id for row in known.data.rows} == {row.id for row in rows}

    asyncio.run(run())


def test_groups_are_found_beside_persons_when_asked(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            await first_project(service)
            assert await service.people("demo", "Release Approvers") == ()
            found = await service.people("demo", "Release Approvers", groups=True)
            assert found
            assert all(identity.is_group and identity.id for identity in found)
            assert not any(identity.is_group for identity in await service.people("demo", "dana"))

    asyncio.run(run())


# What a server may do


@pytest.mark.parametrize(
    ("word", "member", "name"),
    [
        ("distributedtask/tasks", "task_types", "Tasks"),
        ("queues", "queues", "Queues"),
        ("deploymentgroups", "deployment_groups", "Deployment groups"),
        ("variablegroups", "variable_groups", "Variable groups"),
        ("build/definitions", "builds", "Build definitions"),
        ("repositories", "repositories", "Repositories"),
        ("endpoints", "connections", "Service connections"),
        ("folders", "folders", "Folders"),
    ],
)
@pytest.mark.parametrize("status", ["404 Not Found", "400 Bad Request", "403 Forbidden"])
@in_loop
async def test_a_list_that_fails_takes_no_other_along(word: str, member: str, name: str, status: str) -> None:
    async with scripted(answering({word: error(status, "Not on this server.")})) as run:
        client = ReleaseClient(run.transport, "tfs-2018")
        read = await reading_resources.read_resources(TOPIC, client, None, tell_nothing)
    assert read.problems == (f"{name}: Not on this server.",)
    for other in MEMBERS:
        assert getattr(read.found, other) == (None if other == member else ())


@in_loop
async def test_what_was_known_of_a_list_that_fails_stays() -> None:
    known = Resources(queues=(Queue(15, SafeText("Linux"), SafeText("")),))
    async with scripted(answering({"queues": error("404 Not Found", "Gone.")})) as run:
        client = ReleaseClient(run.transport, "server-2022")
        read = await reading_resources.read_resources(TOPIC, client, known, tell_nothing)
    assert read.found.queues == known.queues
    assert read.found.builds == ()
    assert read.problems == ("Queues: Gone.",)
    assert not read.found.lists_all("queues")
    assert read.found.lists_all("builds")


@in_loop
async def test_a_server_that_tells_nothing_at_all_is_an_error() -> None:
    async with scripted(answering({"": error("404 Not Found", "No such project.")})) as run:
        with pytest.raises(NotFound):
            await reading_resources.read_resources(TOPIC, ReleaseClient(run.transport), None, tell_nothing)


@in_loop
async def test_each_list_is_shown_as_soon_as_it_is_there() -> None:
    told: list[tuple[object, str]] = []
    rows = listing({"id": 15, "name": "Linux"}, {"id": "x"})
    async with scripted(answering({"queues": rows})) as run:
        client = ReleaseClient(run.transport, "server-2022")
        read = await reading_resources.read_resources(
            TOPIC, client, None, lambda data, progress: told.append((data, progress))
        )
    assert [progress for _, progress in told] == [f"{n} of 8 lists read" for n in range(1, 9)]
    assert told[0][0] != NOTHING
    assert told[-1][0] == read.found
    assert [queue.id for queue in read.found.queues or ()] == [15]
    assert read.problems == ("Queues: 1 row of the list cannot be read.",)
    assert read.found.in_part == {"queues"}


@in_loop
async def test_a_list_that_is_whole_again_is_known_as_whole() -> None:
    known = Resources(queues=(), in_part=frozenset({"queues"}))
    async with scripted(answering({"queues": listing({"id": 15, "name": "Linux"})})) as run:
        client = ReleaseClient(run.transport, "server-2022")
        read = await reading_resources.read_resources(TOPIC, client, known, tell_nothing)
    assert read.found.lists_all("queues")


@in_loop
async def test_pages_are_followed_and_ask_for_what_is_needed() -> None:
    pages = {
        "": listing({"id": 1, "name": "A"}, {"id": 2, "name": "B"}, token="B"),
        "B": listing({"id": 2, "name": "B"}, {"id": 3, "name": "C"}),
    }

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(pages[asked(seen).get("continuationToken", "")])
        await writer.drain()

    async with scripted(handle) as run:
        client = ReleaseClient(run.transport, "server-2020")
        for ask, version in (
            (client.deployment_groups, "6.0-preview.1"),
            (client.variable_groups, "6.0-preview.2"),
            (client.builds, "6.0"),
        ):
            before = len(run.seen)
            found: list[Any] = await all_of(ask(PROJECT.id))
            assert [row.id for row in found] == [1, 2, 3]
            assert [asked(seen)["api-version"] for seen in run.seen[before:]] == [version] * 2
        last = asked(run.seen[-1])
        assert (last["includeAllProperties"], last["queryOrder"]) == ("true", "definitionNameAscending")


@in_loop
async def test_branches_are_asked_of_one_repository() -> None:
    rows = listing({"name": "refs/heads/main"}, {"name": "refs/heads/x"})
    async with scripted(answering({"refs": rows})) as run:
        branches = await all_of(ReleaseClient(run.transport).branches(PROJECT.id, "r/1"))
        assert [branch.id for branch in branches] == ["refs/heads/main", "refs/heads/x"]
        [seen] = run.seen
        assert f"/{PROJECT.id}/_apis/git/repositories/r%2F1/refs?" in seen.line
        assert asked(seen)["filter"] == "heads/"


@in_loop
async def test_a_large_catalogue_leaves_the_loop_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsed beside the loop, and read in slices with a turn for everybody between them."""
    threads: list[threading.Thread] = []

    def watched(data: bytes) -> object:
        threads.append(threading.current_thread())
        return loads(data)

    monkeypatch.setattr(answers, "loads", watched)
    entry = {"name": "x", "label": "X", "type": "string", "helpMarkDown": "h" * 500}
    rows = [
        {
            "id": f"{number:08d}-0000-0000-0000-000000000000",
            "name": "Task",
            "version": {"major": 1, "minor": 0, "patch": 0},
            "inputs": [entry] * 20,
        }
        for number in range(200)
    ]
    answer = listing(*rows)
    assert len(answer) > transport.PARSED_AT_ONCE
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with scripted(answering({"tasks": answer})) as run:
        client = ReleaseClient(run.transport, "server-2022")
        await all_of(client.queues(PROJECT.id))
        task = asyncio.create_task(others())
        page = await client.task_types()
        task.cancel()
    assert [thread is threading.main_thread() for thread in threads] == [True, False]
    assert len(page.rows.items) == len(rows)
    assert turns > len(rows) / 10


@pytest.mark.parametrize("member", ["task_types", "queues"])
@in_loop
async def test_an_answer_that_is_no_list_is_told(member: str) -> None:
    word = {"task_types": "distributedtask/tasks", "queues": "queues"}[member]
    async with scripted(answering({word: response(b'{"id": 1}')})) as run:
        client = ReleaseClient(run.transport, "server-2022")
        read = await reading_resources.read_resources(TOPIC, client, None, tell_nothing)
        assert getattr(read.found, member) is None
        assert len(read.problems) == 1
        with pytest.raises(ApiError):
            await (client.task_types() if member == "task_types" else all_of(client.queues(PROJECT.id)))
