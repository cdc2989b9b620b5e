"""Faults of the world: somebody else acts, lists lag, a create is lost on its way back."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reltui.demo import refusals
from reltui.demo.engine import ApprovalLine, Engine, Refusal, ReleaseLine
from reltui.demo.faults import PHASES, Kind, Situation
from reltui.demo.messages import Answer, error_answer, html_answer
from reltui.demo.shapes import Json

_SETTLE_SECONDS = 5.0
"""Virtual time that lets a cancel or a new attempt take effect."""


def somebody_else(engine: Engine) -> str:
    """Identity id of a person who is not the signed-in one."""
    return next(
        key
        for key, identity in engine.identities.items()
        if not identity["isContainer"] and key != engine.me["id"]
    )


def signers(engine: Engine, approval: Json) -> list[str]:
    """Who may act on an approval, the signed-in person last."""
    approver = engine.identities[approval["approver"]["id"]]
    people = list(approver["members"]) if approver["isContainer"] else [approver["id"]]
    return sorted(people, key=lambda person: person == engine.me["id"])


def decide_as_other(engine: Engine, approval_id: int, status: str) -> None:
    """Let somebody else decide; an approval of the signed-in person alone is taken over first."""
    approval = engine.approval(approval_id)
    if approval["status"] != "pending":
        return
    people = [person for person in signers(engine, approval) if person != engine.me["id"]]
    if not people:
        people = [hand_on(engine, approval_id)]
    for person in people:
        try:
            engine.update_approval(
                approval_id,
                {"status": status, "comments": "Decided from the web portal."},
                person,
                by_portal=True,
            )
        except Refusal:
            continue
        return


def hand_on(engine: Engine, approval_id: int) -> str:
    """Reassign to somebody who is neither the approver nor the signed-in person; returns who that is."""
    approval = engine.approval(approval_id)
    old = approval["approver"]["id"]
    person = next(
        key
        for key, identity in engine.identities.items()
        if not identity["isContainer"] and key not in (old, engine.me["id"])
    )
    body = {"status": "reassigned", "approver": {"id": person}, "comments": "Over to you."}
    engine.update_approval(approval_id, body, signers(engine, approval)[0])
    return person


def _new_attempt(engine: Engine, approval_id: int, situation: Situation) -> None:
    release, environment = _place(engine, approval_id)
    other = somebody_else(engine)
    engine.update_environment(release, environment, {"status": "canceled"}, other)
    engine.advance(_SETTLE_SECONDS)
    engine.update_environment(release, environment, {"status": "inProgress"}, other)
    engine.advance(_SETTLE_SECONDS)


def _new_revision(engine: Engine, approval_id: int, situation: Situation) -> None:
    approval = engine.approval(approval_id)
    body = {"status": "reassigned", "approver": approval["approver"], "comments": "Please have another look."}
    engine.update_approval(approval_id, body, signers(engine, approval)[0])


def _reassign(engine: Engine, approval_id: int, situation: Situation) -> None:
    hand_on(engine, approval_id)


def _other_approver(engine: Engine, approval_id: int, situation: Situation) -> None:
    decide_as_other(engine, approval_id, situation.fault.text("status"))


def _abandon(engine: Engine, approval_id: int, situation: Situation) -> None:
    release, environment = _place(engine, approval_id)
    if situation.fault.text("kind") == "release":
        engine.update_release(release, {"status": "abandoned"}, somebody_else(engine))
    else:
        engine.update_environment(release, environment, {"status": "canceled"}, somebody_else(engine))
    engine.advance(_SETTLE_SECONDS)


def _rename(engine: Engine, approval_id: int, situation: Situation) -> None:
    release, _ = _place(engine, approval_id)
    engine.update_release(release, {"name": situation.fault.text("to")}, somebody_else(engine))


def _place(engine: Engine, approval_id: int) -> tuple[int, int]:
    approval = engine.approval(approval_id)
    return int(approval["release"]["id"]), int(approval["releaseEnvironment"]["id"])


Change = Callable[[Engine, int, Situation], None]


def _meddle(change: Change) -> Callable[[Situation], Any]:
    """A fault that lets `change` happen to the approval in question, and then goes on."""

    async def act(situation: Situation) -> Answer:
        engine = situation.service.engine
        target = await _target(situation)
        wanted = int(situation.fault.number("id"))
        if not target or (wanted and wanted != target):
            situation.fault.matched -= 1
            return await situation.proceed()
        try:
            change(engine, target, situation)
        except Refusal as refusal:
            return error_answer(
                500, "VssServiceException", f"The fault could not be acted: {refusal.message}"
            )
        return await situation.proceed()

    return act


async def _target(situation: Situation) -> int:
    """The approval that the request is about; of a list the one with the fault's `id` or the first for me."""
    found = re.search(r"/approvals/(\d+)", situation.request.path, re.IGNORECASE)
    if found:
        return int(found[1])
    engine = situation.service.engine
    if wanted := int(situation.fault.number("id")):
        return wanted
    mine = {engine.me["id"], *engine.identities[engine.me["id"]]["memberOf"]}
    for line in engine.approval_index(pending_only=True):
        if line.approver_id in mine:
            return line.id
    return 0


class Past(Engine):
    """The engine as it was at one moment: one release, all definitions, and without what has come since."""

    def __init__(self, engine: Engine, release_ids: Sequence[int]) -> None:
        self.__dict__.update(engine.__dict__)
        self._world = copy.copy(engine._world)
        self._world.definitions = engine._world.definitions.as_now()
        self._newest = max((line.id for line in engine.release_index()), default=0)
        self._lines = {line.id: copy.copy(line) for line in engine.release_index() if line.id in release_ids}
        self._releases = {number: copy.deepcopy(engine.release(number)) for number in release_ids}
        self._pending = [copy.copy(line) for line in engine.approval_index(pending_only=True)]
        self._approvals: dict[int, Json] = {
            approval["id"]: approval
            for release in self._releases.values()
            for environment in release["environments"]
            for approval in environment["preDeployApprovals"] + environment["postDeployApprovals"]
        }

    def release_index(self) -> Sequence[ReleaseLine]:
        """Without newer releases, and with the old lines."""
        return [self._lines.get(line.id, line) for line in super().release_index() if line.id <= self._newest]

    def release(self, release_id: int) -> Json:
        """As it was."""
        if release_id > self._newest:
            raise refusals.release_missing(release_id)
        return self._releases.get(release_id) or super().release(release_id)

    def environment(self, release_id: int, environment_id: int) -> Json:
        """As it was."""
        if release_id not in self._releases:
            return super().environment(release_id, environment_id)
        for environment in self._releases[release_id]["environments"]:
            if environment["id"] == environment_id:
                found: Json = environment
                return found
        raise refusals.environment_missing(environment_id, release_id)

    def approval_index(self, *, pending_only: bool) -> Sequence[ApprovalLine]:
        """The pending ones as they were; others of the old releases keep their old state too."""
        if pending_only:
            return self._pending
        old = {line.id: line for line in self._pending}
        return [
            old.get(line.id, line)
            for line in super().approval_index(pending_only=False)
            if line.release_id not in self._releases or line.id in self._approvals
        ]

    def approval(self, approval_id: int) -> Json:
        """As it was; one that came since is missing."""
        if approval_id in self._approvals:
            return self._approvals[approval_id]
        approval = super().approval(approval_id)
        if approval["release"]["id"] in self._releases:
            raise refusals.approval_missing(approval_id)
        return approval


async def _lag(situation: Situation) -> Answer:
    """After a write every read shows the world before it, for `seconds`."""
    service, memory = situation.service, situation.fault.memory
    if not situation.request.is_write:
        if service.elapsed() < memory.get("until", 0.0):
            situation.call.engine = memory["past"]
        return await situation.proceed()
    past = Past(service.engine, await _touched(situation))
    answer = await situation.proceed()
    if answer.status < 300:
        memory["past"] = past
        memory["until"] = service.elapsed() + situation.fault.number("seconds")
    return answer


async def _touched(situation: Situation) -> list[int]:
    """The releases that a write is about."""
    engine, path = situation.service.engine, situation.request.path
    await situation.call.body()
    try:
        if found := re.search(r"/releases/(\d+)", path, re.IGNORECASE):
            engine.release(int(found[1]))
            return [int(found[1])]
        if found := re.search(r"/approvals/(\d+)", path, re.IGNORECASE):
            return [_place(engine, int(found[1]))[0]]
    except Refusal:
        return []
    return (
        sorted({line.release_id for line in engine.approval_index(pending_only=True)})
        if "/approvals" in path.lower()
        else []
    )


async def _create_bait(situation: Situation) -> Answer:
    """A create is done and its answer lost; `search` tells how looking for it goes."""
    service, memory = situation.service, situation.fault.memory
    if situation.request.method == "POST":
        past = Past(service.engine, [])
        answer = await situation.proceed()
        if answer.status >= 300:
            return answer
        memory["past"], memory["until"] = past, service.elapsed() + situation.fault.number("seconds")
        return html_answer(504, "Gateway Time-out", "The gateway had no answer in time.", bare=True)
    search = situation.fault.text("search")
    if situation.request.is_write:
        return await situation.proceed()
    if "past" in memory and search == "lags" and service.elapsed() < memory["until"]:
        situation.call.engine = memory["past"]
    elif "past" in memory and search == "unsupported":
        keys = {"searchtext", "tagfilter", "propertyfilters"} & situation.request.query.keys()
        if keys:
            return error_answer(
                400, "InvalidRequestException", f"The query parameter {min(keys)} is not supported."
            )
    return await situation.proceed()


def _meddling(
    number: str,
    name: str,
    change: Change,
    does: str,
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    **arguments: float | str,
) -> Kind:
    return Kind(
        number,
        name,
        _meddle(change),
        does,
        arguments={"phase": "read", "id": 0.0, **arguments},
        choices={"phase": tuple(PHASES), **choices},
        times=1,
    )


KINDS = (
    _meddling(
        "srv-29",
        "other-approver",
        _other_approver,
        "somebody else decides",
        {"status": ("approved", "rejected")},
        status="approved",
    ),
    _meddling("srv-30", "new-attempt", _new_attempt, "canceled, and asked anew for a new attempt"),
    _meddling("srv-31", "revision", _new_revision, "only revision and history change"),
    _meddling("srv-32", "reassign", _reassign, "another approver"),
    _meddling(
        "srv-33",
        "abandon",
        _abandon,
        "kind=release abandoned, kind=stage canceled",
        {"kind": ("release", "stage")},
        kind="release",
    ),
    _meddling("srv-34", "rename", _rename, "the release gets another name", to="Production"),
    Kind("srv-45", "lag", _lag, "reads stay old after a write", arguments={"seconds": 10.0}),
    Kind(
        "srv-47",
        "create-double-bait",
        _create_bait,
        "create done, 504; search=works, lags or unsupported",
        on=r"any /release/(releases|definitions|folders)$",
        arguments={"search": "works", "seconds": 10.0},
        choices={"search": ("works", "lags", "unsupported")},
    ),
)
