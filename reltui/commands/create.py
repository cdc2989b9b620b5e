"""`reltui create`: a release of a definition, with chosen versions, stages and variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reltui.commands.asking import ask, need_person, say_after
from reltui.commands.report import Refused, Report
from reltui.commands.search import Place, found_one, places
from reltui.commands.session import NotDone, Session, failures
from reltui.data.capabilities import Need, why_not
from reltui.data.decision import Draft, Verb
from reltui.data.topics import DefinitionOf, DefinitionsOf, VersionsOf
from reltui.errors import ConfigError
from reltui.model.content import ArtifactVersions, Version
from reltui.model.creating import (
    offered,
    options_of,
    start_of,
    starts_by_itself,
    starts_words,
    variables_words,
    versions_words,
)
from reltui.model.definition import Definition
from reltui.model.text import clean, has_marks, is_suspicious
from reltui.model.values import dataclass
from reltui.model.words import clock, count, one_line


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    definition: str
    project: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    """Artifact alias and the name or id of a version."""
    manual: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    description: str = ""
    draft: bool = False
    yes: bool = False
    as_json: bool = False


async def create(session: Session, request: Request) -> int:
    """Find the definition, show what is sent, ask, send and settle. Raises ConfigError, NotDone."""
    need_person(request.yes)
    report = Report(session, request.as_json, aloud=not request.yes)
    place, definition = await _definition(session, request)
    server = session.service.server(place.server)
    if server.read_only:
        sentence = f"{place.server} is read-only here."
        report.refuse(
            Refused(Verb.CREATE, (place.server, "definition", definition.id), definition.name, sentence)
        )
        return report.code()
    versions = await _versions(session, request, place, definition) if definition.artifacts else ()
    chosen = _chosen(request, versions)
    by_hand = _by_hand(request, definition)
    if request.variables and (reason := why_not(server.generation, Need.VARIABLES)):
        raise NotDone(reason)
    variables = _variables(request, definition)
    options = options_of(definition, chosen, by_hand, variables, draft=request.draft)
    draft = Draft(
        Verb.CREATE, place.server, server.label, place.project, definition, request.description, options
    )
    if not request.yes:
        facts = [
            ("Server", f"{server.label}, profile {place.server}"),
            ("Project", place.project.name),
            ("Definition", f"{definition.name}, id {definition.id}, revision {definition.revision}"),
            ("Sends", "a draft; nothing starts until it is started" if request.draft else "a release"),
            ("", versions_words(definition, chosen)),
            *(("", words) for words in _defaults(versions, chosen)),
            ("", starts_words(definition, by_hand)),
            *(("", f"{s.name}: {start_of(s)}") for s in definition.environments or () if starts_by_itself(s)),
        ]
        if variables:
            facts.append(("", f"{count(len(variables), 'variable')}: {variables_words(variables)}"))
        if request.description:
            facts.append(("Description", one_line(request.description)))
        if is_suspicious(definition.name):
            facts.append(("!", f"Its name looks like another one: go by the id {definition.id}."))
        session.out.say("Create a release")
        for label, text in facts:
            session.out.say(f"  {label:11}  {text}")
        say_after(session.out, session.config.policy.hold_seconds)
        await ask(session.out, "To create it, type y:", "y")
    await report.carry_out([draft], stops=True)
    return report.code()


async def _definition(session: Session, request: Request) -> tuple[Place, Definition]:
    """The one definition that was meant, whole. Raises ConfigError, NotDone."""
    where = await places(session, request.project)
    listed = await session.read_all([DefinitionsOf(p.server, p.project) for p in where])
    found: list[tuple[Place, Definition]] = []
    silent: list[str] = []
    for place in where:
        snapshot = listed[DefinitionsOf(place.server, place.project)]
        if not snapshot.answered or snapshot.data is None:
            silent.append(f"{place.words}: {failures(snapshot)[0]}")
            continue
        found += [(place, d) for d in snapshot.data.rows if _is_meant(d, request.definition)]
    names = [f"{place.words}: {_whole_name(d)}, id {d.id}" for place, d in found]
    place, shallow = found[found_one("definition", clean(request.definition), names, silent)]
    read = await session.read(DefinitionOf(place.server, place.project, shallow.id))
    if read.data is None or not read.answered or read.data.definition.artifacts is None:
        raise NotDone(f"The definition could not be read: {failures(read)[0]}")
    return place, read.data.definition


def _is_meant(definition: Definition, typed: str) -> bool:
    """By id, by name, or by folder and name; case does not matter, as for the server."""
    if typed.isascii() and typed.isdigit():
        return definition.id == int(typed)
    wanted = typed.casefold().strip("\\")
    return wanted in (definition.name.casefold(), _whole_name(definition).casefold().strip("\\"))


def _whole_name(definition: Definition) -> str:
    return f"{definition.path.rstrip(chr(92))}\\{definition.name}"


async def _versions(
    session: Session, request: Request, place: Place, definition: Definition
) -> Sequence[ArtifactVersions]:
    read = await session.read(VersionsOf(place.server, place.project, definition.id))
    if read.data is not None and read.answered:
        return read.data
    if request.versions:
        raise NotDone(f"The versions could not be read: {failures(read)[0]}")
    # The defaults are found by the server; only their names cannot be told.
    return ()


def _chosen(request: Request, versions: Sequence[ArtifactVersions]) -> dict[str, Version]:
    """The versions that were named, by alias. Raises ConfigError: there is no such one."""
    known = {each.alias.casefold(): each for each in versions}
    chosen: dict[str, Version] = {}
    for alias, wanted in request.versions:
        artifact = known.get(alias.casefold())
        if artifact is None:
            names = ", ".join(each.alias for each in versions) or "none"
            raise ConfigError(f'--version: there is no artifact "{clean(alias)}"; there are: {names}.')
        if artifact.error:
            raise NotDone(f"The versions of {artifact.alias} cannot be listed: {one_line(artifact.error)}")
        same = [v for v in artifact.versions if wanted in (v.name, v.id)]
        if len(same) != 1:
            newest = ", ".join(v.name or v.id for v in artifact.versions[:5]) or "none"
            many = "more than one" if same else "no"
            raise ConfigError(
                f'--version: {artifact.alias} has {many} version "{clean(wanted)}"; the newest: {newest}.'
            )
        chosen[artifact.alias] = same[0]
    return chosen


def _defaults(versions: Sequence[ArtifactVersions], chosen: Mapping[str, Version]) -> list[str]:
    """What the default versions would be now."""
    now = datetime.now(UTC)
    found = []
    for each in versions:
        if each.default is not None and each.alias not in chosen:
            made = f" of {clock(each.default.on, now)}" if each.default.on is not None else ""
            found.append(f"{each.alias} is now {each.default.name}{made}")
    return found


def _by_hand(request: Request, definition: Definition) -> set[int]:
    """Ids of the stages that shall not start by themselves. Raises ConfigError: there is no such one."""
    found: set[int] = set()
    automatic = {s.name.casefold(): s for s in definition.environments or () if starts_by_itself(s)}
    for name in request.manual:
        stage = automatic.get(name.casefold())
        if stage is None:
            names = ", ".join(s.name for s in automatic.values()) or "none"
            raise ConfigError(f'--manual: no stage "{clean(name)}" starts by itself; those that do: {names}.')
        found.add(stage.id)
    return found


def _variables(request: Request, definition: Definition) -> dict[str, str]:
    """The values that were given. Raises ConfigError: a variable cannot have one."""
    may_be = {name.casefold(): name for name in offered(definition.variables)}
    found: dict[str, str] = {}
    for typed, value in request.variables:
        name = may_be.get(typed.casefold())
        if name is None:
            names = ", ".join(may_be.values()) or "none"
            raise ConfigError(
                f'--variable: "{clean(typed)}" cannot be given another value here; these can: {names}.'
            )
        if has_marks(clean(value, lines=True)):
            raise ConfigError(f"--variable: the value of {name} holds control characters.")
        found[name] = value
    return found
