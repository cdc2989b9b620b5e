"""Choosing the other end of a comparison: another release of the same definition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reltui.data.topics import ReleaseOf, ReleasesOf, Topic
from reltui.model.release import Release
from reltui.model.text import SafeText
from reltui.ui import ways
from reltui.ui.present import Line, Look, span
from reltui.ui.present_releases import build_words
from reltui.ui.present_words import when, within
from reltui.ui.screens.following import FollowingScreen
from reltui.ui.screens.pick import Entry, PickScreen


class PickOther(PickScreen):
    """With which release of the same definition one is compared. The older one stands at the left."""

    def __init__(self, topic: ReleaseOf, release: Release) -> None:
        self.topic = topic
        self.about = release
        super().__init__()

    @property
    def releases(self) -> ReleasesOf:
        """The releases to choose from."""
        return ReleasesOf(self.topic.server, self.topic.project, self.about.definition.id)

    def topics(self) -> Sequence[Topic[Any]]:
        return (self.releases,)

    def heading(self) -> Line:
        return (span(f"Compare {within(self.about.name)} with which release?"),)

    def nothing(self) -> SafeText:
        snapshot = self.app.service.look(self.releases)
        if snapshot.data is None and not snapshot.problems:
            return SafeText("The releases are being read ...")
        if snapshot.problems:
            return snapshot.problems[0].sentence
        return SafeText("No other release of the definition has these words.")

    def entries(self) -> Sequence[Entry]:
        data = self.app.service.look(self.releases).data
        look = Look(FollowingScreen.clock(), self.app.ascii)
        return [
            Entry(
                SafeText(f"{release.name}  {build_words(release.artifacts)}"),
                SafeText(f"{when(release.created_on, look)}  id {release.id}"),
                partial(compare, self, release.id),
            )
            for release in (data.rows if data is not None else ())
            if release.id != self.about.id
        ]


def compare(screen: PickOther, other: int) -> None:
    """Show what changes from the older to the newer of two."""
    topic = screen.topic
    older, newer = sorted((topic.release_id, other))
    ways.comparison(
        screen.app,
        ReleaseOf(topic.server, topic.project, older),
        ReleaseOf(topic.server, topic.project, newer),
    )
