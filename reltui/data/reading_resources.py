"""What a project offers to pick from: each list apart, so that one that fails takes no other along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from reltui.data.topics import BranchesOf, FoldersOf, ResourcesOf
from reltui.errors import ApiError, Lacking
from reltui.model.content import Folder
from reltui.model.resources import NOTHING, Choice, Resources
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.words import unreadable

if TYPE_CHECKING:
    from reltui.api.client import Page, ReleaseClient

T = TypeVar("T")

NEWER = frozenset({"folders", "variable_groups", "deployment_groups"})
"""Lists of what definitions of the oldest servers cannot use."""
AT_ONCE = 4
"""Lists that are asked for side by side, so that the rest of the screen gets its answers too."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A list as far as it could be read."""

    items: tuple[T, ...]
    lacks: tuple[SafeText, ...] = ()
    """Why it is not whole, in sentences."""


@dataclass(frozen=True, slots=True)
class ResourcesRead:
    """What there is to pick from, and what is lacking, in sentences."""

    found: Resources
    problems: tuple[SafeText, ...]


async def read_resources(
    topic: ResourcesOf, client: ReleaseClient, known: Resources | None, tell: Callable[[object, str], None]
) -> ResourcesRead:
    """Every list of a project; `tell` gets what is there after each of them.

    What `known` has of a list that fails stays. Raises ApiError: none of them could be read.
    """
    project = topic.project.id
    parts: Mapping[str, tuple[str, Callable[[], Awaitable[Listed[Any]]]]] = {
        "task_types": ("Tasks", lambda: _one(client.task_types())),
        "queues": ("Queues", lambda: _all(client.queues(project))),
        "deployment_groups": ("Deployment groups", lambda: _all(client.deployment_groups(project))),
        "variable_groups": ("Variable groups", lambda: _all(client.variable_groups(project))),
        "builds": ("Build definitions", lambda: _all(client.builds(project))),
        "repositories": ("Repositories", lambda: _all(client.repositories(project))),
        "connections": ("Service connections", lambda: _all(client.connections(project))),
        "folders": ("Folders", lambda: _one(client.folders(project))),
    }
    found = replace(known or NOTHING, generation=client.generation)
    room = asyncio.Semaphore(AT_ONCE)
    problems: dict[str, tuple[SafeText, ...]] = {}
    failures: list[ApiError] = []

    async def read(member: str) -> None:
        nonlocal found
        name, ask = parts[member]
        try:
            async with room:
                part: Listed[Any] = await ask()
            members: dict[str, Any] = {member: part.items}
        except Lacking as error:
            # What such a server does not have at all is no list that could not be read.
            members = {member: ()} if member in NEWER else {}
            problems[member] = () if member in NEWER else (SafeText(f"{name}: {error}"),)
        except ApiError as error:
            failures.append(error)
            members = {}
            problems[member] = (SafeText(f"{name}: {error}"),)
        else:
            problems[member] = tuple(SafeText(f"{name}: {sentence}") for sentence in part.lacks)
        in_part = found.in_part | {member} if problems[member] else found.in_part - {member}
        found = replace(found, **members, in_part=in_part)
        tell(found, f"{len(problems)} of {len(parts)} lists read")

    await asyncio.gather(*map(read, parts))
    if len(failures) == len(parts):
        raise failures[0]
    return ResourcesRead(found, tuple(sentence for member in parts for sentence in problems[member]))


async def read_branches(topic: BranchesOf, client: ReleaseClient) -> Listed[Choice]:
    """The branches of a repository, by name. Raises ApiError."""
    branches = await _all(client.branches(topic.project.id, topic.repository_id))
    by_name = sorted(branches.items, key=lambda branch: branch.name.casefold())
    return Listed(tuple(by_name), branches.lacks)


async def read_folders(topic: FoldersOf, client: ReleaseClient) -> Listed[Folder]:
    """The folders of a project's definitions, by path. Raises ApiError."""
    folders = await _one(client.folders(topic.project.id))
    return Listed(tuple(sorted(folders.items, key=lambda folder: folder.path.casefold())), folders.lacks)


async def _all(pages: AsyncIterator[Page[T]]) -> Listed[T]:
    items: list[T] = []
    lacks: list[SafeText] = []
    bad = 0
    async for page in pages:
        items += page.rows.items
        bad += len(page.rows.bad)
        lacks += [page.trouble] if page.trouble else []
    return Listed(tuple(items), _lacks(bad, lacks))


async def _one(asked: Awaitable[Page[T]]) -> Listed[T]:
    page = await asked
    return Listed(page.rows.items, _lacks(len(page.rows.bad), [page.trouble] if page.trouble else []))


def _lacks(bad: int, troubles: list[SafeText]) -> tuple[SafeText, ...]:
    return (*troubles, *([unreadable(bad)] if bad else []))
