"""What a filter looks for in the rows of the inbox, on a screen or off it; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reltui.data.topics import BadInboxRow, InboxRow, PauseRow, Why
from reltui.model.filtering import AT_LEAST, AT_MOST
from reltui.model.signing import TYPE_WORDS
from reltui.model.words import words_of


def type_word(row: InboxRow | PauseRow) -> str:
    """pre, post, MI."""
    if isinstance(row, PauseRow):
        return "MI"
    return TYPE_WORDS.get(row.approval.type, words_of(row.approval.type))


def row_values(row: InboxRow | PauseRow, flags: Sequence[str] = ()) -> Mapping[str, str]:
    """What the filter looks in."""
    override = " override" if row.why is Why.OTHER else ""
    asked = row.approval.approver if isinstance(row, InboxRow) else None
    return {
        "project": row.project.name,
        "stage": row.environment.name,
        "environment": row.environment.name,
        "type": type_word(row),
        "why": f"{row.why.value}{override}",
        "release": row.release.name,
        "pipeline": row.definition.name,
        "definition": row.definition.name,
        "server": row.server,
        "asked": asked.name if asked is not None else "",
        "flags": " ".join(flags),
    }


def bad_values(row: BadInboxRow) -> Mapping[str, str]:
    """The same of a row that could not be read."""
    return {"project": row.project.name, "server": row.server, "pipeline": "unreadable"}


def row_spans(
    row: InboxRow | PauseRow, expires: datetime | None, now: datetime
) -> Mapping[str, float | None]:
    """What `older:` and `expires:` are compared with, in seconds; None where it is not known."""
    created = row.created_on
    return {
        AT_LEAST: (now - created).total_seconds() if created is not None else None,
        AT_MOST: (expires - now).total_seconds() if expires is not None else None,
    }
