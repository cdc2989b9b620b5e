"""Every call of the client over TCP: against the embedded server of each generation, and page by page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from reltui.api import paging
from reltui.api.auth import Auth, Secret
from reltui.api.client import ReleaseClient
from reltui.api.endpoints import ENDPOINTS, VERSIONS
from reltui.api.paging import Page
from reltui.api.transport import Transport
from reltui.config import Profile, SecretSource
from reltui.demo.server import RunningDemo
from reltui.errors import (
    ApiError,
    Interrupted,
    Malformed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotTheServer,
    Refused,
    TooLarge,
)
from reltui.model.approval import ApprovalStatus
from reltui.model.definition import Definition
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.release import EnvironmentStatus, ReleaseStatus
from reltui.model.text import clean
from tests.service.scripted import QUICK, Seen, in_loop, response, saying, scripted
from tests.support import serving, set_faults

T = TypeVar("T")

GENERATIONS = (
    "tfs-2018-rtw",
    "tfs-2018",
    "server-2019",
    "server-2019.1",
    "server-2020",
    "server-2022",
    "server-2022.1",
    "services",
)
PROJECT = "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"


async def all_of(source: AsyncIterator[Page[T]]) -> list[T]:
    """Every row to the end; nothing unreadable, nothing missing."""
    rows: list[T] = []
    async for page in source:
        assert not page.rows.bad
        assert not page.trouble
        rows += page.rows.items
    return rows


@asynccontextmanager
async def client_of(demo: RunningDemo, generation: str = "") -> AsyncIterator[ReleaseClient]:
    profile = Profile("demo", demo.url, SecretSource(env="X"))
    client = ReleaseClient(Transport(profile, Auth("pat", Secret(demo.token)), timing=QUICK), generation)
    try:
        yield client
    finally:
        await client.close()


async def shop(client: ReleaseClient) -> tuple[Project, Definition]:
    """A project and a definition of it that can make releases."""
    project = (await all_of(client.projects()))[0]
    definition = (await all_of(client.definitions(project.id)))[0]
    return project, definition


@pytest.mark.parametrize("generation", GENERATIONS)
@in_loop
async def test_the_life_of_a_release_on_every_generation(generation: str) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client:
        assert await client.discover() == generation
        me = (await client.who_am_i()).value
        groups = await client.groups_of(me)
        assert me.name
        assert groups
        assert all(groups.values())
        project, listed = await shop(client)
        definition = (await client.definition(project.id, listed.id)).value
        assert definition.environments
        assert definition.raw["id"] == listed.id
        assert (await client.definition_revisions(project.id, listed.id)).rows.items

        made = await client.create_release(
            project.id, definition_id=listed.id, description="by a test", properties={"reltui.op": "77"}
        )
        assert made.value.status is ReleaseStatus.ACTIVE
        demo.engine.advance(5)
        release = (await client.release(project.id, made.value.id, property_filter="reltui.op")).value
        assert release.properties["reltui.op"] == "77"
        assert release.description == "by a test"
        assert release.environments
        stage = release.environments[0]
        found = (await client.environment(project.id, release.id, stage.id)).value
        assert (found.id, found.name) == (stage.id, stage.name)

        mine = [
            a
            for a in await approvals(client)
            # Payments wants its approvers to sign in again.
            if concerns(a.approver, me, groups) and not a.definition.name.startswith("Payments")
        ]
        first, second, third = mine[:3]
        project_of = await where(client, [first.id, second.id, third.id])
        read = await client.approval(project_of[first.id], first.id)
        assert read.value.status is ApprovalStatus.PENDING
        done = await client.update_approval(
            project_of[first.id], first.id, status="approved", comments="good ü"
        )
        assert done.value.status is ApprovalStatus.APPROVED
        assert done.value.approved_by is not None
        assert done.value.approved_by.id == me.id
        assert done.value.comments == "good ü"
        done = await client.update_approval(
            project_of[second.id], second.id, status="rejected", comments="no"
        )
        assert done.value.status is ApprovalStatus.REJECTED
        other = next(
            i for i, person in demo.engine.identities.items() if i != me.id and not person["isContainer"]
        )
        handed = await client.update_approval(
            project_of[third.id], third.id, status="reassigned", comments="yours", approver_id=other
        )
        assert handed.value.status is ApprovalStatus.PENDING
        assert handed.value.approver is not None
        assert handed.value.approver.id == other
        told = (await client.approval_history(project_of[third.id], third.id)).value
        assert [change.comments for change in told.history] == ["yours"]

        gone = (
            await client.update_release(project.id, release.id, status="abandoned", comment="not this one")
        ).value
        assert gone.status is ReleaseStatus.ABANDONED
        with pytest.raises(Refused):
            await client.update_environment(
                project.id, release.id, stage.id, status="inProgress", comment="again"
            )


async def approvals(client: ReleaseClient) -> list[Any]:
    return [
        approval
        for project in await all_of(client.projects())
        for approval in await all_of(client.approvals(project.id))
    ]


async def where(client: ReleaseClient, ids: list[int]) -> dict[int, str]:
    """The project of each approval."""
    found = {}
    for project in await all_of(client.projects()):
        for approval in await all_of(client.approvals(project.id)):
            if approval.id in ids:
                found[approval.id] = project.id
    return found


def concerns(approver: Any, me: Me, groups: Any) -> bool:
    return approver is not None and approver.id in {me.id, *groups}


@in_loop
async def test_filters_of_lists() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, definition = await shop(client)
        releases = await all_of(client.releases(project.id))
        of_one = await all_of(client.releases(project.id, definition_id=definition.id, top=3))
        assert [r.id for r in of_one] == [r.id for r in releases if r.definition.id == definition.id]
        oldest = await all_of(client.releases(project.id, definition_id=definition.id, ascending=True))
        assert [r.id for r in oldest] == [r.id for r in reversed(of_one)]
        shallow = await all_of(client.releases(project.id, definition_id=definition.id, expand=()))
        assert all(r.environments is None for r in shallow)
        assert all(r.environments for r in of_one)
        gone = await all_of(client.releases(project.id, status="abandoned"))
        assert {r.id for r in gone} == {r.id for r in releases if r.status is ReleaseStatus.ABANDONED}
        few = await all_of(client.releases(project.id, ids=[r.id for r in releases[:3]]))
        assert {r.id for r in few} == {r.id for r in releases[:3]}
        moment = releases[len(releases) // 2].created_on
        assert moment is not None
        newer = await all_of(client.releases(project.id, created_after=moment))
        assert all(r.created_on is not None and r.created_on > moment for r in newer)
        assert (
            await all_of(client.releases(project.id, created_before=datetime(2001, 1, 1, tzinfo=UTC))) == []
        )
        named = await all_of(client.definitions(project.id, search=definition.name, is_exact_name=True))
        assert [d.id for d in named] == [definition.id]
        by_two = await all_of(client.definitions(project.id, top=2, ids=[definition.id], expand=()))
        assert [d.environments for d in by_two] == [None]
        pending = await all_of(client.approvals(project.id))
        of_release = await all_of(client.approvals(project.id, release_ids=[pending[0].release.id]))
        assert {a.id for a in of_release} == {a.id for a in pending if a.release.id == pending[0].release.id}
        me = (await client.who_am_i()).value
        mine = await all_of(client.approvals(project.id, assigned_to=me.id))
        assert all(a.approver is not None and a.approver.id == me.id for a in mine)


@in_loop
async def test_a_definition_is_made_of_its_own_json() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, listed = await shop(client)
        raw = dict((await client.definition(project.id, listed.id)).value.raw)
        raw["name"] = "Copy of it"
        made = (await client.create_definition(project.id, raw)).value
        assert made.name == "Copy of it"
        assert made.id != listed.id


@in_loop
async def test_deploying_and_canceling_a_stage() -> None:
    async with serving() as demo, client_of(demo, "server-2020") as client:
        project, definition = await shop(client)
        made = (await client.create_release(project.id, definition_id=definition.id)).value
        demo.engine.advance(1)
        release = (await client.release(project.id, made.id)).value
        assert release.environments is not None
        last = release.environments[-1]
        assert last.status is EnvironmentStatus.NOT_STARTED
        asked = (
            await client.update_environment(
                project.id, release.id, last.id, status="inProgress", comment="now"
            )
        ).value
        assert asked.status in (EnvironmentStatus.QUEUED, EnvironmentStatus.IN_PROGRESS)
        asked = (
            await client.update_environment(project.id, release.id, last.id, status="canceled", comment="no")
        ).value
        assert asked.status in (EnvironmentStatus.CANCELED, EnvironmentStatus.IN_PROGRESS)


@in_loop
async def test_several_approvals_of_one_release_at_once() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        me = (await client.who_am_i()).value
        mine = next(a for a in await approvals(client) if a.approver is not None and a.approver.id == me.id)
        project_id = (await where(client, [mine.id]))[mine.id]
        page = await client.update_approvals(project_id, [mine.id], status="approved", comments="both")
        assert [(a.id, a.status) for a in page.rows.items] == [(mine.id, ApprovalStatus.APPROVED)]


@in_loop
async def test_what_is_not_there_and_who_is_not_signed_in() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, _ = await shop(client)
        with pytest.raises(NotFound):
            await client.release(project.id, 999_999)
        with pytest.raises(NotFound):
            await all_of(client.releases("no such project"))
        profile = Profile("demo", demo.url, SecretSource(env="X"))
        stranger = ReleaseClient(Transport(profile, Auth("pat", Secret("wrong")), timing=QUICK))
        with pytest.raises(NotSignedIn):
            await stranger.who_am_i()
        await stranger.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("srv-11", NotTheServer),
        ("srv-12", NotSignedIn),
        ("srv-08", Malformed),
        ("srv-24", NotSignedIn),
    ],
)
@in_loop
async def test_faults_of_a_read_are_told_apart(fault: str, kind: type[ApiError]) -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, _ = await shop(client)
        set_faults(demo, fault)
        with pytest.raises(kind):
            await asyncio.gather(*(all_of(client.approvals(project.id)) for _ in range(30)))


@in_loop
async def test_a_missing_permission_is_named() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, definition = await shop(client)
        set_faults(demo, "srv-25")
        with pytest.raises(NotPermitted, match="permission"):
            await client.create_release(project.id, definition_id=definition.id)


@in_loop
async def test_hostile_text_comes_in_clean() -> None:
    async with serving("srv-39") as demo, client_of(demo, "server-2022") as client:
        bad = 0
        async for projects in client.projects():
            for project in projects.rows.items:
                async for page in client.approvals(project.id):
                    bad += len(page.rows.bad)
                    for approval in page.rows.items:
                        for text in (
                            approval.release.name,
                            approval.environment.name,
                            approval.definition.name,
                        ):
                            assert clean(text) == text
        assert bad == 0


@in_loop
async def test_rows_of_wrong_types_stand_apart() -> None:
    async with serving("srv-40:route=approvals") as demo, client_of(demo, "server-2022") as client:
        good = bad = 0
        for project in await all_of(client.projects()):
            async for page in client.approvals(project.id):
                good += len(page.rows.items)
                bad += len(page.rows.bad)
                json.dumps(page.raw)
        assert good
        assert bad


@pytest.mark.parametrize("fault", ["srv-35", "srv-37", "srv-38"])
@in_loop
async def test_lists_that_move_while_they_are_read_are_whole(fault: str) -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, _ = await shop(client)
        before = {release.id for release in await all_of(client.releases(project.id))}
        set_faults(demo, fault)
        newest: dict[int, Any] = {}
        async for page in client.releases(project.id, top=20):
            assert not page.trouble
            newest.update((release.id, release) for release in page.rows.items)
        assert before <= set(newest)


@in_loop
async def test_a_list_whose_token_loops_says_that_it_is_incomplete() -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, _ = await shop(client)
        set_faults(demo, "srv-36")
        found = await pages_of(client.releases(project.id, top=20))
        assert found[-1].trouble == paging.REPEATED


@pytest.mark.parametrize(("fault", "kind"), [("srv-07", Interrupted), ("srv-21", TooLarge)])
@in_loop
async def test_a_list_that_breaks_off_is_an_error(fault: str, kind: type[ApiError]) -> None:
    async with serving() as demo, client_of(demo, "server-2022") as client:
        project, _ = await shop(client)
        set_faults(demo, fault)
        with pytest.raises(kind):
            await pages_of(client.releases(project.id, top=20))


@in_loop
async def test_the_version_goes_along_and_unset_filters_do_not() -> None:
    async with scripted(saying(response())) as run:
        client = ReleaseClient(run.transport)
        await all_of(client.approvals(PROJECT))
        client.generation = "server-2019"
        await all_of(client.approvals(PROJECT, release_ids=(1, 2), assigned_to="a b"))
        first, second = (seen.line.split(" ")[1].split("?")[1] for seen in run.seen)
        assert first == "statusFilter=pending&top=100&api-version=4.1-preview.3"
        assert second == (
            "statusFilter=pending&assignedToFilter=a%20b&releaseIdsFilter=1,2&top=100&api-version=5.0"
        )


def listing(*rows: Any, token: str = "") -> bytes:
    body = json.dumps({"count": len(rows), "value": rows}).encode()
    return response(body, "200 OK", *([f"x-ms-continuationtoken: {token}"] if token else []))


def project(number: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"id": f"4adb1680-0eac-6149-b5ee-{number:012}", "name": name or f"P{number}", **more}


def definition(number: int, revision: int = 1, name: str = "D") -> dict[str, Any]:
    return {"id": number, "name": name, "revision": revision}


async def pages_of(source: AsyncIterator[Page[T]]) -> list[Page[T]]:
    return [page async for page in source]


@in_loop
async def test_tokens_are_sent_back_unchanged_with_the_same_filters() -> None:
    answers = saying(listing(definition(1), token="Ab/+ =1"), listing(definition(2)))
    async with scripted(answers) as run:
        found = await pages_of(ReleaseClient(run.transport).definitions(PROJECT, search="x", expand=()))
        assert [(page.token, page.last, page.trouble) for page in found] == [
            ("Ab/+ =1", False, ""),
            ("", True, ""),
        ]
        first, second = (seen.line.split(" ")[1] for seen in run.seen)
        assert second.replace("&continuationToken=Ab%2F%2B%20%3D1", "") == first


@pytest.mark.parametrize("tokens", [("5", "5"), ("5", "6", "5"), ("5", "6", "6")])
@in_loop
async def test_a_repeated_token_ends_the_list_as_incomplete(tokens: tuple[str, ...]) -> None:
    answers = [listing(definition(n + 1), token=token) for n, token in enumerate(tokens)]
    async with scripted(saying(*answers)) as run:
        found = await pages_of(ReleaseClient(run.transport).definitions(PROJECT))
        assert len(run.seen) == len(tokens)
        assert found[-1].last
        assert found[-1].trouble == paging.REPEATED
        assert not any(page.trouble for page in found[:-1])


@in_loop
async def test_an_empty_page_with_a_token_goes_on() -> None:
    async with scripted(saying(listing(token="5"), listing(token="6"), listing(definition(1)))) as run:
        found = await pages_of(ReleaseClient(run.transport).definitions(PROJECT))
        assert [len(page.rows.items) for page in found] == [0, 0, 1]
        assert not found[-1].trouble


@in_loop
async def test_pages_without_end_are_bounded() -> None:
    number = 0

    async def endless(_: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        number += 1
        writer.write(listing(token=str(number)))

    async with scripted(endless) as run:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paging, "PAGES_MAXIMUM", 20)
            found = await pages_of(ReleaseClient(run.transport).definitions(PROJECT))
        assert len(found) == 20
        assert found[-1].last
        assert found[-1].trouble == paging.ENDLESS


@in_loop
async def test_a_full_page_without_a_token_may_not_be_the_end() -> None:
    rows = [definition(n) for n in range(1, 4)]
    async with scripted(saying(listing(*rows))) as run:
        client = ReleaseClient(run.transport)
        [page] = await pages_of(client.definitions(PROJECT, top=3))
        assert (page.last, page.trouble) == (True, paging.NO_TOKEN)
        [page] = await pages_of(client.definitions(PROJECT, top=4))
        assert (page.last, page.trouble) == (True, "")


@in_loop
@pytest.mark.parametrize(
    ("oldest", "trouble"), [(1, ""), (99, paging.NO_TOKEN), ([1], paging.NO_TOKEN), (None, paging.NO_TOKEN)]
)
async def test_a_full_last_page_is_the_end_when_it_holds_the_row_at_the_other_end(
    oldest: object, trouble: str
) -> None:
    asked: list[str] = []

    def release(number: object) -> dict[str, Any]:
        return {"id": number, "name": f"R{number}", "status": "active"}

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked.append(seen.line)
        rows = [release(oldest)] if "queryOrder=ascending" in seen.line else [release(n) for n in (3, 2, 1)]
        writer.write(listing(*rows))

    async with scripted(handle) as run:
        [page] = await pages_of(ReleaseClient(run.transport).releases(PROJECT, top=3))
    assert (page.last, page.trouble) == (True, trouble)
    assert len(asked) == 2
    assert "top=1" in asked[1]
    assert "continuationToken" not in asked[1]


@in_loop
async def test_projects_go_on_without_tokens() -> None:
    full = [project(n) for n in range(200)]
    async with scripted(saying(listing(*full), listing(project(200)))) as run:
        found = await all_of(ReleaseClient(run.transport).projects())
        assert len(found) == 201
        assert "$skip=200" in run.seen[1].line


@in_loop
async def test_rows_that_come_twice_are_kept_once_and_the_newest_wins() -> None:
    one = listing(definition(1, 2, "new"), definition(2, 1), definition(2, 3, "newest"), token="5")
    two = listing(definition(1, 1, "old"), definition(2, 3, "same"), definition(3, 1), token="6")
    three = listing(definition(1, 9, "later"), "broken", 5)
    async with scripted(saying(one, two, three)) as run:
        found = await pages_of(ReleaseClient(run.transport).definitions(PROJECT))
        names = [[(d.id, d.name) for d in page.rows.items] for page in found]
        assert names == [[(1, "new"), (2, "newest")], [(3, "D")], [(1, "later")]]
        assert [len(page.rows.bad) for page in found] == [0, 0, 2]
        assert [len(page.raw) for page in found] == [2, 1, 3]


@in_loop
async def test_a_consumer_may_stop_early() -> None:
    async with scripted(saying(listing(definition(1), token="5"))) as run:
        async for _ in ReleaseClient(run.transport).definitions(PROJECT):
            break
        assert len(run.seen) == 1


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"count":1,"value":[]}', b"null", b'{"value":{"a":1}}'])
@in_loop
async def test_what_is_no_list_is_an_error_and_never_empty(body: bytes) -> None:
    async with scripted(saying(response(body))) as run:
        with pytest.raises(Malformed):
            await all_of(ReleaseClient(run.transport).approvals(PROJECT))


@in_loop
async def test_an_answer_that_lacks_what_identifies_it_is_malformed_with_its_activity() -> None:
    async with scripted(saying(response(b'{"id":7}', "200 OK", "ActivityId: 0f9a"))) as run:
        with pytest.raises(Malformed) as caught:
            await ReleaseClient(run.transport).approval(PROJECT, 7)
        assert (caught.value.activity, caught.value.sent) == ("0f9a", True)


RELEASES = "A166FDE7-27AD-408E-BA75-703C2CC9D500"
SILENT = [
    response(b"<html>no</html>", "404 Not Found", "ActivityId: 0f9a", kind="text/html"),
    response(b'{"message":"x"}', "405 No"),
    listing(),
    listing({"id": RELEASES, "maxVersion": 5}),
]
"""Answers that tell no version."""


@pytest.mark.parametrize(
    ("maximum", "released", "generation"), [("6.1", "6.0", "server-2020"), ("3.1", "0.0", "tfs-2017")]
)
@in_loop
async def test_discovery_settles_on_a_generation(maximum: str, released: str, generation: str) -> None:
    answer = listing({"id": RELEASES, "maxVersion": maximum, "releasedVersion": released})
    async with scripted(saying(answer)) as run:
        client = ReleaseClient(run.transport)
        assert await client.discover() == generation
        assert client.generation == generation
        assert [seen.line for seen in run.seen] == ["OPTIONS /tfs/North/_apis HTTP/1.1"]


@pytest.mark.parametrize("answer", SILENT)
@in_loop
async def test_a_server_that_tells_no_version_is_taken_for_what_was_known_of_it(answer: bytes) -> None:
    async with scripted(saying(answer)) as run:
        client = ReleaseClient(run.transport)
        assert await client.discover("tfs-2017") == "tfs-2017"
        assert len(run.seen) == 1


@pytest.mark.parametrize("answer", SILENT)
@in_loop
async def test_of_a_server_that_tells_no_version_the_newest_that_it_takes_is_found(answer: bytes) -> None:
    refusal = response(b'{"message":"out of range"}', "400 Bad Request")
    async with scripted(saying(answer, refusal, refusal, listing())) as run:
        client = ReleaseClient(run.transport)
        assert await client.discover() == "server-2020"
        asked = [seen.line.split("api-version=")[1].split()[0] for seen in run.seen[1:]]
        assert asked == ["7.1", "7.0", "6.0"]


@in_loop
async def test_a_server_that_refuses_every_version_is_of_no_generation() -> None:
    refusal = response(b'{"message":"out of range"}', "400 Bad Request")
    async with scripted(saying(refusal)) as run:
        with pytest.raises(Malformed, match="refuses all"):
            await ReleaseClient(run.transport).discover()
        assert len(run.seen) == 1 + len(VERSIONS["projects"]) - 1


@in_loop
async def test_discovery_guesses_nothing_from_the_page_of_somebody_on_the_way() -> None:
    page = response(b"<html>no</html>", "404 Not Found", kind="text/html")
    async with scripted(saying(page)) as run:
        with pytest.raises(NotTheServer):
            await ReleaseClient(run.transport).discover()


@in_loop
async def test_nobody_is_not_signed_in() -> None:
    user = {"id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "providerDisplayName": "Anonymous"}
    for body in ({"authenticatedUser": user}, {"authenticatedUser": {"id": "0" * 36}}, {}):
        async with scripted(saying(response(json.dumps(body).encode()))) as run:
            with pytest.raises((NotSignedIn, Malformed)):
                await ReleaseClient(run.transport).who_am_i()


@in_loop
async def test_groups_are_asked_for_in_batches_and_unknown_ones_passed_over() -> None:
    above = [f"Microsoft.TeamFoundation.Identity;S-1-{n}" for n in range(25)]
    me = {"id": project(1)["id"], "providerDisplayName": "Anna", "memberOf": [*above, above[0]]}
    group = {"id": project(2)["id"], "providerDisplayName": "[SHOP]\\Approvers", "isContainer": True}
    async with scripted(saying(listing(me), listing(group, None), listing(None))) as run:
        person = Me(me["id"], clean("Anna"), clean("anna"))
        groups = await ReleaseClient(run.transport).groups_of(person)
        assert groups == {group["id"]: "[SHOP]\\Approvers"}
        assert len(run.seen) == 3
        assert "queryMembership=expandedUp" in run.seen[0].line


def test_an_unknown_generation_is_a_mistake() -> None:
    transport = Transport(Profile("x", "https://x.example", SecretSource()), Auth("pat", Secret("x")))
    with pytest.raises(ValueError, match="tfs-1999"):
        ReleaseClient(transport, "tfs-1999")


@in_loop
async def test_a_deferred_deployment_goes_out_in_utc() -> None:
    stage = response(b'{"id":5,"name":"PROD","status":"scheduled"}')
    async with scripted(saying(stage)) as run:
        moment = datetime(2026, 3, 1, 10, tzinfo=UTC) + timedelta(hours=1)
        await ReleaseClient(run.transport).update_environment(
            PROJECT, 3, 5, status="scheduled", comment="later", scheduled_for=moment
        )
        assert json.loads(run.seen[0].body)["scheduledDeploymentTime"] == "2026-03-01T11:00:00Z"


def test_the_table_has_no_call_that_the_client_does_not_make() -> None:
    used = {
        constant
        for group in ReleaseClient.__mro__
        for method in vars(group).values()
        for constant in getattr(getattr(method, "__code__", None), "co_consts", ())
        if isinstance(constant, str)
    }
    assert set(ENDPOINTS) <= used
