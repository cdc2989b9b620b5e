"""People and groups (api.md 4.1 IdentityRef, 1.4 connectionData)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

from reltui.errors import NotSignedIn
from reltui.model.decode import bool_of, guid_of, list_of, mapping_of, needed_guid, object_of, text_of
from reltui.model.text import SafeText
from reltui.model.values import dataclass

ANONYMOUS = frozenset({"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "00000000-0000-0000-0000-000000000000"})
"""Ids that stand for nobody."""
FOUND_AT_MOST = 20
"""So many persons and groups are taken of those that have the words that are searched for."""
SHORT_ENOUGH = 300
"""Characters of what tells a person, for being remembered."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or a group as the server names it inside another object."""

    id: str
    """Lower-case GUID; empty when the server sent none, and then it equals nobody."""
    name: SafeText
    account: SafeText
    """Unique name: user@host, DOMAIN\\user, or vstfs:///... for a group."""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in person on one server."""

    id: str
    name: SafeText
    account: SafeText
    groups: Mapping[str, SafeText] = field(default_factory=dict)
    """Group id to group name, nested groups included."""
    groups_known: bool = False
    """False while the memberships could not be read: then "via a group" cannot be told from "others"."""


def identity_from_json(raw: object) -> Identity | None:
    """An IdentityRef; None when the server sent none. A missing id becomes empty."""
    if not isinstance(raw, dict):
        return None
    get = raw.get
    number, name, account, is_group = get("id"), get("displayName"), get("uniqueName"), get("isContainer")
    if (
        type(number) is type(name) is type(account) is str
        and len(number) + len(name) + len(account) <= SHORT_ENOUGH
        and (is_group is None or type(is_group) is bool)
    ):
        return _known(number, name, account, is_group)
    return _identity(number, name, account, is_group)


def _identity(number: object, name: object, account: object, is_group: object) -> Identity:
    return Identity(guid_of(number), text_of(name), text_of(account), bool_of(is_group))


# The same few people stand in every row of a page.
_known = lru_cache(maxsize=1024)(_identity)


def me_from_json(raw: object) -> Me:
    """The signed-in person out of connectionData (api.md 1.4), without groups.

    Raises Malformed: there is no person with an id in it. Raises NotSignedIn: the person is anonymous.
    """
    user = object_of(object_of(raw, "connectionData").get("authenticatedUser"), "The signed-in person")
    account = _account(user)
    name = text_of(user.get("customDisplayName")) or text_of(user.get("providerDisplayName"))
    me_id = needed_guid(user, "id", "The signed-in person")
    if me_id in ANONYMOUS or "System:PublicAccess" in text_of(user.get("descriptor")):
        raise NotSignedIn("The server took the call as anonymous; check the secret of this profile.")
    return Me(me_id, name or account, account)


@dataclass(frozen=True, slots=True)
class Member:
    """A person or group as the identity service tells it, with the groups above it (api.md 1.4)."""

    id: str
    name: SafeText
    is_group: bool
    descriptor: str
    """As the server sent it, to be sent back; never shown."""
    member_of: tuple[str, ...]
    """Descriptors of groups."""
    account: SafeText = SafeText("")


def member_from_json(raw: object) -> Member:
    """One row of the identities answer. Raises Malformed without an id."""
    row = object_of(raw, "An identity")
    name = text_of(row.get("customDisplayName")) or text_of(row.get("providerDisplayName"))
    descriptor = row.get("descriptor")
    return Member(
        id=needed_guid(row, "id", "An identity"),
        name=name,
        is_group=bool_of(row.get("isContainer")),
        descriptor=descriptor if isinstance(descriptor, str) else "",
        member_of=tuple(d for d in list_of(row.get("memberOf")) if isinstance(d, str) and d),
        account=_account(row),
    )


def _account(row: Mapping[str, Any]) -> SafeText:
    return text_of(mapping_of(mapping_of(row.get("properties")).get("Account")).get("$value"))
