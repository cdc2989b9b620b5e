"""The record as text, CSV and JSON: for a change board, a spreadsheet and a program. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from reltui.data.record import Entry
from reltui.model.approval import Ref
from reltui.model.text import SafeText, clean

VERSION = 1
"""Of the JSON; counts up when a field changes its meaning or goes away."""

_TOLD_ELSEWHERE = frozenset(
    {
        "approver",
        "definition",
        "definition id",
        "environment",
        "environment id",
        "release",
        "release id",
        "stage",
        "variables",
    }
)
"""Names of facts that say nothing to a person, or what another line of the block says."""


def as_text(items: Iterable[Entry]) -> str:
    """One block a decision, to be read by people."""
    return "\n".join("".join(f"{line}\n" for line in block(entry)) for entry in items)


def block(entry: Entry) -> list[SafeText]:
    """All that is known of a decision, in lines "what it is   what it says"; what is unknown is left out."""
    head = SafeText(f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.state}: {entry.verb} {entry.title}")
    width = max(len(label) for label, _ in rows(entry))
    lines = [head]
    for label, text in rows(entry):
        for number, part in enumerate(text.split("\n")):
            lines.append(SafeText(f"  {label if number == 0 else '':{width}}  {part}".rstrip()))
    return lines


def rows(entry: Entry) -> list[tuple[str, SafeText]]:
    """Label and text of everything that is known; a text may have several lines."""
    person = " ".join(part for part in (entry.person, f"({entry.account})" if entry.account else "") if part)
    place = f", number {entry.number}" if entry.number else ""
    made = f"release {entry.made_id}" if entry.made_id else ""
    latency = f"{entry.latency_ms:,} ms" if entry.latency_ms is not None else ""
    ended = f"{entry.ended_at:%Y-%m-%d %H:%M:%S} UTC" if entry.ended_at is not None else ""
    run = f"process {entry.pid} on {entry.host}" if entry.pid else ""
    found = (
        ("verdict", entry.sentence or str(entry.state)),
        ("ended", ended),
        ("person", person or entry.person_id),
        ("comment", entry.comment),
        ("chosen", chosen(entry)),
        ("server", f"{entry.server}, {entry.url}"),
        ("project", entry.project),
        ("definition", _ref(entry.definition)),
        ("release", _ref(entry.release)),
        ("stage", _ref(entry.stage)),
        (entry.kind, f"id {entry.object_id}" if entry.kind in ("approval", "intervention", "gates") else ""),
        ("before", _facts(entry.before)),
        ("after", _facts(entry.after)),
        ("versions", ", ".join(f"{alias} {version}" for alias, version in entry.versions.items())),
        ("made", made),
        ("latency", latency),
        ("activity", entry.activity),
        ("plan", f"{entry.plan}{place}" if entry.plan else ""),
        ("decided", f"{entry.origin}{', ' if run else ''}{run}"),
        ("id", entry.id),
    )
    return [(label, SafeText(text)) for label, text in found if text]


def _ref(ref: Ref) -> str:
    return (
        f"{ref.name} (id {ref.id})" if ref.name and ref.id else ref.name or (f"id {ref.id}" if ref.id else "")
    )


def _facts(facts: Mapping[str, SafeText]) -> str:
    return ", ".join(
        f"{name} {text or 'none'}" for name, text in facts.items() if name not in _TOLD_ELSEWHERE
    )


def chosen(entry: Entry) -> SafeText:
    """The options of a decision in words: "at 2026-11-24T21:30:00+00:00, to_name Lee Park"."""
    parts = []
    for name, value in entry.options.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True, sort_keys=True)
        parts.append(clean(f"{name} {shown}"))
    return SafeText(", ".join(parts))


COLUMNS = (
    "at",
    "state",
    "verb",
    "title",
    "verdict",
    "ended_at",
    "origin",
    "server",
    "url",
    "project",
    "definition",
    "definition_id",
    "release",
    "release_id",
    "stage",
    "stage_id",
    "kind",
    "object_id",
    "person",
    "account",
    "person_id",
    "comment",
    "chosen",
    "revision_before",
    "revision_after",
    "attempt_before",
    "attempt_after",
    "before",
    "after",
    "versions",
    "made_release_id",
    "latency_ms",
    "activity",
    "plan",
    "number",
    "host",
    "pid",
    "id",
)


def as_csv(items: Iterable[Entry]) -> str:
    """One row a decision under a row of names (RFC 4180); no cell can be taken for a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _values(entry)] for entry in items)
    return stream.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet runs what begins with one of these, whatever the column is about."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def _values(entry: Entry) -> tuple[object, ...]:
    return (
        _time(entry.at),
        entry.state,
        entry.verb,
        entry.title,
        entry.sentence,
        _time(entry.ended_at),
        entry.origin,
        entry.server,
        entry.url,
        entry.project,
        entry.definition.name,
        entry.definition.id or "",
        entry.release.name,
        entry.release.id or "",
        entry.stage.name,
        entry.stage.id or "",
        entry.kind,
        entry.object_id,
        entry.person,
        entry.account,
        entry.person_id,
        entry.comment,
        chosen(entry),
        entry.before.get("revision", ""),
        entry.after.get("revision", ""),
        entry.before.get("attempt", ""),
        entry.after.get("attempt", ""),
        _facts(entry.before),
        _facts(entry.after),
        "; ".join(f"{alias} {version}" for alias, version in entry.versions.items()),
        entry.made_id or "",
        entry.latency_ms,
        entry.activity,
        entry.plan,
        entry.number or "",
        entry.host,
        entry.pid or "",
        entry.id,
    )


def as_json(items: Iterable[Entry]) -> str:
    """{"version": 1, "decisions": [...]}, ASCII only, times in ISO 8601 in UTC."""
    document = {"version": VERSION, "decisions": [as_dict(entry) for entry in items]}
    return json.dumps(document, ensure_ascii=True, indent=2) + "\n"


def as_dict(entry: Entry) -> dict[str, Any]:
    """One decision in plain JSON values; what is not known is null, "" or {}."""
    return {
        "id": entry.id,
        "at": _time(entry.at),
        "ended_at": _time(entry.ended_at),
        "origin": str(entry.origin),
        "verb": str(entry.verb),
        "title": entry.title,
        "state": str(entry.state),
        "open": entry.is_open,
        "verdict": entry.sentence,
        "server": entry.server,
        "url": entry.url,
        "project": {"id": entry.project_id, "name": entry.project},
        "definition": _ref_dict(entry.definition),
        "release": _ref_dict(entry.release),
        "stage": _ref_dict(entry.stage),
        "kind": entry.kind,
        "object_id": entry.object_id,
        "person": {"id": entry.person_id, "name": entry.person, "account": entry.account},
        "comment": entry.comment,
        "chosen": dict(entry.options),
        "before": dict(entry.before),
        "after": dict(entry.after),
        "versions": dict(entry.versions),
        "made_release_id": entry.made_id or None,
        "latency_ms": entry.latency_ms,
        "activity": entry.activity,
        "plan": {"id": entry.plan, "number": entry.number} if entry.plan else None,
        "run": {"host": entry.host, "pid": entry.pid} if entry.pid else None,
    }


def _ref_dict(ref: Ref) -> dict[str, Any] | None:
    return {"id": ref.id or None, "name": ref.name} if ref.id or ref.name else None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment is not None else None
