"""Persons and groups, and how they are referred to."""

from __future__ import annotations

from collections.abc import Iterable

from reltui.demo.records import Json


class People:
    """The identities of the organisation, by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Json] = {}

    def add_person(self, identity_id: str, name: str, mail: str, account: str, time_zone: str) -> Json:
        """Add a person; `account` is the `DOMAIN\\user` form that TFS shows as unique name."""
        identity: Json = {
            "id": identity_id,
            "displayName": name,
            "uniqueName": mail,
            "accountName": account,
            "timeZone": time_zone,
            "isContainer": False,
            "isActive": True,
            "descriptor": f"win.{identity_id.replace('-', '')}",
            "members": [],
            "memberOf": [],
        }
        self.by_id[identity_id] = identity
        return identity

    def add_group(self, identity_id: str, name: str, unique_name: str, members: Iterable[str]) -> Json:
        """Add a group of persons that are there already."""
        identity: Json = {
            "id": identity_id,
            "displayName": name,
            "uniqueName": unique_name,
            "accountName": name,
            "isContainer": True,
            "isActive": True,
            "descriptor": f"vssgp.{identity_id.replace('-', '')}",
            "members": list(members),
            "memberOf": [],
        }
        self.by_id[identity_id] = identity
        for member in identity["members"]:
            self.by_id[member]["memberOf"].append(identity_id)
        return identity

    def name(self, identity_id: str) -> str:
        """The display name."""
        return str(self.by_id[identity_id]["displayName"])

    def ref(self, identity_id: str) -> Json:
        """IdentityRef in wire form, without addresses; always a new dictionary."""
        identity = self.by_id[identity_id]
        ref: Json = {
            "displayName": identity["displayName"],
            "id": identity_id,
            "uniqueName": identity["uniqueName"],
            "descriptor": identity["descriptor"],
        }
        if identity["isContainer"]:
            ref["isContainer"] = True
        return ref

    def stands_for(self, identity_id: str, approver_id: str) -> bool:
        """True when this person is the approver or a member of the approving group (api.md 5.4)."""
        if identity_id == approver_id:
            return True
        approver = self.by_id.get(approver_id)
        return approver is not None and identity_id in approver["members"]

    def find(self, reference: object) -> str | None:
        """The id meant by an IdentityRef that names an id, a unique name, an account or a display name."""
        if not isinstance(reference, dict):
            return None
        wanted = reference.get("id")
        if isinstance(wanted, str) and wanted.lower() in self.by_id:
            return wanted.lower()
        for key in ("uniqueName", "displayName"):
            text = reference.get(key)
            if not isinstance(text, str) or not text:
                continue
            for identity_id, identity in self.by_id.items():
                names = (identity["uniqueName"], identity["accountName"], identity["displayName"])
                if text.lower() in (str(name).lower() for name in names):
                    return identity_id
        return None
