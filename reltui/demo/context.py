"""What a handler of the embedded server works with, and how it reads queries and bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from reltui.demo.clock import as_datetime, as_seconds
from reltui.demo.engine import Engine
from reltui.demo.messages import HttpError, Request
from reltui.demo.shapes import Json, Shaper
from reltui.demo.versions import Generation, Version

Item = TypeVar("Item")

RELEASE_STATUS = {"undefined": 0, "draft": 1, "active": 2, "abandoned": 4}
APPROVAL_STATUS = {
    "undefined": 0,
    "pending": 1,
    "approved": 2,
    "rejected": 4,
    "reassigned": 6,
    "canceled": 7,
    "skipped": 8,
}
APPROVAL_TYPE = {"undefined": 0, "preDeploy": 1, "postDeploy": 2, "all": 3}
ENVIRONMENT_STATUS = {
    "undefined": 0,
    "notStarted": 1,
    "inProgress": 2,
    "succeeded": 4,
    "canceled": 8,
    "rejected": 16,
    "queued": 32,
    "scheduled": 64,
    "partiallySucceeded": 128,
}
RELEASE_EXPANDS = {
    "none": 0,
    "environments": 2,
    "artifacts": 4,
    "approvals": 8,
    "manualInterventions": 16,
    "variables": 32,
    "tags": 64,
}
DEFINITION_EXPANDS = {
    "none": 0,
    "environments": 2,
    "artifacts": 4,
    "triggers": 8,
    "variables": 16,
    "tags": 32,
    "lastRelease": 64,
}
DEFINITION_ORDER = {"idAscending": 0, "idDescending": 1, "nameAscending": 2, "nameDescending": 3}
QUERY_ORDER = {"descending": 0, "ascending": 1}
FOLDER_ORDER = {"none": 0, "ascending": 1, "descending": 2}
DEPLOYMENT_STATUS = {
    "undefined": 0,
    "notDeployed": 1,
    "inProgress": 2,
    "succeeded": 4,
    "partiallySucceeded": 8,
    "failed": 16,
    "all": 31,
}
OPERATION_STATUS = {
    "Undefined": 0,
    "Queued": 1,
    "Scheduled": 2,
    "Pending": 4,
    "Approved": 8,
    "Rejected": 16,
    "Deferred": 32,
    "QueuedForAgent": 64,
    "PhaseInProgress": 128,
    "PhaseSucceeded": 256,
    "PhasePartiallySucceeded": 512,
    "PhaseFailed": 1024,
    "Canceled": 2048,
    "PhaseCanceled": 4096,
    "ManualInterventionPending": 8192,
    "QueuedForPipeline": 16384,
    "Cancelling": 32768,
    "EvaluatingGates": 65536,
    "GateFailed": 131072,
    "All": 258047,
}
"""As they stand on the wire: PascalCase (api.md 8 #1)."""
DEPLOYMENTS_QUERY = {"regular": 1, "failingSince": 2}
APPROVAL_FILTERS = {
    "none": 0,
    "manualApprovals": 1,
    "automatedApprovals": 2,
    "approvalSnapshots": 4,
    "all": 7,
}


@dataclass(frozen=True, slots=True)
class Context:
    """One request, resolved: which project, which version, what the path names."""

    engine: Engine
    request: Request
    body: bytes
    generation: Generation
    version: Version
    shaper: Shaper
    project: Json | None
    """None for a call outside any project."""
    params: dict[str, str]

    @property
    def project_id(self) -> str:
        """The project's id; "" outside any project."""
        return str(self.project["id"]) if self.project else ""

    @property
    def me(self) -> str:
        """Identity id of the caller."""
        return str(self.engine.me["id"])

    def number(self, name: str) -> int:
        """An id of the path."""
        return whole(self.params[name], name)

    def query(self, name: str) -> str:
        """A query parameter, with or without its `$`; "" when absent."""
        return self.request.query.get(name.lower(), "")

    def integer(self, name: str, default: int) -> int:
        """A numeric query parameter. Raises HttpError 400."""
        text = self.query(name)
        return whole(text, name) if text else default

    def flag(self, name: str) -> bool:
        """A boolean query parameter; absent is false."""
        return self.query(name).lower() in ("true", "1")

    def csv(self, name: str) -> list[str]:
        """A comma-joined query parameter."""
        return [part.strip() for part in self.query(name).split(",") if part.strip()]

    def moment(self, name: str) -> datetime | None:
        """A date query parameter. Raises HttpError 400."""
        text = self.query(name)
        if not text:
            return None
        try:
            return as_datetime(as_seconds(text))
        except ValueError as error:
            raise invalid(f"The value '{text}' of {name} is not a date.") from error

    def identity_ids(self, name: str) -> frozenset[str] | None:
        """The identities that a query's id, unique name or display name means; None when it is absent."""
        wanted = self.query(name).lower()
        if not wanted:
            return None
        return frozenset(
            key
            for key, identity in self.engine.identities.items()
            if wanted in (key, str(identity["uniqueName"]).lower(), str(identity["displayName"]).lower())
        )

    def choice(self, name: str, members: dict[str, int], default: str) -> str:
        """An enum query parameter in any case or as a number. Raises HttpError 400."""
        text = self.query(name)
        return member(text, members, name) if text else default

    def expands(self, members: dict[str, int]) -> frozenset[str]:
        """The members named by `$expand`, as a csv of names or a number of flags."""
        names: set[str] = set()
        for part in self.csv("$expand"):
            if part.isdecimal():
                names |= {key for key, bit in members.items() if bit and bit & int(part)}
            else:
                names.add(member(part, members, "$expand"))
        return frozenset(names - {"none"})

    def document(self) -> Any:
        """The JSON body. Raises HttpError 400."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise invalid("The body of the request is not valid JSON.") from error

    def json_object(self) -> Json:
        """The JSON body, which must be an object. Raises HttpError 400."""
        document = self.document()
        if not isinstance(document, dict):
            raise invalid("Value cannot be null. A JSON object is expected in the body of the request.")
        return document

    def tags(self) -> list[str]:
        """The tags to add: the one of the path, or the list of the body. Raises HttpError 400."""
        if "tag" in self.params:
            return [self.params["tag"]]
        document = self.document()
        if not isinstance(document, list) or not all(isinstance(tag, str) for tag in document):
            raise invalid("A JSON list of tags is expected in the body of the request.")
        return document

    def page(self, items: Iterable[Item], size: int) -> tuple[list[Item], Item | None]:
        """The first `size` items, and the one that the next page starts with."""
        taken: list[Item] = []
        for item in items:
            if len(taken) == size:
                return taken, item
            taken.append(item)
        return taken, None


def whole(text: str, name: str) -> int:
    """A whole number. Raises HttpError 400."""
    try:
        return int(text)
    except ValueError:
        raise invalid(f"The value '{text}' is not valid for {name}.") from None


def member(value: object, members: dict[str, int], name: str) -> str:
    """The enum member that a text in any case or a number means (api.md 8 #2). Raises HttpError 400."""
    text = str(value).lower()
    for key, number in members.items():
        if text in (key.lower(), str(number)):
            return key
    raise invalid(f"The value '{value}' is not valid for {name}.")


def invalid(message: str) -> HttpError:
    """400 of the release area."""
    return HttpError(400, "InvalidRequestException", message)
