"""The start screen: what waits for a person in every project of every server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widgets import Input

from reltui.data.decision import IN_FLIGHT, State, Verb
from reltui.data.rows import bad_values, row_spans
from reltui.data.topics import BadInboxRow, Inbox, InboxData, InboxRow, ObjectKey, Topic, Why
from reltui.model.text import SafeText
from reltui.ui import filtering, ways
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, cut, line, span
from reltui.ui.present_approvals import row_title
from reltui.ui.present_facts import RowFacts
from reltui.ui.present_inbox import (
    FOR_WHOM,
    WHOSE,
    Group,
    Scope,
    bad_cell,
    bad_preview,
    empty_lines,
    inbox_columns,
    not_whole,
    row_cell,
)
from reltui.ui.present_words import within
from reltui.ui.screens.base import BANDS
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.inbox_list import (
    HEADING,
    SPANS,
    Headings,
    Values,
    asks_for,
    below,
    expiry_known,
    group_words,
    heading_line,
    in_groups,
    needed,
    order_of,
    scope_words,
)
from reltui.ui.screens.subject import Subject
from reltui.ui.triage import Row, Triage, release_topic
from reltui.ui.widgets.grid import Column

if TYPE_CHECKING:
    from reltui.ui.present_plan import PlanRow

__all__ = ["HEADING", "ApprovalsScreen"]

Key = ObjectKey
"""As `InboxRow.key`; rows that cannot be read are numbered, and headings have the kind `HEADING`."""

BAD = "bad"
UNREADABLE: Key = ("", HEADING, 1)
"""The heading over what cannot be read."""
LEVELS = 4
"""What is known of a row names what else can be asked of it, so many times."""
FILTER_HINT = "env:prod type:pre why:group older:2d expires:4h flag:BACK !word"


class ApprovalsScreen(FollowingScreen[Key]):
    """Rows by `InboxRow.key` and `PauseRow.key`. What they mean is asked for what is in view first."""

    place = Place.APPROVALS
    planned = frozenset({Verb.APPROVE, Verb.REJECT, Verb.RESUME, Verb.REJECT_INTERVENTION})
    rows_are_sorted = True
    may_be_large = True
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = (
        ("expires", False),
        ("age", True),
        ("stage", False),
        ("project", False),
        ("release", False),
    )

    def __init__(self) -> None:
        self.scope = Scope.GROUPS
        self.group = Group.NONE
        self._rows: dict[Key, Row] = {}
        self._bad: dict[Key, BadInboxRow] = {}
        self._values = Values()
        self._waiting: Mapping[Key, Row] = {}
        """Of all scopes."""
        self._counts: Counter[Why] = Counter()
        self._data: InboxData | None = None
        """What the rows were made of."""
        self._ordered_by: tuple[object, ...] = ()
        """What `_order` was made by."""
        self._order: Sequence[Key] = ()
        """The rows, without headings."""
        self._shown: Sequence[Key] = ()
        self._asked_of: dict[Key, Row] = {}
        self._facts: dict[Key, RowFacts] = {}
        """Thought out once each time the screen is drawn."""
        self._headings = Headings()
        self._triage: Triage | None = None
        self._wish: tuple[Topic[Any], ...] = ()
        self._is_untouched = True
        """Until a key is pressed the list is shown from its top, as far as the cursor stays in view."""
        self._followed_key: Key | None = None
        super().__init__()

    @property
    def triage(self) -> Triage:
        """What is known of the rows."""
        if self._triage is None:
            self._triage = Triage(self.app.service, self.app.config)
        return self._triage

    def on_mount(self) -> None:
        """Say what the filter knows here."""
        self.query_one("#filter", Input).placeholder = FILTER_HINT

    # What is looked at

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (Inbox(),)

    def details(self, key: Key) -> Sequence[Topic[Any]]:
        row = self._rows.get(key)
        if row is None:
            return ()
        stage = self.triage.deployments(row)
        return (release_topic(row), *((stage,) if stage is not None else ()))

    def follow(self) -> None:
        # Other rows may be in view by now: they are asked about first.
        self._followed_key = self.grid.cursor
        if self._ask():
            self.update()
        super().follow()

    def update(self) -> None:
        is_first = self.grid.cursor is None
        super().update()
        for _ in range(LEVELS):
            if not self._ask():
                break
            super().update()
        first = next((key for key in self.grid.keys if key in self._rows), None)
        if is_first and first is not None:
            # Nobody has seen it yet: from now on the cursor stays on its row.
            self.grid.move_to(first)
        if self._is_untouched:
            self.grid.show_from_top()
        if self._followed_key is not None and self._followed_key == self.grid.cursor:
            super().follow()

    def _ask(self) -> bool:
        """Ask for what is not known yet, what is in view first; True when more of it was known already."""
        grid, triage = self.grid, self.triage
        shown = grid.keys[grid.top : grid.top + grid.page_size]
        visible = [row for key in shown if (row := self._rows.get(key)) is not None]
        under = self._rows.get(grid.cursor) if grid.cursor is not None else None
        wish: list[Topic[Any]] = []
        if under is not None:
            wish += [*triage.everything([under]), *triage.more(under, wide=self._is_banded)]
        wish += triage.everything(visible)
        sort = self.sorts[self.sort][0]
        terms = filtering.parse(self.filter)
        others = needed((self._rows[key] for key in self._order), grid.places, terms, sort, self.passes)
        wish += triage.everything(others) if asks_for(terms, "flags") else triage.releases(others)
        self._asked_of = {row.key: row for row in (*visible, *others, *((under,) if under else ()))}
        before = set(self._wish)
        self._wish = tuple(dict.fromkeys(wish))
        triage.asked((*self._wish, *self.followed))
        self.app.service.glance(self._wish)
        return any(triage.look(topic).data is not None for topic in self._wish if topic not in before)

    @property
    def _is_banded(self) -> bool:
        return self.app.size.width >= BANDS[0] and self.app.size.height >= BANDS[1]

    # The list

    def columns(self, cells: int) -> Sequence[Column]:
        several = self.is_mounted and len(self.app.service.servers) > 1
        return inbox_columns(cells, several, self.group)

    def data(self) -> InboxData:
        """What is known of the inbox."""
        return self.app.service.look(Inbox()).data or InboxData()

    def rows(self) -> Sequence[Key]:
        data = self.data()
        self._facts.clear()
        self.triage.learn(self._asked_of.values())
        name, descending = self.sorts[self.sort]
        learned = self.triage.learned if name == "expires" else 0
        ordered_by = (self.scope, self.group, self.sort, self.reverse, learned)
        if data is self._data and ordered_by == self._ordered_by:
            return self._shown
        if data is not self._data:
            self.triage.take(data)
            self._values.keep(data.by_key)
            self._waiting = data.by_key
            self._counts = Counter(row.why for row in data.by_key.values())
            self._bad = {(bad.server, BAD, number): bad for number, bad in enumerate(data.bad, 1)}
        self._data, self._ordered_by = data, ordered_by
        self._rows = {key: row for key, row in data.by_key.items() if row.why in WHOSE[self.scope]}
        keys = self._order = sorted(
            self._rows,
            key=lambda key: order_of(self._rows[key], name, self.triage),
            reverse=descending != self.reverse,
        )
        grouped = keys if self.group is Group.NONE else in_groups(keys, self._rows, self.group)
        over_bad = (UNREADABLE,) if self._bad and self.group is not Group.NONE else ()
        self._shown = (*grouped, *over_bad, *self._bad)
        return self._shown

    def is_heading(self, key: Key) -> bool:
        return key[1] == HEADING

    def heading(self, key: Key) -> Line:
        cells = self.grid.size.width
        if key == UNREADABLE:
            return line(" ", span("cannot be read", "warn"))
        return self._headings.line(key, self.grid.keys, cells, self._heading_line)

    def _heading_line(self, key: Key, cells: int) -> Line:
        inside = below(self.grid.keys, self.grid.places[key] + 1, self._rows)
        return heading_line(inside, self.triage, self.group, self._labels, cells, self.look)

    @property
    def _labels(self) -> Mapping[str, SafeText]:
        return {server.name: server.label for server in self.app.service.servers}

    def facts_of(self, row: Row) -> RowFacts:
        """Everything known of a row."""
        if row.key not in self._facts:
            self._facts[row.key] = self.triage.facts(row)
        return self._facts[row.key]

    def cells(self, key: Key, columns: Sequence[Column]) -> Sequence[Cell]:
        look, widths = self.look, self.widths(columns)
        if key in self._bad:
            return [bad_cell(column.id, widths[column.id], self._bad[key], look) for column in columns]
        facts = self.facts_of(self._rows[key])
        return [row_cell(column.id, widths[column.id], facts, look) for column in columns]

    def arranged_by(self) -> Hashable:
        terms, found = filtering.parse(self.filter), []
        if asks_for(terms, "flags"):
            found = [(key, self._flags(row)) for key, row in self._asked_of.items()]
        now = self.look.now.replace(second=0, microsecond=0)
        return (*found, *((self.triage.learned, now) if asks_for(terms, *SPANS) else ()))

    def passes(self, key: Key, terms: tuple[filtering.Term, ...]) -> bool:
        row = self._rows.get(key)
        if row is None:
            return filtering.matches(terms, bad_values(self._bad[key]))
        return self._values.match(row, terms, self._flags, self._spans)

    def _flags(self, row: Row) -> Sequence[str]:
        return self.facts_of(row).flags if row.key in self._asked_of else self.triage.waiting_flags(row)

    def _spans(self, row: Row) -> Mapping[str, float | None]:
        return row_spans(row, self.triage.expires(row), self.look.now)

    def list_title(self) -> Line:
        keys = self.grid.keys
        first = self._rows.get(keys[self.grid.top]) if keys else None
        is_known = self.app.service.look(Inbox()).data is not None
        words = scope_words(self._counts if is_known else None, self.scope)
        return line(words, group_words(self.group, first, self._labels))

    def title_tail(self) -> Line:
        known = expiry_known(self._rows, self.filter, self.sorts[self.sort][0], self.triage)
        return (*not_whole(self.app.service.look(Inbox()), self.app.ascii), *line(known))

    def note(self) -> Line:
        return (span(f"scope: {self.scope.value}"),)

    def empty(self) -> Sequence[Line]:
        snapshot, way_to = self.app.service.look(Inbox()), self.app.keymap.way_to
        others = sum(self._counts.values()) - len(self._rows)
        filtered = bool(self.filter and self._rows)
        return empty_lines(snapshot, FOR_WHOM[self.scope], others, filtered, self.look, way_to)

    # Preview and third band

    def preview_title(self, key: Key | None) -> Line:
        row = self._row(key)
        if row is not None:
            several = len(self.app.service.servers) > 1
            server = cut(row.server, 16, self.app.ascii) if several else ""
            return line(row_title(row, self.title_cells, server))
        return line("unreadable") if key in self._bad else ()

    def preview(self, key: Key | None, cells: int, lines: int) -> Sequence[Line]:
        row = self._row(key)
        if row is None:
            return bad_preview(self._bad[key], cells, self.look) if key in self._bad else ()
        from reltui.ui.present_triage import row_preview

        label = self.app.service.server(row.server).label
        return row_preview(self.facts_of(row), label, cells, self.look, roomy=lines > 12)

    def band_title(self, key: Key | None) -> Line:
        row = self._row(key)
        return line(
            f"{within(row.release.name)} on {within(row.environment.name)}" if row is not None else ""
        )

    def band(self, key: Key | None, cells: int, lines: int) -> Sequence[Line]:
        row = self._row(key)
        if row is None:
            return [()]
        from reltui.ui.present_since import band_lines

        return band_lines(self.facts_of(row), cells, lines, self.look)

    def _row(self, key: Key | None) -> Row | None:
        return self._rows.get(key) if key is not None else None

    # Keys

    def perform(self, action: Action) -> bool:
        self._is_untouched = False
        return super().perform(action)

    def open_row(self, key: Key) -> None:
        row = self._rows.get(key)
        if isinstance(row, InboxRow):
            from reltui.ui.screens.approval import ApprovalScreen

            self.app.push_screen(ApprovalScreen(row))
        elif row is not None:
            ways.release(self.app, release_topic(row), row.environment.id)

    def do_changes(self) -> None:
        """What the release brings to the stage."""
        self._show_release("Changes")

    def do_history(self) -> None:
        """What happened to the release."""
        self._show_release("History")

    def _show_release(self, tab: str) -> None:
        row = self._row(self.grid.cursor)
        if row is not None:
            ways.release(self.app, release_topic(row), row.environment.id, tab)

    def do_scope(self) -> None:
        """The next wider scope, and after the widest the narrowest."""
        order = list(Scope)
        self.scope = order[(order.index(self.scope) + 1) % len(order)]
        self.update()

    def do_group(self) -> None:
        """Put the rows together by the next thing they have in common."""
        order = list(Group)
        self.group = order[(order.index(self.group) + 1) % len(order)]
        self.update()

    # Verbs

    def subject_of(self, verb: Verb, key: Key) -> Subject | SafeText:
        # Loaded once there is a row: the first paint may have none.
        from reltui.ui.screens.inbox_verbs import BAD_SENTENCE, no_verb, row_subject

        row = self._rows.get(key)
        if row is None:
            return BAD_SENTENCE
        return row_subject(self.app, self.triage, verb, row, self.look) or no_verb(verb, row)

    def plan_row(self, key: Key) -> PlanRow:
        from reltui.ui.screens.inbox_verbs import plan_row

        return plan_row(self._bad.get(key) or self._rows[key])

    def is_decided(self, key: Key) -> bool:
        return any(
            decision.object_key == key and (decision.state is State.LANDED or decision.state in IN_FLIGHT)
            for decision in self.app.service.outbox.decisions()
        )

    def is_expected(self, key: Key) -> bool:
        return key in self._waiting or self.is_decided(key)

    def id_text(self, key: Key) -> SafeText:
        bad = self._bad.get(key)
        return SafeText(str(key[2] if bad is None else bad.bad.id or ""))

    def link(self, key: Key) -> str:
        row = self._rows.get(key)
        if row is None:
            return ""
        thing = row.approval if isinstance(row, InboxRow) else row.deployment
        return self.app.service.browser_url(row.server, row.project, thing)
