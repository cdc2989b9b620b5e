"""What each decision checks, sends and reads back (design.md section 3): the way to the `act_` modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from reltui.data import (
    act_approval,
    act_create,
    act_definition,
    act_folder,
    act_later,
    act_release,
    act_stage,
)
from reltui.data.act_create import OPERATION
from reltui.data.decision import Draft, GateStep, Pause, Stage, Thing, Verb, kind_of
from reltui.data.order import Found, Ground, Order, Reading
from reltui.errors import NotFound
from reltui.model.approval import Approval
from reltui.model.release import Release
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import Got, ReleaseClient

MAKES = (Verb.CREATE, Verb.NEW)
"""Verbs whose answer names what was made."""

__all__ = [
    "MAKES",
    "OPERATION",
    "Found",
    "Order",
    "Reading",
    "answers_about",
    "difference",
    "facts_of",
    "is_prepared",
    "order_of",
    "prepare",
    "read_back",
    "send",
    "shows_the_change",
    "undo",
    "versions_of",
]


class Act(Protocol):
    """What every `act_` module gives, for the verbs that are about its kind of thing."""

    def facts(self, seen: Any, verb: Verb) -> dict[str, str]:
        """What must still be so."""

    async def read(self, order: Order, client: ReleaseClient) -> Thing:
        """The thing as it is now. Raises ApiError."""

    def stop(self, order: Order, now: Thing) -> SafeText | None:
        """Why it must not be sent, where a plain difference of facts would say it badly."""

    async def send(self, order: Order, client: ReleaseClient) -> Got[Any] | None:
        """The one request that writes. Raises ApiError."""

    def shows(self, order: Order, value: object) -> bool:
        """Whether the answer to the write shows the new state."""

    async def reading(self, order: Order, client: ReleaseClient, accepted: bool, made_id: int) -> Reading:
        """What became of it. Raises ApiError."""


def _act(verb: Verb) -> Act:
    if verb is Verb.APPROVE_LATER:
        return act_later
    match kind_of(verb):
        case "approval":
            return act_approval
        case "definition":
            return act_create
        case "saved-definition" | "new-definition":
            return act_definition
        case "folder":
            return act_folder
        case "release":
            return act_release
    return act_stage


def order_of(
    draft: Draft, decision_id: str, ground: Ground, versions: Mapping[str, str], *, now: float
) -> Order:
    """The order that a confirmed draft stands for; `versions` are those of the release, for the record."""
    seen = draft.seen
    stage = seen if isinstance(seen, Stage) else seen.stage if isinstance(seen, Pause | GateStep) else None
    return Order(
        id=decision_id,
        verb=draft.verb,
        server=draft.server,
        url=ground.url,
        project_id=draft.project.id,
        project_name=draft.project.name,
        object_id=seen.id,
        title=draft.title,
        comment=draft.comment,
        person_id=ground.person_id,
        confirmed_at=now,
        clock_offset=ground.clock_offset,
        facts=facts_of(seen, draft.verb),
        options=draft.options,
        modified=_modified(seen),
        release_id=stage.release.id if stage is not None else 0,
        environment_id=stage.environment.id if stage is not None else 0,
        person=ground.person,
        account=ground.account,
        versions=versions,
        body=draft.body,
    )


def versions_of(draft: Draft, known: Release | None) -> dict[str, str]:
    """Artifact alias to version of what the decision is about; `known` is the release of an approval, as far
    as it was read."""
    match draft.seen:
        case Approval():
            release = known
        case Stage() | Release() as seen:
            release = seen if isinstance(seen, Release) else seen.release
        case Pause() | GateStep() as seen:
            release = seen.stage.release
        case _:
            return {alias: name for alias, _, name in draft.options.get("artifacts") or ()}
    artifacts = release.artifacts if release is not None else None
    return {artifact.alias: artifact.version for artifact in artifacts or ()}


def _modified(seen: Thing) -> str:
    changed = seen.modified_on if isinstance(seen, Release) else None
    return changed.isoformat() if changed is not None else ""


def facts_of(seen: Thing, verb: Verb) -> dict[str, str]:
    """What must still be so when the decision is sent, under the names that a person is told."""
    return _act(verb).facts(seen, verb)


async def difference(order: Order, client: ReleaseClient) -> SafeText | None:
    """Read the object again; a sentence when it is not as it was on screen, None when it is.

    Raises ApiError: it could not be read.
    """
    act = _act(order.verb)
    try:
        now = await act.read(order, client)
    except NotFound:
        return SafeText("It is no longer there.")
    stop = act.stop(order, now)
    if stop is not None:
        return stop
    facts = act.facts(now, order.verb)
    for name, seen in order.facts.items():
        # A list may have been read without its stages; what was not on screen is not compared.
        if facts.get(name) != seen:
            return SafeText(f'The {name} is now "{facts.get(name, "gone")}"; it was "{seen}".')
    return None


async def send(order: Order, client: ReleaseClient) -> Got[Any] | None:
    """The one request that writes; None when the server took it with an empty answer. Raises ApiError."""
    return await _act(order.verb).send(order, client)


def answers_about(order: Order, value: Any) -> bool:
    """Whether the answer to the write is about the object that was meant (srv-41)."""
    if order.verb is Verb.CREATE:
        return isinstance(value, Release) and value.definition.id in (0, order.object_id)
    if _act(order.verb) is act_definition:
        return act_definition.answers_about(order, value)
    if _act(order.verb) is act_folder:
        return act_folder.answers_about(order, value)
    return bool(value.id == order.object_id)


def shows_the_change(order: Order, value: object) -> bool:
    """Whether the answer to the write shows the new state; a 200 with the old one is no success (A13)."""
    return _act(order.verb).shows(order, value)


async def read_back(
    order: Order, client: ReleaseClient, *, made_id: int = 0, accepted: bool = False
) -> Reading:
    """Look at the server for what became of the write.

    `made_id` is what the answer to a create named: a release, or a definition. `accepted` says that the
    answer to the write proves it. Raises ApiError: it could not be read.
    """
    return await _act(order.verb).reading(order, client, accepted, made_id)


def is_prepared(order: Order) -> bool:
    """Whether something must be done on the server before the decision itself is sent."""
    return order.verb is Verb.APPROVE_LATER


async def prepare(order: Order, client: ReleaseClient) -> str:
    """Do it, and see that it is done; why the decision must not be sent after it, or nothing.

    Raises ApiError: nothing of it was done.
    """
    return await act_later.prepare(order, client)


async def undo(order: Order, client: ReleaseClient) -> str:
    """Take back what was prepared for a decision that did not land; what came of that, as a last sentence."""
    return await act_later.undo(order, client) if is_prepared(order) else ""
