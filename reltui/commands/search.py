"""Where a definition or a release is looked for, and whether the one that was found is the only one."""

from __future__ import annotations

from collections.abc import Sequence

from reltui.commands.session import NotDone, Session, failures
from reltui.data.topics import ProjectsOf
from reltui.errors import ConfigError
from reltui.model.project import Project
from reltui.model.text import clean
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A project of a server."""

    server: str
    """Profile name."""
    project: Project

    @property
    def words(self) -> str:
        """How it is named to a person."""
        return f"{self.server}/{self.project.name}"


async def places(session: Session, project: str) -> list[Place]:
    """The projects of all servers in use, or those of a name.

    Raises NotDone: a server does not answer, so it is not known what it has. Raises ConfigError: none has it.
    """
    found: list[Place] = []
    listed = await session.read_all([ProjectsOf(server.name) for server in session.service.servers])
    for server in session.service.servers:
        snapshot = listed[ProjectsOf(server.name)]
        if not snapshot.answered or snapshot.data is None:
            raise NotDone(f"{server.name} cannot be searched: {failures(snapshot)[0]}")
        found += [Place(server.name, each) for each in snapshot.data if _is_meant(each, project)]
    if not found:
        raise ConfigError(f'--project: no project "{clean(project)}" is there.')
    return found


def _is_meant(project: Project, typed: str) -> bool:
    return not typed or project.name.casefold() == typed.casefold()


def found_one(what: str, wanted: str, names: Sequence[str], silent: Sequence[str]) -> int:
    """The place of the only one in what was found. Raises ConfigError: several, by their `names`. Raises
    NotDone: none, or parts that were `silent` may hold another one."""
    if len(names) > 1:
        listed = "; ".join(names)
        raise ConfigError(f"There are {len(names)} of {what} {wanted}: {listed}. Say which one is meant.")
    if silent:
        doubt = "is the only one" if names else "is there"
        raise NotDone(f"It cannot be told whether {what} {wanted} {doubt}: {silent[0]}")
    if not names:
        raise NotDone(f"There is no {what} {wanted}.")
    return 0
