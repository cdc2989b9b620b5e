"""An order: a decision in plain values, as it goes into the journal; and what reading it back shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from reltui.data.decision import Decision, Draft, State, Verb, object_key
from reltui.model.identity import Identity
from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """What the outbox has to know about a server before it can write there."""

    url: str
    person_id: str
    clock_offset: float | None
    """Server time minus local time, in seconds; None while the server told none."""
    read_only: bool
    person: str = ""
    """Name of the signed-in person, for the record."""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One write, in plain values."""

    id: str
    verb: Verb
    server: str
    url: str
    project_id: str
    project_name: str
    object_id: int
    title: str
    comment: str
    person_id: str
    """The signed-in person; who else did it is told apart by this."""
    confirmed_at: float
    """Seconds since the epoch, by this machine's clock."""
    clock_offset: float | None = None
    """Server time minus local time in seconds; None while it is unknown."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The object as it was on screen; any difference stops the send."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """As of `Draft.options`."""
    modified: str = ""
    """When the release had been changed last as it was seen, ISO 8601; empty when that is not known."""
    release_id: int = 0
    environment_id: int = 0
    """The stage of the release that the object belongs to; 0 where that says nothing."""
    person: str = ""
    """Name of the signed-in person, for the record; empty when the server told none."""
    account: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Artifact alias to version of the release, as far as it had been read; for the record only."""
    plan: str = ""
    """The id of the plan that it belongs to; empty for one of its own."""
    number: int = 0
    """Its place in the plan, from 1; 0 for one of its own."""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """As of `Draft.body`; not in the journal."""

    def record(self) -> dict[str, Any]:
        """For the journal."""
        plain = asdict(replace(self, body={}))
        del plain["body"]
        return {**plain, "type": "intent", "verb": str(self.verb)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Order:
        """Back from the journal. Raises KeyError or ValueError: the record is of another version."""
        # Fields that came later have a default, so that older records can still be settled.
        known = {
            each.name: record[each.name]
            for each in fields(cls)
            if each.name in record or (each.default is MISSING and each.default_factory is MISSING)
        }
        return cls(**{**known, "verb": Verb(record["verb"])})

    def is_me(self, identity: Identity | None) -> bool:
        """Whether the server names the person who decided this."""
        return identity is not None and bool(identity.id) and identity.id == self.person_id


class Found(StrEnum):
    """What reading back shows."""

    DONE = "done"
    """It is as we asked, and by us."""
    OTHERWISE = "otherwise"
    """It has changed, but not by us: ours cannot have landed, or not as ours."""
    UNCHANGED = "unchanged"
    UNCLEAR = "unclear"
    """It cannot be told from here whether it is ours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of one reading back."""

    found: Found
    sentence: SafeText
    made_id: int = 0
    after: Mapping[str, str] = field(default_factory=dict)
    """The object as it was read back, under the names of `Order.facts`; for the record only."""


def who_did(order: Order, by: Identity | None, what: str, accepted: bool) -> Reading:
    """A reading of something that is as we asked: by us, by somebody else, or nobody can tell.

    `what` is a whole sentence without its full stop; `accepted` says that the server answered our write with
    success.
    """
    if order.is_me(by):
        return Reading(Found.DONE, SafeText(f"{what}, by you."))
    if accepted:
        named = f"; the server names {by.name}" if by is not None else ""
        return Reading(Found.DONE, SafeText(f"{what}{named}."))
    if by is None or not by.id:
        return Reading(Found.UNCLEAR, SafeText(f"{what}, and the server does not say by whom."))
    return Reading(Found.OTHERWISE, SafeText(f"{what}, by {by.name}. Not you."))


def as_wanted(what: str, accepted: bool) -> Reading:
    """A reading of something that is as we asked and that names nobody, such as a gate that is ignored.

    That it was not so at the check, and that doing it twice is doing it once, makes it as good as ours.
    """
    doubt = "" if accepted else "; whether by you, the server does not say"
    return Reading(Found.DONE, SafeText(f"{what}{doubt}."))


def at_time(moment: datetime | None) -> str:
    """ " at 10:41:07", by the clock of this machine; empty when it is not known."""
    return f" at {moment.astimezone():%H:%M:%S}" if moment is not None else ""


def capital(word: str) -> str:
    """With a capital at its beginning."""
    return word[:1].upper() + word[1:]


def decision_of(order: Order, draft: Draft | None, state: State, sentence: str = "") -> Decision:
    """The decision that an order stands for."""
    return Decision(
        id=order.id,
        draft=draft,
        verb=order.verb,
        title=SafeText(order.title),
        state=state,
        sentence=SafeText(sentence),
        confirmed_at=order.confirmed_at,
        object_key=object_key(order.server, order.verb, order.object_id),
        plan=order.plan,
        order=order,
    )
