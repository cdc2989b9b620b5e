"""Fields of the definition as a whole, of its artifacts and of its triggers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from reltui.model.decode import bool_of, list_of, mapping_of
from reltui.model.editing.clockwork import schedule
from reltui.model.editing.conditions import with_name
from reltui.model.editing.filters import alias, aliases, filter_fields
from reltui.model.editing.folders import folder_path
from reltui.model.editing.kinds import ConditionKind, TriggerKind, trigger_kind
from reltui.model.editing.outline import JOBS, STAGES
from reltui.model.editing.shape import Json, Path, mapped, objects, without
from reltui.model.editing.slots import FieldKind, Form, Pick, flag, id_of, needed, plain, typed
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean

REFERENCES = "definitionReference"
BUILD_VERSIONS = (
    ("latestType", "latest"),
    ("latestWithBranchAndTagsType", "latest of a branch with tags"),
    ("latestWithBuildDefinitionBranchAndTagsType", "latest of the build's own branch with tags"),
    ("specificVersionType", "a specific version"),
    ("selectDuringReleaseCreationType", "asked for when a release is created"),
)
GIT_VERSIONS = (
    ("latestFromBranchType", "latest of the branch"),
    ("specificVersionType", "a specific commit"),
    ("selectDuringReleaseCreationType", "asked for when a release is created"),
)
_VERSION_NAMES = {
    "latestType": "Latest",
    "latestWithBranchAndTagsType": "Latest from a specific branch with tags",
    "latestWithBuildDefinitionBranchAndTagsType": "Latest from the build pipeline default branch with tags",
    "latestFromBranchType": "Latest from the default branch",
    "specificVersionType": "Specific version",
    "selectDuringReleaseCreationType": "Specify at the time of release creation",
}
"""As the portal names them beside the id."""


def definition(form: Form) -> None:
    """Name, folder and the like."""
    form.section = "Definition"
    form.text("name", "Name", ("name",), is_required=True)
    form.add(
        "folder",
        "Folder",
        FieldKind.PICK,
        plain(form.get(("path",))) or "\\",
        lambda new: form.set(("path",), folder_path(typed(new))),
        pick=Pick.FOLDER,
        help="Such as \\Team A\\Web; \\ is the top.",
        path=("path",),
    )
    form.text("description", "Description", ("description",), is_long=True)
    form.text(
        "format",
        "Names of releases",
        ("releaseNameFormat",),
        help="Such as Release-$(rev:r); $(Build.BuildNumber) and other variables can be used.",
    )
    form.names("tags", "Tags", ("tags",))
    if "isDisabled" in form.raw:
        form.flag("disabled", "Disabled", ("isDisabled",), help="No releases can be created from it.")


def artifacts(form: Form) -> None:
    """Which of them is the primary one."""
    named = aliases(form.raw)
    if not named:
        return
    primary = next(
        (plain(a.get("alias")) for _, a in objects(form.raw, ("artifacts",)) if bool_of(a.get("isPrimary"))),
        "",
    )
    form.choice(
        "primary",
        "Primary artifact",
        (),
        named,
        value=primary,
        write=lambda key: with_primary(form.raw, key),
        help="Its version names builds and branches in variables of the release.",
    )


def with_primary(raw: Mapping[str, Any], wanted: str) -> Json:
    """With one artifact as the primary one, and no other."""

    def change(artifact: Mapping[str, Any]) -> Mapping[str, Any]:
        is_wanted = plain(artifact.get("alias")) == wanted
        return (
            artifact
            if bool_of(artifact.get("isPrimary")) == is_wanted
            else {**artifact, "isPrimary": is_wanted}
        )

    return mapped(raw, ("artifacts",), change)


def artifact(form: Form) -> None:
    """Alias, source and default version of one artifact."""
    row = mapping_of(form.get(()))
    kind = plain(row.get("type")).lower()
    name = plain(row.get("alias"))
    form.section = f"{plain(row.get('type')) or 'Artifact'}"
    form.text("alias", "Alias", ("alias",), is_required=True, write=lambda new: _renamed(form, name, new))
    is_primary = bool_of(row.get("isPrimary"))

    def write_primary(new: str | Choice) -> Json:
        if flag(new):
            return with_primary(form.raw, name)
        if is_primary:
            raise ValueError("Make another artifact the primary one instead.")
        return dict(form.raw)

    form.flag("primary", "Primary", ("isPrimary",), write=write_primary)
    references = mapping_of(row.get(REFERENCES))
    done: set[str] = set()
    if kind in ("build", "git"):
        done = _source(form, references, is_build=kind == "build")
    form.section = "References"
    for key, value in references.items():
        if key not in done:
            _reference(form, key, key, value)


def _source(form: Form, references: Mapping[str, Any], *, is_build: bool) -> set[str]:
    """The fields of what is known best; returns which references they are."""
    source = mapping_of(references.get("definition"))
    project = mapping_of(references.get("project"))
    pick = Pick.BUILD if is_build else Pick.REPOSITORY

    def write(new: str | Choice) -> Json:
        if not isinstance(new, Choice):
            raise ValueError(f"Pick a {pick.value} from the list.")
        return without(form.set((REFERENCES,), {**references, **source_of(new)}), (*form.base, "sourceId"))

    inside = plain(project.get("name"))
    shown = clean(plain(source.get("name")) or plain(source.get("id")))
    form.add(
        "source",
        "Build definition" if is_build else "Repository",
        FieldKind.PICK,
        id_of(source),
        write,
        shown=SafeText(f"{shown} in {clean(inside)}")
        if shown and inside
        else shown or SafeText("(to be picked)"),
        is_required=True,
        pick=pick,
        path=(REFERENCES, "definition"),
    )
    form.choice(
        "version",
        "Default version",
        (REFERENCES, "defaultVersionType"),
        BUILD_VERSIONS if is_build else GIT_VERSIONS,
        value=id_of(references.get("defaultVersionType")),
        write=lambda key: form.set(
            (REFERENCES, "defaultVersionType"), {"id": key, "name": _VERSION_NAMES.get(key, key)}
        ),
    )
    branch = "defaultVersionBranch" if is_build else "branches" if "branches" in references else "branch"
    _branch(form, branch, references.get(branch))
    if is_build:
        _reference(form, "defaultVersionTags", "Tags", references.get("defaultVersionTags"))
    if id_of(references.get("defaultVersionType")) == "specificVersionType":
        _reference(form, "defaultVersionSpecific", "Version", references.get("defaultVersionSpecific"))
    return {
        *("definition", "project", "defaultVersionType", branch, "defaultVersionSpecific"),
        *(("defaultVersionTags",) if is_build else ()),
    }


def source_of(choice: Choice) -> Json:
    """The references of what was picked: a build definition or a repository, and its project."""
    found = {
        key: dict(choice.raw[key])
        for key in ("definition", "project")
        if isinstance(choice.raw.get(key), Mapping)
    }
    return {"definition": {"id": choice.id, "name": str(choice.name)}, **found}


def _branch(form: Form, key: str, value: object) -> None:
    def write(new: str | Choice) -> Json:
        text = typed(new).strip()
        return form.set((REFERENCES, key), {"id": text, "name": text})

    form.add(
        "branch",
        "Branch",
        FieldKind.PICK,
        id_of(value),
        write,
        pick=Pick.BRANCH,
        help="Empty for every branch.",
        path=(REFERENCES, key),
    )


def _reference(form: Form, key: str, label: str, value: object) -> None:
    """One reference as its id; what is typed is its name too."""

    def write(new: str | Choice) -> Json:
        text = typed(new)
        if isinstance(value, Mapping) or value is None:
            return form.set((REFERENCES, key), {**mapping_of(value), "id": text, "name": text})
        return form.set((REFERENCES, key), text)

    text = id_of(value) if isinstance(value, Mapping) else plain(value)
    name = plain(value.get("name")) if isinstance(value, Mapping) else ""
    shown = f"{name} ({text})" if name and name != text else text
    form.add(
        f"reference:{key}", label, FieldKind.TEXT, text, write, shown=clean(shown), path=(REFERENCES, key)
    )


def _renamed(form: Form, old: str, value: str | Choice) -> Json:
    """An artifact under another alias, in triggers, conditions and downloads too. Raises ValueError."""
    new = needed(value, "The alias of an artifact", old)
    if new.lower() != old.lower() and any(new.lower() == other.lower() for other, _ in aliases(form.raw)):
        raise ValueError(f"There is an artifact {clean(new)} already.")
    changed = form.set(("alias",), new)
    return with_alias(changed, old, new) if old else changed


def with_alias(raw: Mapping[str, Any], old: str, new: str) -> Json:
    """With an artifact under another alias wherever it is named."""

    def rename(key: str) -> Any:
        return lambda row: {**row, key: new} if plain(row.get(key)).lower() == old.lower() else row

    changed = mapped(mapped(raw, ("triggers",), rename("artifactAlias")), ("triggers",), rename("alias"))
    changed = with_name(changed, ConditionKind.ARTIFACT, old, new)
    return each_download(changed, rename("alias"))


DOWNLOADS: Path = ("deploymentInput", "artifactsDownloadInput", "downloadInputs")


def each_download(raw: Mapping[str, Any], change: Any) -> Json:
    """With what jobs download of artifacts changed; None takes it out."""
    return mapped(
        raw, STAGES, lambda stage: mapped(stage, (JOBS,), lambda job: mapped(job, DOWNLOADS, change))
    )


def trigger(form: Form) -> None:
    """What creates a release by itself."""
    row = mapping_of(form.get(()))
    kind = trigger_kind(row)
    form.section = "Trigger"
    if kind == TriggerKind.SCHEDULE or isinstance(row.get("schedule"), Mapping):
        schedule(form, "schedule:", ("schedule",), None)
        return
    for key in ("artifactAlias", "alias"):
        if key in row:
            alias(form, key, (key,))
    if kind == TriggerKind.PULL_REQUEST:
        form.text("policy", "Status policy", ("statusPolicyName",), help="Shown beside the pull request.")
    if isinstance(row.get("branchFilters"), list):
        _branch_filters(form, row)
    conditions = (*form.base, "triggerConditions")
    for place, found in objects(row, ("triggerConditions",)):
        form.section = f"Filter {place + 1}"
        own: Path = ("triggerConditions", place)
        filter_fields(
            form,
            f"filter:{place}:",
            found,
            partial(form.set, own),
            own,
            partial(without, form.raw, (*conditions, place)),
        )


def _branch_filters(form: Form, row: Mapping[str, Any]) -> None:
    lines = "\n".join(map(plain, list_of(row.get("branchFilters"))))

    def write(new: str | Choice) -> Json:
        wanted = [line.strip() for line in typed(new).splitlines() if line.strip()]
        return form.set(("branchFilters",), wanted)

    form.add(
        "branches",
        "Branches",
        FieldKind.LINES,
        lines,
        write,
        help="One on a line, with + to take it in and - to leave it out: +refs/heads/main.",
        path=("branchFilters",),
    )
