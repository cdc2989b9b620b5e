"""Tells a person who looks elsewhere: the bell, the window's title, and a notification of the desktop."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from reltui.data.topics import Inbox, InboxData, InboxRow, ObjectKey, PauseRow, ReleaseOf, Snapshot, Why
from reltui.model.signing import environment_of, expiry
from reltui.model.text import SafeText, cut
from reltui.model.values import dataclass
from reltui.ui.letters import ascii_only
from reltui.ui.widgets.header import waiting_count

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

GATHER_SECONDS = 1.0
"""What comes within this time, such as the answers of many projects to one refresh, is told as one."""
NOTIFICATION_CELLS = 60
AGAIN_SECONDS = 15.0
"""The same inbox is looked through so often at most, for what is about to expire."""

Row = InboxRow | PauseRow


@dataclass(slots=True)
class News:
    """What was found and is not told yet."""

    new: list[Row] = field(default_factory=list)
    expiring: list[tuple[InboxRow, int]] = field(default_factory=list)
    """Rows, and the number of seconds that they have come within."""


class Telling:
    """Looks at the inbox whenever the screen is drawn; each row is told once as new and once per warning."""

    def __init__(self, app: ReltuiApp) -> None:
        self._app = app
        self._told: set[tuple[ObjectKey, int]] = set()
        """Keys with the seconds before the expiry; 0 as new."""
        self._news: News | None = None
        self._seen: InboxData | None = None
        self._seen_at = 0.0

    def look(self) -> None:
        """Find what is to be told, and tell it soon."""
        service, driver, notify = self._app.service, self._app.driver, self._app.config.notify
        if driver is None or not service.servers:
            return
        inbox = service.look(Inbox())
        if notify.title:
            driver.title(title(inbox))
        now = time.time()
        if inbox.data is None or not (notify.bell or notify.osc9):
            return
        if inbox.data is self._seen and 0 <= now - self._seen_at < AGAIN_SECONDS:
            return
        self._seen, self._seen_at = inbox.data, now
        news = self._news or News()
        news.new += self._new(inbox.data)
        news.expiring += self._expiring(inbox.data, now)
        if self._news is None and (news.new or news.expiring):
            self._news = news
            self._app.set_timer(GATHER_SECONDS, self._tell)

    def _new(self, inbox: InboxData) -> list[Row]:
        rows: tuple[Row, ...] = (*inbox.rows, *inbox.pauses)
        found: list[Row] = []
        for row in rows:
            if row.is_new and row.why is not Why.OTHER and (row.key, 0) not in self._told:
                self._told.add((row.key, 0))
                found.append(row)
        return found

    def _expiring(self, inbox: InboxData, now: float) -> list[tuple[InboxRow, int]]:
        found: list[tuple[InboxRow, int]] = []
        for row in inbox.rows:
            left = self._seconds_left(row, now) if row.why is not Why.OTHER else None
            if left is None or left <= 0:
                continue
            within = [seconds for seconds in self._app.config.notify.before_expiry if left <= seconds]
            if within and (row.key, min(within)) not in self._told:
                found.append((row, min(within)))
            # A longer warning that was missed is told by the shorter one.
            self._told.update((row.key, seconds) for seconds in within)
        return found

    def _seconds_left(self, row: InboxRow, now: float) -> float | None:
        """None while the release, which tells the rules of its stage, was not read."""
        release = self._app.service.look(ReleaseOf(row.server, row.project, row.release.id)).data
        environment = environment_of(release, row.approval) if release is not None else None
        expires = expiry(environment, row.approval) if environment is not None else None
        return None if expires is None else expires.timestamp() - now

    def _tell(self) -> None:
        news, self._news = self._news, None
        driver, notify = self._app.driver, self._app.config.notify
        if news is None or driver is None:
            return
        if notify.bell:
            driver.ring()
        if notify.osc9:
            told = cut(sentence(news.new, news.expiring), NOTIFICATION_CELLS)
            driver.notify(ascii_only(told) if self._app.ascii else told)


def title(inbox: Snapshot[InboxData]) -> str:
    """The window's title: "reltui (7)" while so many wait for this person or their groups."""
    count = waiting_count(inbox)
    return "reltui" if count in ("", "(0)") else f"reltui {count}"


def sentence(new: Sequence[Row], expiring: Sequence[tuple[InboxRow, int]]) -> SafeText:
    """What is told, of one by its names and of several by their number."""
    parts = []
    if len(new) == 1:
        parts.append(f"New {new[0].key[1]}: {_names(new[0])}")
    else:
        for noun in ("approval", "intervention"):
            count = sum(row.key[1] == noun for row in new)
            if count:
                parts.append(f"{count} new {noun}{'' if count == 1 else 's'}")
    if len(expiring) == 1:
        row, seconds = expiring[0]
        parts.append(f"Expires within {_span(seconds)}: {_names(row)}")
    elif expiring:
        longest = max(seconds for _, seconds in expiring)
        parts.append(f"{len(expiring)} approvals expire within {_span(longest)}")
    return SafeText("; ".join(parts))


def _names(row: Row) -> str:
    return f"{row.definition.name} / {row.release.name} / {row.environment.name}"


def _span(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3600)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds // 60} min"
