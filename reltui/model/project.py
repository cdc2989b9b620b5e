"""Team projects (api.md 1.2)."""

from __future__ import annotations

from reltui.model.decode import needed_guid, needed_text, object_of
from reltui.model.text import SafeText
from reltui.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A team project; every release call goes by its id."""

    id: str
    """Lower-case GUID."""
    name: SafeText


def project_from_json(raw: object) -> Project:
    """A TeamProjectReference. Raises Malformed without an id or a name."""
    row = object_of(raw, "A project")
    return Project(needed_guid(row, "id", "A project"), needed_text(row, "name", "A project"))
