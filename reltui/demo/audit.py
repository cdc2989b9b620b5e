"""The history of a release: what calls changed, and what its record tells of its life (api.md 3.3).

No source tells which words a server uses for `changeType`; the words here are ours (U).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reltui.demo.clock import wire_time
from reltui.demo.people import People
from reltui.demo.records import Attempt, Environment, Json, Release

_CANCELED = ("Canceled", "PhaseCanceled")


@dataclass(frozen=True, slots=True)
class Note:
    """One change of a release."""

    kind: str
    by: str
    moment: float
    comment: str
    details: str
    snapshot: int = 0
    """The release's snapshot revision after it; 0 where the record does not tell."""


class Audit:
    """Notes what the records do not keep, and tells the whole history."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._notes: dict[int, list[Note]] = {}
        self._comments: dict[tuple[int, int, str], str] = {}

    def note(
        self, release: Release, kind: str, by: str, moment: float, comment: object = "", details: str = ""
    ) -> None:
        """Something that a call changed."""
        entry = Note(kind, by, moment, str(comment or ""), details, release.snapshot_revision)
        self._notes.setdefault(release.id, []).append(entry)

    def comment(self, environment: Environment, attempt: int, kind: str, comment: object) -> None:
        """What a call said about an attempt that it asked for (`deploy`) or ended (`cancel`)."""
        if comment:
            self._comments[environment.id, attempt, kind] = str(comment)

    def entries(self, release: Release) -> list[Json]:
        """Every ReleaseRevision of the release, oldest first."""
        noted = self._notes.get(release.id, [])
        told = sorted([*self._of_life(release, noted), *noted], key=lambda note: note.moment)
        snapshot = 1
        shapes: list[Json] = []
        for note in told:
            snapshot = max(snapshot, note.snapshot)
            shapes.append(
                {
                    "releaseId": release.id,
                    "definitionSnapshotRevision": snapshot,
                    "changedBy": self._people.ref(note.by or release.created_by_id),
                    "changedDate": wire_time(note.moment),
                    "changeType": note.kind,
                    "changeDetails": note.details,
                    "comment": note.comment or None,
                }
            )
        return shapes

    def _of_life(self, release: Release, noted: list[Note]) -> Iterator[Note]:
        yield Note("create", release.created_by_id, release.created, release.description, release.name)
        kinds = {note.kind for note in noted}
        if release.status == "abandoned" and "abandon" not in kinds:
            yield Note("abandon", release.modified_by_id, release.modified, "", release.name)
        for environment in release.environments:
            for attempt in environment.attempts:
                yield from self._of_attempt(environment, attempt)
            yield from self._of_approvals(environment)

    def _of_attempt(self, environment: Environment, attempt: Attempt) -> Iterator[Note]:
        name = f"{environment.plan['name']}, attempt {attempt.number}"
        asked = self._comments.get((environment.id, attempt.number, "deploy"), "")
        yield Note("deploy", attempt.requested_by_id, attempt.queued, asked, name)
        for intervention in attempt.interventions:
            if intervention.acted_by_id is not None:
                kind = "resume" if intervention.status == "approved" else "reject"
                said = f"{name}, {intervention.name}"
                yield Note(
                    kind, intervention.acted_by_id, intervention.modified, intervention.comments or "", said
                )
        for run in attempt.gates:
            for gate, moment in run.ignored.items():
                yield Note("ignoreGate", attempt.modified_by_id, moment, "", f"{name}, {gate}")
        if attempt.finished is None:
            return
        if attempt.operation in _CANCELED:
            said = self._comments.get((environment.id, attempt.number, "cancel"), "")
            yield Note("cancel", attempt.modified_by_id, attempt.finished, said, name)
        else:
            yield Note(
                "complete", attempt.requested_by_id, attempt.finished, "", f"{name}: {attempt.operation}"
            )

    @staticmethod
    def _of_approvals(environment: Environment) -> Iterator[Note]:
        for approval in environment.approvals:
            name = f"{environment.plan['name']}, attempt {approval.attempt}, {approval.type}"
            for change in approval.history:
                yield Note("reassign", change.changed_by_id, change.modified, change.comments, name)
            if approval.approved_by_id is not None:
                kind = "approve" if approval.status == "approved" else "reject"
                yield Note(kind, approval.approved_by_id, approval.modified, approval.comments, name)
