"""The comments that a dialog offers: what a template's placeholders stand for, and the way round; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reltui.data.confirming import stage_of
from reltui.data.decision import Thing
from reltui.model.approval import Approval
from reltui.model.deployment import Deployment
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui.present import Look

Offer = tuple[str, int]
"""A text, and the place in it where the cursor goes."""


def template_values(
    seen: Thing,
    project: Project,
    server: SafeText,
    release: Release | None,
    live: Deployment | None,
    me: Me | None,
    look: Look,
) -> Mapping[str, str]:
    """What the placeholders of `model.comments.PLACES` stand for; what is not known is left out.

    `release` is the one that is decided on and `live` what runs on its stage, as far as they were read.
    """
    here = look.now.astimezone(look.zone)
    found = {"project": project.name, "server": server, "date": f"{here:%Y-%m-%d}", "time": f"{here:%H:%M}"}
    stage = stage_of(seen)
    if isinstance(seen, Approval):
        names = (seen.definition.name, seen.release.name, seen.environment.name)
        found |= {**dict(zip(("definition", "release", "stage"), names, strict=True))}
        found["attempt"] = str(seen.attempt)
    elif stage is not None:
        names = (stage.release.definition.name, stage.release.name, stage.environment.name)
        found |= {**dict(zip(("definition", "release", "stage"), names, strict=True))}
        latest = stage.environment.latest
        found["attempt"] = str(latest.attempt) if latest is not None else ""
    artifacts = (release.artifacts or ()) if release is not None else ()
    for artifact in sorted(artifacts, key=lambda each: not each.is_primary)[:1]:
        found["version"] = artifact.version
        found["branch"] = artifact.branch.removeprefix("refs/heads/")
    if live is not None:
        found["previous"] = live.release.name
    if me is not None:
        found["person"] = me.name
    return {name: value for name, value in found.items() if value}


class Round:
    """Goes round through what a person typed and the texts that are offered."""

    def __init__(self) -> None:
        self._typed = self._put = ""
        self._at = 0

    def next(self, text: str, offered: Sequence[Offer]) -> Offer:
        """The text that comes after the one in the field; what was typed comes again after the last."""
        if text != self._put:
            self._typed, self._at = text, 0
        round_of = [(self._typed, len(self._typed)), *offered]
        self._at = (self._at + 1) % len(round_of)
        self._put = round_of[self._at][0]
        return round_of[self._at]
