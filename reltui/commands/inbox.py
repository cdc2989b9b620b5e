"""`reltui inbox`: what waits, as sentences, as a table or as JSON, with how complete it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from reltui.commands.insight import insights
from reltui.commands.items import SCOPES, Insight, Item, Row, table
from reltui.commands.output import utc
from reltui.commands.session import DONE, FAILED, Session, now_at
from reltui.data.confirming import is_protected
from reltui.data.topics import Inbox, InboxData, ObjectKey, Problem, Snapshot
from reltui.model.filtering import parse
from reltui.model.text import SafeText
from reltui.model.words import count

TOLD_BY_INSIGHT = ("expires", "flags")
"""Keys of a filter."""


async def inbox(session: Session, *, form: str, scope: str, words: str, with_insight: bool) -> int:
    """Print it. `form`: plain, json, or empty for what suits the output. 1 when it is not complete."""
    snapshot = await session.read(Inbox())
    rows = in_scope(snapshot.data or InboxData(), scope)
    with_insight = with_insight or needs_insight(words)
    known = await insights(session, rows, every_row(snapshot.data)) if with_insight else {}
    items = passing(items_of(session, rows, known), words)
    problems = all_problems(session, snapshot, scope)
    for problem in problems:
        session.out.say(f"{problem.where}: {problem.sentence}")
    complete = snapshot.complete and not problems
    if form == "json":
        session.out.document(**document(snapshot, problems, items))
    else:
        _text(session, items, snapshot, complete, form=form, scope=scope, with_insight=with_insight)
    return DONE if complete else FAILED


def _text(
    session: Session,
    items: Sequence[Item],
    snapshot: Snapshot[InboxData],
    complete: bool,
    *,
    form: str,
    scope: str,
    with_insight: bool,
) -> None:
    out = session.out
    if form == "plain" or not out.is_terminal:
        lines = [item.sentence() for item in items]
    elif items:
        cells = shutil.get_terminal_size().columns if out.is_utf8 else None
        several = len(session.service.servers) > 1
        lines = table(items, cells, with_server=several, with_insight=with_insight)
    else:
        lines = []
    for line in lines:
        out.line(line)
    out.line(completeness(snapshot, len(items), complete, scope))


def completeness(snapshot: Snapshot[Any], shown: int, complete: bool, scope: str) -> str:
    """The last line: "nothing" is said only when every part has answered (C12)."""
    answered = f"{snapshot.answered} of {count(snapshot.parts, 'project')} answered."
    if shown:
        return f"{shown} shown. {answered}"
    if complete:
        return f"Nothing waits{'' if scope == 'all' else ' for you'}. {answered}"
    return f"It cannot be told whether anything waits: {answered}"


def document(
    snapshot: Snapshot[InboxData], problems: Iterable[Problem], items: Iterable[Item]
) -> dict[str, Any]:
    """The parts of the JSON document, as the README describes it."""
    told = [{"where": problem.where, "sentence": problem.sentence} for problem in problems]
    read_at = snapshot.read_at
    return {
        "complete": snapshot.complete and not told,
        "answered": snapshot.answered,
        "parts": snapshot.parts,
        "read": utc(datetime.fromtimestamp(read_at, UTC)) if read_at is not None else None,
        "problems": told,
        "items": [item.json() for item in items],
    }


def in_scope(data: InboxData, scope: str) -> list[Row]:
    """Approvals and interventions of a scope, what was asked last first."""
    return [row for row in every_row(data) if row.why in SCOPES[scope]]


def every_row(data: InboxData | None) -> list[Row]:
    """Approvals and interventions, what was asked last first."""
    rows: list[Row] = [*data.rows, *data.pauses] if data is not None else []
    return sorted(rows, key=_created, reverse=True)


def _created(row: Row) -> tuple[float, int]:
    return (row.created_on.timestamp() if row.created_on is not None else 0.0, row.key[2])


def items_of(session: Session, rows: Iterable[Row], known: dict[ObjectKey, Insight]) -> list[Item]:
    """The rows with all that is known of them."""
    return [
        Item(
            row,
            now_at(session, row.server),
            is_protected(row.environment.name, session.service.server(row.server)),
            known.get(row.key) if known else None,
        )
        for row in rows
    ]


def passing(items: Iterable[Item], words: str) -> list[Item]:
    """Those that pass a filter."""
    terms = parse(words)
    return [item for item in items if item.passes(terms)]


def needs_insight(words: str) -> bool:
    """Whether a filter asks for what only more requests tell: without them it would keep nothing."""
    return any(
        term.field and name.startswith(term.field) for term in parse(words) for name in TOLD_BY_INSIGHT
    )


def all_problems(session: Session, snapshot: Snapshot[InboxData], scope: str) -> list[Problem]:
    """Why it is not complete; memberships that are not known hide what is asked of a group."""
    unknown = [
        Problem(
            SafeText(server.name),
            SafeText("Your groups could not be read, so what is asked of a group is not told as yours."),
        )
        for server in session.service.servers
        if scope == "groups" and server.me is not None and not server.me.groups_known
    ]
    return [*snapshot.problems, *unknown]
