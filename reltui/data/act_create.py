"""Creating a release: what is checked, sent and read back (design.md section 3; reliability.md A4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reltui.data.decision import Thing, Verb
from reltui.data.order import Found, Order, Reading
from reltui.errors import NotFound
from reltui.model.definition import Definition
from reltui.model.release import Release
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

OPERATION = "reltui.operation"
"""Name of the property that a release created from here carries; its value is the decision's id."""

CLOCK_SLACK = timedelta(hours=25)
"""How far back a created release is searched: the server's clock may be a day and a time zone off."""

CLOCK_TRUST = 60.0
"""Seconds of difference between the clocks up to which a release's time of creation proves something."""


def facts(seen: Definition, verb: Verb) -> dict[str, str]:
    """What must still be so."""
    return {"definition": seen.name, "folder": seen.path, "revision": str(seen.revision)}


async def read(order: Order, client: ReleaseClient) -> Definition:
    """The definition as it is now. Raises ApiError."""
    return (await client.definition(order.project_id, order.object_id)).value


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent: nothing but what differs."""
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Release]:
    """The one request that writes. Raises ApiError."""
    chosen = order.options.get("artifacts") or ()
    return await client.create_release(
        order.project_id,
        definition_id=order.object_id,
        description=order.comment,
        properties={OPERATION: order.id},
        artifacts=[(alias, version, name) for alias, version, name in chosen],
        manual_environments=order.options.get("manual") or (),
        variables=order.options.get("variables") or {},
        is_draft=bool(order.options.get("draft")),
    )


def shows(order: Order, value: object) -> bool:
    """Whether the answer to the write shows a new release."""
    return isinstance(value, Release) and value.id > 0


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it; `made_id` is the release that the answer named. Raises ApiError."""
    if made_id:
        try:
            made = (await client.release(order.project_id, made_id)).value
        except NotFound:
            return Reading(Found.UNCHANGED, SafeText(f"The server has no release with the id {made_id} yet."))
        return _created(made)
    unmarked: list[Release] = []
    trouble = False
    async for page in client.releases(
        order.project_id,
        definition_id=order.object_id,
        expand=(),
        created_after=datetime.fromtimestamp(order.confirmed_at, UTC) - CLOCK_SLACK,
        property_filter=OPERATION,
        top=100,
    ):
        trouble = trouble or bool(page.trouble) or bool(page.rows.bad)
        for release in page.rows.items:
            mark = release.properties.get(OPERATION)
            if mark == order.id:
                return _created(release)
            if mark is None and _may_be_ours(order, release):
                unmarked.append(release)
    if unmarked:
        names = ", ".join(f"{r.name} (id {r.id})" for r in unmarked[:3])
        return Reading(Found.UNCLEAR, SafeText(f"Look at {names}: created by you, it may be the one."))
    if trouble:
        return Reading(Found.UNCLEAR, SafeText("The list of releases could not be read to its end."))
    return Reading(Found.UNCHANGED, SafeText("The server shows no release that was created by it."))


def _may_be_ours(order: Order, release: Release) -> bool:
    """A release without our mark, on a server that may not keep marks: ours by person and time?"""
    if not order.is_me(release.created_by):
        return False
    if release.created_on is None or order.clock_offset is None or abs(order.clock_offset) > CLOCK_TRUST:
        return True
    return release.created_on.timestamp() >= order.confirmed_at + order.clock_offset - CLOCK_TRUST


def _created(release: Release) -> Reading:
    return Reading(Found.DONE, SafeText(f"{release.name} (id {release.id}) was created."), release.id)
