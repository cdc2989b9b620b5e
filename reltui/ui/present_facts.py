"""All that is known of one row of the inbox, and what follows from it; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Generic, TypeVar

from reltui.config import StagePolicy
from reltui.data.decision import Decision
from reltui.data.topics import ContentData, DeploymentsData, InboxRow, PauseRow, Snapshot
from reltui.model import insight
from reltui.model.definition import Definition
from reltui.model.identity import Me
from reltui.model.insight import Drift, Place, Standing
from reltui.model.release import Environment, Release
from reltui.model.signing import OwnChange, expiry, is_last_signature, needs_browser, own_change
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.model.window import WindowState, state

R = TypeVar("R", bound=InboxRow | PauseRow, covariant=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of a row besides its release. An empty snapshot, or None: it was not read yet."""

    deployments: Snapshot[DeploymentsData] = Snapshot()
    """Of its stage."""
    content: Snapshot[ContentData] = Snapshot()
    """Commits and work items since the release that runs there."""
    definition: Definition | None = None
    """As it is now, as lists have it."""
    cut_from: Definition | None = None
    """The revision that the release was cut from, as a whole."""
    stands_now: Definition | None = None
    """The revision that stands now, as a whole."""
    live_release: Release | None = None
    """The release that runs there."""
    place: Place | None = None
    """Among the rows that wait for the same stage."""
    policy: StagePolicy = StagePolicy()
    clock_offset: float = 0.0
    """The server's time minus this machine's, in seconds; 0 while it is not known."""
    troubles: tuple[tuple[str, SafeText], ...] = ()
    """What could not be read, by what it is, each with the reason in one sentence."""

    def trouble(self, what: str) -> SafeText:
        """Why a part could not be read; empty when it could, or was not asked for."""
        return dict(self.troubles).get(what, SafeText(""))


@dataclass(frozen=True)
class Facts(Generic[R]):
    """A row with everything that is known of it. Without slots, so that what follows is thought out once."""

    row: R
    protected: bool
    me: Me | None
    release: Release | None = None
    """The release as a whole, once it was read."""
    decision: Decision | None = None
    """The open decision about it: it is on its way."""
    known: Known = Known()

    @cached_property
    def environment(self) -> Environment | None:
        """The stage, once the release was read."""
        environments = (self.release.environments or ()) if self.release is not None else ()
        return next((e for e in environments if e.id == self.row.environment.id), None)

    @cached_property
    def expires(self) -> datetime | None:
        """When it becomes a rejection; None while that is not known, or where it is not told."""
        environment = self.environment
        if environment is None or not isinstance(self.row, InboxRow):
            return None
        return expiry(environment, self.row.approval)

    @cached_property
    def standing(self) -> Standing | None:
        """What it means against what runs on the stage; None while that is not known."""
        snapshot = self.known.deployments
        data = snapshot.data
        if data is None:
            return None
        return insight.standing(self.row.release.id, data.rows, snapshot.complete and not data.bad)

    @cached_property
    def drift(self) -> Drift | None:
        """What has become of the definition since; None while that is not known."""
        if self.release is None or self.known.definition is None:
            return None
        return insight.drift(self.release, self.known.definition)

    @cached_property
    def own(self) -> OwnChange | None:
        """What the signed-in person has to do with it; None while that is not known."""
        environment = self.environment
        if self.release is None or environment is None:
            return None
        approval = self.row.approval if isinstance(self.row, InboxRow) else None
        content = self.known.content.data
        changes = content.changes if content is not None else None
        return own_change(self.release, environment, approval, self.me, changes)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The short signs of the row; what is not known has none."""
        last = browser = None
        environment = self.environment
        if isinstance(self.row, InboxRow) and self.release is not None and environment is not None:
            last = is_last_signature(self.release, self.row.approval)
            browser = needs_browser(environment, self.row.approval)
        return insight.flags(
            standing=self.standing,
            place=self.known.place,
            own=self.own,
            is_last=last,
            drift=self.drift,
            browser=browser,
        )

    def window(self, now: datetime) -> WindowState | None:
        """Whether the stage may be changed now, by the server's clock; None where it has no rules."""
        policy = self.known.policy
        if not policy.windows and not policy.freezes:
            return None
        return state(policy.windows, policy.freezes, now + timedelta(seconds=self.known.clock_offset))


ApprovalFacts = Facts[InboxRow]
RowFacts = Facts[InboxRow | PauseRow]
