"""Approve for later: the stage is given a time first, that is verified, then the approval is approved.

No documented call defers an approval; the portal gives the stage a time (api.md 3.5, unverified). Two writes,
each sent once: where the approval does not land, the time is taken back, and where that cannot be seen it is
said. Everything else is as for approve.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from reltui.data.act_approval import decided_reading, facts, read, send, shows
from reltui.data.act_approval import stop as approval_stop
from reltui.data.decision import Thing
from reltui.data.order import Found, Order, Reading
from reltui.errors import ApiError, NotFound, NotPermitted, NotSignedIn, Refused
from reltui.model.release import Environment
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import ReleaseClient

__all__ = ["facts", "prepare", "read", "reading", "send", "shows", "stop", "undo"]

LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds between one look at the stage's time and the next."""
SAME_TIME = 61.0
"""Seconds; servers may keep a planned time without its seconds."""


def stop(order: Order, now: Thing) -> SafeText | None:
    """Why it must not be sent, where a plain difference of facts would say it badly."""
    if _at(order).timestamp() <= time.time() + (order.clock_offset or 0.0):
        return SafeText("The time it was to wait for has passed.")
    return approval_stop(order, now)


async def prepare(order: Order, client: ReleaseClient) -> str:
    """Give the stage its time, and see that it has it; why the approval must not be sent, or nothing.

    Raises ApiError: the server cannot be asked, or nothing was sent.
    """
    before = await _stage(order, client)
    planned = before.scheduled_for
    if planned is not None and planned.timestamp() > time.time() + (order.clock_offset or 0.0):
        return f"Nothing was sent: the stage is planned for {_local(planned)} already; approve it then."
    try:
        await _give_time(order, client, _at(order))
    except ApiError as error:
        if not error.sent:
            raise
        refusal, is_final = str(error), isinstance(error, Refused | NotPermitted | NotFound | NotSignedIn)
    else:
        refusal, is_final = "", False
    for gap in LOOKS:
        await asyncio.sleep(gap)
        try:
            stage = await _stage(order, client)
        except ApiError as error:
            refusal = refusal or str(error)
            continue
        if _is_at(stage, _at(order)):
            return ""
        if is_final:
            break
    why = f" {refusal}" if refusal else ""
    return f"Nothing was approved: the server does not take a time for this stage.{why}"


async def undo(order: Order, client: ReleaseClient) -> str:
    """Take the time away again; what came of it, as a last sentence."""
    try:
        if not _is_at(await _stage(order, client), _at(order)):
            return ""
        await _give_time(order, client, None)
        stage = await _stage(order, client)
    except ApiError:
        return f" Whether the stage is still planned for {_local(_at(order))} cannot be seen; look at it."
    if _is_at(stage, _at(order)):
        return f" The stage is still planned for {_local(_at(order))}; look at it."
    return " The time that the stage was given was taken back."


async def reading(order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
    """What became of it. Raises ApiError."""
    approval = (await client.approval(order.project_id, order.object_id)).value
    found = decided_reading(order, approval, accepted)
    stage = await _stage(order, client)
    planned = stage.scheduled_for
    if found.found is Found.DONE:
        waits = f"the deployment waits until {_local(planned)}" if planned is not None else "NO TIME IS SET"
        sentence = SafeText(f"{found.sentence} {waits[:1].upper()}{waits[1:]}.")
        after = {**found.after, "planned time": planned.isoformat() if planned is not None else ""}
        return replace(found, sentence=sentence, after=after)
    if found.found is Found.UNCHANGED and planned is not None:
        return Reading(found.found, SafeText(f"{found.sentence} The stage is planned for {_local(planned)}."))
    return found


async def _stage(order: Order, client: ReleaseClient) -> Environment:
    found = await client.environment(order.project_id, *_stage_ids(order))
    return found.value


async def _give_time(order: Order, client: ReleaseClient, at: datetime | None) -> None:
    release, environment = _stage_ids(order)
    await client.update_environment(
        order.project_id, release, environment, status="", comment=order.comment, scheduled_for=at
    )


def _stage_ids(order: Order) -> tuple[int, int]:
    return int(order.facts["release id"]), int(order.facts["environment id"])


def _at(order: Order) -> datetime:
    return datetime.fromisoformat(order.options["at"])


def _is_at(stage: Environment, at: datetime) -> bool:
    planned = stage.scheduled_for
    return planned is not None and abs((planned - at).total_seconds()) < SAME_TIME


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %H:%M}"
