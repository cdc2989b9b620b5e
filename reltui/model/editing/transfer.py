"""Definitions between files, projects and servers: what a file holds, and what must be told anew elsewhere.

Ids mean nothing on another server, and queues, connections and the like nothing in another project. Nothing
is guessed: what looks the same is a suggestion, and what is left open becomes empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

from reltui.model.change import hides_value
from reltui.model.decode import bool_of, guid_of, int_of, list_of, mapping_of, scalar_of, text_of
from reltui.model.editing.jsonc import Mistake, parsed, quoted
from reltui.model.editing.kinds import JobKind, job_kind
from reltui.model.editing.owned import unowned
from reltui.model.editing.shape import Json, Path, put, without
from reltui.model.identity import Identity
from reltui.model.resources import Choice, Resources, TaskType
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass
from reltui.model.words import within

FORMAT, VERSION = "definition", 1
PLACES_TOLD = 3
"""So many places where something is used are told of each."""


class NeedKind(StrEnum):
    """What a definition refers to by an id."""

    QUEUE = "queue"
    DEPLOYMENT_GROUP = "deployment group"
    CONNECTION = "connection"
    VARIABLE_GROUP = "variable group"
    BUILD = "build"
    REPOSITORY = "repository"
    PERSON = "person"
    GROUP = "group"


PEOPLE = (NeedKind.PERSON, NeedKind.GROUP)
_MEMBERS: Mapping[NeedKind, str] = {
    NeedKind.QUEUE: "queues",
    NeedKind.DEPLOYMENT_GROUP: "deploymentGroups",
    NeedKind.CONNECTION: "connections",
    NeedKind.VARIABLE_GROUP: "variableGroups",
    NeedKind.BUILD: "builds",
    NeedKind.REPOSITORY: "repositories",
    NeedKind.PERSON: "people",
    NeedKind.GROUP: "groups",
}
"""Members of `names` in a file."""

Key = tuple[NeedKind, str]
Names = Mapping[Key, SafeText]
"""How things are called by those who wrote the file, by kind and id."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a definition was written to a file. All empty when a file does not tell."""

    server: str = ""
    """Address of the collection."""
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a file holds."""

    raw: Mapping[str, Any] = field(repr=False)
    names: Names = field(default_factory=dict)
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the definition refers to, and for which something here must be named."""

    kind: NeedKind
    id: str
    """As it is in the file."""
    name: SafeText
    """As it is called in the file; empty when that is not known."""
    account: SafeText
    """Of a person or group."""
    used: tuple[SafeText, ...]
    """Where it is used, in short words."""
    suggestion: Choice | None = None

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.kind, self.id


# References


@dataclass(frozen=True, slots=True)
class _Reference:
    kind: NeedKind
    id: str
    name: SafeText
    used: str
    path: Path
    account: SafeText = SafeText("")
    project: Mapping[str, Any] = field(default_factory=dict)
    """Of the source of an artifact, as the file has it."""


def _references(raw: Mapping[str, Any], names: Names, known: Resources) -> Iterator[_Reference]:
    yield from _groups(raw, (), "the whole definition")
    for index, artifact in _objects(raw, "artifacts"):
        yield from _artifact(artifact, ("artifacts", index))
    for index, stage in _objects(raw, "environments"):
        path: Path = ("environments", index)
        where = f"stage {within(text_of(stage.get('name')))}"
        yield from _groups(stage, path, where)
        yield from _number(NeedKind.QUEUE, stage, path, where)
        yield from _person(stage, "owner", path, f"owner of {where}")
        for side, words in (("preDeployApprovals", "before"), ("postDeployApprovals", "after")):
            for place, step in _objects(mapping_of(stage.get(side)), "approvals"):
                yield from _person(step, "approver", (*path, side, "approvals", place), f"{where}, {words}")
        for task, task_path in _tasks(stage, path):
            yield from _connections(task, task_path, where, names, known)
        for place, job in _objects(stage, "deployPhases"):
            job_path: Path = (*path, "deployPhases", place)
            is_group = job_kind(job) is JobKind.GROUP
            kind = NeedKind.DEPLOYMENT_GROUP if is_group else NeedKind.QUEUE
            words = f"{where}, job {within(text_of(job.get('name')))}"
            found = mapping_of(job.get("deploymentInput"))
            yield from _number(kind, found, (*job_path, "deploymentInput"), words)


def _objects(holder: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, entry in enumerate(list_of(holder.get(name))):
        if isinstance(entry, Mapping):
            yield index, entry


def _groups(holder: Mapping[str, Any], path: Path, where: str) -> Iterator[_Reference]:
    for index, value in enumerate(list_of(holder.get("variableGroups"))):
        if int_of(value):
            at = (*path, "variableGroups", index)
            yield _Reference(NeedKind.VARIABLE_GROUP, scalar_of(value), SafeText(""), where, at)


def _number(kind: NeedKind, holder: Mapping[str, Any], path: Path, where: str) -> Iterator[_Reference]:
    number = int_of(holder.get("queueId"))
    if number:
        yield _Reference(kind, str(number), SafeText(""), where, (*path, "queueId"))


def _person(holder: Mapping[str, Any], member: str, path: Path, where: str) -> Iterator[_Reference]:
    person = mapping_of(holder.get(member))
    name, account = text_of(person.get("displayName")), text_of(person.get("uniqueName"))
    number = text_of(person.get("id")).lower()
    if number or name:
        kind = NeedKind.GROUP if bool_of(person.get("isContainer")) else NeedKind.PERSON
        yield _Reference(kind, number or name, name, where, (*path, member), account)


def _artifact(artifact: Mapping[str, Any], path: Path) -> Iterator[_Reference]:
    references = mapping_of(artifact.get("definitionReference"))
    where = f"artifact {within(text_of(artifact.get('alias')))}"
    kinds = {"build": NeedKind.BUILD, "git": NeedKind.REPOSITORY}
    kind = kinds.get(text_of(artifact.get("type")).casefold())
    for member, found in (("definition", kind), ("connection", NeedKind.CONNECTION)):
        reference = mapping_of(references.get(member))
        number = text_of(reference.get("id"))
        if found is not None and number:
            at = (*path, "definitionReference", member)
            name, project = text_of(reference.get("name")), mapping_of(references.get("project"))
            yield _Reference(found, number.lower(), name, where, at, project=project)


def _tasks(stage: Mapping[str, Any], path: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    for place, job in _objects(stage, "deployPhases"):
        for index, task in _objects(job, "workflowTasks"):
            yield task, (*path, "deployPhases", place, "workflowTasks", index)
    for side in ("preDeploymentGates", "postDeploymentGates"):
        for place, gate in _objects(mapping_of(stage.get(side)), "gates"):
            for index, task in _objects(gate, "tasks"):
                yield task, (*path, side, "gates", place, "tasks", index)


_CONNECTION_WORDS = re.compile("connection|endpoint|subscription|azurerm|servicename", re.IGNORECASE)
"""In names of inputs, for tasks that are not in the catalogue here."""


def _connections(
    task: Mapping[str, Any], path: Path, where: str, names: Names, known: Resources
) -> Iterator[_Reference]:
    kind = known.task_type(text_of(task.get("taskId")), text_of(task.get("version")))
    words = f"{where}, task {within(text_of(task.get('name')))}"
    for name, value in mapping_of(task.get("inputs")).items():
        number = guid_of(value)
        if number and _is_connection(name, number, kind, names):
            yield _Reference(NeedKind.CONNECTION, number, SafeText(""), words, (*path, "inputs", name))


def _is_connection(name: str, number: str, kind: TaskType | None, names: Names) -> bool:
    if (NeedKind.CONNECTION, number) in names:
        return True
    found = (
        next((i for i in kind.inputs if i.name.lower() == name.lower()), None) if kind is not None else None
    )
    if found is not None:
        return found.type.lower().startswith("connectedservice")
    return kind is None and _CONNECTION_WORDS.search(name) is not None


# To a file


def export_text(raw: Mapping[str, Any], known: Resources, origin: Origin) -> str:
    """The whole file for a definition: without what only its server knows, and without values of secrets."""
    bare = without_secret_values(unowned(raw))
    names: dict[str, dict[str, str]] = {}
    for reference in _references(bare, _connection_names(known), known):
        found = _known(reference.kind, reference.id, known)
        name = found.name if found is not None else reference.name
        if name:
            names.setdefault(_MEMBERS[reference.kind], {})[reference.id] = name
    whole = {
        "reltui": FORMAT,
        "version": VERSION,
        "server": origin.server,
        "projectId": origin.project_id,
        "names": names,
        "definition": bare,
    }
    return _pretty(whole) + "\n"


def _connection_names(known: Resources) -> Names:
    return {(NeedKind.CONNECTION, each.id): each.name for each in known.connections or ()}


def _pretty(value: Any, indent: str = "") -> str:
    """JSON by lines, with nothing in it that an editor or terminal would not show as it is."""
    inner = f"{indent}  "
    if isinstance(value, Mapping) and value:
        lines = [f"{inner}{quoted(key)}: {_pretty(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"{inner}{_pretty(each, inner)}" for each in value) + f"\n{indent}]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def without_secret_values(raw: Json) -> Json:
    """With null in place of the values of secret variables."""
    found = _unsecret(raw)
    stages = found.get("environments")
    if isinstance(stages, list):
        found["environments"] = [
            _unsecret(stage) if isinstance(stage, Mapping) else stage for stage in stages
        ]
    return found


def _unsecret(holder: Mapping[str, Any]) -> Json:
    found = dict(holder)
    if isinstance(found.get("variables"), Mapping):
        found["variables"] = {
            name: {**each, "value": None} if isinstance(each, Mapping) and each.get("isSecret") else each
            for name, each in found["variables"].items()
        }
    return found


def secrets_in(raw: Mapping[str, Any]) -> int:
    """How many variables are secret, whose values are in no file."""
    holders = [raw, *(stage for _, stage in _objects(raw, "environments"))]
    variables = [each for holder in holders for each in mapping_of(holder.get("variables")).values()]
    return sum(bool(mapping_of(each).get("isSecret")) for each in variables)


def clear_passwords(raw: Mapping[str, Any]) -> tuple[SafeText, ...]:
    """Inputs that look like passwords and hold one in clear, as "stage / task / input"."""
    found = []
    for index, stage in _objects(raw, "environments"):
        for task, _ in _tasks(stage, ("environments", index)):
            for name, value in mapping_of(task.get("inputs")).items():
                if _looks_clear(name, value):
                    words = (text_of(stage.get("name")), text_of(task.get("name")), clean(name))
                    found.append(SafeText(" / ".join(map(within, words))))
    return tuple(found)


def _looks_clear(name: str, value: object) -> bool:
    is_text = isinstance(value, str) and value.strip() != "" and "$(" not in value
    is_harmless = isinstance(value, str) and (guid_of(value) != "" or value.lower() in ("true", "false"))
    return is_text and not is_harmless and hides_value(name) and not _CONNECTION_WORDS.search(name)


# From a file


def read_transfer(text: str) -> Transfer:
    """What a file of ours holds, or a definition as the portal or the server gives it.

    Raises Mistake, which tells where; ValueError with one sentence: there is no definition in it.
    """
    document = parsed(text.removeprefix("\ufeff"))
    value = document.value
    if not isinstance(value, dict):
        raise Mistake(*document.places[()], "A definition begins with { and ends with }.")
    if "reltui" in value:
        return _own(value)
    if "environments" not in value and isinstance(value.get("value"), list):
        rows = value["value"]
        if len(rows) != 1 or not isinstance(rows[0], dict):
            raise ValueError(f"The file holds {len(rows)} definitions; save one of them alone.")
        value = rows[0]
    return Transfer(_definition(value), {}, Origin())


def _own(value: Mapping[str, Any]) -> Transfer:
    version = int_of(value.get("version"))
    if value.get("reltui") != FORMAT or version is None:
        raise ValueError("The file is of reltui, but no definition.")
    if version > VERSION:
        raise ValueError(f"The file was written by a newer reltui (version {version} of the format).")
    told = mapping_of(value.get("names"))
    names = {
        (kind, number.lower()): text_of(name)
        for kind, member in _MEMBERS.items()
        for number, name in mapping_of(told.get(member)).items()
    }
    origin = Origin(text_of(value.get("server")), guid_of(value.get("projectId")))
    return Transfer(_definition(value.get("definition")), names, origin)


def _definition(value: object) -> Mapping[str, Any]:
    row = mapping_of(value)
    if "releaseDefinition" in row:
        raise ValueError("The file holds a release, not a definition.")
    stages = row.get("environments")
    if not isinstance(stages, list) or not stages:
        raise ValueError("The file holds no release definition: there are no stages in it.")
    if not all(isinstance(stage, dict) and stage.get("deployPhases") for stage in stages):
        raise ValueError("The file holds only the short form of a definition: its stages have no jobs.")
    return row


# What must be mapped


def needs(
    transfer: Transfer, known: Resources, *, same_server: bool = False, same_project: bool = False
) -> tuple[Need, ...]:
    """Everything that the definition refers to by an id, in the order of the definition, each once."""
    found: dict[Key, Need] = {}
    for reference in _references(transfer.raw, transfer.names, known):
        key = (reference.kind, reference.id)
        name = transfer.names.get(key) or reference.name
        words = SafeText(reference.used)
        if key in found:
            used = found[key].used
            found[key] = replace(found[key], used=used if words in used else (*used, words))
            continue
        need = Need(reference.kind, reference.id, name, reference.account, (words,))
        if reference.kind in PEOPLE:
            person = Identity(guid_of(reference.id), name, need.account, need.kind is NeedKind.GROUP)
            choice = person_choice(person) if same_server and person.id else None
        else:
            # An artifact may come from any project of its server.
            itself = _source_choice(reference, name) if same_server else None
            choice = (_known(need.kind, need.id, known) if same_project else None) or itself
            choice = choice or _alike(need, known)
        found[key] = replace(need, suggestion=choice)
    return tuple(found.values())


def _source_choice(reference: _Reference, name: SafeText) -> Choice | None:
    """The very source of an artifact, in its own project."""
    project = {key: reference.project.get(key) for key in ("id", "name")}
    if reference.kind not in (NeedKind.BUILD, NeedKind.REPOSITORY) or not project["id"]:
        return None
    told = SafeText(f"of {within(text_of(project['name']))}")
    return Choice(reference.id, name, told, {"project": project})


def _alike(need: Need, known: Resources) -> Choice | None:
    """The only one of the same name."""
    wanted = need.name.casefold()
    alike = [each for each in offered(need.kind, known) or () if wanted and each.name.casefold() == wanted]
    return alike[0] if len(alike) == 1 else None


def person_like(need: Need, people: Sequence[Identity]) -> Choice | None:
    """The only one of those whom the server found who has this account, else this name."""
    is_group = need.kind is NeedKind.GROUP
    fitting = [each for each in people if each.id and each.is_group is is_group]
    by_account = [each for each in fitting if each.account.casefold() == need.account.casefold() != ""]
    by_name = [each for each in fitting if each.name.casefold() == need.name.casefold() != ""]
    alike = by_account or by_name
    return person_choice(alike[0]) if len(alike) == 1 else None


def person_choice(person: Identity) -> Choice:
    """A person or group as an answer."""
    return Choice(person.id, person.name, person.account, {"isContainer": True} if person.is_group else {})


def offered(kind: NeedKind, known: Resources) -> tuple[Choice, ...] | None:
    """What there is to answer with; None when it was not read, and for people, who are searched for."""
    lists: Mapping[NeedKind, Callable[[], Sequence[Any] | None]] = {
        NeedKind.QUEUE: lambda: known.queues,
        NeedKind.DEPLOYMENT_GROUP: lambda: known.deployment_groups,
        NeedKind.CONNECTION: lambda: known.connections,
        NeedKind.VARIABLE_GROUP: lambda: known.variable_groups,
        NeedKind.BUILD: lambda: known.builds,
        NeedKind.REPOSITORY: lambda: known.repositories,
    }
    found = lists[kind]() if kind in lists else None
    return None if found is None else tuple(each.choice for each in found)


def _known(kind: NeedKind, number: str, known: Resources) -> Choice | None:
    return next((each for each in offered(kind, known) or () if each.id.lower() == number.lower()), None)


def mapped(
    transfer: Transfer,
    answers: Mapping[Key, Choice | None],
    known: Resources,
    project: tuple[str, str],
) -> Json:
    """The definition with the answers in it, and without what the other server owns.

    What has no answer becomes empty, so that no id of elsewhere is taken for one of here. `project` is the id
    and name of the one that it comes to.
    """
    raw = without_secret_values(dict(transfer.raw))
    references = list(_references(raw, transfer.names, known))
    # From the end, since variable groups without an answer leave their list.
    for reference in reversed(references):
        answer = answers.get((reference.kind, reference.id))
        raw = _answered(raw, reference, answer, project)
    return unowned(raw)


def _answered(raw: Json, reference: _Reference, answer: Choice | None, project: tuple[str, str]) -> Json:
    path = reference.path
    match reference.kind:
        case NeedKind.VARIABLE_GROUP:
            return without(raw, path) if answer is None else put(raw, path, int(answer.id))
        case NeedKind.QUEUE | NeedKind.DEPLOYMENT_GROUP:
            return put(raw, path, int(answer.id) if answer is not None else 0)
        case NeedKind.PERSON | NeedKind.GROUP:
            return without(raw, path) if answer is None else put(raw, path, _person_json(answer))
        case NeedKind.CONNECTION if "definitionReference" not in path:
            return put(raw, path, answer.id if answer is not None else "")
    return _source(raw, path, answer, project)


def _person_json(answer: Choice) -> Json:
    found: Json = {"id": answer.id, "displayName": str(answer.name), "uniqueName": str(answer.detail)}
    return {**found, **answer.raw}


def _source(raw: Json, path: Path, answer: Choice | None, project: tuple[str, str]) -> Json:
    """Another source of an artifact; links to the old one go."""
    name = str(answer.name) if answer is not None else ""
    raw = put(raw, path, {"id": answer.id if answer is not None else "", "name": name})
    if path[-1] == "connection":
        return raw
    references = path[:-1]
    for link in ("artifactSourceDefinitionUrl", "artifactSourceVersionUrl"):
        raw = without(raw, (*references, link))
    told = mapping_of(answer.raw.get("project")) if answer is not None else {}
    found = {"id": told.get("id", project[0]), "name": told.get("name", project[1])}
    return put(raw, (*references, "project"), found)
