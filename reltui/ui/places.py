"""Where actions apply, and what an action is."""

from __future__ import annotations

from enum import StrEnum

from reltui.model.values import dataclass


class Place(StrEnum):
    """Where an action applies: one screen, or a kind of screens."""

    ANY = "any screen"
    """Every screen that is no dialog."""
    LIST = "lists"
    """Every screen that shows a list."""
    APPROVALS = "approvals"
    APPROVAL = "approval"
    RELEASES = "releases"
    RELEASE = "release"
    DEFINITIONS = "definitions"
    DEFINITION = "definition"
    LIVE = "live"
    STAGE = "stage"
    """What happened on one stage of a definition."""
    TASKS = "tasks"
    """The tasks of all attempts at a stage of a release."""
    COMPARISON = "comparison"
    LOG = "log"
    JOURNAL = "journal"
    """What was decided, from here and elsewhere."""
    PLAN = "plan"
    """What became of several things that were decided together."""
    EDITOR = "editor"
    """A definition while it is written."""
    UNSAVED = "unsaved edits"
    REVISIONS = "revisions"
    """The history of a definition."""
    DIFFERENCE = "difference"
    """What two revisions of a definition, or an edit and what was before it, have otherwise."""
    CONFLICTS = "conflicts"
    """What was changed here and, otherwise, on the server."""
    PROBLEMS = "problems"
    """What keeps a definition from being saved."""
    FOLDERS = "folders"
    READING = "reading"
    """Help, the last error and the like: lines to read."""
    DIALOG = "dialogs"
    WELCOME = "welcome"


LISTS = (
    Place.APPROVALS,
    Place.RELEASES,
    Place.RELEASE,
    Place.DEFINITIONS,
    Place.DEFINITION,
    Place.LIVE,
    Place.STAGE,
    Place.TASKS,
    Place.COMPARISON,
    Place.JOURNAL,
    Place.UNSAVED,
    Place.REVISIONS,
    Place.DIFFERENCE,
    Place.CONFLICTS,
    Place.PROBLEMS,
    Place.FOLDERS,
)
ONE = (Place.LIST, Place.APPROVAL)
"""Where there is one thing to open, copy or read again."""
SHOWN = (*ONE, Place.PLAN)
"""Where there is one thing to open or copy; not every list can be read again."""
LINKED = (*SHOWN, Place.LOG)
TWO_PANES = (Place.LIST, Place.PLAN, Place.EDITOR)
WRITABLE = (Place.DEFINITIONS, Place.DEFINITION)
MANY = (Place.APPROVALS, Place.RELEASES, Place.DEFINITIONS, Place.LIVE, Place.JOURNAL)
MARKABLE = (Place.APPROVALS, Place.RELEASES, Place.RELEASE, Place.DEFINITIONS, Place.REVISIONS)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does."""

    id: str
    """Kebab-case; the name in `[keys]` of config.toml."""
    keys: tuple[str, ...]
    """Default keys, as a person writes them: one character, or a name such as pagedown or ctrl+d."""
    label: str
    """For the footer."""
    help: str
    """One sentence."""
    places: tuple[Place, ...]
    danger: bool = False
    """A verb: leads to a change on a server, after a dialog."""
    footer: bool = False
    """Shown in the footer where it applies to the row under the cursor."""
