"""Everything that is done to a release as a whole: checked, sent and read back (api.md 3.3, 5.1)."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reltui.data.decision import Thing, Verb
from reltui.data.order import Found, Order, Reading, as_wanted, at_time
from reltui.errors import ApiError, Malformed, NotFound, NotPermitted, Refused
from reltui.model.identity import Identity
from reltui.model.release import Release, ReleaseStatus
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

STAGE = "stage "
"""Begins the name of the fact that tells one stage of a release."""

CHANGED = "last change"
"""The fact that tells when the release was changed last; compared where it is sent back whole."""

READ_WITHIN = 1.0
"""Seconds that the reading of a release may take which is then sent back whole."""

CLOCK_DOUBT = timedelta(seconds=30)
"""An entry of the history that is so much older than the confirmation may still be of after it."""


def facts(seen: Release, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    found = {
        "status": str(seen.status),
        "release": seen.name,
        "definition id": str(seen.definition.id),
        "definition": seen.definition.name,
    }
    match verb:
        case Verb.ABANDON | Verb.DELETE:
            for environment in seen.environments or ():
                found[f"{STAGE}{environment.id}"] = f"{environment.name} {environment.status}"
            if verb is Verb.DELETE:
                found["retained"] = str(seen.keep_forever)
        case Verb.RETAIN | Verb.UNRETAIN:
            found["retained"] = str(seen.keep_forever)
        case Verb.DESCRIBE:
            found["description"] = seen.description
            found[CHANGED] = seen.modified_on.isoformat() if seen.modified_on is not None else ""
        case Verb.TAG | Verb.UNTAG:
            found["tags"] = ", ".join(sorted(seen.tags))
        case Verb.UNDELETE:
            # A list of deleted releases tells no more that could be compared.
            del found["status"]
    return found


async def read(order: Order, client: ReleaseClient) -> Release:
    """The release as it is now. Raises ApiError."""
    if order.verb is not Verb.UNDELETE:
        return (await client.release(order.project_id, order.object_id)).value
    deleted = await _deleted(order, client)
    if deleted is None:
        raise NotFound("It is not among the deleted releases.", sent=True)
    return deleted


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    if not isinstance(now, Release):
        return None
    found = facts(now, order.verb)
    for name, seen in order.facts.items():
        if found.get(name) == seen:
            continue
        if name.startswith(STAGE):
            return SafeText(f'A stage has moved on: it was "{seen}" and is "{found.get(name, "gone")}".')
        if name == CHANGED:
            return SafeText("Somebody has changed the release meanwhile.")
    return None


async def _deleted(order: Order, client: ReleaseClient) -> Release | None:
    """The release among the deleted ones."""
    pages = client.releases(order.project_id, ids=(order.object_id,), is_deleted=True, expand=(), top=10)
    async for page in pages:
        for release in page.rows.items:
            if release.id == order.object_id:
                return release
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Any] | None:
    """The one request that writes; None when a good answer has no body. Raises ApiError."""
    project, number, comment = order.project_id, order.object_id, order.comment
    match order.verb:
        case Verb.ABANDON:
            return await client.update_release(project, number, status="abandoned", comment=comment)
        case Verb.START:
            return await client.update_release(project, number, status="active", comment=comment)
        case Verb.RETAIN | Verb.UNRETAIN:
            keep = order.verb is Verb.RETAIN
            return await client.update_release(project, number, keep_forever=keep, comment=comment)
        case Verb.RENAME:
            return await client.update_release(project, number, name=order.options["name"], comment=comment)
        case Verb.DESCRIBE:
            return await client.replace_release(project, number, await _whole(order, client))
        case Verb.TAG:
            await client.add_tags(project, number, [order.options["tag"]])
        case Verb.UNTAG:
            await client.delete_tag(project, number, order.options["tag"])
        case Verb.DELETE:
            await client.delete_release(project, number, comment)
        case Verb.UNDELETE:
            await client.undelete_release(project, number, comment)
    return None


async def _whole(order: Order, client: ReleaseClient) -> dict[str, Any]:
    """The release with another description: only the whole of it can be sent back (api.md 3.3).

    Raises ApiError: it cannot be read, or not as it was seen; nothing was sent.
    """
    began = time.monotonic()
    try:
        got = await client.release(order.project_id, order.object_id)
    except ApiError as error:
        error.sent = False
        raise
    if time.monotonic() - began > READ_WITHIN or not isinstance(got.raw, dict):
        raise Malformed("The release was read too slowly to send it back whole; try again.", sent=False)
    if facts(got.value, order.verb) != order.facts:
        raise Malformed("Somebody has changed the release meanwhile.", sent=False)
    return {**got.raw, "description": order.options["description"]}


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state, and does not name another for it."""
    if not isinstance(value, Release) or not is_done(order, value):
        return False
    return value.modified_by is None or order.is_me(value.modified_by)


def is_done(order: Order, now: Release) -> bool:
    """Whether the release is as the order wants it."""
    match order.verb:
        case Verb.ABANDON:
            return now.status == ReleaseStatus.ABANDONED
        case Verb.START:
            return now.status == ReleaseStatus.ACTIVE
        case Verb.RETAIN:
            return now.keep_forever
        case Verb.UNRETAIN:
            return not now.keep_forever
        case Verb.RENAME:
            return now.name == clean(order.options["name"])
        case Verb.DESCRIBE:
            return now.description.strip() == clean(order.options["description"], lines=True).strip()
        case Verb.TAG | Verb.UNTAG:
            wanted = clean(order.options["tag"]).casefold()
            has = any(tag.casefold() == wanted for tag in now.tags)
            return has == (order.verb is Verb.TAG)
    return True


_DONE = {
    Verb.ABANDON: "Abandoned",
    Verb.START: "Started",
    Verb.RETAIN: "Retained",
    Verb.UNRETAIN: "No longer retained",
    Verb.RENAME: "Renamed",
    Verb.DESCRIBE: "The description was changed",
    Verb.TAG: "The tag is on it",
    Verb.UNTAG: "The tag is gone",
    Verb.DELETE: "Deleted",
    Verb.UNDELETE: "It is back",
}


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it; `accepted` says that the answer to the write proves it. Raises ApiError."""
    now: Release | None
    try:
        now = (await client.release(order.project_id, order.object_id)).value
    except NotFound:
        now = None
    after = facts(now, order.verb) if now is not None else {"status": "gone"}
    return replace(await _found(order, client, now, accepted), after=after)


async def _found(order: Order, client: ReleaseClient, now: Release | None, accepted: bool) -> Reading:
    gone = now is None
    if gone and order.verb not in (Verb.DELETE, Verb.UNDELETE):
        return Reading(Found.OTHERWISE, SafeText("The release is no longer there."))
    done = gone if order.verb is Verb.DELETE else now is not None and is_done(order, now)
    if not done:
        if now is not None and order.verb is Verb.START and now.status != ReleaseStatus.DRAFT:
            return Reading(Found.OTHERWISE, SafeText(f"The release is {now.status}."))
        return Reading(Found.UNCHANGED, _as_before(order, now))
    return await _whose(order, client, now, accepted)


async def _whose(order: Order, client: ReleaseClient, now: Release | None, accepted: bool) -> Reading:
    """The release is as we wanted it: by us, or by somebody else?

    Who changed a release last may have changed something else, and not every change is counted as one
    (api.md 3.3). So the answer to our write counts first, then the history, and then who changed it last,
    if it was changed since it was seen.
    """
    what = _DONE[order.verb]
    if accepted:
        return Reading(Found.DONE, SafeText(f"{what}."))
    names = await _since(order, client)
    if any(order.is_me(name) for name in names):
        return Reading(Found.DONE, SafeText(f"{what}, by you."))
    if names:
        return Reading(Found.OTHERWISE, SafeText(f"{what}, by {names[0].name}. Not you."))
    moved = now is not None and now.modified_on is not None and now.modified_on.isoformat() != order.modified
    if now is not None and moved and order.is_me(now.modified_by):
        return Reading(Found.DONE, SafeText(f"{what}{at_time(now.modified_on)}, by you."))
    return as_wanted(what, accepted=False)


async def _since(order: Order, client: ReleaseClient) -> list[Identity]:
    """Who changed the release since the decision was confirmed, newest first, as far as the server tells."""
    if order.clock_offset is None:
        return []
    try:
        page = await client.release_history(order.project_id, order.object_id)
    except (NotFound, Refused, NotPermitted, Malformed):
        return []
    confirmed = datetime.fromtimestamp(order.confirmed_at + order.clock_offset, UTC)
    entries = [e for e in page.rows.items if e.on is not None and e.by is not None]
    entries.sort(key=lambda entry: entry.on or confirmed, reverse=True)
    return [e.by for e in entries if e.by is not None and e.on is not None and e.on > confirmed - CLOCK_DOUBT]


def _as_before(order: Order, now: Release | None) -> SafeText:
    if now is None:
        return SafeText("The release is not back.")
    if order.verb is Verb.DELETE:
        return SafeText("The release is still there.")
    if order.verb in (Verb.ABANDON, Verb.START):
        return SafeText(f"The release is still {now.status}.")
    return SafeText("The release is as it was.")
