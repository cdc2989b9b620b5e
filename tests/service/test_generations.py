"""Each generation by what works on it: every cell is run, or the program says why not (srv-44)."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from reltui.api.calls import within
from reltui.api.client import ReleaseClient
from reltui.api.endpoints import ENDPOINTS, VERSIONS, has
from reltui.data.capabilities import Need, why_not
from reltui.data.decision import State, Verb
from reltui.data.service import DataService
from reltui.data.topics import Inbox
from reltui.demo.routes import Routes
from reltui.demo.versions import GENERATIONS
from reltui.errors import Lacking, Malformed, NotFound, NotPermitted
from reltui.model.approval import approval_from_json
from reltui.model.generations import title
from reltui.paths import under
from tests.matrix import CELLS, WORKS, table, tried
from tests.service.drafts import draft_of
from tests.service.scripted import in_loop, response, saying, scripted
from tests.service.test_client import PROJECT, all_of, client_of, shop
from tests.support import FAST, config_of, ledger, read_whole, service_on, serving, until, verdict

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
LACKS = {
    ("tfs-2015.2", "history"): "TFS 2015 Update 2 cannot tell the history of a release. TFS 2018 can.",
    ("tfs-2017", "history"): "TFS 2017 cannot tell the history of a release. TFS 2018 can.",
}


@pytest.mark.parametrize("name", list(CELLS))
@pytest.mark.parametrize("generation", list(GENERATIONS))
def test_it_works_or_says_why_not(generation: str, name: str, tmp_path: Path) -> None:
    expected = LACKS.get((generation, name), WORKS)
    assert asyncio.run(tried(generation, name, tmp_path)) == expected


def test_the_readme_shows_what_was_tried() -> None:
    """If this fails, put what `python -m tests.matrix` prints between the two comments."""
    found = re.search(r"<!-- generations:.*?-->\n(.*?)<!-- end of generations -->", README, re.DOTALL)
    assert found is not None
    expected = {(g, name): LACKS.get((g, name), WORKS) for g in GENERATIONS for name in CELLS}
    assert found[1].strip() == table(expected)


@pytest.mark.parametrize(("before", "after"), [("server-2022", "tfs-2018"), ("server-2019", "server-2022.1")])
@in_loop
async def test_a_server_that_becomes_another_in_mid_session_is_asked_again(
    before: str, after: str, tmp_path: Path
) -> None:
    async with serving(generation=before) as demo, service_on(demo, tmp_path) as service:
        await read_whole(service, Inbox())
        assert service.server("demo").generation == before
        demo.service.generation = GENERATIONS[after]
        demo.service._routes = Routes(demo.service.generation)
        if after > before:
            # An older version of the API goes on working, until the server is asked the next time.
            await service.sign_in("demo")
        service.refresh()
        await until(lambda: service.server("demo").generation == after)
        service.refresh()
        await until(lambda: (s := service.look(Inbox())).complete and not s.problems)


OLDER = ("tfs-2015.2", "tfs-2017")


@pytest.mark.parametrize("generation", OLDER)
@in_loop
async def test_a_definition_that_nobody_changed_goes_back_as_it_came_to_the_byte(generation: str) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client:
        await client.discover()
        for project in await all_of(client.projects()):
            for listed in await all_of(client.definitions(project.id)):
                came = await client.transport.call(
                    ENDPOINTS["definition"],
                    path=within(project.id, definition=listed.id),
                    query={"api-version": VERSIONS["definitions"][generation]},
                )
                assert isinstance(came.data, dict)
                assert "deployPhases" not in came.data["environments"][0]
                raw = (await client.definition(project.id, listed.id)).value.raw
                with suppress(NotPermitted):
                    await client.update_definition(project.id, raw)
                line = (await ledger(demo))[-1]
                assert json.dumps(line["body"]) == json.dumps(came.data)
                assert line["path"].split("?")[0].endswith(f"/definitions/{listed.id}")


@pytest.mark.parametrize("generation", OLDER)
@in_loop
async def test_what_would_be_lost_on_an_old_server_is_not_sent(generation: str) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client:
        await client.discover()
        project, listed = await shop(client)
        raw = dict((await client.definition(project.id, listed.id)).value.raw)
        with pytest.raises(Malformed, match="no folders") as caught:
            await client.update_definition(project.id, {**raw, "path": "\\Web"})
        assert not caught.value.sent
        assert await ledger(demo) == []


@pytest.mark.parametrize("generation", OLDER)
@in_loop
async def test_an_old_server_is_not_asked_what_it_cannot_answer(generation: str) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client:
        await client.discover()
        project, listed = await shop(client)
        asked = sum(demo.service.ledger.reads.values())
        for call in (
            client.folders(project.id),
            client.definition_revisions(project.id, listed.id),
            client.release_history(project.id, 1),
            client.artifact_versions(project.id, listed.id),
            client.undelete_definition(project.id, listed.id, "x"),
            client.delete_release(project.id, 1, "x"),
            client.update_approvals(project.id, [1], status="approved", comments=""),
            all_of(client.deployments(project.id)),
            all_of(client.definitions(project.id, is_deleted=True)),
            all_of(client.releases(project.id, is_deleted=True)),
            all_of(client.releases(project.id, search="x")),
            client.create_release(project.id, definition_id=listed.id, variables={"Ring": "two"}),
            client.update_environment(
                project.id, 1, 2, status="inProgress", comment="", variables={"Ring": "two"}
            ),
        ):
            with pytest.raises(Lacking, match=title(generation)):
                await call
        assert sum(demo.service.ledger.reads.values()) == asked
        assert await ledger(demo) == []


@pytest.mark.parametrize("generation", OLDER)
@in_loop
async def test_what_an_old_server_does_not_filter_is_filtered_here(generation: str) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client:
        await client.discover()
        project, first = await shop(client)
        everything = await all_of(client.definitions(project.id))
        assert len(everything) > 1
        for filtered in (
            client.definitions(project.id, ids=(first.id,)),
            client.definitions(project.id, search=first.name.upper(), is_exact_name=True, path="\\x"),
        ):
            assert [definition.id for definition in await all_of(filtered)] == [first.id]
        word = first.name[:3].lower()
        expected = [d.id for d in everything if word in d.name.lower()]
        assert [d.id for d in await all_of(client.definitions(project.id, search=word))] == expected


@pytest.mark.parametrize("generation", OLDER)
@in_loop
async def test_single_approvals_and_stages_of_an_old_server_are_read_from_their_release(
    generation: str,
) -> None:
    async with serving(generation=generation) as demo, client_of(demo) as client, client_of(demo) as other:
        await client.discover()
        await other.discover()
        project = (await all_of(client.projects()))[0]
        newest_first = await all_of(client.approvals(project.id))
        assert [a.id for a in newest_first] == sorted((a.id for a in newest_first), reverse=True)
        assert [a.id for a in await all_of(client.approvals(project.id, ascending=True))] == [
            a.id for a in reversed(newest_first)
        ]
        asked = newest_first[0]
        got = await client.approval(project.id, asked.id)
        assert (got.value.id, got.value.release, got.value.attempt) == (
            asked.id,
            asked.release,
            asked.attempt,
        )
        assert approval_from_json(got.raw) == got.value
        # Another run of the program has seen no list yet.
        assert (await other.approval(project.id, asked.id)).value == got.value
        stage = (await client.environment(project.id, asked.release.id, asked.environment.id)).value
        assert stage.name == asked.environment.name
        for missing in (
            client.approval(project.id, 999_999),
            client.environment(project.id, asked.release.id, 999_999),
        ):
            with pytest.raises(NotFound):
                await missing


@pytest.mark.parametrize(("count", "looks_cut"), [(49, False), (50, True), (51, False), (100, True)])
@in_loop
async def test_a_list_in_one_piece_that_looks_cut_says_so(count: int, looks_cut: bool) -> None:
    rows = [{"id": n, "name": f"D{n}", "revision": 1} for n in range(1, count + 1)]
    body = json.dumps({"count": count, "value": rows}).encode()
    async with scripted(saying(response(body))) as run:
        client = ReleaseClient(run.transport, "tfs-2017")
        [page] = [page async for page in client.definitions(PROJECT)]
        assert (len(page.rows.items), page.last) == (count, True)
        assert bool(page.trouble) == looks_cut
        assert len(run.seen) == 1


def test_the_generation_is_kept_for_the_next_start(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(generation="tfs-2017") as demo:
            async with service_on(demo, tmp_path) as service:
                await read_whole(service, Inbox())
                assert service.server("demo").generation == "tfs-2017"
            offline = DataService(config_of(demo), under(tmp_path), timing=FAST)
            assert offline.server("demo").generation == "tfs-2017"
            await offline.close()

    asyncio.run(run())


@pytest.mark.parametrize("generation", OLDER)
def test_what_came_later_is_refused_with_the_reason_and_never_sent(generation: str, tmp_path: Path) -> None:
    """The outbox is the last to know: nothing of these leaves the machine."""

    async def run() -> None:
        async with serving(generation=generation) as demo, service_on(demo, tmp_path) as service:
            for verb in (Verb.TAG, Verb.DELETE):
                decision = await verdict(service, service.outbox.submit(await draft_of(demo, service, verb)))
                assert decision.state is State.NOT_SENT, decision.sentence
                assert title(generation) in decision.sentence
                assert why_not(generation, verb)
            assert await ledger(demo) == []

    asyncio.run(run())


def test_every_generation_since_is_the_one_that_first_has_the_call() -> None:
    """The table of capabilities and the table of calls tell the same."""
    calls: dict[Verb | Need, str] = {
        Need.LIVE: "deployments",
        Need.RELEASE_HISTORY: "release history",
        Need.REVISIONS: "definition revisions",
        Need.FOLDERS: "folders",
        Need.VERSIONS: "artifact versions",
        Verb.TAG: "add tags",
        Verb.UNTAG: "delete tag",
        Verb.DELETE: "delete release",
        Verb.UNDELETE: "undelete release",
        Verb.RESUME: "update intervention",
        Verb.ADD_FOLDER: "create folder",
    }
    for what, name in calls.items():
        lacking = {generation for generation in VERSIONS["releases"] if why_not(generation, what)}
        assert lacking == {g for g in VERSIONS["releases"] if not has(ENDPOINTS[name], g)}, what
