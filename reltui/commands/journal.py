"""`reltui journal`: what was decided from here, and how it ended; if asked, also what was elsewhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from reltui.commands.search import places
from reltui.commands.session import DONE, FAILED, Session, failures
from reltui.data import record
from reltui.data.record import Entry
from reltui.data.record_export import as_csv, as_json, block
from reltui.data.topics import DecidedOf
from reltui.errors import ConfigError, ReltuiError
from reltui.model.text import clean
from reltui.model.words import count, one_line


async def journal(
    session: Session, folder: Path, *, form: str, words: str, since: str, elsewhere: bool
) -> int:
    """Print it, newest first. 1 when something of it could not be read. Raises ConfigError."""
    if since and record.since(since, datetime.now(UTC)) is None:
        raise ConfigError(f'--since: "{clean(since)}" must look like 7d, 4h or 2026-11-20.')
    found = await asyncio.to_thread(record.entries, folder)
    items, troubles = found.items, [str(trouble) for trouble in found.troubles]
    if elsewhere:
        others, missing = await _elsewhere(session, items)
        items, troubles = record.merged(items, others), troubles + missing
    wanted = f"{words} since:{since}" if since else words
    shown = record.matching(items, wanted)
    for trouble in troubles:
        session.out.say(f"reltui: {trouble}")
    form = form or ("" if session.out.is_terminal else "plain")
    match form:
        case "json":
            session.out.line(as_json(shown).rstrip("\n"))
        case "csv":
            # Every line of it ends as RFC 4180 wants it, also the last.
            session.out.line(as_csv(shown).removesuffix("\n"))
        case "plain":
            for entry in shown:
                session.out.line(sentence(entry))
        case _:
            for entry in shown:
                for line in block(entry):
                    session.out.line(line)
    if form in ("", "plain"):
        session.out.line(f"{count(len(shown), 'decision')}.")
    return FAILED if troubles else DONE


async def _elsewhere(session: Session, ours: tuple[Entry, ...]) -> tuple[list[Entry], list[str]]:
    """What the servers tell of the last decisions, and why that is not all."""
    try:
        where = await places(session, "")
    except ReltuiError as error:
        return [], [str(error)]
    read = await session.read_all([DecidedOf(place.server, place.project) for place in where])
    found: list[Entry] = []
    missing: list[str] = []
    for place in where:
        snapshot = read[DecidedOf(place.server, place.project)]
        if not snapshot.answered or snapshot.data is None:
            missing.append(f"{place.words}: {failures(snapshot)[0]}")
            continue
        url = session.service.server(place.server).url
        found += record.elsewhere(
            place.server, url, place.project.id, place.project.name, snapshot.data.rows, ours
        )
    return found, missing


def sentence(entry: Entry) -> str:
    """A decision in one line for a screen reader."""
    parts = [
        f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}",
        f"{entry.state}: {entry.verb} {entry.title}",
        f"by {entry.who}" if entry.who else "",
        str(entry.origin),
        f'comment "{one_line(entry.comment)}"' if entry.comment else "",
        one_line(entry.sentence).rstrip("."),
        f"project {entry.project}",
        f"server {entry.server}",
        f"{entry.kind} {entry.object_id}",
    ]
    return ", ".join(part for part in parts if part)
