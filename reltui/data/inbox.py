"""What waits for a person in every project of every server, as one list (design.md section 2).

Each project of each server is a part with its own rows, age and trouble. A part that fails keeps its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

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
    unreadable,
)
from reltui.model.approval import Approval
from reltui.model.decode import Rows
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.text import SafeText

PartKey = tuple[str, str]
"""Profile name and project id."""


@dataclass(slots=True)
class Part:
    """What waits in one project, as far as it is known."""

    server: str
    project: Project
    approvals: dict[int, Approval] = field(default_factory=dict)
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
    rows: tuple[InboxRow, ...] = ()


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
        self._fill(part, rows.items, rows, me)
        part.rows = tuple(replace(row, fresh=False, read_at=read_at) for row in part.rows)

    def page(self, key: PartKey, rows: Rows[Approval], read_at: float, me: Me | None) -> None:
        """A page has come and more follow: its rows are shown, and none is taken away yet."""
        part = self.parts[key]
        now = {a.id: a for a in rows.items}
        self._fill(part, {**part.approvals, **now}.values(), rows, me)
        part.rows = tuple(
            replace(row, fresh=True, read_at=read_at) if row.approval.id in now else row for row in part.rows
        )

    def whole(
        self, key: PartKey, rows: Rows[Approval], read_at: float, trouble: SafeText, me: Me | None
    ) -> None:
        """All pages have come. With `trouble` (a broken page token) it is not complete, and says so."""
        part = self.parts[key]
        self._fill(part, rows.items, rows, me)
        part.rows = tuple(replace(row, fresh=True, read_at=read_at) for row in part.rows)
        part.read_at, part.fresh = read_at, True
        part.answered, part.problem = not trouble, trouble
        self._known.update(row.key for row in part.rows)

    def failed(self, key: PartKey, sentence: SafeText) -> None:
        """The part could not be read: its rows stay."""
        part = self.parts[key]
        part.answered, part.problem = False, sentence
        part.rows = tuple(replace(row, fresh=False) for row in part.rows)
        part.pauses = tuple(replace(row, fresh=False) for row in part.pauses)
        self._list = None

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
        self._new.update(row.key for row in rows if row.is_new)
        self._known.update(row.key for row in rows)
        bad = tuple(BadInboxRow(part.server, part.project, row) for row in pauses.bad)
        part.paused, part.pauses, part.bad_pauses = pauses.rows, tuple(rows), bad
        part.pauses_read = True
        part.pause_problem = SafeText("")
        self._list = None

    def pauses_failed(self, key: PartKey, sentence: SafeText) -> None:
        """The manual interventions of a part could not be read: their rows stay."""
        part = self.parts[key]
        part.pause_problem = sentence
        part.pauses = tuple(replace(row, fresh=False) for row in part.pauses)
        self._list = None

    def reclassify(self, server: str, me: Me) -> None:
        """Who we are, or our groups, have become known."""
        for part in self.parts.values():
            # Most often nothing has changed: then the list stays the same object.
            if part.server == server and any(r.why is not why(r.approval, me) for r in part.rows):
                part.rows = tuple(replace(r, why=why(r.approval, me)) for r in part.rows)
                self._list = None

    def _fill(self, part: Part, approvals: Iterable[Approval], rows: Rows[Approval], me: Me | None) -> None:
        part.approvals = {a.id: a for a in approvals if a.is_pending}
        earlier = {row.approval.id: row for row in part.rows}
        part.rows = tuple(
            self._row(part, approval, me, earlier.get(approval.id)) for approval in part.approvals.values()
        )
        part.bad = tuple(BadInboxRow(part.server, part.project, bad) for bad in rows.bad)
        self._list = None

    def _row(self, part: Part, approval: Approval, me: Me | None, earlier: InboxRow | None) -> InboxRow:
        if earlier is not None:
            return replace(earlier, approval=approval, why=why(approval, me))
        # The first whole answer of a run is what there was; what comes after it is new.
        is_new = part.fresh and (part.server, "approval", approval.id) not in self._known
        return InboxRow(part.server, part.project, approval, why(approval, me), is_new)

    def data(self) -> InboxData:
        """The list as it is now, newest request first."""
        if self._list is None:
            rows = [row for part in self.parts.values() for row in part.rows]
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
