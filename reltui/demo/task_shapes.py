"""How a task type and its inputs look on the wire (TaskDefinition of the distributedtask area)."""

from __future__ import annotations

from collections.abc import Iterable

from reltui.demo.records import Json

AGENT_RUN = ("Agent", "DeploymentGroup")
SERVER_RUN = ("Server",)
GATE_RUN = ("Server", "ServerGate")


def entry(
    name: str,
    label: str,
    kind: str = "string",
    default: str = "",
    text: str = "",
    *,
    needed: bool = False,
    group: str = "",
    when: str = "",
    options: str | dict[str, str] = "",
    rows: int = 0,
) -> Json:
    """TaskInputDefinition; like the server it leaves out what says nothing.

    `options` may be words that are their own labels. `when` is the visible rule.
    """
    made: Json = {"name": name, "label": label, "defaultValue": default, "type": kind}
    if options:
        made["options"] = options if isinstance(options, dict) else {word: word for word in options.split()}
    if rows:
        made["properties"] = {"resizable": "true", "rows": str(rows)}
    elif kind == "pickList" and not options:
        # What may be picked comes from a service; a variable may stand there too.
        made["properties"] = {"EditableOptions": "True"}
    if needed:
        made["required"] = True
    if text:
        made["helpMarkDown"] = text
    if group:
        made["groupName"] = group
    if when:
        made["visibleRule"] = when
    return made


def lines(
    name: str,
    label: str,
    default: str = "",
    text: str = "",
    *,
    needed: bool = False,
    group: str = "",
    when: str = "",
    rows: int = 4,
) -> Json:
    """An input of many lines."""
    return entry(name, label, "multiLine", default, text, needed=needed, group=group, when=when, rows=rows)


def flag(
    name: str, label: str, default: str = "false", text: str = "", group: str = "", when: str = ""
) -> Json:
    """A boolean input."""
    return entry(name, label, "boolean", default, text, group=group, when=when)


def path(
    name: str,
    label: str,
    default: str = "",
    text: str = "",
    *,
    needed: bool = False,
    group: str = "",
    when: str = "",
) -> Json:
    """A file or a folder of the agent."""
    return entry(name, label, "filePath", default, text, needed=needed, group=group, when=when)


def task_type(
    task_id: str,
    name: str,
    label: str,
    category: str,
    version: str,
    description: str,
    inputs: Iterable[Json],
    *,
    form: str,
    runs_on: tuple[str, ...] = AGENT_RUN,
    groups: str = "",
    deprecated: bool = False,
) -> Json:
    """TaskDefinition; `form` names its instances, `groups` is `name=Label` joined by `;`."""
    major, minor, patch = (int(part) for part in version.split("."))
    made: Json = {
        "visibility": ["Build", "Release"],
        "runsOn": list(runs_on),
        "id": task_id,
        "name": name,
        "version": {"major": major, "minor": minor, "patch": patch, "isTest": False},
        "serverOwned": True,
        "contentsUploaded": True,
        "minimumAgentVersion": "2.144.0",
        "friendlyName": label,
        "description": description,
        "category": category,
        "helpMarkDown": f"{label}: {description[:1].lower()}{description[1:]}",
        "definitionType": "task",
        "author": "Microsoft Corporation",
        "demands": [],
        "groups": [
            {"name": key, "displayName": title, "isExpanded": key != "advanced"}
            for key, _, title in (part.partition("=") for part in groups.split(";") if part)
        ],
        "inputs": list(inputs),
        "satisfies": [],
        "sourceDefinitions": [],
        "dataSourceBindings": [],
        "instanceNameFormat": form,
        "preJobExecution": {},
        "execution": {"HttpRequest": {}} if "Server" in runs_on else {"Node16": {"target": "main.js"}},
        "postJobExecution": {},
    }
    if deprecated:
        made["deprecated"] = True
    return made
