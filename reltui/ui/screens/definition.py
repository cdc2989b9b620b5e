"""One definition: its stages, and below them what is known of the selected one and of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from reltui.data.capabilities import Need, why_not
from reltui.data.confirming import is_protected
from reltui.data.decision import Verb
from reltui.data.topics import (
    DefinitionAt,
    DefinitionData,
    DefinitionOf,
    DefinitionsOf,
    FoldersOf,
    ReleasesOf,
    ResourcesOf,
    Topic,
)
from reltui.model.definition import DefinitionEnvironment
from reltui.model.resources import NOTHING, Resources
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.keys import Place
from reltui.ui.present import Cell, Line, Span, line, span, wrap
from reltui.ui.present_approvals import stage_cell
from reltui.ui.present_definition_jobs import input_lines, job_lines
from reltui.ui.present_definition_stage import environment_cell, environment_lines, raw_stage
from reltui.ui.present_definition_whole import revision_lines, scoped_variables, summary_lines
from reltui.ui.present_definitions import definition_title, release_band
from reltui.ui.present_stages import definition_nodes, graph
from reltui.ui.screens.definition_verbs import definition_now, definition_subject, restore_subject
from reltui.ui.screens.starred import toggle_favourite
from reltui.ui.screens.subject import Subject
from reltui.ui.screens.tabs import StagesScreen
from reltui.ui.screens.writing import Here, WritingScreen
from reltui.ui.widgets.grid import Column

OLD = "This is an old revision. The definition as it is now has its history, and makes releases."
READING = "The definition has not been read yet."


class DefinitionScreen(WritingScreen, StagesScreen):
    """As it is, or as it was at a revision. Enter goes on to the releases of the definition."""

    place = Place.DEFINITION
    tabs: ClassVar[tuple[str, ...]] = (
        "Stage",
        "Jobs",
        "Inputs",
        "Summary",
        "Variables",
        "Releases",
        "History",
    )

    def __init__(self, topic: DefinitionOf | DefinitionAt) -> None:
        self.topic = topic
        super().__init__()

    @property
    def releases(self) -> ReleasesOf:
        """Its releases."""
        return ReleasesOf(self.topic.server, self.topic.project, self.topic.definition_id)

    def list_topics(self) -> Sequence[Topic[Any]]:
        return (self.topic, self.releases, DefinitionsOf(self.topic.server, self.topic.project), self.now)

    @property
    def now(self) -> DefinitionOf:
        """The definition as it is, whatever revision is shown."""
        return DefinitionOf(self.topic.server, self.topic.project, self.topic.definition_id)

    def details(self, key: int) -> Sequence[Topic[Any]]:
        # The names of queues, tasks and variable groups: only while a tab shows them.
        shown = self.tab in ("Jobs", "Inputs", "Variables")
        return (ResourcesOf(self.topic.server, self.topic.project),) if shown else ()

    @property
    def known(self) -> Resources:
        """What the project offers, as far as it was read."""
        return self.app.service.look(ResourcesOf(self.topic.server, self.topic.project)).data or NOTHING

    @property
    def data(self) -> DefinitionData | None:
        """The definition and its history, as they are known; of an old revision there is no history."""
        if isinstance(self.topic, DefinitionOf):
            return self.app.service.look(self.topic).data
        old = self.app.service.look(self.topic).data
        return DefinitionData(old) if old is not None else None

    def environment(self, key: int | None) -> DefinitionEnvironment | None:
        """The stage of a row."""
        data = self.data
        environments = (data.definition.environments or ()) if data is not None else ()
        return next((e for e in environments if e.id == key), None)

    def stage_ids(self) -> Sequence[int]:
        data = self.data
        return [e.id for e in (data.definition.environments or ())] if data is not None else ()

    def head(self, cells: int) -> Sequence[Line]:
        data = self.data
        if data is None or data.definition.environments is None:
            return ()
        nodes = definition_nodes(data.definition.environments)
        return self.drawn(graph(nodes, cells - 4, self.look), cells)

    def columns(self, cells: int) -> Sequence[Column]:
        return (
            Column("stage", "Stage", 14, grow=2),
            Column("trigger", "Starts", 18, grow=3),
            Column("pre", "Before", 18, grow=3),
            Column("post", "After", 10, grow=2),
            Column("tasks", "Tasks", 5, right=True),
            Column("owner", "Owner", 10, grow=1, drop=1),
        )

    def cells(self, key: int, columns: Sequence[Column]) -> Sequence[Cell]:
        environment = self.environment(key)
        if environment is None:
            return [span("") for _ in columns]
        server, look, widths = self.app.service.server(self.topic.server), self.look, self.widths(columns)
        name = stage_cell(environment.name, is_protected(environment.name, server), widths["stage"], look)
        return [environment_cell(column.id, widths[column.id], environment, name, look) for column in columns]

    def list_title(self) -> Line:
        data = self.data
        title = f"definition {self.topic.definition_id}"
        if data is not None:
            title = definition_title(data.definition, self.look)
        if isinstance(self.topic, DefinitionAt):
            return line(span(f"as of revision {self.topic.revision}", "warn"), f" | {title}")
        return line(title)

    def crumbs(self) -> Line:
        if isinstance(self.topic, DefinitionOf):
            return ()
        return line("Definition > ", span(f"as of revision {self.topic.revision}", "warn"))

    def note(self) -> Line:
        return (span(self.project_words(self.topic.server, self.topic.project)),)

    def tab_lines(self, tab: str, key: int | None, cells: int) -> Sequence[Line]:
        data, environment, look = self.data, self.environment(key), self.look
        if data is None:
            return ()
        definition = data.definition
        stage = raw_stage(definition, key) if key is not None else {}
        match tab:
            case "Stage" | "Jobs" | "Inputs" if environment is None:
                return ()
            case "Stage" if environment is not None:
                return environment_lines(environment, stage, cells, look)
            case "Jobs":
                return job_lines(stage, self.known, cells, look)
            case "Inputs":
                return input_lines(stage, self.known, cells, look)
            case "Summary":
                return summary_lines(definition, cells, look)
            case "History" if isinstance(self.topic, DefinitionAt):
                return [(), line(" ", span(OLD, "dim"))]
            case "History" if (lacking := why_not(self._generation, Need.REVISIONS)) is not None:
                return [(), *((span(" "), *each) for each in wrap((Span(lacking, "dim"),), cells - 2))]
            case "History":
                return revision_lines(data.revisions, cells, look)
            case "Releases":
                return release_band(self.app.service.look(self.releases).data, cells, look)
        return scoped_variables(definition, self.known, cells, look)

    def band_title(self, key: int | None) -> Line:
        return line("releases")

    def band(self, key: int | None, cells: int, lines: int) -> Sequence[Line]:
        return release_band(self.app.service.look(self.releases).data, cells, self.look)

    def empty(self) -> Sequence[Line]:
        return self.nothing("stages", self.topic, filtered=False)

    def open_row(self, key: int) -> None:
        ways.releases(self.app, self.releases)

    def subject(self, verb: Verb) -> Subject | SafeText:
        if isinstance(self.topic, DefinitionAt):
            return restore_subject(self, self.topic) if verb is Verb.SAVE else SafeText(OLD)
        if verb is Verb.SAVE:
            key = self.app.keymap.way_to("history")
            return SafeText(
                f"This is the revision in use; {key} shows the older ones, which can be restored."
            )
        data, topic = self.data, self.topic
        if verb is Verb.CREATE:
            return self.create_subject(topic.server, topic.project, topic.definition_id)
        if data is None or verb not in (Verb.DELETE, Verb.UNDELETE, Verb.MOVE_FOLDER):
            return super().subject(verb)
        service = self.app.service
        current = partial(definition_now, service, topic)
        return definition_subject(self, verb, topic, data.definition, current, service.look(topic))

    @property
    def _generation(self) -> str:
        return self.app.service.server(self.topic.server).generation

    def do_history(self) -> None:
        """Its revisions."""
        ways.history(self.app, self.now)

    def do_folders(self) -> None:
        """The folders of the project."""
        ways.folders(self.app, FoldersOf(self.topic.server, self.topic.project))

    def written(self) -> Here | str:
        data, topic = self.data, self.topic
        if isinstance(topic, DefinitionAt):
            return OLD
        return (topic.server, topic.project, data.definition) if data is not None else READING

    def do_favourite(self) -> None:
        """Make the definition a favourite, or no longer."""
        data = self.data
        if data is not None:
            topic = self.topic
            toggle_favourite(self, topic.server, topic.project.id, topic.definition_id, data.definition.name)

    def id_text(self, key: int) -> SafeText:
        return SafeText(str(self.topic.definition_id))

    def link(self, key: int) -> str:
        data = self.data
        if data is None:
            return ""
        return self.app.service.browser_url(self.topic.server, self.topic.project, data.definition)
