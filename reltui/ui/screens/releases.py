"""The releases of a project, or of one definition."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from reltui.data.decision import Verb
from reltui.data.topics import DefinitionAt, DefinitionsOf, ReleaseOf, ReleasesData, ReleasesOf, Topic
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui import background, ways
from reltui.ui.by_id import ById
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, line, span, wrap
from reltui.ui.present_release import release_lines, stage_table
from reltui.ui.present_releases import (
    STAGE_COLUMN,
    add_live,
    bad_row_line,
    live_of,
    live_releases,
    release_cell,
    release_preview,
    release_title,
    release_values,
    stage_columns,
)
from reltui.ui.present_words import short_name, within
from reltui.ui.screens import arranging
from reltui.ui.screens.comparing import PickOther
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.screens.release_verbs import release_subject
from reltui.ui.screens.subject import Subject
from reltui.ui.widgets.grid import GUTTER, Column

LEGEND = "LIVE newest success shown on the stage, was an earlier one, WAIT needs a person, A abandoned"


class ReleasesScreen(ProjectScreen[int]):
    """Keys are release ids; a row that could not be read has a negative number."""

    place = Place.RELEASES
    may_be_large = True
    sorts: ClassVar[tuple[tuple[str, bool], ...]] = (
        ("created", True),
        ("pipeline", False),
        ("release", False),
        ("by", False),
    )

    def __init__(self, topic: ReleasesOf | None = None) -> None:
        self._topic = topic
        """None: the releases of the project that is chosen for the top screens."""
        self._rows = ById[Release](())
        self._keys: Sequence[int] = ()
        self._live: Mapping[tuple[int, int], int] = {}
        self._is_live_known = False
        """It is looked for once a stage has a column."""
        self._drawn: ReleasesData | None = None
        self.deleted = False
        """The deleted releases are shown in place of the others."""
        super().__init__()

    @property
    def topic(self) -> ReleasesOf | None:
        """What the list shows."""
        if self._topic is not None:
            return replace(self._topic, deleted=self.deleted)
        chosen = self.chosen
        return ReleasesOf(*chosen, deleted=self.deleted) if chosen is not None else None

    def list_topics(self) -> Sequence[Topic[Any]]:
        topic = self.topic
        return () if topic is None else (topic, DefinitionsOf(topic.server, topic.project))

    def details(self, key: int) -> Sequence[Topic[Any]]:
        topic = self.topic
        # A deleted release cannot be asked for by its id.
        if topic is None or key < 0 or topic.deleted:
            return ()
        return (ReleaseOf(topic.server, topic.project, key),)

    def do_scope(self) -> None:
        if self._topic is None:
            super().do_scope()
        else:
            self.app.say("These are the releases of one definition; escape goes back.")

    def data(self) -> ReleasesData:
        """What is known of the list."""
        topic = self.topic
        known = self.app.service.look(topic).data if topic is not None else None
        return known or ReleasesData()

    def columns(self, cells: int) -> Sequence[Column]:
        first = (Column("release", "Release", 11, grow=1),)
        by, build = Column("by", "By", 8, grow=1, drop=2), Column("build", "Build", 11, grow=1, drop=3)
        created = Column("created", "Created", 12, drop=1)
        age = Column("age", "Age", 4, right=True)
        if self.is_mounted and self.topic is not None and self.topic.definition_id is not None:
            stages = stage_columns(self.data().rows, cells - GUTTER - 17)
            if stages:
                columns = [Column(f"{STAGE_COLUMN}{s.id}", s.name, s.cells) for s in stages]
                room = cells - GUTTER - 17 - sum(s.cells + 1 for s in stages) - 45
                tags = [Column("tags", "Tags", 10, grow=1)] if room > 18 else []
                kept = [Column("kept", "Kept", 4)] if room > 5 else []
                return (*first, created, by, build, *columns, age, *kept, *tags)
            return (*first, created, by, build, Column("stages", "Stages", 24, grow=3), age)
        pipeline = Column("pipeline", "Pipeline", 14, grow=2)
        return (*first, pipeline, created, by, build, Column("stages", "Stages", 18, grow=2), age)

    def rows(self) -> Sequence[int]:
        data = self.data()
        if data is not self._drawn:
            self._drawn = data
            self._rows = ById(data.rows)
            self._is_live_known = False
            self._keys = (*self._rows, *range(-1, -len(data.bad) - 1, -1))
        return self._keys

    def arranged_by(self) -> Hashable:
        return ()

    def is_expected(self, key: int) -> bool:
        return key in self._rows

    @property
    def live(self) -> Mapping[tuple[int, int], int]:
        """What runs on the stages, for their columns; of a long list that is found between the keys."""
        if not self._is_live_known:
            self._is_live_known = True
            rows = self.data().rows
            if len(rows) > arranging.LARGE:
                background.begin(self, partial(self._find_live, rows), "live")
            else:
                self._live = live_releases(rows)
        return self._live

    async def _find_live(self, rows: Sequence[Release]) -> None:
        slices = arranging.Slices()
        found: dict[tuple[int, int], tuple[float, int]] = {}
        for start in range(0, len(rows), arranging.AT_ONCE):
            add_live(found, rows[start : start + arranging.AT_ONCE])
            await slices.pause()
        self._live = live_of(found)
        if not self.is_left:
            self.update()

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        widths, look = self.widths(columns), self.look
        release = self._rows[key]
        live = self.live if any(column.id.startswith(STAGE_COLUMN) for column in columns) else {}
        return [release_cell(column.id, widths[column.id], release, live, look) for column in columns]

    def is_heading(self, key: int) -> bool:
        return key < 0

    def stays(self, key: int) -> bool:
        return key < 0

    def heading(self, key: int) -> Line:
        return bad_row_line("release", self.data().bad[-key - 1], self.grid.size.width, self.look)

    def fields(self, key: int) -> Mapping[str, str]:
        return release_values(self._rows[key])

    def sort_value(self, key: int, sort: str) -> Any:
        release = self._rows[key]
        created = release.created_on.timestamp() if release.created_on is not None else 0.0
        if sort == "created":
            return created
        by = short_name(release.created_by) if sort == "by" else ""
        text = {"pipeline": release.definition.name, "release": release.name, "by": by}[sort]
        return (text.casefold(), -created)

    def list_title(self) -> Line:
        topic = self.topic
        if topic is None:
            return line("releases")
        more = self.app.service.look(topic).more
        what = f"{'deleted ' if topic.deleted else ''}release{'s' if more or len(self._rows) != 1 else ''}"
        number = f"{len(self._rows)}{'+' if more else ''} {what}"
        if topic.definition_id is None:
            return line(f"project: {within(topic.project.name)}{self.how_many(topic, number)}")
        name = next((within(r.definition.name) for r in self._rows.values()), str(topic.definition_id))
        return line(f"pipeline: {name}{self.how_many(topic, number)}")

    def note(self) -> Line:
        topic = self.topic
        return (span(self.project_words(topic.server, topic.project)),) if topic is not None else ()

    def preview_title(self, key: int | None) -> Line:
        row = self._row(key)
        return line(release_title(row)) if row is not None else ()

    def preview(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        release = self.release(key)
        topic = self.topic
        if release is None or topic is None:
            return ()
        me = self.app.service.server(topic.server).me
        shown = release_preview(release, me, cells, self.look, roomy=lines > 12)
        legend = [line(" ", *row) for row in wrap((span(LEGEND, "dim"),), cells - 1)]
        return [*shown, (), *legend] if lines > len(shown) + len(legend) else shown

    def release(self, key: int | None) -> Release | None:
        """The release of a row: as a whole if it was read as such, else as the list has it."""
        row = self._row(key)
        if row is None:
            return None
        for topic in self.followed:
            if isinstance(topic, ReleaseOf) and topic.release_id == key:
                whole = self.app.service.look(topic)
                if whole.data is not None and not whole.from_cache:
                    return whole.data
        return row

    def _row(self, key: int | None) -> Release | None:
        return self._rows.get(key) if key is not None else None

    def band_title(self, key: int | None) -> Line:
        row = self._row(key)
        return line(f"stages of {within(row.name)}") if row is not None else line("stages")

    def band(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        release = self.release(key)
        topic = self.topic
        if release is None or topic is None:
            return ()
        me = self.app.service.server(topic.server).me
        return [
            *stage_table(release, me, cells, self.look),
            (),
            *release_lines(release, me, cells, self.look),
        ]

    def empty(self) -> Sequence[Line]:
        what = "deleted releases" if self.deleted else "releases"
        return self.nothing(what, self.topic, filtered=bool(self.filter and self._rows))

    def open_row(self, key: int) -> None:
        if self.deleted:
            self.app.say("It is deleted; :undelete has it back.")
        for topic in self.details(key):
            if isinstance(topic, ReleaseOf):
                ways.release(self.app, topic)

    # Verbs and ways on

    def is_about_row(self, verb: Verb) -> bool:
        return True

    def subject_of(self, verb: Verb, key: int) -> Subject | SafeText:
        topic, release = self.topic, self._rows.get(key)
        if release is None or topic is None:
            return super().subject_of(verb, key)
        if topic.deleted and verb not in (Verb.UNDELETE, Verb.CREATE):
            return SafeText(f"{within(release.name)} is deleted; :undelete has it back.")
        if verb is Verb.UNDELETE and not topic.deleted:
            return SafeText(f"{within(release.name)} is not deleted; :deleted shows those that are.")
        return release_subject(
            self,
            verb,
            topic.server,
            topic.project,
            release,
            partial(self._current, key),
            self.app.service.look(topic),
        )

    def do_deleted(self) -> None:
        """The deleted releases, or the others again."""
        self.deleted = not self.deleted
        self.update()

    def do_compare(self) -> None:
        """The two that are marked; else the one under the cursor with one to choose."""
        topic, marked = self.topic, sorted(self.grid.marks)
        release = self._row(self.grid.cursor)
        if topic is None or release is None:
            return
        if topic.deleted:
            self.app.say("Deleted releases cannot be compared.")
        elif len(marked) == 2:
            older, newer = (ReleaseOf(topic.server, topic.project, number) for number in marked)
            ways.comparison(self.app, older, newer)
        elif marked:
            self.app.say(f"{len(marked)} are marked: mark two to compare them, or none to choose.")
        else:
            self.app.push_screen(PickOther(ReleaseOf(topic.server, topic.project, release.id), release))

    def do_snapshot(self) -> None:
        """The definition as it was when the release was cut."""
        topic = self.topic
        release = self.release(self.grid.cursor)
        if topic is None or release is None:
            return
        if release.definition_revision is None:
            self.app.say("This server does not tell from which revision of the definition it was cut.")
            return
        number, revision = release.definition.id, release.definition_revision
        ways.definition(self.app, DefinitionAt(topic.server, topic.project, number, revision))

    def _current(self, key: int) -> Release | None:
        return next((release for release in self.data().rows if release.id == key), None)

    def do_archive(self) -> None:
        """All logs of the release, as one archive."""
        from reltui.ui.screens import saving

        topic = self.topic
        if topic is not None:
            saving.archive(self.app, topic.server, topic.project, self.release(self.grid.cursor))

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(key))

    def link(self, key: int) -> str:
        topic, release = self.topic, self._rows.get(key)
        if topic is None or release is None:
            return ""
        return self.app.service.browser_url(topic.server, topic.project, release)
