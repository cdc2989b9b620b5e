"""Checks of a definition as a whole: name, artifacts, triggers, variables and their groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reltui.model.decode import bool_of, count_of, list_of, mapping_of
from reltui.model.editing.checks_found import (
    NO_NAME,
    NOT_LISTED,
    PORTAL_FORBIDS,
    Problem,
    Problems,
    name_problems,
    named,
    rows,
    text,
    warning,
    whole_number,
)
from reltui.model.editing.clockwork import flags_of
from reltui.model.editing.filters import aliases
from reltui.model.editing.folders import name_refusal
from reltui.model.editing.kinds import TriggerKind, trigger_kind
from reltui.model.editing.shape import Path
from reltui.model.resources import Resources
from reltui.model.text import clean
from reltui.model.words import within

Row = Mapping[str, Any]

_COUNTER = re.compile(
    r"\$\((?:rev:|(?:release\.)?releaseid\)|build\.build(?:id|number)\)|release\.artifacts\.)", re.IGNORECASE
)
"""What makes the names of two releases differ."""
_NEVER_TRIGGER = frozenset({"tfvc", "externaltfsbuild", "externaltfsxamlbuild", "team build (external)"})
"""Types of artifacts whose new versions nobody tells the server (U)."""


def whole(raw: Row, known: Resources) -> Problems:
    """All but the stages."""
    yield from name_problems(("name",), raw.get("name"), "The definition", forbidden=PORTAL_FORBIDS)
    folder = text(raw, "path")
    if folder and not folder.startswith("\\"):
        yield Problem(("path",), "The folder begins with \\: write it such as \\Team A\\Web.")
    elif known.lists_all("folders") and folder.casefold() not in _folders(known):
        wrong = next(filter(None, map(name_refusal, filter(None, folder.split("\\")))), None)
        if wrong is not None:
            yield Problem(("path",), wrong)
        yield warning(("path",), f"There is no folder {within(clean(folder))} yet: saving makes it.")
    form = text(raw, "releaseNameFormat")
    if form and not _COUNTER.search(form):
        yield warning(
            ("releaseNameFormat",),
            "All releases would have one name: add a counter such as $(rev:r) to the names of releases.",
        )
    yield from _artifacts(raw, known)
    yield from _triggers(raw)
    yield from variables(raw, (), raw)
    yield from groups(raw, (), known)


def _folders(known: Resources) -> set[str]:
    return {"", "\\", *(str(one.path).casefold() for one in known.folders or ())}


# Artifacts


def _artifacts(raw: Row, known: Resources) -> Problems:
    seen: set[str] = set()
    primaries = []
    for path, row in rows(raw.get("artifacts"), ("artifacts",)):
        alias = text(row, "alias").strip()
        here = (*path, "alias")
        if not alias:
            yield Problem(here, "An artifact has no alias: type one.")
        elif alias.casefold() in seen:
            yield Problem(here, f"There are two artifacts {named(row, 'alias')}: give one another alias.")
        seen.add(alias.casefold())
        yield from _source(path, row, known)
        if row.get("isPrimary") is True:
            primaries.append(path)
    for path in primaries[1:]:
        yield warning((*path, "isPrimary"), "There is more than one primary artifact: choose one.")
    if seen and not primaries:
        yield warning(("artifacts",), "No artifact is the primary one: choose one.", "primary")


def _source(path: Path, row: Row, known: Resources) -> Problems:
    references = mapping_of(row.get("definitionReference"))
    source = text(references.get("definition"), "id")
    here = (*path, "definitionReference", "definition")
    name = named(row, "alias")
    # An artifact of several builds names them in `definitions` (U).
    if source in ("", "0") and not text(references.get("definitions"), "id"):
        yield Problem(here, f"Artifact {name} has no source: pick one.", code="VS402862")
        return
    project = mapping_of(references.get("project")).get("id")
    kind = text(row, "type").lower()
    if kind == "build" and known.lists_all("builds") and source.isdecimal() and len(source) < 12:
        is_here = any(one.project_id == str(project).lower() for one in known.builds or ())
        if is_here and known.build(int(source)) is None:
            yield warning(
                here, f"Artifact {name} comes from build {source}, which is not there: pick another."
            )
    elif kind == "git" and known.lists_all("repositories") and source:
        is_here = known.builds is not None and any(
            one.project_id == str(project).lower() for one in known.builds
        )
        if is_here and known.repository(source) is None:
            yield warning(here, f"Artifact {name} comes from a repository that is not there: pick another.")


# Triggers


def _triggers(raw: Row) -> Problems:
    linked = {alias.casefold() for alias, _ in aliases(raw)}
    types = {
        text(row, "alias").casefold(): text(row, "type")
        for _, row in rows(raw.get("artifacts"), ("artifacts",))
    }
    for path, row in rows(raw.get("triggers"), ("triggers",)):
        kind = trigger_kind(row)
        if kind == TriggerKind.SCHEDULE or isinstance(row.get("schedule"), Mapping):
            yield from schedule((*path, "schedule"), row.get("schedule"), "A trigger")
            continue
        key = "alias" if "alias" in row and "artifactAlias" not in row else "artifactAlias"
        if kind not in set(TriggerKind):
            # A newer server may know more kinds.
            if not kind:
                yield Problem(path, "A trigger is of no kind: remove it, or mend it as text.")
            continue
        alias = text(row, key)
        if alias.casefold() not in linked:
            said = f"artifact {named(row, key)}, which is not linked" if alias else "no artifact"
            yield Problem((*path, key), f"A trigger waits for {said}: pick a linked artifact.")
        elif kind == TriggerKind.ARTIFACT and types[alias.casefold()].lower() in _NEVER_TRIGGER:
            yield warning((*path, key), f"New versions of {named(row, key)} cannot trigger: use a schedule.")


def schedule(path: Path, row: object, what: str) -> Problems:
    """Days and a time that there are."""
    found = mapping_of(row)
    if not found:
        yield Problem(path, f"{what} has an empty schedule: give it days, or remove it.")
        return
    if not flags_of(found.get("daysToRelease")):
        yield Problem((*path, "daysToRelease"), f"{what} has a schedule without days: type some.")
    hour, minute = count_of(found.get("startHours")), count_of(found.get("startMinutes"))
    if not (0 <= hour < 24 and 0 <= minute < 60):
        yield Problem(
            (*path, "startHours"), f"{what} has a schedule at no time of day: type one such as 03:00."
        )
    if not text(found, "timeZoneId").strip():
        yield Problem(
            (*path, "timeZoneId"), f"{what} has a schedule without a time zone: type one such as UTC."
        )


# Variables


def variables(holder: Row, path: Path, raw: Row) -> Problems:
    """Variables of the definition, or of a stage; `raw`: the definition, new as long as it has no id."""
    is_new = not count_of(raw.get("id"))
    seen: set[str] = set()
    for name, row in mapping_of(holder.get("variables")).items():
        here = (*path, "variables", name)
        shown = within(clean(name.strip()) or NO_NAME)
        if not name.strip():
            yield Problem(here, "A variable has no name: type one.", field=f"variable:{name}:name")
        elif name.strip().casefold() in seen:
            yield Problem(
                here, f"There are two variables {shown}: rename one of them.", field=f"variable:{name}:name"
            )
        seen.add(name.strip().casefold())
        value = mapping_of(row)
        if bool_of(value.get("isSecret")) and not value.get("value"):
            if is_new:
                yield Problem((*here, "value"), f"The secret {shown} has no value yet: type it.")
            elif value.get("value") is not None:
                # Without a value it stays as it is: the server passes none on (api.md 8 #11).
                yield Problem((*here, "value"), f"The secret {shown} would be emptied: type its value.")


def groups(holder: Row, path: Path, known: Resources) -> Problems:
    """Variable groups that are there, each linked once."""
    seen: list[int] = []
    for place, group in enumerate(list_of(holder.get("variableGroups"))):
        number = whole_number(group)
        here, field = (*path, "variableGroups", place), f"group:{place}"
        if number is None:
            yield Problem(here, "A variable group is named by no id: pick it from the list.", field=field)
            continue
        if number in seen:
            yield warning(here, f"Variable group {number} is linked twice: remove one.", field)
        seen.append(number)
        if known.variable_groups is None or known.variable_group(number) is not None:
            continue
        if known.lists_all("variable_groups"):
            yield Problem(
                here, f"There is no variable group {number}: pick another or remove it.", field=field
            )
        else:
            yield warning(here, f"Variable group {number} {NOT_LISTED}.", field)
