"""What waits for a person in one project: pending approvals, and manual interventions (api.md 3.5, 3.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from reltui.data import cache
from reltui.data.gathering import all_pages
from reltui.data.topics import DecidedData, DecidedOf
from reltui.errors import NotFound, Refused
from reltui.model.approval import Approval
from reltui.model.attempt import Intervention, OperationStatus, intervention_from_json
from reltui.model.decode import BadRow, Rows, object_of
from reltui.model.deployment import Deployment, deployment_from_json
from reltui.model.text import SafeText
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.client import Page, ReleaseClient

DECIDED = 100
"""So many approved, and so many rejected approvals are asked for."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A manual intervention with the attempt that waits in it, and as both came, for the cache."""

    intervention: Intervention
    deployment: Deployment
    raw: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pauses:
    """The manual interventions of a project that wait now."""

    rows: tuple[Paused, ...] = ()
    bad: tuple[BadRow, ...] = ()


@dataclass(slots=True)
class Pending:
    """What is left of the pages of the pending approvals of a project, once their rows have been shown."""

    ids: set[int] = field(default_factory=set)
    bad: tuple[BadRow, ...] = ()
    trouble: SafeText = SafeText("")
    """Why the list is not whole; empty when it is."""
    _raw: dict[object, str] = field(default_factory=dict)

    @property
    def raw(self) -> Sequence[str]:
        """Each row as JSON, for the cache: thousands of them as objects take memory and long pauses."""
        return tuple(self._raw.values())

    def add(self, page: Page[Approval]) -> None:
        """One more page."""
        self.ids.update(approval.id for approval in page.rows.items)
        self.bad += page.rows.bad
        self.trouble = page.trouble or self.trouble
        for row in page.raw:
            key = row.get("id") if isinstance(row, dict) else None
            self._raw[key if isinstance(key, int) else ("bad", len(self._raw))] = cache.encoded(row)


async def read_approvals(
    client: ReleaseClient, project_id: str, came: Callable[[Rows[Approval]], None]
) -> Pending:
    """All pending approvals of a project. Raises ApiError.

    `came` is called after each page with its rows, and with what could not be read on all pages so far.
    """
    pending = Pending()
    async for page in client.approvals(project_id):
        pending.add(page)
        came(Rows(page.rows.items, pending.bad))
    return pending


async def read_pauses(client: ReleaseClient, project_id: str, known: Iterable[Paused]) -> Pauses:
    """The interventions that wait, by the deployments that wait in one: one request where nothing is new.

    `known` are those of the last reading; an attempt that still waits is not asked for again. A server
    without these calls has none to tell (api.md 2.2). Raises ApiError.
    """
    try:
        waiting = await all_pages(
            client.deployments(project_id, operation=str(OperationStatus.MANUAL_INTERVENTION_PENDING))
        )
    except (NotFound, Refused):
        return Pauses()
    # The same attempt may wait a second time, in another intervention: then it has been modified meanwhile.
    still = {(d.id, d.last_modified_on) for d in waiting.items}
    kept = [p for p in known if (p.deployment.id, p.deployment.last_modified_on) in still]
    new = [d for d in waiting.items if d.id not in {p.deployment.id for p in kept}]
    releases = list(dict.fromkeys(d.release.id for d in new if d.release.id))
    pages = await asyncio.gather(*(client.interventions(project_id, number) for number in releases))
    bad = [*waiting.bad, *(row for page in pages for row in page.rows.bad)]
    raw = _by_id(waiting.raw)
    for page in pages:
        raw_asked = _by_id(page.raw)
        for asked in page.rows.items:
            own = next((d for d in new if d.environment.id == asked.environment.id), None)
            if asked.is_pending and own is not None:
                both = {"intervention": raw_asked[asked.id], "deployment": raw[own.id]}
                kept.append(Paused(asked, own, both))
    return Pauses(tuple(kept), tuple(bad))


def _by_id(rows: Iterable[object]) -> Mapping[int, object]:
    """Rows as they came; those that cannot be read are apart, and may have anything for an id, or none."""
    ids = ((row.get("id"), row) for row in rows if isinstance(row, dict))
    return {number: row for number, row in ids if isinstance(number, int)}


def paused_from_json(raw: object) -> Paused:
    """Back from the cache. Raises Malformed: it is of no use."""
    row = object_of(raw, "A manual intervention")
    intervention = intervention_from_json(row.get("intervention"))
    return Paused(intervention, deployment_from_json(row.get("deployment")), row)


async def read_decided(topic: DecidedOf, client: ReleaseClient) -> DecidedData:
    """The newest approvals of a project that somebody has answered. Raises ApiError."""
    approved, rejected = await asyncio.gather(
        *(
            all_pages(client.approvals(topic.project.id, status=status, top=DECIDED), most=1)
            for status in ("approved", "rejected")
        )
    )
    rows = [row for row in (*approved.items, *rejected.items) if not row.is_automated]
    rows.sort(key=lambda row: row.modified_on.timestamp() if row.modified_on else 0.0, reverse=True)
    return DecidedData(tuple(rows), (*approved.bad, *rejected.bad))
