"""One definition that is being edited: what it was, what it is, the steps between, and its unsaved copy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from reltui.data.edits import Edit, new_key
from reltui.errors import ReltuiError
from reltui.model.editing.matching import same
from reltui.model.editing.shape import Path
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

REST_SECONDS = 0.5
"""So long after a change the unsaved copy is written."""
STEPS_MOST = 500
"""Changes that can be taken back; each shares what it did not change with the others."""


class Store(Protocol):
    """Keeps unsaved edits on disk (`data.edits.EditStore`)."""

    def save(self, edit: Edit) -> None: ...

    def remove(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """The definition as it was, and where the cursor stood."""

    work: dict[str, Any]
    at: Path


class Editing:
    """An edit with undo and redo. `work` is never changed in place: every change is another object."""

    def __init__(
        self,
        store: Store,
        server: str,
        server_url: str,
        project: Project,
        work: Mapping[str, Any],
        *,
        base: Mapping[str, Any] | None = None,
        comment: str = "",
        key: str = "",
    ) -> None:
        """`server` is the name of the profile. `base` is what the server has, None for a new definition.

        `key` is that of an unsaved edit that is gone on with.
        """
        self.server = server
        self.server_url = server_url
        self.project = project
        self.base: dict[str, Any] | None = dict(base) if base is not None else None
        self.work: dict[str, Any] = dict(work)
        self.comment = comment
        self.trouble = SafeText("")
        """Why the unsaved copy is not on disk."""
        self.key = key or new_key()
        self.rebased: Callable[[Mapping[str, Any]], None] | None = None
        """Told after `rebase` what was edited before: places in it may be other ones now."""
        self._store = store
        self._is_stored = bool(key)
        self._changed: tuple[object, object, bool] = (None, None, True)
        """The last answer of `is_changed`, and of what."""
        self._undone: list[Step] = []
        self._done: list[Step] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def definition_id(self) -> int:
        """0 for a new one."""
        found = self.base.get("id") if self.base is not None else 0
        return found if isinstance(found, int) else 0

    @property
    def name(self) -> SafeText:
        """As it is named now."""
        found = self.work.get("name")
        return clean(found) if isinstance(found, str) and found else SafeText("without a name")

    @property
    def is_changed(self) -> bool:
        """There is something to save: a new definition, or another one than the server has."""
        if self._changed[0] is not self.work or self._changed[1] is not self.base:
            # It is asked at every drawing, and a large definition is long to compare.
            self._changed = (self.work, self.base, not same(self.work, self.base))
        return self._changed[2]

    @property
    def can_undo(self) -> bool:
        """A change can be taken back."""
        return bool(self._done)

    def change(self, work: dict[str, Any], at: Path = ()) -> None:
        """Another state of the definition; `at` is where the cursor stood before."""
        if same(work, self.work):
            return
        self._done.append(Step(self.work, at))
        del self._done[:-STEPS_MOST]
        self._undone.clear()
        self._become(work)

    def undo(self, at: Path = ()) -> Path | None:
        """Take the last change back; gives where the cursor stood, or None when there is nothing."""
        return self._step(self._done, self._undone, at)

    def redo(self, at: Path = ()) -> Path | None:
        """Do again what was taken back; as `undo`."""
        return self._step(self._undone, self._done, at)

    def _step(self, source: list[Step], target: list[Step], at: Path) -> Path | None:
        if not source:
            return None
        step = source.pop()
        target.append(Step(self.work, at))
        self._become(step.work)
        return step.at

    def rebase(self, base: Mapping[str, Any], work: Mapping[str, Any]) -> None:
        """The server has another state now; `work` has what was changed here on top of it.

        There is no way back over this: an older state would take away what others have changed.
        """
        before = self.work
        self.base = dict(base)
        self._done.clear()
        self._undone.clear()
        self._become(dict(work))
        if self.rebased is not None:
            self.rebased(before)

    # The unsaved copy

    def _become(self, work: dict[str, Any]) -> None:
        self.work = work
        self._keep_later()

    def _keep_later(self) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(REST_SECONDS, self.keep)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def keep(self) -> None:
        """Write the unsaved copy now, or take it away when nothing is changed any more."""
        self._stop()
        try:
            if self.is_changed:
                self._store.save(self.edit())
                self._is_stored = True
            elif self._is_stored:
                self._store.remove(self.key)
                self._is_stored = False
            self.trouble = SafeText("")
        except ReltuiError as error:
            self.trouble = SafeText(str(error))

    def edit(self) -> Edit:
        """As it is kept on disk."""
        return Edit(
            key=self.key,
            server_url=self.server_url,
            project_id=self.project.id,
            project_name=self.project.name,
            definition_id=self.definition_id,
            base=self.base,
            work=self.work,
            comment=self.comment,
            at=time.time(),
        )
