"""A data service that knows what a test tells it, asks nobody, and keeps a real outbox."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from textual.pilot import Pilot

from reltui.config import Config, Profile, SecretSource
from reltui.data.service import DataService
from reltui.data.topics import (
    Changed,
    DefinitionData,
    DefinitionOf,
    DefinitionsData,
    DefinitionsOf,
    Event,
    Inbox,
    InboxData,
    InboxRow,
    Link,
    ProjectsOf,
    ReleaseOf,
    ReleasesData,
    ReleasesOf,
    ServerState,
    Snapshot,
    Topic,
    Why,
)
from reltui.data.verdict import Timing
from reltui.model.release import EnvironmentStatus
from reltui.model.text import SafeText
from reltui.paths import under
from reltui.ui.app import ReltuiApp, UiOptions
from reltui.ui.screens.following import FollowingScreen
from tests.ui.samples import (
    BILLING,
    CAB,
    LEE,
    ME,
    NOW,
    PORTAL,
    REVISIONS,
    after,
    approval,
    attempt,
    definition,
    release,
    stage,
    waiting_release,
)

T = TypeVar("T")

SERVER = "tfs01"
CONFIG = Config(
    profiles={
        SERVER: Profile(
            SERVER, "https://tfs01.example/tfs/Main", SecretSource(env="UNUSED"), protected=("PROD*",)
        )
    },
    default=(SERVER,),
)


def whole(data: T, **changes: Any) -> Snapshot[T]:
    """A snapshot that was just read, and is complete."""
    return replace(Snapshot(data, time.time(), parts=1, answered=1), **changes)


class StillService(DataService):
    """`known` maps topics to snapshots; `watched` has those on screen."""

    def __init__(self, folder: Path, known: Mapping[Topic[Any], Snapshot[Any]]) -> None:
        super().__init__(CONFIG, under(folder), memory_only=True, timing=Timing(hold=60.0))
        self.known = dict(known)
        self.watched: set[Topic[Any]] = set()
        self.asked_more: list[Topic[Any]] = []
        self.wished: tuple[Topic[Any], ...] = ()
        """What was glanced at last."""
        self._state = ServerState(
            SERVER,
            SafeText("tfs01/Main"),
            "https://tfs01.example/tfs/Main",
            link=Link.ONLINE,
            me=ME,
            protected=("PROD*",),
        )

    @property
    def servers(self) -> tuple[ServerState, ...]:
        return (self._state,)

    def server(self, name: str) -> ServerState:
        return {SERVER: self._state}[name]

    def look(self, topic: Topic[T]) -> Snapshot[T]:
        return cast(Snapshot[T], self.known.get(topic, Snapshot()))

    def told(self, topic: Topic[Any]) -> Snapshot[Any]:
        return self.look(topic)

    def watch(self, topic: Topic[Any]) -> None:
        self.watched.add(topic)

    def unwatch(self, topic: Topic[Any]) -> None:
        self.watched.discard(topic)

    def more(self, topic: Topic[Any]) -> None:
        self.asked_more.append(topic)

    def glance(self, wanted: Sequence[Topic[Any]]) -> None:
        self.wished = tuple(wanted)

    async def start(self, *, settle: bool = True) -> None:
        """Nobody is asked."""

    def learn(self, topic: Topic[Any], snapshot: Snapshot[Any]) -> None:
        """Know something new, and tell."""
        self.known[topic] = snapshot
        event: Event = Changed(topic)
        for listener in tuple(self._listeners):
            listener(event)


def sample() -> dict[Topic[Any], Snapshot[Any]]:
    """Two projects, five approvals, three releases, three definitions."""
    rows = (
        InboxRow(SERVER, BILLING, approval(77, rank=2, hours=23.3), Why.DIRECT, fresh=True),
        InboxRow(
            SERVER,
            PORTAL,
            approval(
                81,
                approver=CAB,
                hours=30,
                stage=(31, "UAT"),
                release=(88, "2026.11.3"),
                definition=(9, "Web.CD"),
            ),
            Why.GROUP,
            is_new=True,
            fresh=True,
        ),
        InboxRow(
            SERVER,
            PORTAL,
            approval(
                83,
                approver=LEE,
                hours=400,
                attempt=3,
                stage=(33, "PROD-EUROPE-WEST"),
                release=(90, "2026.11.9"),
                definition=(10, "Portal.Backend.Settlement.CD"),
            ),
            Why.OTHER,
            fresh=True,
        ),
    )
    done = EnvironmentStatus.SUCCEEDED
    releases = (
        waiting_release(),
        release(
            139,
            tuple(
                stage(id, name, done, after(), attempts=(attempt(1, hours=150 - id),))
                for id, name in ((1, "DEV"), (2, "QA"), (4, "PROD"), (5, "PROD-US"), (6, "SMOKE"))
            ),
            hours=150,
        ),
        release(
            138,
            tuple(
                stage(id, name, done, after(), attempts=(attempt(1, hours=180 - id),))
                for id, name in ((1, "DEV"), (2, "QA"), (4, "PROD"))
            ),
            hours=180,
        ),
    )
    shallow = (
        definition(5, whole=False),
        definition(6, "Ledger.CD", whole=False),
        definition(7, "Archive.CD", "\\Billing\\Ops", whole=False),
    )
    return {
        Inbox(): whole(InboxData(rows), parts=2, answered=2),
        ProjectsOf(SERVER): whole((BILLING, PORTAL)),
        ReleaseOf(SERVER, BILLING, 142): whole(waiting_release()),
        ReleasesOf(SERVER, BILLING): whole(ReleasesData(releases), more=True),
        ReleasesOf(SERVER, BILLING, 5): whole(ReleasesData(releases)),
        DefinitionsOf(SERVER, BILLING): whole(DefinitionsData(shallow)),
        DefinitionsOf(SERVER, PORTAL): whole(DefinitionsData(())),
        DefinitionOf(SERVER, BILLING, 5): whole(DefinitionData(definition(), REVISIONS)),
    }


def still_clock() -> datetime:
    """It is always 10:40."""
    return NOW


@asynccontextmanager
async def showing(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int] = (80, 24),
    known: Mapping[Topic[Any], Snapshot[Any]] | None = None,
    options: UiOptions | None = None,
) -> AsyncIterator[tuple[Pilot[str], StillService]]:
    """The application on a still service, at ten past the sample's morning."""
    monkeypatch.setattr(FollowingScreen, "clock", staticmethod(still_clock))
    service = StillService(folder, sample() if known is None else known)
    app = ReltuiApp(service, CONFIG, options or UiOptions())
    app.guard.quiet_seconds = 0.0
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, service
    await service.close(grace=1.0)
