"""What a generation of servers cannot do, in one table (api.md 2.2, 2.6, 3)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from reltui.data.decision import Verb
from reltui.model.generations import is_before, title
from reltui.model.text import SafeText


class Need(StrEnum):
    """What a screen or a field shows that not every generation has."""

    LIVE = "live"
    """What runs where, by the deployments."""
    RELEASE_HISTORY = "release history"
    REVISIONS = "revisions"
    """The earlier states of a definition."""
    FOLDERS = "folders"
    DELETED_RELEASES = "deleted releases"
    DELETED_DEFINITIONS = "deleted definitions"
    VERSIONS = "versions"
    """The versions of artifacts to choose from."""
    DEPLOY_LATER = "deploy later"
    VARIABLES = "variables"
    """Other values of variables for one release or deployment."""
    TAGS = "tags"
    SERVER_JOBS = "server jobs"
    """More than one job in a stage, and jobs that run elsewhere than on an agent."""


TODAY, UPDATE, GATES = "tfs-2018-rtw", "tfs-2018", "server-2019"

_SINCE: Mapping[Verb | Need, tuple[str, str]] = {
    Verb.APPROVE_LATER: (TODAY, "plan a deployment for a time"),
    Verb.RESUME: (TODAY, "wait for a person in the middle of a deployment"),
    Verb.REJECT_INTERVENTION: (TODAY, "wait for a person in the middle of a deployment"),
    Verb.IGNORE_GATE: (GATES, "ignore a gate"),
    Verb.RENAME: ("server-2020", "rename a release"),
    Verb.TAG: (TODAY, "tag releases"),
    Verb.UNTAG: (TODAY, "tag releases"),
    Verb.DELETE: (TODAY, "be asked to delete a release"),
    Verb.UNDELETE: (TODAY, "bring a release back"),
    Verb.UNDELETE_DEFINITION: (UPDATE, "bring a definition back"),
    Verb.ADD_FOLDER: (TODAY, "put definitions into folders"),
    Verb.MOVE_FOLDER: (TODAY, "put definitions into folders"),
    Verb.DELETE_FOLDER: (TODAY, "put definitions into folders"),
    Need.LIVE: (TODAY, "tell its deployments, so what runs where is not known"),
    Need.RELEASE_HISTORY: (TODAY, "tell the history of a release"),
    Need.REVISIONS: (TODAY, "tell the earlier revisions of a definition"),
    Need.FOLDERS: (TODAY, "put definitions into folders"),
    Need.DELETED_RELEASES: (TODAY, "list what was deleted"),
    Need.DELETED_DEFINITIONS: (UPDATE, "list what was deleted"),
    Need.VERSIONS: (TODAY, "tell the versions to choose from, so each artifact takes its default"),
    Need.DEPLOY_LATER: (TODAY, "plan a deployment for a time"),
    Need.VARIABLES: (GATES, "take other values of variables for one release"),
    Need.TAGS: (TODAY, "tag releases"),
    Need.SERVER_JOBS: (TODAY, "run more than one job on an agent in a stage"),
}
"""The first generation that can, and what the older ones cannot."""


def why_not(generation: str, what: Verb | Need) -> SafeText | None:
    """Why a server cannot do something, in one sentence; None when it can, or is not known yet."""
    since, words = _SINCE.get(what, ("", ""))
    if not since or not is_before(generation, since):
        return None
    return SafeText(f"{title(generation)} cannot {words}. {title(since)} can.")
