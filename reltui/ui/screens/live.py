"""What runs where in a project: definitions by stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionsOf, DeploymentsOf, LiveData, LiveOf, ReleaseOf, Snapshot, Topic
from reltui.model.definition import Definition
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, Span, line, plain, span
from reltui.ui.present_definitions import folder_line
from reltui.ui.present_live import (
    MATRIX_CELL,
    LiveStage,
    event_words,
    live_line,
    live_preview,
    live_stages,
    live_title,
    live_values,
    matrix_cell,
    matrix_names,
    newest_change,
    others_cell,
    release_words,
    since,
    stage_in_focus,
    waiting_rank,
)
from reltui.ui.present_releases import bad_row_line
from reltui.ui.present_stage import history_band
from reltui.ui.present_words import count, name_cell, within
from reltui.ui.screens.base import BANDS, WIDE
from reltui.ui.screens.pick import Entry, PickScreen
from reltui.ui.screens.starred import StarredScreen
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.grid import GUTTER, Column

NAME_CELLS = 18
STAGE = "stage:"
"""Before the name of a stage, in the id of its column of the matrix."""
REST_CELLS = 12
"""So much room the column of all other stages has at least."""


class LiveScreen(StarredScreen):
    """Keys are definition ids; folders and rows that could not be read are headings with negative numbers."""

    place = Place.LIVE
    beside = False  # the matrix takes the whole width
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = (
        ("folder", False),
        ("name", False),
        ("since", True),
        ("waiting", True),
    )

    def __init__(self) -> None:
        self._data = LiveData()
        self._rows: dict[int, Definition] = {}
        self._stages: dict[int, tuple[LiveStage, ...]] = {}
        self._names: tuple[SafeText, ...] = ()
        super().__init__()

    @property
    def topic(self) -> LiveOf | None:
        chosen = self.chosen
        return LiveOf(*chosen) if chosen is not None else None

    def list_topics(self) -> Sequence[Topic[Any]]:
        topic = self.topic
        return () if topic is None else (topic, DefinitionsOf(topic.server, topic.project))

    def details(self, key: int) -> Sequence[Topic[Any]]:
        width, height = self.app.size
        history = self._history(key)
        wide = width >= BANDS[0] and height >= BANDS[1]
        return (history,) if history is not None and wide else ()

    def _history(self, key: int, stage: LiveStage | None = None) -> DeploymentsOf | None:
        """The deployments to a stage: the one given, else the one that matters most."""
        topic = self.topic
        stage = stage or stage_in_focus(self._stages.get(key, ()))
        if topic is None or stage is None:
            return None
        return DeploymentsOf(topic.server, topic.project, key, stage.environment.id)

    def preview_lines(self) -> int:
        width, height = self.app.size
        return 9 if width >= BANDS[0] and height >= BANDS[1] and not self.zoom else super().preview_lines()

    def snapshot(self) -> Snapshot[Any]:
        # There is no page to ask for: what is lacking is said in the title.
        return replace(super().snapshot(), more=False)

    # The list

    def columns(self, cells: int) -> Sequence[Column]:
        name = Column("name", "Name", NAME_CELLS, grow=1)
        star = self.star_column()
        if not self.is_mounted or self.app.size.width < WIDE or cells < 64:
            return (*star, replace(name, width=16), Column("line", "What runs where", 40, grow=4))
        most = max(1, (cells - GUTTER - NAME_CELLS - REST_CELLS - 4) // (MATRIX_CELL + 1))
        self._names = matrix_names(self._data, most)
        every = {e.name.casefold() for d in self._rows.values() for e in d.environments or ()}
        has_others = len(every) > len(self._names)
        stages = [Column(f"{STAGE}{n}", str(within(n)), MATRIX_CELL, grow=1) for n in self._names]
        others = [Column("others", "Other stages", REST_CELLS, grow=2)] if has_others else []
        return (*star, name, *stages, *others)

    def rows(self) -> Sequence[int]:
        topic, cells, look = self.topic, self.grid.size.width, self.look
        known = self.app.service.look(topic).data if topic is not None else None
        if known is not self._data:
            self._data = known or LiveData()
            self._rows = self.listed(self._data.definitions)
            self._stages = {d.id: live_stages(self._data, d) for d in self._data.definitions}
        self.begin_headings()
        keys = self.starred_first(self._rows)
        for path, inside in groupby(self.unstarred(self._rows), key=lambda d: d.path):
            definitions = list(inside)
            keys.append(self.add_heading(folder_line(path, len(definitions), cells, look)))
            keys += [d.id for d in definitions]
        self.end_folders()
        keys += [self.add_heading(bad_row_line("row", bad, cells, look)) for bad in self._data.bad]
        return keys

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths = self.widths(columns)
        return [self._cell(column.id, widths[column.id], key) for column in columns]

    def _cell(self, column: str, cells: int, key: int) -> Cell:
        stages, look = self._stages[key], self.look
        if column.startswith(STAGE):
            return matrix_cell(stages, column.removeprefix(STAGE), cells, look)
        match column:
            case "star":
                return self.star_cell(key)
            case "name":
                return name_cell(self._rows[key].name, cells, look)
            case "others":
                return others_cell(stages, self._names, cells, look)
            case _:
                return live_line(stages, cells, look)

    def fields(self, key: int) -> Mapping[str, str]:
        topic = self.topic
        project = topic.project.name if topic is not None else ""
        return live_values(self._rows[key], self._stages[key], project, favourite=key in self.favourite_ids)

    def sort_value(self, key: int, sort: str) -> Any:
        stages, name = self._stages[key], self._rows[key].name.casefold()
        match sort:
            case "since":
                return (newest_change(stages), name)
            case "waiting":
                return (*waiting_rank(stages), name)
            case _:
                return name

    def list_title(self) -> Line:
        topic = self.topic
        if topic is None:
            return line("live")
        snapshot = self.app.service.look(topic)
        number = self.how_many(topic, count(len(self._rows), "definition"))
        parts: list[Span | str] = [f"project: {within(topic.project.name)}{number}{self.folder_words()}"]
        if snapshot.loading and snapshot.progress:
            parts.append(span(f" | reading: {snapshot.progress}", "dim"))
        elif snapshot.more:
            parts.append(span(" | older ones not read", "warn"))
        return line(*parts)

    def note(self) -> Line:
        topic = self.topic
        return (span(self.project_words(topic.server, topic.project)),) if topic is not None else ()

    def preview_title(self, key: int | None) -> Line:
        return line(live_title(self._rows[key], self._stages[key])) if key in self._rows else ()

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if key not in self._stages:
            return ()
        return live_preview(self._stages[key], cells, self.look, roomy=lines > 12)

    def band_title(self, key: int | None) -> Line:
        stage = stage_in_focus(self._stages.get(key, ())) if key is not None else None
        return line(f"history of {within(stage.environment.name)}" if stage is not None else "history")

    def band(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        topic = self._history(key) if key is not None else None
        if topic is None:
            return [()]
        snapshot = self.app.service.look(topic)
        return history_band(snapshot.data, snapshot.more, cells, self.look)

    def empty(self) -> Sequence[Line]:
        return self.nothing("definitions", self.topic, filtered=bool(self.filter and self._rows))

    # Ways on

    def open_row(self, key: int) -> None:
        """The stages to choose from; a single one is opened at once."""
        stages = self._stages[key]
        if len(stages) == 1:
            self.show_stage(key, stages[0])
        elif stages:
            self.app.push_screen(PickStage(self, key))
        else:
            self.app.say("It has no stages.")

    def show_stage(self, key: int, stage: LiveStage) -> None:
        """What happened on a stage of a definition."""
        topic = self._history(key, stage)
        if topic is not None:
            title = f"{within(self._rows[key].name)} / {within(stage.environment.name)}"
            ways.stage(self.app, topic, SafeText(title))

    def do_history(self) -> None:
        """What happened on the stage that matters most."""
        key = self.grid.cursor
        stage = stage_in_focus(self._stages.get(key, ())) if key is not None else None
        if key is None or stage is None:
            self.app.say("It has no stages.")
        else:
            self.show_stage(key, stage)

    def do_changes(self) -> None:
        """What the newest release brings to the stage that matters most."""
        key, topic = self.grid.cursor, self.topic
        if key is None or topic is None:
            return
        stage = stage_in_focus(self._stages[key])
        event = stage.event if stage is not None else None
        last = self._rows[key].last_release
        if event is not None:
            where = ReleaseOf(topic.server, topic.project, event.release.id)
            ways.release(self.app, where, event.environment.id, "Changes")
        elif last is not None:
            ways.release(self.app, ReleaseOf(topic.server, topic.project, last.id), 0, "Changes")
        else:
            self.app.say("It has no release yet.")

    def do_compare(self) -> None:
        """The newest release with the one that runs on the stage that matters most."""
        key, topic = self.grid.cursor, self.topic
        if key is None or topic is None:
            return
        stage = stage_in_focus(self._stages[key])
        live = stage.known.live if stage is not None else None
        event = stage.event if stage is not None else None
        last = event.release if event is not None else self._rows[key].last_release
        if live is None or last is None:
            self.app.say("There are no two releases to compare: nothing runs there yet.")
        elif live.release.id == last.id:
            self.app.say(f"The newest release, {within(last.name)}, is what runs there.")
        else:
            older, newer = sorted((live.release.id, last.id))
            server, project = topic.server, topic.project
            ways.comparison(self.app, ReleaseOf(server, project, older), ReleaseOf(server, project, newer))

    def is_about_row(self, verb: Verb) -> bool:
        return True

    def subject_of(self, verb: Verb, key: int) -> Subject | SafeText:
        topic = self.topic
        if verb is not Verb.CREATE or topic is None:
            return super().subject_of(verb, key)
        return self.create_subject(topic.server, topic.project, key)

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(key))

    def link(self, key: int) -> str:
        topic = self.topic
        if topic is None:
            return ""
        return self.app.service.browser_url(topic.server, topic.project, self._rows[key])

    def stages_of(self, key: int) -> tuple[LiveStage, ...]:
        """The stages of a row as they are known now."""
        return self._stages.get(key, ())

    def definition_name(self, key: int) -> str:
        """The name of a row."""
        return within(self._rows[key].name) if key in self._rows else str(key)


class PickStage(PickScreen):
    """One stage of a definition, to see what happened on it."""

    def __init__(self, below: LiveScreen, definition_id: int) -> None:
        self.below = below
        self.definition_id = definition_id
        super().__init__()

    def heading(self) -> Line:
        return (span(f"History of which stage of {self.below.definition_name(self.definition_id)}?"),)

    def entries(self) -> Sequence[Entry]:
        return [self._entry(stage) for stage in self.below.stages_of(self.definition_id)]

    def _entry(self, stage: LiveStage) -> Entry:
        look, live = self.below.look, stage.known.live
        now = f"{release_words(live, 24, look)} {since(live, look)}" if live is not None else "-"
        happens = plain(event_words(stage, 24, look))
        go: Callable[[], None] = partial(self.below.show_stage, self.definition_id, stage)
        return Entry(stage.environment.name, SafeText(f"{now}  {happens}".rstrip()), go)
