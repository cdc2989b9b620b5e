"""One release: its stages, and below them what is known of the selected one and of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from reltui.data.confirming import is_protected
from reltui.data.decision import Verb
from reltui.data.topics import (
    ContentOf,
    DefinitionAt,
    DefinitionOf,
    DefinitionsOf,
    DeploymentsOf,
    ReleaseHistoryOf,
    ReleaseOf,
    Topic,
)
from reltui.model.definition import Definition
from reltui.model.release import Environment, Release
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, line, plain, span, width
from reltui.ui.present_release import release_words, stage_row_cell, stage_to_show
from reltui.ui.present_release_content import (
    Ends,
    artifact_lines,
    change_lines,
    history_lines,
    item_lines,
    planned_variables,
    release_variable_lines,
)
from reltui.ui.present_release_stage import Known, LiveThere, live_there, stage_lines
from reltui.ui.present_release_tasks import log_lines, task_lines
from reltui.ui.present_stages import graph, release_nodes
from reltui.ui.present_words import within
from reltui.ui.screens import saving
from reltui.ui.screens.comparing import PickOther
from reltui.ui.screens.release_verbs import release_subject
from reltui.ui.screens.stage_verbs import ON_STAGES, stage_row, stage_subject
from reltui.ui.screens.subject import Subject, failed_reading
from reltui.ui.screens.tabs import StagesScreen, tab_strip
from reltui.ui.widgets.grid import Column

if TYPE_CHECKING:
    from reltui.ui.present_plan import PlanRow

STAGES, TASKS, CHANGES, ITEMS = "Stages", "Tasks", "Changes", "Items"
VARIABLES, ARTIFACTS, LOGS, HISTORY = "Variables", "Artifacts", "Logs", "History"
ROOMY = 30
"""From so many lines on there is room for an empty one."""


class ReleaseScreen(StagesScreen):
    """Opened on a stage where one was meant, such as the one whose approval waits."""

    place = Place.RELEASE
    beside = False
    planned = frozenset({Verb.DEPLOY, Verb.CANCEL})
    tabs: ClassVar[tuple[str, ...]] = (STAGES, TASKS, CHANGES, ITEMS, VARIABLES, ARTIFACTS, LOGS, HISTORY)

    def __init__(self, topic: ReleaseOf, environment_id: int = 0, tab: str = "") -> None:
        self.topic = topic
        self._wanted = environment_id
        """The stage to put the cursor on once the release is known; 0: the one that matters most."""
        self._placed = False
        self._scrolled_early = False
        self.followed_key: int | None = None
        super().__init__()
        names = [name.casefold() for name in self.tabs]
        self.tab_shown = names.index(tab.casefold()) if tab.casefold() in names else 0

    # What is looked at

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, DefinitionsOf(self.topic.server, self.topic.project))

    def details(self, key: int) -> Sequence[Topic[Any]]:
        release, environment = self.release, self.environment(key)
        if release is None:
            return ()
        deployments = self._deployments(environment)
        live: list[Topic[Any]] = [deployments] if deployments is not None else []
        match self.tab:
            case "Stages":
                return (*live, *self._definition_now())
            case "Changes" | "Items":
                content = self._content(environment)
                return (*live, content) if content is not None else live
            case "Variables":
                planned = self._definition_then()
                return (*live, planned) if planned is not None else live
            case "History":
                return (*live, self._history)
        return live

    def _deployments(self, environment: Environment | None) -> DeploymentsOf | None:
        release = self.release
        if release is None or environment is None or not environment.definition_environment_id:
            return None
        server, project = self.topic.server, self.topic.project
        return DeploymentsOf(server, project, release.definition.id, environment.definition_environment_id)

    def _content(self, environment: Environment | None) -> ContentOf | None:
        """Commits and items since what is live on the stage; None until that is known."""
        live = self.live(environment)
        if live.known is Known.READING:
            return None
        return ContentOf(self.topic.server, self.topic.project, self.topic.release_id, live.base_id)

    def _definition_now(self) -> Sequence[DefinitionOf]:
        release = self.release
        if release is None or not release.definition.id:
            return ()
        return (DefinitionOf(self.topic.server, self.topic.project, release.definition.id),)

    def _definition_then(self) -> DefinitionAt | None:
        """The definition as it was when the release was cut; None where the server does not tell."""
        release = self.release
        if release is None or not release.definition.id or not release.definition_revision:
            return None
        server, project = self.topic.server, self.topic.project
        return DefinitionAt(server, project, release.definition.id, release.definition_revision)

    @property
    def _history(self) -> ReleaseHistoryOf:
        return ReleaseHistoryOf(self.topic.server, self.topic.project, self.topic.release_id)

    def follow(self) -> None:
        self.followed_key = self.grid.cursor
        super().follow()

    # What is known

    @property
    def release(self) -> Release | None:
        """The release as it is known."""
        return self.app.service.look(self.topic).data

    @property
    def definition(self) -> Definition | None:
        """Its definition as it is now, where it is known."""
        for topic in self._definition_now():
            data = self.app.service.look(topic).data
            return data.definition if data is not None else None
        return None

    def environment(self, key: int | None) -> Environment | None:
        """The stage of a row."""
        release = self.release
        environments = (release.environments or ()) if release is not None else ()
        return next((e for e in environments if e.id == key), None)

    def live(self, environment: Environment | None) -> LiveThere:
        """Which release is live on a stage, as far as it is known."""
        topic = self._deployments(environment)
        if topic is None:
            return LiveThere(Known.NOT_FOUND)
        return live_there(self.app.service.look(topic), self.topic.release_id)

    def stage_ids(self) -> Sequence[int]:
        release = self.release
        return [e.id for e in (release.environments or ())] if release is not None else ()

    # The list

    def head(self, cells: int) -> Sequence[Line]:
        release = self.release
        if release is None or release.environments is None:
            return ()
        nodes = release_nodes(release.environments)
        drawn = graph(nodes, cells - 4, self.look, max(self.app.size.height // 5, 3))
        about = self.drawn([release_words(release, self.look)], cells)
        gap: list[Line] = [()] if self.app.size.height >= ROOMY else []
        return [*about, *gap, *self.drawn(drawn, cells)]

    def columns(self, cells: int) -> Sequence[Column]:
        roomy = cells >= 110
        return (
            Column("stage", "Stage", 14, grow=1),
            Column("state", "State", 5),
            Column("try", "Try", 3),
            Column("queued", "Queued", 12, drop=2),
            Column("started", "Started", 12 if roomy else 8, drop=6),
            Column("took", "Took", 7),
            Column("pre", "Before", 15, grow=8),
            Column("gates", "Gates", 11 if roomy else 9, drop=5),
            Column("post", "After", 8, grow=3, drop=4),
            Column("agent", "Agent", 8, drop=3),
            Column("reason", "Why", 12, grow=1, drop=1),
        )

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        environment = self.environment(key)
        if environment is None:
            return [span("") for _ in columns]
        server, look, widths = self.app.service.server(self.topic.server), self.look, self.widths(columns)
        protected = is_protected(environment.name, server)
        return [
            stage_row_cell(column.id, widths[column.id], environment, protected, server.me, look)
            for column in columns
        ]

    def update(self) -> None:
        placed_for = self._preview_placed
        super().update()
        release = self.release
        settled = placed_for == self._preview_placed
        if self._scrolled_early and settled:
            self._scrolled_early = False
            self.grid.show_from_top()
        if not self._placed and release is not None and self.grid.keys:
            self._placed = True
            # The list is about to get another height than the one that the cursor is brought into view for.
            self._scrolled_early = not settled
            me = self.app.service.server(self.topic.server).me
            self.grid.move_to(self._wanted or stage_to_show(release, me))
        # What came may tell what else is needed, such as the release to compare with.
        if self.followed_key is not None and self.followed_key == self.grid.cursor:
            self.follow()

    def list_title(self) -> Line:
        release = self.release
        if release is None:
            return line(f"release {self.topic.release_id}")
        return line(f"{within(release.definition.name)} > {within(release.name)}")

    def note(self) -> Line:
        return (span(self.project_words(self.topic.server, self.topic.project)),)

    def empty(self) -> Sequence[Line]:
        return self.nothing("stages", self.topic, filtered=False)

    def open_row(self, key: int) -> None:
        ways.tasks(self.app, self.topic, key)

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(self.topic.release_id))

    def link(self, key: int) -> str:
        release = self.release
        if release is None:
            return ""
        return self.app.service.browser_url(self.topic.server, self.topic.project, release)

    # The tabs

    def preview_title(self, key: int | None) -> Line:
        environment = self.environment(key)
        name = f"{within(environment.name)}: " if environment is not None else ""
        whole = line(name, *tab_strip(self.tabs, self.tab_shown, 1000))
        return whole if width(plain(whole)) <= self.title_cells else super().preview_title(key)

    def tab_lines(self, tab: str, key: int | None, cells: int) -> Sequence[Line]:
        release, environment, look = self.release, self.environment(key), self.look
        if release is None:
            return ()
        me = self.app.service.server(self.topic.server).me
        match tab:
            case "Stages" if environment is not None:
                live = self.live(environment)
                return stage_lines(release, environment, me, cells, look, live, self.definition)
            case "Tasks" if environment is not None:
                return task_lines(environment, cells, look, every=True)
            case "Logs" if environment is not None:
                return log_lines(environment, cells, look)
            case "Changes" | "Items":
                return self._content_lines(tab, release, environment, cells)
            case "Variables":
                return self._variable_lines(release, cells)
            case "Artifacts":
                return artifact_lines(release.artifacts, cells, look)
            case "History":
                return history_lines(release, self.app.service.look(self._history), me, cells, look)
        return ()

    def _content_lines(
        self, tab: str, release: Release, environment: Environment | None, cells: int
    ) -> Sequence[Line]:
        ends = Ends(release, environment, self.live(environment))
        topic = self._content(environment)
        draw = change_lines if tab == CHANGES else item_lines
        # Until the other end is known there is no topic to look at, and this one is never watched.
        topic = topic or ContentOf(self.topic.server, self.topic.project, self.topic.release_id)
        return draw(ends, self.app.service.look(topic), cells, self.look)

    def _variable_lines(self, release: Release, cells: int) -> Sequence[Line]:
        topic = self._definition_then()
        if topic is None:
            note = "The server does not tell from which revision of the definition it was cut."
            return release_variable_lines(release, None, note, cells, self.look)
        snapshot = self.app.service.look(topic)
        note = f"Reading revision {topic.revision} of the definition, to compare ..."
        if snapshot.problems:
            note = (
                f"Revision {topic.revision} of the definition cannot be read. {snapshot.problems[0].sentence}"
            )
        return release_variable_lines(release, planned_variables(snapshot.data), note, cells, self.look)

    @property
    def has_band(self) -> bool:
        return self.tab != TASKS

    def band_title(self, key: int | None) -> Line:
        environment = self.environment(key)
        return (
            line(f"jobs and tasks of {within(environment.name)}") if environment else line("jobs and tasks")
        )

    def band(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        if not self.has_band:
            return ()
        environment = self.environment(key)
        return task_lines(environment, cells, self.look) if environment is not None else [()]

    # Verbs and ways

    def subject(self, verb: Verb) -> Subject | SafeText:
        release = self.release
        if release is None:
            return super().subject(verb)
        if verb not in ON_STAGES:
            topic = self.topic
            snapshot = self.app.service.look(topic)
            return release_subject(
                self,
                verb,
                topic.server,
                topic.project,
                release,
                self._release_now,
                snapshot,
                self.failed_reading,
            )
        return super().subject(verb)

    def failed_reading(self) -> SafeText:
        """Why the newest reading of the release failed; empty when it did not."""
        return failed_reading(self.app.service.look(self.topic))

    def _release_now(self) -> Release | None:
        return self.release

    def is_about_row(self, verb: Verb) -> bool:
        return verb in ON_STAGES

    def subject_of(self, verb: Verb, key: int) -> Subject | SafeText:
        release, environment = self.release, self.environment(key)
        if release is None or environment is None:
            return super().subject_of(verb, key)
        return stage_subject(self, verb, release, environment)

    def plan_row(self, key: int) -> PlanRow:
        return stage_row(self.topic, self.release, self.environment(key), key)

    def do_logs(self) -> None:
        """The tasks of the stage, and their logs."""
        if self.grid.cursor is not None:
            self.open_row(self.grid.cursor)

    def do_changes(self) -> None:
        """The commits since what is live on the stage."""
        self.turn_to(self.tabs.index(CHANGES))

    def do_history(self) -> None:
        """What the release is, and what was done to it."""
        self.turn_to(self.tabs.index(HISTORY))

    def do_compare(self) -> None:
        """Compare with another release of the definition."""
        release = self.release
        if release is None:
            self.app.say("The release has not been read yet.", "warn")
        else:
            self.app.push_screen(PickOther(self.topic, release))

    def do_snapshot(self) -> None:
        """The definition as it was when the release was cut."""
        topic = self._definition_then()
        if topic is not None:
            ways.definition(self.app, topic)
        elif self.release is None:
            self.app.say("The release has not been read yet.", "warn")
        else:
            self.app.say("The server does not tell from which revision of the definition it was cut.", "warn")

    def do_archive(self) -> None:
        """All logs of the release, as one archive."""
        saving.archive(self.app, self.topic.server, self.topic.project, self.release)
