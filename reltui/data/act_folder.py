"""Folders of definitions: create, rename or move, delete; checked, sent and read back (api.md 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reltui.data.decision import FolderPlace, Thing, Verb
from reltui.data.order import Found, Order, Reading, as_wanted, who_did
from reltui.errors import NotFound
from reltui.model.content import Folder
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

FOLDER = "folder"
"""The fact that holds the path."""


def facts(seen: FolderPlace, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    found = {FOLDER: str(seen.path), "place": "taken" if seen.is_there else "free"}
    if verb is Verb.DELETE_FOLDER:
        found["definitions in it"] = ", ".join(sorted(seen.definitions))
    return found


async def read(order: Order, client: ReleaseClient) -> FolderPlace:
    """The place as it is now. Raises ApiError."""
    path = order.facts[FOLDER]
    found = await _folder(order, client, path)
    if found is None:
        if order.verb is not Verb.ADD_FOLDER:
            raise NotFound("The folder is no longer there.", sent=True)
        return FolderPlace(order.project_id, SafeText(path), is_there=False)
    names: list[SafeText] = []
    if order.verb is Verb.DELETE_FOLDER:
        async for page in client.definitions(order.project_id, expand=(), path=path):
            names += [definition.name for definition in page.rows.items if is_under(definition.path, path)]
    # The path as it was seen: servers compare paths without case (api.md 8 #32).
    return FolderPlace(order.project_id, SafeText(path), found.description, tuple(names))


def is_under(path: str, folder: str) -> bool:
    """Whether a folder is another one or below it."""
    own, wanted = path.casefold().rstrip("\\"), folder.casefold().rstrip("\\")
    return own == wanted or own.startswith(f"{wanted}\\")


async def _folder(order: Order, client: ReleaseClient, path: str) -> Folder | None:
    page = await client.folders(order.project_id)
    wanted = path.casefold().rstrip("\\")
    return next((f for f in page.rows.items if f.path.casefold().rstrip("\\") == wanted), None)


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    if not isinstance(now, FolderPlace):
        return None
    if order.verb is Verb.ADD_FOLDER and now.is_there:
        return SafeText(f"The folder {now.path} is there already.")
    if order.verb is Verb.DELETE_FOLDER and facts(now, order.verb) != dict(order.facts):
        return SafeText("What is in the folder has changed meanwhile; look at it again.")
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Any] | None:
    """The one request that writes; None when a good answer has no body. Raises ApiError."""
    project, path = order.project_id, order.facts[FOLDER]
    match order.verb:
        case Verb.ADD_FOLDER:
            return await client.create_folder(project, path, str(order.options.get("description") or ""))
        case Verb.MOVE_FOLDER:
            return await client.update_folder(project, path, new_path=str(order.options["to"]))
    await client.delete_folder(project, path)
    return None


def _wanted(order: Order) -> str:
    """The path that is there when it has landed."""
    to = order.options.get("to") if order.verb is Verb.MOVE_FOLDER else order.facts[FOLDER]
    return str(clean(str(to))).casefold()


def answers_about(order: Order, value: object) -> bool:
    """Whether the answer to the write is about the folder that was meant (srv-41)."""
    return isinstance(value, Folder) and value.path.casefold() == _wanted(order)


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state."""
    return answers_about(order, value)


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it; `accepted` says that the answer to the write proves it. Raises ApiError."""
    path = order.facts[FOLDER]
    old = await _folder(order, client, path)
    match order.verb:
        case Verb.ADD_FOLDER:
            if old is None:
                return Reading(Found.UNCHANGED, SafeText("The folder is not there."))
            return who_did(order, old.created_by, "The folder is there", accepted)
        case Verb.MOVE_FOLDER:
            new = await _folder(order, client, str(order.options["to"]))
            only_case = _wanted(order) == path.casefold()
            if new is None:
                found = Found.UNCHANGED if old is not None else Found.OTHERWISE
                words = "The folder is where it was." if old is not None else "The folder is no longer there."
                return Reading(found, SafeText(words))
            if old is not None and not only_case:
                return Reading(Found.UNCHANGED, SafeText("The folder is where it was."))
            if only_case and new.path != str(clean(str(order.options["to"]))):
                return Reading(Found.UNCHANGED, SafeText("The folder has the name that it had."))
            return who_did(order, new.changed_by, f"It is {new.path} now", accepted)
    if old is not None:
        return Reading(Found.UNCHANGED, SafeText("The folder is still there."))
    return as_wanted("The folder and what was in it are gone", accepted)
