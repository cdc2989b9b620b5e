"""The release definitions: what may be saved, what is filled in, and every revision (api.md 3.1, 6.3)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from reltui.demo import refusals
from reltui.demo.clock import wire_time
from reltui.demo.folders import Folders, is_under, normal
from reltui.demo.people import People
from reltui.demo.records import Json

DEFAULT_FORMAT = "Release-$(rev:r)"
"""Of release names, when the definition has none."""

_NO_GATES: Json = {"id": 0, "gatesOptions": None, "gates": []}
_OPTIONS: Json = {
    "emailNotificationType": "OnlyOnFailure",
    "emailRecipients": "release.environment.owner;release.creator",
    "skipArtifactsDownload": False,
    "timeoutInMinutes": 0,
    "enableAccessToken": False,
    "publishDeploymentStatus": True,
    "badgeEnabled": False,
    "autoLinkWorkItems": False,
    "pullRequestDeploymentEnabled": False,
}
_ANY_INPUT: Json = {
    "timeoutInMinutes": 0,
    "jobCancelTimeoutInMinutes": 1,
    "condition": "succeeded()",
    "overrideInputs": {},
}
_MACHINE_INPUT: Json = {
    "skipArtifactsDownload": False,
    "artifactsDownloadInput": {"downloadInputs": []},
    "queueId": 0,
    "demands": [],
    "enableAccessToken": False,
    **_ANY_INPUT,
}
_INPUTS: dict[str, Json] = {
    "agentBasedDeployment": {"parallelExecution": {"parallelExecutionType": "none"}, **_MACHINE_INPUT},
    "machineGroupBasedDeployment": {
        "tags": [],
        "deploymentHealthOption": "AllTargets",
        "healthPercent": 0,
        **_MACHINE_INPUT,
    },
    "runOnServer": {"parallelExecution": {"parallelExecutionType": "none"}, **_ANY_INPUT},
}
"""What `deploymentInput` holds by the phase's type (api.md 4.2), for what the body leaves out."""


@dataclass(slots=True)
class Stored:
    """One definition with all its revisions; older ones as text, as the server keeps them."""

    project_id: str
    current: Json
    older: list[str] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)

    @property
    def is_deleted(self) -> bool:
        """Softly deleted: out of all lists but the one of what was deleted, until it is undeleted."""
        return bool(self.current["isDeleted"])


class Definitions:
    """The store of release definitions."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.folders = Folders(people)
        self._stored: dict[int, Stored] = {}
        self._step_id = 0
        self._environment_id = 0

    def in_project(self, project_id: str, *, deleted: bool = False) -> Iterator[Json]:
        """The current (or the deleted) definitions of one project, by id."""
        for stored in self._stored.values():
            if stored.project_id == project_id and stored.is_deleted is deleted:
                yield stored.current

    def stored(self, definition_id: object, *, deleted: bool = False) -> Stored:
        """The definition with its revisions, when it is not deleted (or is, as asked).

        Raises Refusal (VS402936).
        """
        stored = self._stored.get(definition_id) if isinstance(definition_id, int) else None
        if stored is None or stored.is_deleted is not deleted:
            raise refusals.definition_missing(definition_id)
        return stored

    def is_deleted(self, definition_id: int) -> bool:
        """Whether a definition was deleted."""
        return self._stored[definition_id].is_deleted

    def revision(self, definition_id: int, revision: int) -> Json:
        """The definition as it was. Raises Refusal."""
        stored = self.stored(definition_id)
        if revision == stored.current["revision"]:
            return stored.current
        if not 1 <= revision <= len(stored.older):
            raise refusals.invalid(f"Revision {revision} of release pipeline {definition_id} does not exist.")
        past: Json = json.loads(stored.older[revision - 1])
        return past

    def create(self, project_id: str, body: Json, by: str, moment: float) -> Json:
        """Save a new definition. Raises Refusal."""
        self._check(project_id, body, None)
        definition_id = max(self._stored, default=0) + 1
        definition = self._filled(body, by, None)
        definition |= {
            "id": definition_id,
            "revision": 1,
            "createdBy": self._people.ref(by),
            "createdOn": wire_time(moment),
            "modifiedBy": self._people.ref(by),
            "modifiedOn": wire_time(moment),
        }
        stored = Stored(project_id, definition)
        self._stored[definition_id] = stored
        self.folders.ensure(project_id, definition["path"], by, moment)
        self._note(stored, "add", by, moment, body.get("comment"))
        return definition

    def update(self, project_id: str, body: Json, by: str, moment: float) -> Json:
        """Save a new revision. Raises Refusal, also when the given revision is not the stored one."""
        stored = self.stored(body.get("id"))
        if stored.project_id != project_id:
            raise refusals.definition_missing(body.get("id"))
        current = stored.current
        if body.get("revision") != current["revision"]:
            raise refusals.invalid(
                "You are using an old copy of the release pipeline. Refresh your copy and try again."
            )
        self._check(project_id, body, current["id"])
        definition = self._filled(body, by, current)
        definition |= {
            "id": current["id"],
            "revision": current["revision"] + 1,
            "createdBy": current["createdBy"],
            "createdOn": current["createdOn"],
        }
        self.folders.ensure(project_id, definition["path"], by, moment)
        return self._save(stored, definition, "update", by, moment, body.get("comment"))

    def delete(self, definition_id: int, comment: str, by: str, moment: float) -> None:
        """Delete softly, as a revision of its own (U). Raises Refusal."""
        stored = self.stored(definition_id)
        self._save(stored, self._next(stored, {"isDeleted": True}), "delete", by, moment, comment)

    def undelete(self, definition_id: int, comment: str, by: str, moment: float) -> Json:
        """Bring a deleted definition back, and its folder. Raises Refusal."""
        stored = self.stored(definition_id, deleted=True)
        self.folders.ensure(stored.project_id, stored.current["path"], by, moment)
        return self._save(stored, self._next(stored, {"isDeleted": False}), "undelete", by, moment, comment)

    def move(self, project_id: str, old: str, new: str, by: str, moment: float) -> None:
        """Take the definitions of a folder and of those below it along to where it was moved."""
        for stored in self._stored.values():
            path = str(stored.current["path"])
            if stored.project_id == project_id and is_under(path, old):
                moved = normal(normal(new) + normal(path)[len(normal(old)) :])
                self._save(stored, self._next(stored, {"path": moved}), "update", by, moment, None)

    def tag(self, definition_id: int, tags: list[str]) -> None:
        """Set the tags; no revision comes of it (U). Raises Refusal."""
        stored = self.stored(definition_id)
        stored.current = stored.current | {"tags": tags}

    @staticmethod
    def _next(stored: Stored, changes: Json) -> Json:
        return stored.current | {"revision": stored.current["revision"] + 1} | changes

    def _save(
        self, stored: Stored, definition: Json, kind: str, by: str, moment: float, comment: object
    ) -> Json:
        """Make a revision the current one."""
        definition |= {"modifiedBy": self._people.ref(by), "modifiedOn": wire_time(moment)}
        stored.older.append(json.dumps(stored.current))
        stored.current = definition
        self._note(stored, kind, by, moment, comment)
        return definition

    def _note(self, stored: Stored, kind: str, by: str, moment: float, comment: object) -> None:
        entry: Json = {
            "definitionId": stored.current["id"],
            "revision": stored.current["revision"],
            "changedBy": self._people.ref(by),
            "changedDate": wire_time(moment),
            "changeType": kind,
            "apiVersion": "7.1",
        }
        if comment:
            entry["comment"] = str(comment)
        stored.log.append(entry)

    def _check(self, project_id: str, body: Json, own_id: int | None) -> None:
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise refusals.invalid("Release pipeline name cannot be empty. Specify a name and try again.")
        path = normal(body.get("path"))
        for other in self.in_project(project_id):
            same = other["name"].lower() == name.lower() and other["path"].lower() == path.lower()
            if same and other["id"] != own_id:
                raise refusals.invalid(
                    f"A release pipeline with name '{name}' already exists in folder '{path}'. "
                    "Specify another name and try again."
                )
        environments = body.get("environments")
        if not isinstance(environments, list) or not environments:
            raise refusals.invalid("A release pipeline needs at least one stage. Add a stage and try again.")
        ranks = sorted(int(environment.get("rank") or 0) for environment in environments)
        if ranks != list(range(1, len(environments) + 1)):
            raise refusals.invalid(
                "VS402874: Stage ranks must be consecutive natural numbers starting from 1."
            )
        for environment in environments:
            self._check_environment(environment)
        for artifact in body.get("artifacts") or []:
            if not (artifact.get("definitionReference") or {}).get("definition"):
                raise refusals.invalid(
                    "VS402862: Artifact source should have source information. "
                    "Specify a valid source and try again."
                )

    def _check_environment(self, environment: Json) -> None:
        name = environment.get("name")
        if not isinstance(name, str) or not name.strip():
            raise refusals.invalid("Stage name cannot be empty. Specify a name and try again.")
        for side in ("preDeployApprovals", "postDeployApprovals"):
            asked = (environment.get(side) or {}).get("approvals")
            if not asked:
                raise refusals.invalid(
                    f"VS402877: Pre-approvals or post-approvals in stage '{name}' are empty."
                )
            for step in asked:
                if not step.get("isAutomated") and self._people.find(step.get("approver")) is None:
                    raise refusals.invalid(f"Stage '{name}' names an approver who does not exist.")
        if not environment.get("retentionPolicy"):
            raise refusals.invalid(
                f"VS402982: Retention policy of stage '{name}' is missing. "
                "Specify a retention policy for every stage and try again."
            )
        if not environment.get("deployPhases"):
            raise refusals.invalid(f"Stage '{name}' has no job. Add a job and try again.")

    def _filled(self, body: Json, by: str, current: Json | None) -> Json:
        """What was sent, with everything that the server adds."""
        sent = copy.deepcopy(body)
        environments = [self._filled_environment(raw, by, current) for raw in sent["environments"]]
        for artifact in sent.get("artifacts") or []:
            reference = artifact["definitionReference"]
            project, definition = reference.get("project") or {}, reference["definition"]
            artifact.setdefault("sourceId", f"{project.get('id', '')}:{definition.get('id', '')}")
            artifact.setdefault("isPrimary", artifact is sent["artifacts"][0])
            artifact.setdefault("isRetained", False)
        return {
            "source": sent.get("source") or "restApi",
            "description": sent.get("description"),
            "isDeleted": False,
            "isDisabled": bool(sent.get("isDisabled", False)),
            "path": normal(sent.get("path")),
            "name": sent["name"],
            "variables": sent.get("variables") or {},
            "variableGroups": sent.get("variableGroups") or [],
            "environments": sorted(environments, key=lambda environment: int(environment["rank"])),
            "artifacts": sent.get("artifacts") or [],
            "triggers": sent.get("triggers") or [],
            "releaseNameFormat": sent.get("releaseNameFormat", DEFAULT_FORMAT),
            "tags": sent.get("tags") or [],
            "properties": sent.get("properties") or {},
            "projectReference": None,
        }

    def _filled_environment(self, raw: Json, by: str, current: Json | None) -> Json:
        known = {plan["id"] for plan in current["environments"]} if current else set()
        if raw.get("id") not in known:
            self._environment_id += 1
            raw["id"] = self._environment_id
        owner = self._people.find(raw.get("owner")) or by
        for side in ("preDeployApprovals", "postDeployApprovals"):
            for step in raw[side]["approvals"]:
                step.setdefault("isNotificationOn", False)
                step["id"] = step.get("id") or self._next_step_id()
                found = self._people.find(step.get("approver"))
                if found is not None:
                    step["approver"] = self._people.ref(found)
        for phase in raw["deployPhases"]:
            phase.setdefault("phaseType", "agentBasedDeployment")
            usual = _INPUTS.get(phase["phaseType"], _ANY_INPUT)
            phase["deploymentInput"] = usual | (phase.get("deploymentInput") or {})
            phase.setdefault("workflowTasks", [])
            phase.setdefault("refName", None)
            phase.setdefault("name", "Run on agent")
        filled: Json = {
            "variables": {},
            "variableGroups": [],
            "deployStep": {"id": self._next_step_id()},
            "environmentOptions": _OPTIONS,
            "demands": [],
            "conditions": [],
            "executionPolicy": {"concurrencyCount": 0, "queueDepthCount": 0},
            "schedules": [],
            "properties": {},
            "preDeploymentGates": _NO_GATES,
            "postDeploymentGates": _NO_GATES,
            "environmentTriggers": [],
        }
        filled |= {key: value for key, value in raw.items() if value is not None}
        return filled | {"owner": self._people.ref(owner)}

    def _next_step_id(self) -> int:
        self._step_id += 1
        return self._step_id
