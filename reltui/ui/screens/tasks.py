"""The tasks of all attempts at a stage of a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reltui.data.topics import ReleaseOf, Topic
from reltui.model.release import Environment, Release
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Action, Place
from reltui.ui.present import Cell, Line, line, span
from reltui.ui.present_tasks import (
    TaskKey,
    TaskRow,
    heading_line,
    log_title,
    no_log,
    preview_lines,
    row_cell,
    row_to_show,
    task_rows,
)
from reltui.ui.present_words import within
from reltui.ui.screens import saving
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column

ROWS_AFTER = 3
"""So many rows are in view below the one at which it begins."""


class TasksScreen(ProjectScreen[TaskKey]):
    """Opened at what runs, else at what failed first; Enter opens a log."""

    place = Place.TASKS

    def __init__(self, topic: ReleaseOf, environment_id: int) -> None:
        self.topic = topic
        self.environment_id = environment_id
        self._placed = False
        self._made_of: Environment | None = None
        self._rows: dict[TaskKey, TaskRow] = {}
        super().__init__()

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic,)

    @property
    def release(self) -> Release | None:
        """The release as it is known."""
        return self.app.service.look(self.topic).data

    @property
    def environment(self) -> Environment | None:
        """Its stage."""
        release = self.release
        environments = (release.environments or ()) if release is not None else ()
        return next((e for e in environments if e.id == self.environment_id), None)

    def rows(self) -> Sequence[TaskKey]:
        environment = self.environment
        if environment is not self._made_of:
            self._made_of = environment
            self._rows = {row.key: row for row in task_rows(environment)} if environment is not None else {}
        return list(self._rows)

    def update(self) -> None:
        super().update()
        if not self._placed and self.grid.keys and self.grid.size.height:
            self._placed = True
            self._begin_at(row_to_show(list(self._rows.values())))

    def _begin_at(self, key: TaskKey | None) -> None:
        """Put the cursor there, with what comes before it and some of what comes after in view."""
        keys = list(self.grid.keys)
        if key is not None:
            place = keys.index(key)
            for after in keys[place : place + ROWS_AFTER + 1]:
                self.grid.move_to(after)
            self.grid.move_to(key)

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("task", "Task", 26, grow=1),
            Column("state", "State", 5),
            Column("started", "Started", 12),
            Column("took", "Took", 8, right=True),
            Column("lines", "Lines", 7, right=True, drop=2),
            Column("issues", "Issues", 6),
            Column("agent", "Agent", 10, drop=1),
        )

    def cells(self, key: TaskKey, columns: Sequence[Column]) -> Sequence[Cell]:
        row, widths = self._rows[key], self.widths(columns)
        return [row_cell(column.id, widths[column.id], row, self.look) for column in columns]

    def is_heading(self, key: TaskKey) -> bool:
        return self._rows[key].is_heading if key in self._rows else False

    def heading(self, key: TaskKey) -> Line:
        return heading_line(self._rows[key], self.grid.size.width, self.look)

    def crumbs(self) -> Line:
        release, environment = self.release, self.environment
        if release is None:
            return line(f"Releases > release {self.topic.release_id}")
        stage = within(environment.name) if environment is not None else f"stage {self.environment_id}"
        return line(f"Releases > {within(release.definition.name)} > {within(release.name)} > {stage}")

    def list_title(self) -> Line:
        return line("tasks of all tries, newest first")

    def preview_title(self, key: TaskKey | None) -> Line:
        row = self._rows.get(key) if key is not None else None
        return line(within(row.name)) if row is not None else ()

    def preview(self, key: TaskKey | None, cells: int, lines: int) -> Sequence[Line]:
        row = self._rows.get(key) if key is not None else None
        if row is None:
            return ()
        topic = row.log_topic(self.topic, self.environment_id)
        data = self.app.service.look(topic).data if topic is not None else None
        return preview_lines(row, data.lines if data is not None else (), cells, lines, self.look)

    def empty(self) -> Sequence[Line]:
        release = self.release
        if release is None or release.environments is None:
            return self.nothing("tasks", self.topic, filtered=False)
        if self.environment is None:
            return [(), line("    ", span("The release has no such stage any more.", "warn"))]
        return [(), line("    Nothing has run on this stage, and no task is planned.")]

    def footer_actions(self) -> Sequence[Action]:
        return [action for action in super().footer_actions() if action.id != "open"]

    def open_row(self, key: TaskKey) -> None:
        row, release, environment = self._rows.get(key), self.release, self.environment
        if row is None or release is None or environment is None:
            return
        topic = row.log_topic(self.topic, self.environment_id)
        why_not = no_log(row)
        if why_not or topic is None:
            self.app.say(why_not or "The server gives no number for it, so its log cannot be asked for.")
        else:
            ways.log(self.app, topic, log_title(release, environment, row))

    def do_logs(self) -> None:
        """The log under the cursor."""
        if self.grid.cursor is not None:
            self.open_row(self.grid.cursor)

    def do_archive(self) -> None:
        """All logs of the release, as one archive."""
        saving.archive(self.app, self.topic.server, self.topic.project, self.release)

    def id_text(self, key: TaskKey) -> SafeText:
        return SafeText(str(self.topic.release_id))

    def link(self, key: TaskKey) -> str:
        release = self.release
        if release is None:
            return ""
        return self.app.service.browser_url(self.topic.server, self.topic.project, release)
