"""What is read besides to tell what a row means; each thing once, a few at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from reltui.commands.items import Insight, Row
from reltui.commands.session import Session, failures, now_at
from reltui.data.topics import (
    DefinitionsData,
    DefinitionsOf,
    DeploymentsData,
    DeploymentsOf,
    InboxRow,
    ObjectKey,
    ReleaseOf,
    Snapshot,
    Topic,
)
from reltui.model.effect import effect_of_resume, effect_of_yes
from reltui.model.insight import Place, drift, flags, queue_flags, standing
from reltui.model.release import Environment, Release
from reltui.model.signing import expiry, is_last_signature, needs_browser, own_change
from reltui.model.text import SafeText

T = TypeVar("T")

Releases = Mapping[Topic[Release], Snapshot[Release]]


async def insights(
    session: Session, rows: Sequence[Row], everything: Sequence[Row], releases: Releases | None = None
) -> dict[ObjectKey, Insight]:
    """What is known of each row. `everything` are the rows of all scopes: newer ones may wait for others.

    `releases` are theirs, where they were read before.
    """
    releases = releases if releases is not None else await read_releases(session, rows)
    stages = {
        row.key: topic
        for row in rows
        if (topic := _deployments_topic(row, releases[release_topic(row)].data)) is not None
    }
    deployments = await session.read_all(stages.values())
    definitions = await session.read_all([DefinitionsOf(row.server, row.project) for row in rows])
    places = queue_flags(everything)
    return {
        row.key: _insight(
            session,
            row,
            places[row.key],
            releases[release_topic(row)],
            deployments.get(stages[row.key]) if row.key in stages else None,
            definitions[DefinitionsOf(row.server, row.project)],
        )
        for row in rows
    }


async def read_releases(session: Session, rows: Sequence[Row]) -> Releases:
    """The releases of these rows."""
    return await session.read_all([release_topic(row) for row in rows])


def release_topic(row: Row) -> Topic[Release]:
    """The release of a row."""
    return ReleaseOf(row.server, row.project, row.release.id)


def stage_of(row: Row, release: Release | None) -> Environment | None:
    """The stage of a row in its release; None where that is not known or does not show it."""
    environments = (release.environments or ()) if release is not None else ()
    return next((stage for stage in environments if stage.id == row.environment.id), None)


def _deployments_topic(row: Row, release: Release | None) -> Topic[DeploymentsData] | None:
    stage = stage_of(row, release)
    if stage is None or not stage.definition_environment_id:
        return None
    return DeploymentsOf(row.server, row.project, row.definition.id, stage.definition_environment_id)


def _fresh(snapshot: Snapshot[T] | None) -> T | None:
    """What the server has just told; an answer of an earlier time is not it."""
    return snapshot.data if snapshot is not None and snapshot.answered else None


def _insight(
    session: Session,
    row: Row,
    place: Place,
    release_read: Snapshot[Release],
    deployments_read: Snapshot[DeploymentsData] | None,
    definitions_read: Snapshot[DefinitionsData],
) -> Insight:
    release, definitions = _fresh(release_read), _fresh(definitions_read)
    deployments = _fresh(deployments_read)
    means = None
    if deployments is not None and deployments_read is not None:
        means = standing(row.release.id, deployments.rows, not deployments_read.more)
    known = definitions.rows if definitions is not None else ()
    definition = next((each for each in known if each.id == row.definition.id), None)
    moved = drift(release, definition) if release is not None and definition is not None else None
    stage = stage_of(row, release)
    troubles = _troubles(release_read, deployments_read, definitions_read)
    found = Insight(standing=means, newer=place.newer, superseded=place.superseded, troubles=troubles)
    if release is None or stage is None:
        unseen = () if troubles else (SafeText("The release does not show this stage."),)
        return replace(found, flags=flags(standing=means, place=place), troubles=(*troubles, *unseen))
    me = session.service.server(row.server).me
    approval = row.approval if isinstance(row, InboxRow) else None
    own = own_change(release, stage, approval, me)
    found = replace(found, versions=_versions(release), own=own.sentence if own is not None else SafeText(""))
    if approval is None:
        signs = flags(standing=means, place=place, own=own, drift=moved)
        return replace(found, effect=effect_of_resume(release, stage, me), flags=signs)
    is_last = is_last_signature(release, approval)
    browser = needs_browser(stage, approval)
    return replace(
        found,
        expires=expiry(stage, approval),
        is_last=is_last,
        effect=effect_of_yes(release, approval, now_at(session, row.server), me),
        flags=flags(standing=means, place=place, own=own, is_last=is_last, drift=moved, browser=browser),
    )


def _versions(release: Release) -> tuple[tuple[SafeText, SafeText], ...]:
    artifacts = sorted(release.artifacts or (), key=lambda artifact: not artifact.is_primary)
    return tuple((artifact.alias, artifact.version) for artifact in artifacts)


def _troubles(
    release: Snapshot[Release],
    deployments: Snapshot[DeploymentsData] | None,
    definitions: Snapshot[DefinitionsData],
) -> tuple[SafeText, ...]:
    parts: tuple[tuple[str, Snapshot[Any] | None], ...] = (
        ("The release", release),
        ("What runs there", deployments),
        ("The definition", definitions),
    )
    return tuple(
        SafeText(f"{what} could not be read: {failures(snapshot)[0]}")
        for what, snapshot in parts
        if snapshot is not None and not snapshot.answered
    )
