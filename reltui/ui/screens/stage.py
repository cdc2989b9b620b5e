"""What happened on one stage of a definition: its deployments, newest first, under their strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reltui.data.topics import DeploymentsData, DeploymentsOf, ReleaseOf, Topic
from reltui.model.deployment import Deployment
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, Span, line, span
from reltui.ui.present_releases import bad_row_line
from reltui.ui.present_stage import (
    counted,
    deployment_cell,
    deployment_preview,
    deployment_title,
    figure_lines,
    strip_lines,
)
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import GUTTER, Column, lay_out


class StageScreen(ProjectScreen[int]):
    """Keys are deployment ids; the lines above and rows that could not be read are headings, negative."""

    place = Place.STAGE
    titles = False

    def __init__(self, topic: DeploymentsOf, title: SafeText) -> None:
        self.topic = topic
        self.title_shown = title
        self._headings: list[Line] = []
        self._rows: dict[int, Deployment] = {}
        self._live: Deployment | None = None
        super().__init__()

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic,)

    def do_scope(self) -> None:
        """The stage stays the same one."""

    def data(self) -> DeploymentsData:
        """What is known of the deployments."""
        return self.app.service.look(self.topic).data or DeploymentsData()

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("release", "Release", 11, grow=2),
            Column("stands", "", 4),
            Column("try", "Try", 3),
            Column("result", "Result", 6),
            Column("queued", "Queued", 12, drop=2),
            Column("started", "Started", 12),
            Column("took", "Took", 8),
            Column("by", "Requested by", 12, grow=1, drop=4),
            Column("approved", "Approved by", 15, grow=2),
            Column("comment", "Comment", 14, grow=2, drop=3),
            Column("reason", "Reason", 10, grow=1, drop=1),
        )

    def rows(self) -> Sequence[int]:
        data, cells, look = self.data(), self.grid.size.width, self.look
        self._rows = {deployment.id: deployment for deployment in data.rows}
        self._live = data.live()
        if not data.rows and not data.bad:
            return ()
        more = self.app.service.look(self.topic).more
        above = [
            *strip_lines(data.rows, cells, look),
            *figure_lines(data, more, cells, look),
            (),
            self._titles(cells),
        ]
        below = [bad_row_line("deployment", bad, cells, look) for bad in data.bad]
        self._headings = [*above, *below]
        numbers = range(-1, -len(self._headings) - 1, -1)
        return (*numbers[: len(above)], *self._rows, *numbers[len(above) :])

    def _titles(self, cells: int) -> Line:
        columns = lay_out(self.columns(cells), cells - GUTTER)
        cut = [f"{column.title:<{room}}"[:room] for column, room in columns]
        return (span(" " * GUTTER + " ".join(cut), "dim"),)

    def is_heading(self, key: int) -> bool:
        return key < 0

    def heading(self, key: int) -> Line:
        return self._headings[-key - 1] if -key <= len(self._headings) else ()

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, look, deployment = self.widths(columns), self.look, self._rows[key]
        return [deployment_cell(c.id, widths[c.id], deployment, self._live, look) for c in columns]

    def list_title(self) -> Line:
        more = self.app.service.look(self.topic).more
        return line(Span(self.title_shown), self.how_many(self.topic, counted(self.data(), more)))

    def crumbs(self) -> Line:
        return line("Stage > ", span(self.title_shown, "head"))

    def note(self) -> Line:
        return (span(self.project_words(self.topic.server, self.topic.project)),)

    def preview_title(self, key: int | None) -> Line:
        return line(deployment_title(self._rows[key])) if key in self._rows else ()

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if key not in self._rows:
            return ()
        return deployment_preview(self._rows[key], self._live, cells, self.look, roomy=lines > 12)

    def empty(self) -> Sequence[Line]:
        return self.nothing("deployments", self.topic, filtered=False)

    # Ways on

    def release_topic(self, deployment: Deployment) -> ReleaseOf:
        """The release of a deployment."""
        return ReleaseOf(self.topic.server, self.topic.project, deployment.release.id)

    def open_row(self, key: int) -> None:
        deployment = self._rows[key]
        ways.release(self.app, self.release_topic(deployment), deployment.environment.id)

    def do_changes(self) -> None:
        """What the release brings, or brought."""
        deployment = self._here()
        if deployment is not None:
            ways.release(self.app, self.release_topic(deployment), deployment.environment.id, "Changes")

    def do_compare(self) -> None:
        """With what runs there; what runs there, with what it has replaced."""
        deployment = self._here()
        if deployment is None:
            return
        other = self._live
        if other is None or other.release.id == deployment.release.id:
            other = self.data().live(before=deployment.release.id)
        if other is None:
            self.app.say("No other release was ever deployed here, as far as was read.")
            return
        older, newer = sorted((other, deployment), key=lambda d: d.release.id)
        ways.comparison(self.app, self.release_topic(older), self.release_topic(newer))

    def _here(self) -> Deployment | None:
        key = self.grid.cursor
        return self._rows.get(key) if key is not None else None

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(self._rows[key].release.id))

    def link(self, key: int) -> str:
        return self.app.service.browser_url(self.topic.server, self.topic.project, self._rows[key])
