"""The index of releases and approvals: one small line each, enough for every filter of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from reltui.demo.clock import as_datetime
from reltui.demo.records import Json

FATES: dict[str, str] = {
    "S": "succeeded",
    "P": "partiallySucceeded",
    "F": "rejected",
    "R": "rejected",
    "T": "rejected",
    "C": "canceled",
    "A": "canceled",
    "N": "notStarted",
    "W": "inProgress",
    "V": "inProgress",
    "G": "inProgress",
    "E": "inProgress",
    "I": "inProgress",
    "Q": "queued",
    "D": "scheduled",
}
"""What became of an environment of a release of the past, one letter each: succeeded, partially succeeded,
failed, rejected, timed out, canceled, abandoned while waiting, never started, waiting before or after the
deployment, going on, at the gates, in a manual intervention, queued, scheduled."""


@dataclass(slots=True)
class ReleaseLine:
    """What lists need of one release."""

    id: int
    project_id: str
    definition: Json
    """As it was when the release was created."""
    name: str
    created: float
    status: str
    created_by_id: str
    reason: str
    build_id: int
    """Of the primary artifact; 0 without one."""
    branch: str
    fate: str
    """One letter of `FATES` for each environment by rank; what really became of it is in `statuses`."""
    statuses: tuple[str, ...] | None = None
    """Set while the release is kept whole."""
    keep_forever: bool = False
    deleted: bool = False
    """Softly deleted: out of all lists but the one of what was deleted, until it is undeleted."""

    @property
    def definition_id(self) -> int:
        """Id of the release definition."""
        return int(self.definition["id"])

    @property
    def path(self) -> str:
        """Folder of the release definition."""
        return str(self.definition["path"])

    @property
    def created_on(self) -> datetime:
        """Aware UTC."""
        return as_datetime(self.created)

    @property
    def environment_statuses(self) -> dict[int, str]:
        """Status by id of the environment in the definition."""
        statuses = self.statuses or tuple(FATES[letter] for letter in self.fate)
        plans = self.definition["environments"]
        return {int(plan["id"]): status for plan, status in zip(plans, statuses, strict=True)}


@dataclass(slots=True)
class ApprovalLine:
    """What lists need of one approval."""

    id: int
    project_id: str
    release_id: int
    type: str
    status: str
    approver_id: str | None
    """None when automated."""
    created_on: datetime


class NewestFirst(Sequence[ReleaseLine]):
    """The releases from the newest on, without a copy."""

    def __init__(self, lines: list[ReleaseLine]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[ReleaseLine]:
        return reversed(self._lines)

    @overload
    def __getitem__(self, index: int) -> ReleaseLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReleaseLine]: ...
    def __getitem__(self, index: int | slice) -> ReleaseLine | list[ReleaseLine]:
        if isinstance(index, slice):
            return self._lines[::-1][index]
        return self._lines[-1 - index]


class AllApprovals(Sequence[ApprovalLine]):
    """Every approval there ever was, made release by release as far as somebody reads."""

    def __init__(self, make: Callable[[], Iterator[ApprovalLine]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[ApprovalLine]:
        return self._make()

    def __len__(self) -> int:
        return sum(1 for _ in self._make())

    @overload
    def __getitem__(self, index: int) -> ApprovalLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[ApprovalLine]: ...
    def __getitem__(self, index: int | slice) -> ApprovalLine | list[ApprovalLine]:
        return list(self._make())[index]
