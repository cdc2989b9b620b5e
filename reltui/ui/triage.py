"""What is known of the rows of the inbox, and what the service would have to be asked for more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from reltui.config import Config
from reltui.data.confirming import is_protected
from reltui.data.decision import Decision, Verb
from reltui.data.service import DataService
from reltui.data.topics import (
    ContentData,
    ContentOf,
    DefinitionAt,
    DefinitionsData,
    DefinitionsOf,
    DeploymentsData,
    DeploymentsOf,
    Inbox,
    InboxData,
    InboxRow,
    ObjectKey,
    PauseRow,
    ReleaseOf,
    Snapshot,
    Topic,
)
from reltui.model.definition import Definition
from reltui.model.insight import Place, Standing, flags, queue_flags, standing
from reltui.model.release import Environment, Release
from reltui.model.signing import expiry
from reltui.model.text import SafeText
from reltui.ui.present_facts import Facts, Known

Row = InboxRow | PauseRow
R = TypeVar("R", bound=InboxRow | PauseRow)
T = TypeVar("T")


def release_topic(row: Row) -> ReleaseOf:
    """The release that a row is about."""
    return ReleaseOf(row.server, row.project, row.release.id)


def stage_of(row: Row, release: Release | None) -> Environment | None:
    """The stage that waits; None where the release is not known, or does not show it."""
    environments = (release.environments or ()) if release is not None else ()
    return next((each for each in environments if each.id == row.environment.id), None)


class Triage:
    """Looks at what was asked for, and at nothing else: to look would only decode a saved answer."""

    def __init__(self, service: DataService, config: Config) -> None:
        self._service = service
        self._config = config
        self._asked: frozenset[Topic[Any]] = frozenset()
        self._inbox: InboxData | None = None
        self._waiting: dict[int, list[Row]] = {}
        """The rows of the inbox by the ids of their definitions."""
        self._places: dict[ObjectKey, Place] = {}
        """Thought out for the definitions that were asked about."""
        self._definitions: dict[DefinitionsOf, tuple[DefinitionsData, Mapping[int, Definition]]] = {}
        self._expiries: dict[ObjectKey, datetime | None] = {}
        """Until when they wait, of those whose release was read, also when it is looked at no longer."""
        self.learned = 0
        """So often `learn` has learned something."""

    def asked(self, topics: Iterable[Topic[Any]]) -> None:
        """The service is asked about these now: they may be looked at."""
        self._asked = frozenset(topics)

    def look(self, topic: Topic[T]) -> Snapshot[T]:
        """What a server has told since the start."""
        if topic not in self._asked:
            return Snapshot()
        # Not `look`, which would decode a saved answer only to have it thrown away here.
        snapshot = self._service.told(topic)
        return replace(snapshot, data=None) if snapshot.from_cache else snapshot

    # What to ask

    def releases(self, rows: Iterable[Row]) -> list[Topic[Any]]:
        """What tells until when they wait."""
        return [release_topic(row) for row in rows]

    def everything(self, rows: Sequence[Row]) -> list[Topic[Any]]:
        """All that tells what these rows mean, as far as it can be named yet; what all of them need first."""
        stages = [stage for row in rows if (stage := self.deployments(row)) is not None]
        definitions: list[Topic[Any]] = [DefinitionsOf(row.server, row.project) for row in rows]
        contents = [content for row in rows if (content := self.content(row)) is not None]
        return list(dict.fromkeys([*self.releases(rows), *stages, *definitions, *contents]))

    def deployments(self, row: Row) -> DeploymentsOf | None:
        """The deployments to the row's stage; None while the stage is not known."""
        stage = stage_of(row, self.look(release_topic(row)).data)
        if stage is None or not stage.definition_environment_id:
            return None
        return DeploymentsOf(row.server, row.project, row.definition.id, stage.definition_environment_id)

    def content(self, row: Row) -> ContentOf | None:
        """Commits and work items since what runs there; None while that is not known, and where the row goes
        back or is there already: then nothing is brought."""
        means = self._standing(row)
        if means is None or means.other is None or means.is_live or means.back:
            return None
        return ContentOf(row.server, row.project, row.release.id, means.other.release.id)

    def more(self, row: Row, *, wide: bool) -> list[Topic[Any]]:
        """What only the row under the cursor needs: both revisions where the definition was edited, and with
        `wide` the release that runs there, for its variables."""
        found: list[Topic[Any]] = []
        drift = self.facts(row).drift
        if drift is not None and drift.is_drifted:
            found += (
                DefinitionAt(row.server, row.project, row.definition.id, revision)
                for revision in (drift.old, drift.new)
            )
        means = self._standing(row)
        if wide and means is not None and means.other is not None:
            found.append(ReleaseOf(row.server, row.project, means.other.release.id))
        return found

    def _standing(self, row: Row) -> Standing | None:
        topic = self.deployments(row)
        snapshot = self.look(topic) if topic is not None else None
        if snapshot is None or snapshot.data is None:
            return None
        return standing(row.release.id, snapshot.data.rows, snapshot.complete and not snapshot.data.bad)

    # What is known

    def take(self, data: InboxData) -> None:
        """The inbox as it is now; what was learned of rows that are gone is forgotten."""
        self._inbox = data
        self._places, self._waiting = {}, {}
        for row in data.by_key.values():
            self._waiting.setdefault(row.definition.id, []).append(row)
        gone = [key for key in self._expiries if key not in data.by_key]
        for key in gone:
            del self._expiries[key]

    def learn(self, rows: Iterable[Row]) -> None:
        """Look until when these wait, and keep it."""
        for row in rows:
            release = self.look(release_topic(row)).data
            if release is None:
                continue
            stage = stage_of(row, release)
            expires = expiry(stage, row.approval) if stage is not None and isinstance(row, InboxRow) else None
            if row.key not in self._expiries or self._expiries[row.key] != expires:
                self._expiries[row.key] = expires
                self.learned += 1

    def expires(self, row: Row) -> datetime | None:
        """When it becomes a rejection; None while that was not learned, or where it is not told."""
        return self._expiries.get(row.key)

    def learned_of(self, rows: Mapping[ObjectKey, Row]) -> int:
        """Of how many of these rows the release was read: `expires` tells all there is of them."""
        return len(self._expiries.keys() & rows.keys())

    def waiting_flags(self, row: Row) -> tuple[str, ...]:
        """The signs that nobody has to be asked for: those that the other rows tell."""
        return flags(place=self._place_of(row))

    def is_protected(self, server: str, stage: str) -> bool:
        """Whether a stage of a server asks for its name."""
        return is_protected(stage, self._service.server(server))

    def facts(self, row: R) -> Facts[R]:
        """A row with everything that is known of it."""
        server = self._service.server(row.server)
        return Facts(
            row,
            is_protected(row.environment.name, server),
            server.me,
            self.look(release_topic(row)).data,
            self._decision(row),
            self._known(row),
        )

    def _known(self, row: Row) -> Known:
        stage, content = self.deployments(row), self.content(row)
        deployments: Snapshot[DeploymentsData] = self.look(stage) if stage is not None else Snapshot()
        changes: Snapshot[ContentData] = self.look(content) if content is not None else Snapshot()
        definitions = DefinitionsOf(row.server, row.project)
        now = self._definition(definitions, row.definition.id)
        release = self.look(release_topic(row)).data
        was = release.definition_revision if release is not None else None
        means = self._standing(row)
        live = means.other if means is not None else None
        parts: tuple[tuple[str, Snapshot[Any]], ...] = (
            ("release", self.look(release_topic(row))),
            ("deployments", deployments),
            ("definition", self.look(definitions)),
            ("content", changes),
        )
        return Known(
            deployments,
            changes,
            now,
            self._revision(row, was),
            self._revision(row, now.revision if now is not None else None),
            self.look(ReleaseOf(row.server, row.project, live.release.id)).data if live is not None else None,
            self._place(row),
            self._config.policy_of(row.server, row.environment.name),
            self._service.server(row.server).clock_offset or 0.0,
            tuple((what, trouble) for what, part in parts if (trouble := _trouble(part))),
        )

    def _definition(self, topic: DefinitionsOf, number: int) -> Definition | None:
        data = self.look(topic).data
        if data is None:
            return None
        known = self._definitions.get(topic)
        if known is None or known[0] is not data:
            known = self._definitions[topic] = (data, {each.id: each for each in data.rows})
        return known[1].get(number)

    def _revision(self, row: Row, revision: int | None) -> Definition | None:
        if not revision:
            return None
        return self.look(DefinitionAt(row.server, row.project, row.definition.id, revision)).data

    def _place(self, row: Row) -> Place | None:
        data = self._service.look(Inbox()).data
        if data is not None and data is not self._inbox:
            self.take(data)
        return self._place_of(row)

    def _place_of(self, row: Row) -> Place | None:
        if row.key not in self._places:
            self._places.update(queue_flags(self._waiting.get(row.definition.id, ())))
        return self._places.get(row.key)

    def _decision(self, row: Row) -> Decision | None:
        outbox = self._service.outbox
        if isinstance(row, InboxRow):
            return outbox.in_the_way(row.server, Verb.APPROVE, row.approval)
        return next((d for d in outbox.decisions() if d.is_open and d.object_key == row.key), None)


def _trouble(part: Snapshot[Any]) -> SafeText:
    """Why a part that is not known could not be read."""
    return part.problems[0].sentence if part.data is None and part.problems else SafeText("")
