"""Faults of content: rows, pages, types and texts that are wrong while the HTTP around them is right."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

from reltui.demo.engine import Engine, Refusal
from reltui.demo.faults import Kind, Situation
from reltui.demo.faults_definitions import sent_object
from reltui.demo.hostile import Hostile
from reltui.demo.messages import Answer
from reltui.demo.shapes import Json

TOKEN = "X-MS-ContinuationToken"  # noqa: S105 - a paging header
_KILO = 1024


def _rows(answer: Answer) -> list[Any] | None:
    """The rows of a list answer; None for anything else."""
    document = answer.document() if answer.status == 200 else None
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        rows: list[Any] = document["value"]
        return rows
    return None


def _with_rows(answer: Answer, rows: list[Any]) -> Answer:
    return answer.with_json({"count": len(rows), "value": rows})


def _token(answer: Answer) -> str:
    return next((value for name, value in answer.headers if name == TOKEN), "")


def _with_token(answer: Answer, token: str) -> Answer:
    headers = [(name, value) for name, value in answer.headers if name != TOKEN]
    return replace(answer, headers=[*headers, (TOKEN, token)] if token else headers)


async def _page_shift(situation: Situation) -> Answer:
    """Between two pages a release is created, and the last row of the page before comes once more."""
    memory, path = situation.fault.memory, situation.request.path
    continued = bool(situation.request.query.get("continuationtoken", "").strip("0"))
    if continued:
        _create_some_release(situation.service.engine)
    answer = await situation.proceed()
    rows = _rows(answer)
    if not rows:
        return answer
    before = memory.get(path)
    memory[path] = rows[-1]
    return _with_rows(answer, [before, *rows]) if continued and before else answer


def _create_some_release(engine: Engine) -> None:
    for project in engine.projects:
        for definition in engine.definitions(project["id"]):
            try:
                engine.create_release(project["id"], {"definitionId": definition["id"]}, engine.me["id"])
            except Refusal:
                continue
            return


async def _token_loop(situation: Situation) -> Answer:
    """The same token with every page, or (`kind=turn`) two tokens in turn."""
    answer = await situation.proceed()
    rows = _rows(answer)
    if not rows:
        return answer
    memory = situation.fault.memory
    tokens = memory.setdefault(situation.request.path, [str(rows[0]["id"]), str(rows[-1]["id"])])
    turn = situation.fault.matched % 2 if situation.fault.text("kind") == "turn" else 0
    return _with_token(answer, tokens[turn])


async def _empty_page(situation: Situation) -> Answer:
    """`kind=first`: an empty first page with a token; `endless`: every page; `ignored`: tokens do nothing."""
    kind = situation.fault.text("kind")
    if kind == "ignored":
        fresh = {key: value for key, value in situation.request.query.items() if key != "continuationtoken"}
        situation.call.request = replace(situation.request, query=fresh)
    answer = await situation.proceed()
    rows = _rows(answer)
    if rows is None:
        return answer
    if kind == "first":
        if situation.request.query.get("continuationtoken", "").strip("0") or not rows:
            return answer
        return _with_token(_with_rows(answer, []), str(rows[0]["id"]))
    token = str(1_000_000 - situation.fault.matched)
    return _with_token(answer if kind == "ignored" else _with_rows(answer, []), token)


async def _double_rows(situation: Situation) -> Answer:
    """The first row again at the end, as it may have been before: other texts, older revision and times."""
    answer = await situation.proceed()
    rows = _rows(answer)
    if not rows:
        return answer
    older = copy.deepcopy(rows[0])
    for key in ("comments", "description"):
        if key in older:
            older[key] = "an older text"
    if isinstance(older.get("revision"), int):
        older["revision"] -= 1
    if "modifiedOn" in older:
        older["modifiedOn"] = older.get("createdOn", older["modifiedOn"])
    return _with_rows(answer, [*rows, older])


def _definition_in(answer: Answer) -> Json | None:
    """The definition that an answer has as text, which a revision of one is sent as."""
    if not answer.content_type.startswith("text/plain") or not answer.body.startswith(b"{"):
        return None
    found: Json = json.loads(answer.body)
    return found


async def _hostile(situation: Situation) -> Answer:
    """Texts of `class` (0 for all fifteen in turn) in every text field; the same field keeps its text."""
    answer = await situation.proceed()
    hostile = Hostile(int(situation.fault.number("class")))
    document = _definition_in(answer) or answer.document()
    if document is None and answer.content_type.startswith("text/plain"):
        return replace(answer, body=hostile.text(answer.body.decode()).encode("utf-8", "surrogatepass"))
    if document is None:
        return answer
    body = json.dumps(hostile.document(document)).encode()
    encoding = situation.fault.text("encoding")
    if encoding == "broken":
        body = body.replace(b'"name": "', b'"name": "\xff\xfe\xc3', 1)
    elif encoding != "utf-8":
        body = body.decode().encode(encoding)
    return replace(answer, body=body)


_DEEP = "[" * 5000 + "]" * 5000
_BAD_ROWS: tuple[tuple[str, str], ...] = (
    ("id", "null"),
    ("status", "999"),
    ("name", '{"text":"a name as an object"}'),
    ("id", '"not a number"'),
    ("createdOn", "1700000000"),
    ("approver", '["a list"]'),
    ("revision", "NaN"),
    ("id", "-7.5"),
    ("release", '"a text"'),
    ("modifiedOn", '"yesterday"'),
    ("id", "9" * 400),
    ("status", '{"a":1}'),
    ("comments", _DEEP),
    ("attempt", "Infinity"),
    ("isAutomated", '"perhaps"'),
    ("releaseDefinition", "null"),
    ("id", "true"),
    ("releaseEnvironment", "[]"),
    ("approvalType", "[1,2]"),
    ("rank", "1e400"),
)
_NOT_ROWS = ("null", '"a text"', "[[]]", "17", "{}", '{"id":1,"id":2,"status":"pending","status":"approved"}')


async def _bad_types(situation: Situation) -> Answer:
    """Every third row (or the one at `row`) is broken in another way; the others stay as they are.

    `single=yes` breaks an answer that is one object too.
    """
    answer = await situation.proceed()
    rows = _rows(answer)
    memory = situation.fault.memory
    if rows is None:
        document = answer.document() if answer.status == 200 else None
        if situation.fault.text("single") != "yes" or not isinstance(document, dict):
            return answer
        return replace(answer, body=_broken(document, memory).encode())
    chosen = int(situation.fault.number("row"))
    texts = [
        _broken(row, memory) if (index == chosen if chosen >= 0 else index % 3 == 2) else json.dumps(row)
        for index, row in enumerate(rows)
    ]
    return replace(answer, body=f'{{"count":{len(rows)},"value":[{",".join(texts)}]}}'.encode())


def _broken(row: Any, memory: Json) -> str:
    """The next of the ways to break a row, as JSON text."""
    turn = memory["turn"] = memory.get("turn", -1) + 1
    if not isinstance(row, dict) or turn % 4 == 3:
        return _NOT_ROWS[turn // 4 % len(_NOT_ROWS)]
    key, value = _BAD_ROWS[turn % len(_BAD_ROWS)]
    kept = {name: item for name, item in row.items() if name != key}
    return json.dumps(kept)[:-1] + f', "{key}": {value}}}'


async def _wrong_object(situation: Situation) -> Answer:
    answer = await situation.proceed()
    document = answer.document()
    if answer.status != 200 or not isinstance(document, dict) or not isinstance(document.get("id"), int):
        return answer
    return answer.with_json({**document, "id": document["id"] + int(situation.fault.number("by"))})


async def _ignored(situation: Situation) -> Answer:
    """A 200 with the object as it stands (204 for a DELETE), and nothing done."""
    body = await situation.call.body()
    if situation.request.method == "DELETE":
        return Answer(status=204)
    below = ""
    if situation.request.method == "PUT" and situation.request.path.lower().endswith("/definitions"):
        below = str(sent_object(body).get("id") or "")
    return situation.service.unchanged(situation.call, below)


async def _crowd(situation: Situation) -> Answer:
    """Answers from the engine of that size, with a long comment and with many stages."""
    memory = situation.fault.memory
    if "engine" not in memory:
        memory["engine"] = situation.service.another_engine("crowd")
    situation.call.engine = memory["engine"]
    answer = await situation.proceed()
    document = answer.document() if answer.status == 200 else None
    if isinstance(document, dict):
        changed = _with_stages(document, int(situation.fault.number("stages")))
        changed = _with_long_comment(changed, int(situation.fault.number("comment")) * _KILO)
        return answer.with_json(changed)
    return answer


def _with_stages(document: Json, count: int) -> Json:
    environments = document.get("environments")
    if not environments or len(environments) >= count:
        return document
    more = [
        {**environments[-1], "id": 900_000_000 + rank, "rank": rank, "name": f"Stage {rank}"}
        for rank in range(len(environments) + 1, count + 1)
    ]
    return {**document, "environments": [*environments, *more]}


def _with_long_comment(document: Json, size: int) -> Json:
    rows = document.get("value")
    if isinstance(rows, list) and rows and isinstance(rows[0], dict) and "comments" in rows[0]:
        sentence = "Checked by the night shift; see the hand-over notes. "
        return {**document, "value": [{**rows[0], "comments": (sentence * size)[:size]}, *rows[1:]]}
    return document


KINDS = (
    Kind("srv-35", "page-shift", _page_shift, "rows come and go between pages", on="GET "),
    Kind(
        "srv-36",
        "token-loop",
        _token_loop,
        "the same token again, or kind=turn for two in turn",
        on="GET ",
        arguments={"kind": "same"},
        choices={"kind": ("same", "turn")},
    ),
    Kind(
        "srv-37",
        "empty-page",
        _empty_page,
        "kind=first, endless or ignored",
        on="GET ",
        arguments={"kind": "first"},
        choices={"kind": ("first", "endless", "ignored")},
    ),
    Kind("srv-38", "double-rows", _double_rows, "a row twice with other content", on="GET "),
    Kind(
        "srv-39",
        "hostile",
        _hostile,
        "hostile text in every text field",
        arguments={"class": 0.0, "encoding": "utf-8"},
        choices={
            "class": tuple(str(number) for number in range(16)),
            "encoding": ("utf-8", "utf-16", "broken"),
        },
    ),
    Kind(
        "srv-40",
        "bad-types",
        _bad_types,
        "broken rows among good ones",
        on="GET ",
        arguments={"row": -1.0, "single": "no"},
        choices={"single": ("no", "yes")},
    ),
    Kind(
        "srv-41",
        "wrong-object",
        _wrong_object,
        "the answer describes another id",
        on="PUT|PATCH ",
        arguments={"by": 1.0},
    ),
    Kind(
        "srv-43",
        "crowd",
        _crowd,
        "answers of a crowd",
        arguments={"stages": 200.0, "comment": 300.0},
    ),
    Kind("srv-46", "ignored", _ignored, "success with the unchanged object", on="PUT|PATCH|DELETE "),
)
