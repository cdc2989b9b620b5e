"""A definition that is read and saved goes back as it came, but for what was changed (api.md 3.1, 8 #14).

Byte for byte means in the client's own way of writing JSON: servers differ in blanks and escapes, and none of
them mean anything.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reltui.api.client import ReleaseClient
from reltui.data.cache import Cache
from reltui.data.decision import Draft, State, Verb
from reltui.data.topics import DefinitionOf
from reltui.demo.server import RunningDemo
from reltui.model.definition import definition_from_json
from reltui.model.editing import shape
from tests.contract.harness import SHARED
from tests.service.drafts import first_project
from tests.service.scripted import Scripted, Seen, in_loop, response, scripted
from tests.support import read_whole, service_on, verdict

EXAMPLES = SHARED / "examples"
PROJECT = "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"
LEAVES = 12
"""So many values of each definition are changed, one at a time."""

Json = dict[str, Any]

AWKWARD = r"""{
  "zeta": 1.0, "id": 7, "revision": 12, "name": "Déploiement \u65e5\u672c \ud83d\ude80",
  "whole": 9223372036854775807, "larger": 18446744073709551616, "below": -9223372036854775808,
  "small": 1e-7, "large": 1.5E+300, "zero": 0.0, "minus": -0.0, "tenth": 0.1, "short": 3,
  "lone": "half \ud800 of a pair, and the other half \udc00", "slash": "a\/b",
  "controls": "\u0000\u001b[31m\u202e",
  "\ud83d": "a key that is half of a pair", "": "no name at all", "10": "b", "9": "a",
  "empty": {}, "none": [], "nothing": null, "no": false, "yes": true,
  "environments": [
    {"rank": 1, "name": "QA", "id": 3, "unknownMember": {"deep": [[], {}, [1, 1.0, "1", true, null]]}},
    {"name": "PROD", "id": 4, "rank": 2.0, "queueId": null, "variables": {"b": {"value": null}, "a": {}}}
  ],
  "path": "\\Web\\Shop"
}"""


def captured(*, new: bool = False) -> Iterator[Any]:
    """Every definition of the captures: whole ones, rows of lists, and bodies that were sent.

    `new`: instead those that a server was asked to make, which have no id yet.
    """
    for file in sorted(EXAMPLES.rglob("definitions/*.json")):
        example = json.loads(file.read_text("utf-8-sig"))
        found = [example["parameters"].get("body"), *(a.get("body") for a in example["responses"].values())]
        for body in found:
            rows = body.get("value", [body]) if isinstance(body, dict) else []
            for place, row in enumerate(rows):
                if isinstance(row, dict) and "releaseNameFormat" in row and (row.get("id") == 0) is new:
                    name = f"{file.parent.parent.name} {file.stem} {place}"
                    yield pytest.param(json.dumps(row, ensure_ascii=False), id=name)


ABSENT = [pytest.param("", marks=pytest.mark.skip(reason="the captures are not beside the checkout"))]
CAPTURED = list(captured()) or ABSENT
CAPTURED_NEW = list(captured(new=True)) or ABSENT


async def _read_and_saved(run: Scripted, *changes: tuple[shape.Path, object]) -> list[bytes]:
    """Read the definition once and save it with each of the changes; what arrived."""
    client = ReleaseClient(run.transport, "server-2022")
    raw = (await client.definition(PROJECT, 7)).value.raw
    before = json.dumps(raw)
    for path, value in changes or [((), None)]:
        await client.update_definition(PROJECT, shape.put(raw, path, value) if path else raw)
    # What was read is the base that later changes are compared with.
    assert json.dumps(raw) == before
    return [seen.body for seen in run.seen if seen.method == "PUT"]


def _serving(text: str) -> Any:
    """A server that holds one definition and takes whatever is saved."""

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(response(text.encode("utf-8")))
        await writer.drain()

    return scripted(handle)


def _written(raw: object) -> bytes:
    return json.dumps(raw).encode("ascii")


def _leaves(raw: object, path: shape.Path = ()) -> Iterator[tuple[shape.Path, Any]]:
    """Every plain value, with its place."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(raw, list):
        for place, value in enumerate(raw):
            yield from _leaves(value, (*path, place))
    else:
        yield path, raw


def _another(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value} changed"
    return "no longer nothing"


@pytest.mark.parametrize("text", [*CAPTURED, pytest.param(AWKWARD, id="awkward")])
@in_loop
async def test_an_unchanged_definition_goes_back_byte_for_byte(text: str) -> None:
    async with _serving(text) as run:
        assert await _read_and_saved(run) == [_written(json.loads(text))]


@pytest.mark.parametrize("text", [*CAPTURED, pytest.param(AWKWARD, id="awkward")])
@in_loop
async def test_one_changed_field_changes_one_value(text: str) -> None:
    every = list(_leaves(json.loads(text)))
    # A float of 1.5e300 stays itself when one is added.
    able = [(path, _another(value)) for path, value in every if _another(value) != value]
    changes = able[:: max(len(able) // LEAVES, 1)]
    async with _serving(text) as run:
        arrived = await _read_and_saved(run, *changes)
    assert len(arrived) == len(changes)
    for body, (path, value) in zip(arrived, changes, strict=True):
        found = list(_leaves(json.loads(body)))
        # Types and order count too, so that 1 is not taken for 1.0 or true.
        assert [
            (here, new) for (here, new), (_, old) in zip(found, every, strict=True) if repr(new) != repr(old)
        ] == [(path, value)]
        assert [here for here, _ in found] == [here for here, _ in every]


@pytest.mark.parametrize("text", [*CAPTURED, pytest.param(AWKWARD, id="awkward")])
def test_the_cache_gives_a_definition_back_unharmed(text: str, tmp_path: Path) -> None:
    raw = definition_from_json(json.loads(text)).raw
    Cache(tmp_path).put("tfs01", "definition", raw)
    found = Cache(tmp_path).get("tfs01", "definition")
    assert found is not None
    assert _written(definition_from_json(found.raw).raw) == _written(json.loads(text))


@pytest.mark.parametrize("text", CAPTURED_NEW)
@in_loop
async def test_a_new_definition_is_sent_byte_for_byte(text: str) -> None:
    async with _serving(AWKWARD) as run:
        await ReleaseClient(run.transport, "server-2022").create_definition(PROJECT, json.loads(text))
        assert [seen.body for seen in run.seen] == [_written(json.loads(text))]


@in_loop
async def test_an_older_revision_can_be_saved_as_it_was() -> None:
    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        # A revision comes as text.
        kind = "text/plain" if seen.method == "GET" else "application/json"
        writer.write(response(AWKWARD.encode("utf-8"), "200 OK", "ActivityId: 0f9a", kind=kind))
        await writer.drain()

    async with scripted(handle) as run:
        client = ReleaseClient(run.transport, "server-2022")
        old = (await client.definition_revision(PROJECT, 7, 3)).value.raw
        await client.update_definition(PROJECT, old)
        assert run.seen[-1].body == _written(json.loads(AWKWARD))


WHOLE = [param for param in CAPTURED if "deployPhases" in str(param.values[0])] or ABSENT
ME: Json = {
    "id": "7f6f7a5c-3a2b-4c1d-9e8f-0a1b2c3d4e5f",
    "providerDisplayName": "Dana Reyes",
    "descriptor": "System;dana",
    "memberOf": [],
}


def _whole_server(text: str) -> Any:
    """As much of a server as a save asks for; what is saved is there from then on, one revision on."""
    stored = json.loads(text)

    def answer(seen: Seen) -> object:
        if seen.method == "PUT":
            by = {"id": ME["id"], "displayName": ME["providerDisplayName"]}
            stored.update(json.loads(seen.body), revision=stored["revision"] + 1, modifiedBy=by)
            return stored
        path = urlsplit(seen.line.split(" ")[1]).path
        if path.endswith("connectionData"):
            return {"authenticatedUser": ME}
        if path.endswith(f"/definitions/{stored['id']}"):
            return stored
        known: Mapping[str, list[Json]] = {"identities": [ME], "projects": [{"id": PROJECT, "name": "Shop"}]}
        rows = known.get(path.rpartition("/")[2], [])
        return {"count": len(rows), "value": rows}

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(response(json.dumps(answer(seen)).encode("ascii")))
        await writer.drain()

    return scripted(handle)


@pytest.mark.parametrize("text", [*WHOLE, pytest.param(AWKWARD, id="awkward")])
def test_a_confirmed_save_changes_the_comment_alone(text: str, tmp_path: Path) -> None:
    """The whole way: watched, drafted, held, checked, sent, settled."""
    expected = json.loads(text)

    async def run() -> None:
        async with _whole_server(text) as server:
            demo = SimpleNamespace(url=server.transport.profile.url, token="sample")
            async with service_on(cast(RunningDemo, demo), tmp_path) as service:
                project = await first_project(service)
                topic = DefinitionOf("demo", project, expected["id"])
                data = (await read_whole(service, topic)).data
                assert data is not None
                seen = data.definition
                draft = Draft(Verb.SAVE, "demo", project.name, project, seen, "As it was.", body=seen.raw)
                decision = await verdict(service, service.outbox.submit(draft))
                assert decision.state is State.LANDED, decision.sentence
                [arrived] = [seen.body for seen in server.seen if seen.method == "PUT"]
                assert arrived == _written({**expected, "comment": "As it was."})

    asyncio.run(run())


_TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(members=st.dictionaries(_TEXTS, _VALUES, max_size=6))
@settings(max_examples=40, deadline=None)
def test_whatever_is_in_a_definition_goes_back(members: Mapping[str, Any]) -> None:
    @in_loop
    async def run_once() -> None:
        # A half of a pair beside its other half is one character on the wire, and stays that.
        text = json.dumps({"properties": members, "id": 7, "name": "Web", "revision": 1})
        async with _serving(text) as run:
            assert await _read_and_saved(run) == [text.encode("ascii")]

    run_once()
