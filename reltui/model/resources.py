"""What a server offers to pick from while a definition is written: tasks, queues, builds and their like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from reltui.errors import Malformed
from reltui.model.content import Folder
from reltui.model.decode import (
    bool_of,
    count_of,
    guid_of,
    int_of,
    lines_of,
    list_of,
    mapping_of,
    needed_guid,
    needed_id,
    needed_text,
    object_of,
    objects_of,
    scalar_of,
    text_of,
)
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

AGENT, DEPLOYMENT_GROUP, SERVER, SERVER_GATE = "Agent", "DeploymentGroup", "Server", "ServerGate"
"""Where a task can run, as the catalogue names it."""

_EVERYWHERE = (AGENT, DEPLOYMENT_GROUP)
_OLD_NAMES = {"MachineGroup": DEPLOYMENT_GROUP}
_MANY_LINES = "multiline"
NO_TEXT = SafeText("")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a picker gives back."""

    id: str
    """As the server has it: "15", a GUID, "refs/heads/main", "\\Web"."""
    name: SafeText
    detail: SafeText = NO_TEXT
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The server's own JSON of it, or the part of it that a definition needs."""


@dataclass(frozen=True, slots=True)
class TaskInput:
    """One input of a task. `name`, `default`, the keys of `options` and `visible_rule` are as the server has
    them, since they are compared with a definition or go into one: `clean()` before they are drawn."""

    name: str
    label: SafeText
    type: str
    """string, boolean, pickList, radio, multiLine, filePath, int, connectedService:azurerm and others."""
    default: str
    is_required: bool
    help: SafeText
    options: tuple[tuple[str, SafeText], ...]
    """Values that can be picked, with their names."""
    group: SafeText
    """Heading under which the portal shows it; empty for none."""
    visible_rule: str
    """For `is_visible`."""
    is_many_lines: bool
    is_open: bool = False
    """Other values than the options may be typed."""


@dataclass(frozen=True, slots=True)
class TaskType:
    """One version of a task of the server's catalogue."""

    id: str
    """GUID in lower case."""
    name: SafeText
    label: SafeText
    """The name that people see."""
    version: str
    """All three numbers, such as "2.181.0"."""
    major: int
    description: SafeText
    category: SafeText
    runs_on: tuple[str, ...]
    """Some of AGENT, DEPLOYMENT_GROUP, SERVER and SERVER_GATE."""
    inputs: tuple[TaskInput, ...]
    name_format: str
    """Name of a step made of it, with inputs as $(name); as the server has it."""
    is_offered: bool = True
    """A release may use it, and it is neither deprecated nor switched off."""

    @property
    def version_spec(self) -> str:
        """As a definition asks for it: the newest of its major version."""
        return f"{self.major}.*"

    @property
    def choice(self) -> Choice:
        """For a picker; `raw` has the id and the `version` that a definition takes."""
        detail = SafeText(f"{self.version}, {self.category}" if self.category else self.version)
        return Choice(self.id, self.label, detail, {"taskId": self.id, "version": self.version_spec})


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of agents in a project."""

    id: int
    name: SafeText
    pool: SafeText

    @property
    def choice(self) -> Choice:
        """For a picker."""
        detail = SafeText(f"pool {self.pool}") if self.pool and self.pool != self.name else NO_TEXT
        return Choice(str(self.id), self.name, detail)


@dataclass(frozen=True, slots=True)
class DeploymentGroup:
    """A group of machines that deployments run on."""

    id: int
    name: SafeText
    machines: int

    @property
    def choice(self) -> Choice:
        """For a picker."""
        many = "machine" if self.machines == 1 else "machines"
        return Choice(str(self.id), self.name, SafeText(f"{self.machines} {many}"))


@dataclass(frozen=True, slots=True)
class VariableGroup:
    """A group of variables that definitions can share."""

    id: int
    name: SafeText
    description: SafeText
    variables: tuple[tuple[SafeText, SafeText | None], ...]
    """Name and value; None for a secret one."""

    @property
    def choice(self) -> Choice:
        """For a picker."""
        many = "variable" if len(self.variables) == 1 else "variables"
        return Choice(str(self.id), self.name, SafeText(f"{len(self.variables)} {many}"))


@dataclass(frozen=True, slots=True)
class Build:
    """A build definition: where an artifact can come from."""

    id: int
    name: SafeText
    path: SafeText
    project_id: str
    project_name: SafeText
    repository_id: str
    """A GUID for a repository of the server, else what its host calls it; empty when it is not known."""
    default_branch: str

    @property
    def choice(self) -> Choice:
        """For a picker; `raw` has what an artifact's definitionReference takes."""
        raw = {
            "definition": {"id": str(self.id), "name": self.name},
            "project": {"id": self.project_id, "name": self.project_name},
        }
        return Choice(str(self.id), self.name, self.path if self.path != "\\" else NO_TEXT, raw)


@dataclass(frozen=True, slots=True)
class Repository:
    """A Git repository of the project."""

    id: str
    name: SafeText
    default_branch: str
    """Such as "refs/heads/main"; empty for a repository without commits."""

    @property
    def choice(self) -> Choice:
        """For a picker."""
        return Choice(self.id, self.name, short_branch(self.default_branch))


@dataclass(frozen=True, slots=True)
class Connection:
    """A service connection; what it signs in with is never read."""

    id: str
    """GUID in lower case."""
    name: SafeText
    type: SafeText

    @property
    def choice(self) -> Choice:
        """For a picker."""
        return Choice(self.id, self.name, self.type)


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Numbered)
G = TypeVar("G", bound=_Named)


@dataclass(frozen=True)
class Resources:
    """What a project offers to pick from; None for what was not read, or could not be.

    Without slots, so that the catalogue is put by its ids once.
    """

    task_types: tuple[TaskType, ...] | None = None
    """Every version that the server tells of."""
    queues: tuple[Queue, ...] | None = None
    deployment_groups: tuple[DeploymentGroup, ...] | None = None
    variable_groups: tuple[VariableGroup, ...] | None = None
    builds: tuple[Build, ...] | None = None
    repositories: tuple[Repository, ...] | None = None
    connections: tuple[Connection, ...] | None = None
    folders: tuple[Folder, ...] | None = None
    generation: str = ""
    """Of the server (`model.generations`); empty while it is not known."""
    in_part: frozenset[str] = frozenset()
    """Names of the lists above that may have more rows than could be read."""

    def lists_all(self, name: str) -> bool:
        """Whether what is not in the list of that name is not there: it was read, and every row of it."""
        return getattr(self, name) is not None and name not in self.in_part

    @cached_property
    def _versions(self) -> Mapping[str, tuple[TaskType, ...]]:
        """Task types by id, the newest first."""
        found: dict[str, list[TaskType]] = {}
        for task in self.task_types or ():
            found.setdefault(task.id, []).append(task)
        return {key: tuple(sorted(tasks, key=_age, reverse=True)) for key, tasks in found.items()}

    def task_type(self, task_id: str, version_spec: str) -> TaskType | None:
        """The version of a task that a definition means by "2.*", "2.181.0" or "*".

        Where the server does not list just that one: the newest of its major version, whose inputs are the
        nearest. None when the task, or its major version, is not there or the catalogue was not read.
        """
        versions = self._versions.get(task_id.lower(), ())
        wanted = version_spec.strip()
        if wanted in ("", "*"):
            return versions[0] if versions else None
        exact = next((task for task in versions if task.version == wanted), None)
        major = wanted.partition(".")[0]
        return exact or next((task for task in versions if str(task.major) == major), None)

    def tasks_to_pick(self, runs_on: str = "") -> tuple[TaskType, ...]:
        """The newest of each major version of what is offered, by label; only what can run there if given."""
        found: dict[tuple[str, int], TaskType] = {}
        for versions in self._versions.values():
            for task in versions:
                found.setdefault((task.id, task.major), task)
        offered = (t for t in found.values() if t.is_offered and (not runs_on or runs_on in t.runs_on))
        return tuple(sorted(offered, key=lambda task: (task.label.casefold(), -task.major)))

    def queue(self, queue_id: int) -> Queue | None:
        """One by its id."""
        return _numbered(self.queues, queue_id)

    def deployment_group(self, group_id: int) -> DeploymentGroup | None:
        """One by its id."""
        return _numbered(self.deployment_groups, group_id)

    def variable_group(self, group_id: int) -> VariableGroup | None:
        """One by its id."""
        return _numbered(self.variable_groups, group_id)

    def build(self, build_id: int) -> Build | None:
        """One by its id."""
        return _numbered(self.builds, build_id)

    def repository(self, repository_id: str) -> Repository | None:
        """One by its id."""
        return _named(self.repositories, repository_id)

    def connection(self, connection_id: str) -> Connection | None:
        """One by its id."""
        return _named(self.connections, connection_id)


NOTHING = Resources()
"""Nothing was read."""


def _numbered(items: Iterable[N] | None, wanted: int) -> N | None:
    return next((item for item in items or () if item.id == wanted), None)


def _named(items: Iterable[G] | None, wanted: str) -> G | None:
    return next((item for item in items or () if item.id == wanted.lower()), None)


def _age(task: TaskType) -> tuple[int, ...]:
    return tuple(int(number) for number in task.version.split("."))


def short_branch(ref: str) -> SafeText:
    """A branch as people name it: "main" for "refs/heads/main"."""
    return clean(ref.removeprefix("refs/heads/"))


# Visible rules

_TERM = re.compile(r"""\s*([\w.-]+)\s*(==|=|!=)\s*("[^"&|]*"|'[^'&|]*'|[^"'=!<>&|]*)\s*""")


def is_visible(rule: str, inputs: Mapping[str, str]) -> bool:
    """Whether an input with this visible rule is shown; `inputs` are all values, defaults included.

    Understands "a = b && c != d" and "||", which binds less; case does not matter. Any other rule is True:
    an input that is shown in vain does less harm than one that cannot be reached.
    """
    alternatives = [[_TERM.fullmatch(term) for term in part.split("&&")] for part in rule.split("||")]
    values = {name.lower(): value for name, value in inputs.items()}

    def holds(name: str, sign: str, wanted: str) -> bool:
        is_same = values.get(name.lower(), "").strip().lower() == wanted.strip().strip("\"'").lower()
        return is_same is not (sign == "!=")

    shown = False
    for terms in alternatives:
        known = [term for term in terms if term is not None]
        if len(known) < len(terms):
            return True
        shown = shown or all(holds(*term.groups()) for term in known)
    return shown


# Readers


def task_type_from_json(raw: object) -> TaskType:
    """A TaskDefinition of the catalogue. Raises Malformed: it has no id or no version."""
    row = object_of(raw, "A task")
    version = mapping_of(row.get("version"))
    numbers = [int_of(version.get(part)) for part in ("major", "minor", "patch")]
    if numbers[0] is None or any(number is not None and number < 0 for number in numbers):
        raise Malformed("A task has no usable version.")
    name = needed_text(row, "name", "A task")
    headings = _headings(row)
    return TaskType(
        id=needed_guid(row, "id", "A task"),
        name=name,
        label=text_of(row.get("friendlyName")) or name,
        version=".".join(str(number or 0) for number in numbers),
        major=numbers[0],
        description=lines_of(row.get("description")),
        category=text_of(row.get("category")),
        runs_on=_runs_on(row),
        inputs=tuple(
            _task_input(each, headings) for each in objects_of(row.get("inputs")) if _has_name(each)
        ),
        name_format=_string(row.get("instanceNameFormat")),
        is_offered=_is_offered(row),
    )


def _runs_on(row: Mapping[str, Any]) -> tuple[str, ...]:
    named = [text_of(place) for place in list_of(row.get("runsOn"))]
    return tuple(dict.fromkeys(_OLD_NAMES.get(place, str(place)) for place in named)) or _EVERYWHERE


def _is_offered(row: Mapping[str, Any]) -> bool:
    # No visibility at all means everywhere.
    visibility = [text_of(place).lower() for place in list_of(row.get("visibility"))]
    is_for_release = not visibility or "release" in visibility
    return is_for_release and not bool_of(row.get("deprecated")) and not bool_of(row.get("disabled"))


def _has_name(row: Mapping[str, Any]) -> bool:
    return bool(_string(row.get("name")))


def _headings(row: Mapping[str, Any]) -> Mapping[str, SafeText]:
    """What the portal calls the groups of a task's inputs; those without another name are left out."""
    groups = objects_of(row.get("groups"))
    named = {_string(group.get("name")): text_of(group.get("displayName")) for group in groups}
    return {name: heading for name, heading in named.items() if heading}


def _task_input(row: Mapping[str, Any], headings: Mapping[str, SafeText]) -> TaskInput:
    group = _string(row.get("groupName"))
    name, kind = _string(row.get("name")), _string(row.get("type")) or "string"
    properties = {key.lower(): scalar_of(value) for key, value in mapping_of(row.get("properties")).items()}
    options = mapping_of(row.get("options"))
    return TaskInput(
        name=name,
        label=text_of(row.get("label")) or clean(name),
        type=kind,
        default=_default(row.get("defaultValue")),
        is_required=bool_of(row.get("required")),
        help=lines_of(row.get("helpMarkDown")),
        options=tuple((value, scalar_of(label) or clean(value)) for value, label in options.items()),
        group=headings.get(group, clean(group)),
        visible_rule=_string(row.get("visibleRule")),
        is_many_lines=kind.lower() == _MANY_LINES,
        is_open=properties.get("editableoptions", "").lower() == "true",
    )


def _default(value: object) -> str:
    """Defaults are text on the wire, but for some tasks that have a truth or a number there."""
    return value if isinstance(value, str) else scalar_of(value)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def queue_from_json(raw: object) -> Queue:
    """A TaskAgentQueue. Raises Malformed: it has no id or no name."""
    row = object_of(raw, "A queue")
    return Queue(
        id=needed_id(row, "id", "A queue"),
        name=needed_text(row, "name", "A queue"),
        pool=text_of(mapping_of(row.get("pool")).get("name")),
    )


def deployment_group_from_json(raw: object) -> DeploymentGroup:
    """A DeploymentGroup. Raises Malformed: it has no id or no name."""
    row = object_of(raw, "A deployment group")
    return DeploymentGroup(
        id=needed_id(row, "id", "A deployment group"),
        name=needed_text(row, "name", "A deployment group"),
        machines=count_of(row.get("machineCount")),
    )


def variable_group_from_json(raw: object) -> VariableGroup:
    """A VariableGroup; the value of a secret is not read, even where a server sends it.

    Raises Malformed: it has no id or no name.
    """
    row = object_of(raw, "A variable group")
    variables = mapping_of(row.get("variables"))
    return VariableGroup(
        id=needed_id(row, "id", "A variable group"),
        name=needed_text(row, "name", "A variable group"),
        description=lines_of(row.get("description")),
        variables=tuple((clean(name), _value(value)) for name, value in variables.items()),
    )


def _value(variable: object) -> SafeText | None:
    row = mapping_of(variable)
    return None if row.get("isSecret") else scalar_of(row.get("value"))


def build_from_json(raw: object) -> Build:
    """A build definition, short or whole. Raises Malformed: it has no id or no name."""
    row = object_of(raw, "A build definition")
    project, repository = mapping_of(row.get("project")), mapping_of(row.get("repository"))
    return Build(
        id=needed_id(row, "id", "A build definition"),
        name=needed_text(row, "name", "A build definition"),
        path=text_of(row.get("path")) or SafeText("\\"),
        project_id=guid_of(project.get("id")),
        project_name=text_of(project.get("name")),
        repository_id=guid_of(repository.get("id")) or _string(repository.get("id")),
        default_branch=_string(repository.get("defaultBranch")),
    )


def repository_from_json(raw: object) -> Repository:
    """A GitRepository. Raises Malformed: it has no id or no name."""
    row = object_of(raw, "A repository")
    return Repository(
        id=needed_guid(row, "id", "A repository"),
        name=needed_text(row, "name", "A repository"),
        default_branch=_string(row.get("defaultBranch")),
    )


def branch_from_json(raw: object) -> Choice:
    """A GitRef of a branch. Raises Malformed: it has no name."""
    row = object_of(raw, "A branch")
    ref = _string(row.get("name"))
    if not ref:
        raise Malformed("A branch has no usable name.")
    return Choice(ref, short_branch(ref))


def connection_from_json(raw: object) -> Connection:
    """A ServiceEndpoint, without its authorization. Raises Malformed: it has no id or no name."""
    row = object_of(raw, "A service connection")
    return Connection(
        id=needed_guid(row, "id", "A service connection"),
        name=needed_text(row, "name", "A service connection"),
        type=text_of(row.get("type")),
    )
