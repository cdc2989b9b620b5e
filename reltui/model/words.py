"""How names, spans of time and states are worded, on a screen and off it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import StrEnum

from reltui.model.identity import Identity, Me
from reltui.model.text import SafeText, cut

NAME_CELLS = 40
"""A name within a sentence is cut to so many cells."""
COMMENT_CHARACTERS = 2000
"""More of a comment or description is not drawn."""


def short_name(identity: Identity | None) -> SafeText:
    """A person or group by name, else by account; "-" for nobody."""
    if identity is None:
        return SafeText("-")
    named = identity.name or identity.account
    return within(named) if named else SafeText(f"id {identity.id[:8]}")


def within(name: SafeText) -> SafeText:
    """A name for the middle of a sentence; "-" for an empty one."""
    if not name:
        return SafeText("-")
    return name if len(name) <= NAME_CELLS and name.isascii() else cut(name, NAME_CELLS)


def person(identity: Identity | None, me: str = "") -> SafeText:
    """A person or group, with "(you)" behind one's own name; `me` is one's own id."""
    name = short_name(identity)
    if identity is not None and me and identity.id == me:
        return SafeText(f"{name} (you)")
    return name


def names_of(people: Iterable[Identity | None], me: Me | None) -> str:
    """Persons and groups in a row, oneself as "you"."""
    own = me.id if me is not None else ""
    return ", ".join("you" if p is not None and own and p.id == own else short_name(p) for p in people)


def one_line(text: str) -> SafeText:
    """A text of several lines in one."""
    shown = " ".join(text[: COMMENT_CHARACTERS + 1].split())
    return SafeText(shown if len(text) <= COMMENT_CHARACTERS else f"{shown[:COMMENT_CHARACTERS]} ...")


def quoted(text: str) -> SafeText:
    """What somebody wrote, in one line and between quotes, so that it never reads as reltui's words (C7)."""
    return SafeText(f'"{one_line(text)}"') if text.strip() else SafeText("")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def unreadable(rows: int) -> SafeText:
    """How a list says that some of its rows could not be read; empty for none."""
    return SafeText(f"{count(rows, 'row')} of the list cannot be read." if rows else "")


def short_span(seconds: float, step: int = 1) -> str:
    """A span of time in one figure, minutes in steps of so many; at most four cells below 27 years."""
    minutes = int(seconds // 60)
    if minutes < step:
        return "now" if step == 1 or minutes < 0 else f"<{step}m"
    if minutes < 60:
        return f"{minutes - minutes % step}m"
    if minutes < 48 * 60:
        return f"{minutes // 60}h"
    return f"{minutes // (24 * 60)}d"


def long_span(seconds: float) -> str:
    """A span of time in two figures: 41m, 3h 20m, 2d 4h."""
    minutes = int(max(0, seconds) // 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h {minutes:02d}m" if minutes else f"{hours}h"
    days, hours = divmod(hours, 24)
    return f"{days}d {hours}h" if hours else f"{days}d"


def took(start: datetime | None, end: datetime | None) -> SafeText:
    """How long something took: 04:10, 1:02:33; "-" when either end is unknown."""
    if start is None or end is None or end < start:
        return SafeText("-")
    minutes, seconds = divmod(int((end - start).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return SafeText(f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}")


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def when(moment: datetime | None, now: datetime, zone: tzinfo | None = None) -> SafeText:
    """A local time in twelve cells: "24 Nov 09:58", or in eleven "24 Nov 2024" in another year.

    Without a zone it is that of this machine.
    """
    if moment is None:
        return SafeText("-")
    here = moment.astimezone(zone)
    day = f"{here.day:2d} {MONTHS[here.month - 1]}"
    if here.year != now.astimezone(zone).year:
        return SafeText(f"{day} {here.year:04d}")
    return SafeText(f"{day} {here.hour:02d}:{here.minute:02d}")


def clock(moment: datetime | None, now: datetime, zone: tzinfo | None = None) -> SafeText:
    """A local time as short as it may be: the time today, else the day and time."""
    if moment is None:
        return SafeText("-")
    here = moment.astimezone(zone)
    if here.date() == now.astimezone(zone).date():
        return SafeText(f"{here.hour:02d}:{here.minute:02d}")
    return SafeText(when(moment, now, zone).strip())


def words_of(value: str) -> SafeText:
    """A camelCase name of the server's in plain words: "queuedForAgent" -> "queued for agent"."""
    if not isinstance(value, StrEnum):
        return SafeText(value)
    return SafeText("".join(f" {c.lower()}" if c.isupper() else c for c in value.value))
