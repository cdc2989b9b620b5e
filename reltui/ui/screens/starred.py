"""Lists of definitions of a project in which favourites stand first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reltui.config import Profile, matches
from reltui.data.topics import DefinitionsOf, LiveOf
from reltui.errors import ReltuiError
from reltui.model.definition import Definition
from reltui.model.text import SafeText, clean
from reltui.ui.present import Cell, Line, line, span
from reltui.ui.present_words import count, within
from reltui.ui.screens.project import ProjectScreen
from reltui.ui.widgets.grid import Column

STAR = "*"


class StarredScreen(ProjectScreen[int]):
    """Keys are definition ids; headings have negative numbers, those of folders before those of bad rows.

    To override: `topic`, and `_rows` with the definitions by id.
    """

    _rows: Mapping[int, Definition]

    def __init__(self) -> None:
        self.favourite_ids: frozenset[int] = frozenset()
        """Of the project shown, as of the last drawing."""
        self._headings: list[Line] = []
        self._folders = 0
        """So many of the headings are folders; those behind are rows that could not be read."""
        super().__init__()

    @property
    def topic(self) -> DefinitionsOf | LiveOf | None:
        """What the list shows; the favourites are of its server and project."""
        raise NotImplementedError

    @property
    def _profile(self) -> Profile | None:
        """What config.toml says of the server that is shown."""
        return self.app.config.profiles.get(self.topic.server) if self.topic is not None else None

    def listed(self, definitions: Iterable[Definition]) -> dict[int, Definition]:
        """Those that the profile wants to be listed, by their ids."""
        folders = self._profile.folders if self._profile is not None else ()
        return {d.id: d for d in definitions if not folders or any(_is_in(d.path, f) for f in folders)}

    def folder_words(self) -> str:
        """That not all is listed, for the title."""
        folders = self._profile.folders if self._profile is not None else ()
        return f" in {within(SafeText(', '.join(map(clean, folders))))}" if folders else ""

    def begin_headings(self) -> None:
        """A new list: read the favourites, forget the headings."""
        topic = self.topic
        self._headings = []
        self.favourite_ids = frozenset()
        if topic is not None:
            url = self.app.service.server(topic.server).url
            self.favourite_ids = self.app.service.favourites.definitions(url, topic.project.id)
            self.favourite_ids |= {key for key, row in self._rows.items() if self._is_named(row)}

    def _is_named(self, definition: Definition) -> bool:
        """Whether config.toml has it among the favourites."""
        patterns = self._profile.favourites if self._profile is not None else ()
        return any(matches(pattern, definition.name) for pattern in patterns)

    def add_heading(self, heading: Line) -> int:
        """Its key."""
        self._headings.append(heading)
        return -len(self._headings)

    def end_folders(self) -> None:
        """What is added from now on are rows that could not be read."""
        self._folders = len(self._headings)

    def starred_first(self, rows: Mapping[int, Definition]) -> list[int]:
        """The favourites under a heading of their own; nothing when there are none."""
        starred = [key for key in rows if key in self.favourite_ids]
        if not starred:
            return []
        heading = line(span(" favourites", "head"), span(f"  {count(len(starred), 'definition')}", "dim"))
        return [self.add_heading(heading), *starred]

    def unstarred(self, rows: Mapping[int, Definition]) -> Iterable[Definition]:
        """The others."""
        return (definition for key, definition in rows.items() if key not in self.favourite_ids)

    def star_column(self) -> tuple[Column, ...]:
        """A column for the sign, where there are favourites."""
        return (Column("star", "", 1),) if self.favourite_ids else ()

    def star_cell(self, key: int) -> Cell:
        """The sign of a favourite."""
        return span(STAR if key in self.favourite_ids else "", "mark")

    def is_heading(self, key: int) -> bool:
        return key < 0

    def stays(self, key: int) -> bool:
        return -key > self._folders

    def heading(self, key: int) -> Line:
        return self._headings[-key - 1] if -key <= len(self._headings) else ()

    def do_favourite(self) -> None:
        """Make the definition under the cursor a favourite, or no longer."""
        key, topic = self.grid.cursor, self.topic
        if key not in self._rows or key is None or topic is None:
            return
        toggle_favourite(self, topic.server, topic.project.id, key, self._rows[key].name)


def _is_in(path: str, folder: str) -> bool:
    """Whether a folder is another one or below it; the root holds them all."""
    path, folder = path.casefold().rstrip("\\"), folder.casefold().rstrip("\\")
    return path == folder or path.startswith(f"{folder}\\")


def toggle_favourite(
    screen: ProjectScreen[int], server: str, project_id: str, definition_id: int, name: SafeText
) -> None:
    """Turn a favourite on or off, and say so; not one that config.toml names."""
    service, profile = screen.app.service, screen.app.config.profiles.get(server)
    if profile is not None and any(matches(pattern, name) for pattern in profile.favourites):
        screen.app.say(f"{within(name)} is a favourite by config.toml.")
        return
    try:
        is_one = service.favourites.toggle(service.server(server).url, project_id, definition_id)
    except ReltuiError as error:
        screen.app.say(SafeText(str(error)), "bad")
        return
    screen.app.say(f"{within(name)} is {'a favourite now' if is_one else 'no longer a favourite'}.")
    screen.update()
