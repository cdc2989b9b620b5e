"""What waits for a person in every project of every server, as one list (design.md section 2).

Each project of each server is a part with its own rows, age and trouble. A part that fails keeps its rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace

from reltui.data.reading_inbox import Paused, Pauses
from reltui.data.topics import (
    BadInboxRow,
    InboxData,
    InboxRow,
    ObjectKey,
    PauseRow,
    Problem,
    Snapshot,
    Why,
)
from reltui.model.approval import Approval
from reltui.model.decode import BadRow, Rows
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import unreadable

PartKey = tuple[str, str]
"""Profile name and project id."""


@dataclass(slots=True)
class Part:
    """What waits in one project, as far as it is known."""

    server: str
    project: Project
    rows: dict[int, InboxRow] = field(default_factory=dict)
    """The approvals by their ids. A row that comes again as it was stays the same object."""
    bad: tuple[BadInboxRow, ...] = ()
    pauses: tuple[PauseRow, ...] = ()
    paused: tuple[Paused, ...] = ()
    """The same as they were read in this run."""
    pauses_read: bool = False
    bad_pauses: tuple[BadInboxRow, ...] = ()
    pause_problem: SafeText = SafeText("")
    """Why the manual interventions could not be read."""
    read_at: float | None = None
    """When the rows were read whole; None while they never were."""
    fresh: bool = False
    """Read from the server in this run."""
    answered: bool = False
    """The last try gave everything, to the last page."""
    problem: SafeText = SafeText("")


class InboxParts:
    """All parts, and the list that they make together. Rebuilt only when something has changed."""

    def __init__(self) -> None:
        self.parts: dict[PartKey, Part] = {}
        self._known: set[ObjectKey] = set()
        self._new: set[ObjectKey] = set()
        """Of the known ones those that came after the first answer."""
        self._list: InboxData | None = None

    def keep_only(self, server: str, projects: Iterable[Project]) -> None:
        """Make the parts of a server those of its projects: new ones come, vanished ones go."""
        wanted = {(server, p.id): p for p in projects}
        for key in [k for k in self.parts if k[0] == server and k not in wanted]:
            del self.parts[key]
            self._list = None
        for key, project in wanted.items():
            if key not in self.parts:
                self.parts[key] = Part(server, project)
                self._list = None

    def recall(self, key: PartKey, rows: Rows[Approval], read_at: float, me: Me | None) -> None:
        """Rows from the cache: shown until the server answers, and never fresh."""
        part = self.parts[key]
        part.read_at = read_at
        self._take(part, rows.items, me, read_at, fresh=False)
        self._keep(part, {approval.id for approval in rows.items}, rows.bad)

    def page(self, key: PartKey, rows: Rows[Approval], read_at: float, me: Me | None) -> None:
        """A page has come: its rows are shown, and none is taken away yet. `bad` has those of all pages."""
        part = self.parts[key]
        self._take(part, rows.items, me, read_at, fresh=True)
        self._keep(part, part.rows, rows.bad)

    def whole(
        self, key: PartKey, ids: Collection[int], bad: Sequence[BadRow], read_at: float, trouble: SafeText
    ) -> None:
        """All pages have come, with these ids. With `trouble` (a broken page token) it is not complete, and
        says so."""
        part = self.parts[key]
        self._keep(part, ids, bad)
        part.read_at, part.fresh = read_at, True
        part.answered, part.problem = not trouble, trouble
        self._known.update(row.key for row in part.rows.values())

    def failed(self, key: PartKey, sentence: SafeText) -> None:
        """The part could not be read: its rows stay."""
        part = self.parts[key]
        part.answered, part.problem = False, sentence
        for number, row in part.rows.items():
            if row.fresh:
                part.rows[number] = replace(row, fresh=False, read_at=self.read_at(row))
                self._list = None
        if any(row.fresh for row in part.pauses):
            part.pauses = tuple(replace(row, fresh=False) for row in part.pauses)
            self._list = None

    def read_at(self, row: InboxRow) -> float | None:
        """`time.time()` of the last answer that had a row as it is."""
        part = self.parts.get((row.server, row.project.id))
        if part is None or part.rows.get(row.approval.id) is not row:
            return row.read_at
        return max(part.read_at or 0.0, row.read_at or 0.0) or None

    def known_pauses(self, key: PartKey) -> Sequence[Paused]:
        """The interventions of a part as they were read last."""
        return self.parts[key].paused

    def recall_pauses(self, key: PartKey, paused: Sequence[Paused], read_at: float) -> None:
        """Interventions from the cache: shown until the server answers, and never fresh."""
        part = self.parts[key]
        part.pauses = tuple(
            PauseRow(part.server, part.project, p.intervention, p.deployment, read_at=read_at) for p in paused
        )
        self._list = None

    def paused(self, key: PartKey, pauses: Pauses, read_at: float) -> None:
        """The manual interventions of a part have come."""
        part = self.parts[key]
        first = not part.pauses_read
        rows = []
        for p in pauses.rows:
            row = PauseRow(part.server, part.project, p.intervention, p.deployment, False, True, read_at)
            is_new = row.key in self._new or not (first or row.key in self._known)
            rows.append(replace(row, is_new=is_new))
        earlier = {row.key: row for row in part.pauses}
        rows = [_as_before(row, earlier.get(row.key)) for row in rows]
        self._new.update(row.key for row in rows if row.is_new)
        self._known.update(row.key for row in rows)
        bad = tuple(BadInboxRow(part.server, part.project, row) for row in pauses.bad)
        if (part.pauses, part.bad_pauses) != (tuple(rows), bad):
            part.pauses, part.bad_pauses = tuple(rows), bad
            self._list = None
        part.paused = pauses.rows
        part.pauses_read = True
        part.pause_problem = SafeText("")

    def pauses_failed(self, key: PartKey, sentence: SafeText) -> None:
        """The manual interventions of a part could not be read: their rows stay."""
        part = self.parts[key]
        part.pause_problem = sentence
        if any(row.fresh for row in part.pauses):
            part.pauses = tuple(replace(row, fresh=False) for row in part.pauses)
            self._list = None

    def reclassify(self, server: str, me: Me) -> None:
        """Who we are, or our groups, have become known."""
        for part in self.parts.values():
            if part.server != server:
                continue
            for number, row in part.rows.items():
                # Most often nothing has changed: then the list stays the same object.
                if row.why is not why(row.approval, me):
                    part.rows[number] = replace(row, why=why(row.approval, me))
                    self._list = None

    def _take(
        self, part: Part, approvals: Iterable[Approval], me: Me | None, read_at: float, *, fresh: bool
    ) -> None:
        """Make rows of approvals, but of those that are as they were."""
        for approval in approvals:
            earlier = part.rows.get(approval.id)
            if not approval.is_pending:
                if part.rows.pop(approval.id, None) is not None:
                    self._list = None
                continue
            whose = why(approval, me)
            if earlier is None:
                # The first whole answer of a run is what there was; what comes after it is new.
                is_new = part.fresh and (part.server, "approval", approval.id) not in self._known
            elif (earlier.fresh, earlier.why, earlier.approval) == (fresh, whose, approval):
                continue
            else:
                is_new = earlier.is_new
            row = InboxRow(part.server, part.project, approval, whose, is_new, fresh, read_at)
            part.rows[approval.id] = row
            self._list = None

    def _keep(self, part: Part, ids: Collection[int], bad: Sequence[BadRow]) -> None:
        """The others are gone, and these could not be read."""
        for number in [number for number in part.rows if number not in ids]:
            del part.rows[number]
            self._list = None
        unread = tuple(BadInboxRow(part.server, part.project, row) for row in bad)
        if unread != part.bad:
            part.bad = unread
            self._list = None

    def data(self) -> InboxData:
        """The list as it is now, newest request first."""
        if self._list is None:
            rows = [row for part in self.parts.values() for row in part.rows.values()]
            rows.sort(key=_newest_first, reverse=True)
            pauses = [row for part in self.parts.values() for row in part.pauses]
            pauses.sort(key=_newest_pause, reverse=True)
            bad = [row for part in self.parts.values() for row in (*part.bad, *part.bad_pauses)]
            self._list = InboxData(tuple(rows), tuple(bad), tuple(pauses))
        return self._list

    def snapshot(
        self, unknown: Sequence[Problem], servers_without_projects: int, *, loading: bool
    ) -> Snapshot[InboxData]:
        """The list with its age and completeness.

        `unknown` are the problems of servers as a whole; each server whose projects are not known yet counts
        as one part that has not answered.
        """
        parts = list(self.parts.values())
        ages = [p.read_at for p in parts if p.read_at is not None]
        problems = [
            Problem(SafeText(f"{p.server}/{p.project.name}"), sentence)
            for p in parts
            for sentence in (p.problem, _besides(p), unreadable(len(p.bad) + len(p.bad_pauses)))
            if sentence
        ]
        return Snapshot(
            data=self.data() if ages else None,
            read_at=min(ages, default=None),
            from_cache=bool(ages) and not any(p.fresh for p in parts),
            parts=len(parts) + servers_without_projects,
            answered=sum(p.answered and p.pauses_read and not p.pause_problem for p in parts),
            loading=loading,
            problems=(*unknown, *problems),
        )


def _besides(part: Part) -> SafeText:
    """Why the manual interventions of a part could not be read, unless the approvals say that already."""
    told = part.problem and part.pause_problem.endswith(part.problem)
    return SafeText("") if told else part.pause_problem


def _as_before(row: PauseRow, earlier: PauseRow | None) -> PauseRow:
    """The earlier object where nothing but the time of reading is different."""
    if earlier is not None and replace(row, read_at=earlier.read_at) == earlier:
        return earlier
    return row


def why(approval: Approval, me: Me | None) -> Why:
    """Whether an approval waits for the signed-in person, for a group of theirs, or for others."""
    approver = approval.approver
    if approver is None or me is None or not approver.id:
        return Why.OTHER
    if approver.id == me.id:
        return Why.DIRECT
    return Why.GROUP if approver.id in me.groups else Why.OTHER


def _newest_pause(row: PauseRow) -> tuple[float, int]:
    created = row.created_on
    return (created.timestamp() if created is not None else 0.0, row.intervention.id)


def _newest_first(row: InboxRow) -> tuple[float, int]:
    created = row.approval.created_on
    return (created.timestamp() if created is not None else 0.0, row.approval.id)
