"""Filters on branch and tags of an artifact, in triggers and in conditions of stages (api.md 4.2, 5.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reltui.model.decode import bool_of, mapping_of
from reltui.model.editing.shape import Json, Path, objects, put
from reltui.model.editing.slots import NO, YES, FieldKind, Form, Pick, Remove, flag, names_of, plain, typed
from reltui.model.resources import Choice
from reltui.model.text import SafeText, clean

Store = Callable[[Json], Json]
"""Puts a filter back to where it came from."""


def new_filter() -> Json:
    """A filter that lets everything pass, as the portal begins."""
    return {
        "sourceBranch": "",
        "tags": [],
        "useBuildDefinitionBranch": False,
        "createReleaseOnBuildTagging": False,
    }


def aliases(raw: Mapping[str, Any]) -> tuple[tuple[str, SafeText], ...]:
    """The aliases of the linked artifacts, to pick from."""
    found = [plain(artifact.get("alias")) for _, artifact in objects(raw, ("artifacts",))]
    return tuple((alias, clean(alias)) for alias in found if alias)


def alias_of(raw: Mapping[str, Any], value: str | Choice) -> str:
    """An alias as the definition spells it. Raises ValueError when no artifact has it."""
    wanted = typed(value).strip().lower()
    for alias, _ in aliases(raw):
        if alias.lower() == wanted:
            return alias
    raise ValueError("Pick one of the linked artifacts; there is none of that alias.")


def alias(form: Form, id: str, path: Path, remove: Remove | None = None) -> None:
    """The artifact that something is about."""
    form.add(
        id,
        "Artifact",
        FieldKind.PICK,
        plain(form.get(path)),
        lambda new: form.set(path, alias_of(form.raw, new)),
        is_required=True,
        choices=aliases(form.raw),
        pick=Pick.ARTIFACT,
        path=path,
        remove=remove,
    )


def filter_fields(
    form: Form, prefix: str, row: Mapping[str, Any], store: Store, path: Path, remove: Remove | None
) -> None:
    """The fields of one filter, which stands at `path` of the node as an object or as its JSON."""
    branch = "targetBranch" if "targetBranch" in row else "sourceBranch"

    def text(name: str, value: str, label: str, make: Callable[[str], object], help: str) -> None:
        form.add(
            f"{prefix}{name}",
            label,
            FieldKind.TEXT,
            value,
            lambda new: store({**row, name: make(typed(new))}),
            help=help,
            path=path,
            remove=remove if name == branch else None,
        )

    def truth(name: str, label: str, help: str) -> None:
        value = bool_of(row.get(name))
        form.add(
            f"{prefix}{name}",
            label,
            FieldKind.FLAG,
            YES if value else NO,
            lambda new: store({**row, name: flag(new)}),
            shown=SafeText("yes" if value else "no"),
            help=help,
            path=path,
        )

    text(branch, plain(row.get(branch)), "Branch", str, "Such as main or release/*; empty for every branch.")
    tags = row.get("tags")
    shown = ", ".join(map(plain, tags)) if isinstance(tags, list) else ""
    text("tags", shown, "Tags", names_of, "The version must have all of them; commas between them.")
    if branch == "sourceBranch":
        truth("useBuildDefinitionBranch", "Build's own branch", "The default branch of the build.")
        truth("createReleaseOnBuildTagging", "When it is tagged", "Also when a tag is put on a build later.")
    pattern = mapping_of(row.get("tagFilter"))
    if pattern:
        form.add(
            f"{prefix}pattern",
            "Tag pattern",
            FieldKind.TEXT,
            plain(pattern.get("pattern")),
            lambda new: store(put(row, ("tagFilter", "pattern"), typed(new))),
            path=path,
        )
