"""Definitions and folders are written by decisions: what is sent, what stops it, what the journal holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reltui.data.decision import IN_FLIGHT, Decision, Draft, FolderPlace, NewDefinition, State, Verb
from reltui.data.edits import Edit, digest
from reltui.data.service import DataService
from reltui.demo.server import RunningDemo
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from tests.service.drafts import draft_of, first_project, made_definition, stage
from tests.support import (
    journal_files,
    ledger,
    let_the_run_look_dead,
    service_on,
    serving,
    set_faults,
    until,
    verdict,
)


async def decided(service: DataService, draft: Draft) -> Decision:
    """The verdict of a confirmed draft."""
    return await verdict(service, service.outbox.submit(draft))


LEE = "Lee Whitcomb"


def lee(demo: RunningDemo) -> str:
    """The id of somebody else."""
    return next(number for number, each in demo.engine.identities.items() if each["displayName"] == LEE)


SENT: dict[Verb, tuple[str, str, Any]] = {
    Verb.SAVE: ("PUT", "/definitions?", {"description": "for the night shift", "comment": "by the book"}),
    Verb.NEW: ("POST", "/definitions?", {"name": "Fresh.CD", "comment": "by the book"}),
    Verb.DELETE_DEFINITION: ("DELETE", "comment=by", None),
    Verb.UNDELETE_DEFINITION: ("PATCH", "/definitions/", {"comment": "by the book"}),
    Verb.ADD_FOLDER: ("POST", "/folders", {"path": "\\Late shift"}),
    Verb.MOVE_FOLDER: ("PATCH", "/folders/", {"path": "\\Day shift"}),
    Verb.DELETE_FOLDER: ("DELETE", "/folders/", None),
}
"""Method, a part of the address, and what the body holds at least."""


@pytest.mark.parametrize("verb", list(SENT))
def test_a_verb_lands_once(verb: Verb, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            decision = await decided(service, await draft_of(demo, service, verb))
            assert decision.state is State.LANDED, decision.sentence
            (line,) = await ledger(demo)
            method, part, body = SENT[verb]
            assert (line["method"], line["applied"], line["answered"]) == (method, True, True)
            assert part in line["path"]
            if body is not None:
                assert {**line["body"], **body} == line["body"]

    asyncio.run(run())


def test_a_save_sends_the_whole_with_what_was_changed_and_nothing_else(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.SAVE)
            await decided(service, draft)
            (line,) = await ledger(demo)
            assert isinstance(draft.seen, Definition)
            changed = {"description": "for the night shift", "comment": "by the book"}
            assert line["body"] == {**draft.seen.raw, **changed}

    asyncio.run(run())


def test_a_revision_that_came_meanwhile_stops_the_save_and_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.SAVE)
            demo.engine.update_definition(draft.project.id, {**draft.body, "description": "x"}, lee(demo))
            decision = await decided(service, draft)
            assert decision.state is State.NOT_SENT
            assert f"{LEE} saved revision 2" in decision.sentence
            assert await ledger(demo) == []

    asyncio.run(run())


def test_a_name_that_is_taken_is_not_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            definition = await made_definition(demo, service)
            project = await first_project(service)
            seen = NewDefinition(project.id, SafeText(definition.name.upper()), definition.path)
            body = {"name": definition.name.upper(), "environments": [stage("DEV", 1)]}
            draft = Draft(Verb.NEW, "demo", project.name, project, seen, body=body)
            decision = await decided(service, draft)
            assert decision.state is State.NOT_SENT
            assert f"(id {definition.id})" in decision.sentence
            assert await ledger(demo) == []

    asyncio.run(run())


@pytest.mark.parametrize("verb", [Verb.SAVE, Verb.NEW])
def test_a_secret_that_was_typed_is_sent_and_never_written_down(verb: Verb, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, verb)
            secret = {"Key": {"value": "c4n4ry-in-a-mine", "isSecret": True}}
            draft = replace(draft, body={**draft.body, "variables": secret})
            decision = await decided(service, draft)
            assert decision.state is State.LANDED
            (line,) = await ledger(demo)
            assert line["body"]["variables"] == secret
            assert "c4n4ry" not in repr(decision)

    asyncio.run(run())
    assert journal_files(tmp_path)
    assert not any(b"c4n4ry" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize("verb", [Verb.SAVE, Verb.NEW, Verb.DELETE_DEFINITION, Verb.MOVE_FOLDER])
def test_what_a_killed_run_had_sent_is_settled_without_its_body(verb: Verb, tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo:
            async with service_on(demo, tmp_path) as service:
                draft = await draft_of(demo, service, verb)
                set_faults(demo, *(f"srv-02:times=1,method={method}" for method in WRITES))
                decision = service.outbox.submit(draft)
                await until(lambda: any(entry.applied for entry in demo.service.ledger.entries))
                await service.outbox.close(grace=0.0)
                assert service.outbox.get(decision.id).state is State.UNSETTLED
            let_the_run_look_dead(tmp_path)
            set_faults(demo)
            async with service_on(demo, tmp_path) as later:
                inherited = await until(lambda: later.outbox.decisions())
                settled = await verdict(later, inherited[0])
                assert settled.state is State.LANDED, settled.sentence
            assert len(await ledger(demo)) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("comment", "state"), [("by the book", State.LANDED), ("from the browser", State.UNSETTLED)]
)
def test_a_revision_of_ours_with_another_comment_may_be_of_another_window(
    comment: str, state: State, tmp_path: Path
) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.SAVE)
            # The server has failed and not taken it; the same person has saved meanwhile.
            set_faults(demo, "srv-06:method=PUT,times=1,retry=1")
            decision = service.outbox.submit(draft)
            await until(lambda: service.outbox.get(decision.id).state is State.SETTLING)
            assert not (await ledger(demo))[0]["applied"]
            body = {**draft.body, "comment": comment}
            demo.engine.update_definition(draft.project.id, body, str(demo.engine.me["id"]))
            await until(lambda: service.outbox.get(decision.id).state not in IN_FLIGHT)
            assert service.outbox.get(decision.id).state is state

    asyncio.run(run())


def test_a_folder_that_got_another_definition_is_not_deleted(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.DELETE_FOLDER)
            assert isinstance(draft.seen, FolderPlace)
            await made_definition(demo, service, draft.seen.path)
            decision = await decided(service, draft)
            assert decision.state is State.NOT_SENT
            assert "has changed meanwhile" in decision.sentence
            assert await ledger(demo) == []

    asyncio.run(run())


def test_an_edit_ends_with_the_save_that_lands_and_not_before(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving() as demo, service_on(demo, tmp_path) as service:
            draft = await draft_of(demo, service, Verb.SAVE)
            edit = Edit(
                "abc1", demo.url, draft.project.id, str(draft.project.name), draft.seen.id, None, draft.body
            )
            service.edits.save(edit)
            draft = replace(draft, options={"edit": edit.key, "sent": digest(draft.body)})
            set_faults(demo, "srv-06:method=PUT,times=1,retry=1")
            refused = await decided(service, draft)
            assert refused.state is not State.LANDED
            assert [each.key for each in service.edits.load()] == [edit.key]
            set_faults(demo)
            landed = await decided(service, draft)
            assert landed.state is State.LANDED
            assert service.edits.load() == ()

    asyncio.run(run())
