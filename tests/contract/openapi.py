"""A small validator for the published OpenAPI (Swagger 2.0) descriptions.

What it tolerates, and why (numbers of api.md section 8):
- null anywhere: no schema says what may be null, and captured servers send many nulls (5);
- enum members in any case (1), and an integer where the enum is a flags enum (3);
- dates without a fraction, with one to seven digits, and the null date without a zone (4);
- a list in its `{count, value}` wrapping where the schema says array: that is how every list is sent;
- subtypes where the schema names a base: the discriminator picks the subtype (15);
- the fields of WIRE_ONLY: captured on the wire, in no or only in older schemas (28).
Any other field that the schema does not have is reported, and as newer than its generation when a newer
description has it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z", re.ASCII)
_NULL_DATE = "0001-01-01T00:00:00"
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_FLAGS = frozenset({"daysToRelease"})

_SUBTYPES: dict[str, tuple[str, dict[str, str]]] = {
    "DeployPhase": (
        "phaseType",
        {
            "agentbaseddeployment": "AgentBasedDeployPhase",
            "runonserver": "RunOnServerDeployPhase",
            "machinegroupbaseddeployment": "MachineGroupBasedDeployPhase",
            "deploymentgates": "GatesDeployPhase",
        },
    ),
    "ReleaseTriggerBase": (
        "triggerType",
        {
            "artifactsource": "ArtifactSourceTrigger",
            "schedule": "ScheduledReleaseTrigger",
            "sourcerepo": "SourceRepoTrigger",
            "containerimage": "ContainerImageTrigger",
            "package": "PackageTrigger",
            "pullrequest": "PullRequestTrigger",
        },
    ),
    "ExecutionInput": (
        "parallelExecutionType",
        {"multiconfiguration": "MultiConfigInput", "multimachine": "MultiMachineInput"},
    ),
}

WIRE_ONLY: dict[str, frozenset[str]] = {
    "ReleaseDefinition": frozenset({"retentionPolicy"}),
    "Release": frozenset({"url"}),
    "Artifact": frozenset({"sourceId"}),
    "ReleaseApproval": frozenset({"isNotificationOn", "trialNumber"}),
    "ReleaseEnvironment": frozenset({"demands", "workflowTasks", "queueId"}),
    "DeploymentAttempt": frozenset({"tasks", "job", "runPlanId"}),
    "ReleaseTask": frozenset({"dateStarted", "dateEnded"}),
    "ReleaseDeployPhase": frozenset({"id"}),
    "EnvironmentOptions": frozenset(
        {
            "emailNotificationType",
            "emailRecipients",
            "enableAccessToken",
            "skipArtifactsDownload",
            "timeoutInMinutes",
        }
    ),
    "ApprovalOptions": frozenset({"timeoutInMintues"}),
    "ReleaseReference": frozenset({"url", "webAccessUri"}),
    "Deployment": frozenset({"_links"}),
    "Condition": frozenset({"result"}),  # of a deployment: captured in every generation
    "Change": frozenset({"pusher"}),
    "ReleaseWorkItemRef": frozenset({"assignee"}),
    "ArtifactVersion": frozenset({"sourceId"}),
}
"""Fields by type that real servers send although the schema (of that version) does not list them."""

UNDOCUMENTED: dict[str, str] = {
    r"GET .*/_apis/release/approvals/\d+": "ReleaseApproval",
    r"GET .*/_apis/release/approvals/\d+/history": "ReleaseApproval",
    r"PATCH .*/_apis/release/approvals": "ReleaseApproval[]",
    r"GET .*/_apis/release/releases/\d+/environments/\d+": "ReleaseEnvironment",
    r"GET .*/_apis/release/releases/\d+/changes": "Change[]",
    r"GET .*/_apis/release/releases/\d+/workitems": "ReleaseWorkItemRef[]",
    r"GET .*/_apis/release/releases": "Release[]",
    r"GET .*/_apis/release/releases/\d+/history": "ReleaseRevision[]",
    r"POST .*/_apis/release/deployments": "Deployment[]",
    r"GET .*/_apis/release/folders": "Folder[]",
    r"POST .*/_apis/release/folders": "Folder",
    r"(GET|POST) .*/_apis/release/artifacts/versions": "ArtifactVersionQueryResult",
    r"GET .*/environments/\d+/(.*/)?tasks": "ReleaseTask[]",
    r"PATCH .*/_apis/release/definitions/\d+": "ReleaseDefinition",
    r"PATCH .*/_apis/release/folders/[^/]+": "Folder",
}
"""Calls that the descriptions leave out (api.md column "in": SDK), and the model they answer with."""


@dataclass
class Report:
    """What was validated and what was wrong."""

    validated: int = 0
    by_model: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, int]:
        """The problems without ids and indices, with how often each came."""
        return dict(Counter(re.sub(r"\[\d+\]|/\d+|'.*?'", "#", problem) for problem in self.problems))


class Description:
    """One published description, with the newer ones for comparison."""

    def __init__(self, file: Path, newer: list[Path]) -> None:
        self._document = _load(file)
        self._definitions: dict[str, Schema] = self._document["definitions"]
        self._newer = [_load(path)["definitions"] for path in newer]
        self._operations = list(_operations(self._document))
        self.report = Report()

    def check(self, method: str, path: str, answer: Any, model: str = "") -> None:
        """Validate a decoded 200 answer to a call of a path from the project (or `_apis`) on."""
        schema = self._named(model) if model else self._schema(method, path)
        if schema is None:
            self.report.problems.append(f"{method} {path}: no description of this call")
            return
        name = _name(schema)
        self.report.validated += 1
        self.report.by_model[name] = self.report.by_model.get(name, 0) + 1
        if schema.get("type") == "array":
            if not isinstance(answer, dict) or set(answer) != {"count", "value"}:
                self.report.problems.append(f"{method} {path}: a list without its wrapping")
                return
            if answer["count"] != len(answer["value"]):
                self.report.problems.append(f"{method} {path}: count is not the number of rows")
            answer = answer["value"]
        self.report.problems += [
            f"{method} {path}: {problem}" for problem in self._value(answer, schema, "$")
        ]

    def _schema(self, method: str, path: str) -> Schema | None:
        for operation, pattern, schema in self._operations:
            if operation == method.lower() and pattern.fullmatch(path):
                return schema
        for pattern_text, model in UNDOCUMENTED.items():
            if re.fullmatch(pattern_text, f"{method} {path}", re.IGNORECASE):
                return self._named(model)
        return None

    @staticmethod
    def _named(model: str) -> Schema:
        reference = {"$ref": f"#/definitions/{model.removesuffix('[]')}"}
        return {"type": "array", "items": reference} if model.endswith("[]") else reference

    def _value(self, value: Any, schema: Schema, where: str) -> Iterator[str]:
        if value is None:
            return
        if "$ref" in schema:
            yield from self._object(value, schema["$ref"].rsplit("/", 1)[1], where)
        elif "enum" in schema:
            yield from _enum(value, schema, where)
        elif schema.get("type") == "array":
            if not isinstance(value, list):
                yield f"{where} is no array"
                return
            for index, item in enumerate(value):
                yield from self._value(item, schema.get("items", {}), f"{where}[{index}]")
        elif schema.get("type") == "object":
            if not isinstance(value, dict):
                yield f"{where} is no object"
                return
            for key, item in value.items():
                yield from self._value(item, schema.get("additionalProperties") or {}, f"{where}.{key}")
        else:
            yield from _plain(value, schema, where)

    def _object(self, value: Any, name: str, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            if "enum" in self._definitions[name]:
                yield from _enum(value, self._definitions[name], where)
            else:
                yield f"{where} is no {name}"
            return
        name = self._subtype(name, value)
        properties, maps = self._members(name, self._definitions)
        for key, item in value.items():
            here = f"{where}.{key}"
            if key in properties:
                yield from self._value(item, properties[key], here)
            elif maps is not None:
                yield from self._value(item, maps, here)
            elif any(key in WIRE_ONLY.get(kind, ()) for kind in self._lineage(name)):
                continue
            elif any(key in self._members(name, newer)[0] for newer in self._newer if name in newer):
                yield f"{here} is newer than this generation's {name}"
            else:
                yield f"{here} is not in {name}"

    def _subtype(self, name: str, value: dict[str, Any]) -> str:
        if name in _SUBTYPES:
            key, kinds = _SUBTYPES[name]
            subtype = kinds.get(str(value.get(key, "")).lower(), name)
            if subtype in self._definitions:
                return subtype
        return name

    def _lineage(self, name: str) -> Iterator[str]:
        yield name
        for part in self._definitions.get(name, {}).get("allOf", ()):
            if "$ref" in part:
                yield from self._lineage(part["$ref"].rsplit("/", 1)[1])

    def _members(self, name: str, definitions: dict[str, Schema]) -> tuple[dict[str, Schema], Schema | None]:
        """The properties of a type with those of its bases, and the schema of free members if it is a map."""
        schema = definitions[name]
        properties: dict[str, Schema] = {}
        maps = schema.get("additionalProperties")
        for part in schema.get("allOf", ()):
            if "$ref" in part:
                inherited, base_maps = self._members(part["$ref"].rsplit("/", 1)[1], definitions)
                properties |= inherited
                maps = maps or base_maps
            properties |= part.get("properties", {})
        properties |= schema.get("properties", {})
        if name in ("ReferenceLinks", "PropertiesCollection", "JObject"):
            maps = maps or {}
            properties = {}
        return properties, maps


def _load(path: Path) -> Schema:
    document: Schema = json.loads(path.read_text("utf-8-sig"))
    return document


def _operations(document: Schema) -> Iterator[tuple[str, re.Pattern[str], Schema]]:
    for template, operations in (*document.get("x-ms-paths", {}).items(), *document["paths"].items()):
        tail = "/" + template.rstrip("?").strip("/").split("/", 1)[1]
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(tail)), re.IGNORECASE)
        for method, operation in operations.items():
            schema = operation.get("responses", {}).get("200", {}).get("schema")
            if schema is not None:
                yield method, pattern, schema


def _name(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    items = schema.get("items", {})
    return f"{_name(items)}[]" if items else str(schema.get("type", "?"))


def _enum(value: Any, schema: Schema, where: str) -> Iterator[str]:
    members = {str(member).lower() for member in schema["enum"]}
    if isinstance(value, bool) or not isinstance(value, str | int):
        yield f"{where} is no enum text"
    elif isinstance(value, int):
        if where.rsplit(".", 1)[-1] not in _FLAGS:
            yield f"{where} is a number where no flags are"
    elif not all(part.strip().lower() in members for part in value.split(",")):
        yield f"{where} = {value!r} is not one of {sorted(members)}"


def _plain(value: Any, schema: Schema, where: str) -> Iterator[str]:
    kind, form = schema.get("type"), schema.get("format")
    if kind == "string":
        if not isinstance(value, str):
            yield f"{where} = {value!r} is no text"
        elif form == "date-time" and value != _NULL_DATE and not _DATE.fullmatch(value):
            yield f"{where} = {value!r} is no date of the wire"
        elif form == "uuid" and not _GUID.fullmatch(value):
            yield f"{where} = {value!r} is no GUID"
    elif kind == "integer":
        limit = 2 ** (31 if form == "int32" else 63)
        if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
            yield f"{where} = {value!r} is no {form or 'integer'}"
    elif kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{where} = {value!r} is no number"
    elif kind == "boolean" and not isinstance(value, bool):
        yield f"{where} = {value!r} is no boolean"
