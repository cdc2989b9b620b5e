"""Writing definitions: save, save new, delete, undelete; checked, sent and read back (api.md 3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reltui.data.decision import NewDefinition, Thing, Verb
from reltui.data.order import Found, Order, Reading, as_wanted, at_time, who_did
from reltui.errors import Lacking, NotFound
from reltui.model.definition import Definition
from reltui.model.identity import Identity
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

ROOT = "\\"
CLOCK_DOUBT = timedelta(seconds=60)
"""A definition that is so much older than the confirmation may still have been made after it."""


def facts(seen: Definition | NewDefinition, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    found = {"definition": str(seen.name), "folder": str(seen.path)}
    if isinstance(seen, Definition):
        found["revision"] = str(seen.revision)
        if verb is Verb.UNDELETE_DEFINITION:
            # One that has landed is in nobody's way: it is not deleted any more.
            found["state"] = "deleted" if seen.is_deleted else "not deleted"
    return found


async def read(order: Order, client: ReleaseClient) -> Thing:
    """The definition as it is now; for a new one, the place if it is free. Raises ApiError."""
    match order.verb:
        case Verb.NEW:
            taken = await _of_this_name(order, client)
            return taken or NewDefinition(order.project_id, *_place(order))
        case Verb.UNDELETE_DEFINITION:
            deleted = await _deleted(order, client)
            if deleted is None:
                raise NotFound("It is not among the deleted definitions.", sent=True)
            return deleted
    return (await client.definition(order.project_id, order.object_id)).value


def _place(order: Order) -> tuple[SafeText, SafeText]:
    """Name and folder of a new definition."""
    return SafeText(order.facts["definition"]), SafeText(order.facts["folder"])


async def _of_this_name(order: Order, client: ReleaseClient) -> Definition | None:
    """The definition that has the name of a new one, in its folder (api.md 4.1: unique there, U)."""
    name, path = _place(order)
    pages = client.definitions(order.project_id, search=name, is_exact_name=True, expand=(), path=path)
    async for page in pages:
        for definition in page.rows.items:
            if _same(definition.name, name) and _same_folder(definition.path, path):
                return definition
    return None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _same_folder(one: str, other: str) -> bool:
    """Where there are no folders all is in the root."""
    return _same(one or ROOT, other or ROOT)


async def _deleted(order: Order, client: ReleaseClient) -> Definition | None:
    """The definition among the deleted ones."""
    pages = client.definitions(order.project_id, ids=(order.object_id,), is_deleted=True, expand=())
    async for page in pages:
        for definition in page.rows.items:
            if definition.id == order.object_id:
                # That list says it of each, whatever the JSON of one says.
                return replace(definition, is_deleted=True)
    return None


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    if not isinstance(now, Definition):
        return None
    if order.verb is Verb.NEW:
        return SafeText(f'A definition with the name "{now.name}" is in {now.path} already (id {now.id}).')
    if order.verb is not Verb.UNDELETE_DEFINITION and str(now.revision) != order.facts.get("revision"):
        by = f"{now.modified_by.name} " if now.modified_by is not None else ""
        return SafeText(
            f"{by or 'Somebody '}saved revision {now.revision}{at_time(now.modified_on)}; "
            "look at that first, then do it again."
        )
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Any] | None:
    """The one request that writes; None when a good answer has no body. Raises ApiError."""
    project, number, comment = order.project_id, order.object_id, order.comment
    match order.verb:
        case Verb.SAVE:
            return await client.update_definition(project, with_comment(order.body, comment))
        case Verb.NEW:
            return await client.create_definition(project, with_comment(order.body, comment))
        case Verb.UNDELETE_DEFINITION:
            return await client.undelete_definition(project, number, comment)
    force = bool(order.options.get("force"))
    await client.delete_definition(project, number, comment=comment, force=force)
    return None


def with_comment(body: Any, comment: str) -> dict[str, Any]:
    """What is sent: the comment is of this revision; the one that was read belongs to the last."""
    return {**body, "comment": comment} if comment or body.get("comment") else dict(body)


def answers_about(order: Order, value: Any) -> bool:
    """Whether the answer to the write is about the definition that was meant (srv-41)."""
    if order.verb is not Verb.NEW:
        return bool(value.id == order.object_id)
    return isinstance(value, Definition) and _same(value.name, order.facts["definition"])


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state, and does not name another for it."""
    if not isinstance(value, Definition):
        return False
    done = not value.is_deleted
    if order.verb is Verb.SAVE:
        done = value.revision == _replaced(order) + 1
    return done and value.id > 0 and (value.modified_by is None or order.is_me(value.modified_by))


def _replaced(order: Order) -> int:
    """The revision in whose place a save puts another."""
    return int(order.facts.get("revision", "0"))


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it; `accepted` says that the answer to the write proves it. Raises ApiError."""
    match order.verb:
        case Verb.NEW:
            return await _made(order, client, accepted, made_id)
        case Verb.SAVE:
            return await _saved(order, client, accepted)
    return await _gone_or_back(order, client, accepted)


async def _made(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    if made_id:
        try:
            found: Definition | None = (await client.definition(order.project_id, made_id)).value
        except NotFound:
            found = None
    else:
        found = await _of_this_name(order, client)
    if found is None:
        return Reading(
            Found.UNCHANGED, SafeText("The server shows no definition of this name in the folder.")
        )
    what = f'"{found.name}" (id {found.id}) is there, revision {found.revision}'
    if not accepted and _is_older(order, found):
        return Reading(Found.OTHERWISE, SafeText(f"{what}; it was made before you confirmed."))
    result = who_did(order, found.created_by, what, accepted)
    return Reading(result.found, result.sentence, found.id, {"revision": str(found.revision)})


def _is_older(order: Order, found: Definition) -> bool:
    """Made before it was confirmed, as far as the clocks tell."""
    if found.created_on is None or order.clock_offset is None:
        return False
    return (
        found.created_on < datetime.fromtimestamp(order.confirmed_at + order.clock_offset, UTC) - CLOCK_DOUBT
    )


async def _saved(order: Order, client: ReleaseClient, accepted: bool) -> Reading:
    try:
        now = (await client.definition(order.project_id, order.object_id)).value
    except NotFound:
        return Reading(Found.OTHERWISE, SafeText("The definition is no longer there."))
    ours = _replaced(order) + 1
    if now.revision < ours:
        return Reading(Found.UNCHANGED, SafeText(f"The definition is still revision {now.revision}."))
    after = {"revision": str(now.revision), "definition": str(now.name), "folder": str(now.path)}
    later = f"; revision {now.revision} came after it" if now.revision > ours else ""
    if accepted:
        return Reading(Found.DONE, SafeText(f"It is revision {ours} now{later}."), after=after)
    by, comment = await _who_saved(order, client, now, ours)
    if order.is_me(by) and not _is_ours(order, comment):
        sentence = f"Revision {ours} is by you, but with another comment{later}; look whether it is this one."
        return Reading(Found.UNCLEAR, SafeText(sentence), after=after)
    result = who_did(order, by, f"Revision {ours} was saved", accepted=False)
    return Reading(result.found, SafeText(result.sentence + (later and f" R{later[3:]}.")), after=after)


async def _who_saved(
    order: Order, client: ReleaseClient, now: Definition, revision: int
) -> tuple[Identity | None, str | None]:
    """Who saved a revision, and with what comment: the history tells both, the definition not always."""
    try:
        page = await client.definition_revisions(order.project_id, order.object_id)
    except Lacking:
        return (now.modified_by, None) if now.revision == revision else (None, None)
    found = next((each for each in page.rows.items if each.revision == revision), None)
    if found is not None:
        return found.changed_by, found.comment
    return (now.modified_by, None) if now.revision == revision else (None, None)


def _is_ours(order: Order, comment: str | None) -> bool:
    """A revision of the same person with another comment may be of another window."""
    return comment is None or comment.strip() == clean(order.comment, lines=True).strip()


async def _gone_or_back(order: Order, client: ReleaseClient, accepted: bool) -> Reading:
    try:
        now: Definition | None = (await client.definition(order.project_id, order.object_id)).value
    except NotFound:
        now = None
    is_gone = now is None or now.is_deleted
    wants_gone = order.verb is Verb.DELETE_DEFINITION
    if is_gone != wants_gone:
        words = "The definition is still there." if wants_gone else "The definition is not back."
        return Reading(Found.UNCHANGED, SafeText(words))
    what = "Deleted" if wants_gone else "It is back"
    try:
        changed = await _deleted(order, client) if wants_gone and not accepted else now
    except Lacking:
        changed = None
    if accepted or changed is None or changed.modified_by is None:
        return as_wanted(what, accepted)
    return who_did(order, changed.modified_by, what, accepted=False)
