"""Logs, the archive of them, and attachments (api.md 3.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from reltui.api.calls import NOTHING, Calls, Parts, within
from reltui.api.endpoints import ENDPOINTS
from reltui.api.paging import Page, whole
from reltui.api.transport import Answer, Download
from reltui.model.content import Attachment, attachment_from_json
from reltui.model.generations import is_before
from reltui.model.log import clean_lines, portions, split_lines
from reltui.model.text import SafeText

LINES_SINCE = "tfs-2018"
"""Before it a log comes whole, whatever lines were asked for (api.md 2.6)."""


class LogCalls(Calls):
    """Calls about what tasks have written."""

    async def task_log(
        self,
        project_id: str,
        release_id: int,
        environment_id: int,
        phase_id: int,
        task_id: int,
        *,
        first: int = 1,
        last: int = 0,
        whole: bool = False,
    ) -> tuple[SafeText, ...]:
        """The lines of a task's log from `first` to `last`, counted from 1, 0 for the end.

        Not `whole`: the task may still write, and a last line without its line break is left out. A range of
        more than 4 MiB raises TooLarge.
        """
        if self.is_older:
            path = within(project_id, release=release_id, environment=environment_id, task=task_id)
            attempt = {"attemptId": str(phase_id)}
            return await self._log("stage task log", path, first, last, whole, attempt)
        path = within(
            project_id, release=release_id, environment=environment_id, phase=phase_id, task=task_id
        )
        return await self._log("task log", path, first, last, whole)

    async def gate_log(
        self,
        project_id: str,
        release_id: int,
        environment_id: int,
        gate_step_id: int,
        task_id: int,
        *,
        first: int = 1,
        last: int = 0,
        whole: bool = False,
    ) -> tuple[SafeText, ...]:
        """The lines of the log of one gate in one sample, as `task_log`."""
        path = within(
            project_id, release=release_id, environment=environment_id, gate=gate_step_id, task=task_id
        )
        return await self._log("gate log", path, first, last, whole)

    def archive(self, project_id: str, release_id: int) -> AbstractAsyncContextManager[Download]:
        """All logs of a release as one zip, piece by piece; leaving early closes the connection."""
        endpoint = ENDPOINTS["archive"]
        path = within(project_id, release=release_id)
        return self.transport.download(endpoint, path=path, query=self._asked(endpoint, {}))

    async def attachments(
        self, project_id: str, release_id: int, environment_id: int, attempt: int, plan_id: str, type: str
    ) -> Page[Attachment]:
        """What tasks of one attempt left behind of one type; `plan_id` is that of a phase."""
        path = _attempt(project_id, release_id, environment_id, attempt, plan=plan_id, type=type)
        return whole(await self._call("attachments", path), attachment_from_json)

    async def attachment(
        self,
        project_id: str,
        release_id: int,
        environment_id: int,
        attempt: int,
        plan_id: str,
        *,
        timeline_id: str,
        record_id: str,
        type: str,
        name: str,
    ) -> bytes:
        """What is in an attachment, as it came and not cleaned. Raises NotFound: there is no such thing."""
        ids = {"plan": plan_id, "timeline": timeline_id, "record": record_id, "type": type, "name": name}
        path = _attempt(project_id, release_id, environment_id, attempt, **ids)
        return _bytes(await self._call("attachment", path))

    async def timeline_attachments(
        self, project_id: str, release_id: int, environment_id: int, attempt: int, timeline_id: str, type: str
    ) -> Page[Attachment]:
        """As `attachments`, for servers that do not know the plan yet (4.1)."""
        path = _attempt(project_id, release_id, environment_id, attempt, timeline=timeline_id, type=type)
        return whole(await self._call("timeline attachments", path), attachment_from_json)

    async def timeline_attachment(
        self,
        project_id: str,
        release_id: int,
        environment_id: int,
        attempt: int,
        *,
        timeline_id: str,
        record_id: str,
        type: str,
        name: str,
    ) -> bytes:
        """As `attachment`, for servers that do not know the plan yet (4.1)."""
        ids = {"timeline": timeline_id, "record": record_id, "type": type, "name": name}
        path = _attempt(project_id, release_id, environment_id, attempt, **ids)
        return _bytes(await self._call("timeline attachment", path))

    async def _log(
        self,
        name: str,
        path: Parts,
        first: int,
        last: int,
        whole: bool,
        attempt: Mapping[str, str] = NOTHING,
    ) -> tuple[SafeText, ...]:
        query = {"startLine": str(first) if first > 1 or last else "", "endLine": str(last) if last else ""}
        in_parts = not is_before(self.generation, LINES_SINCE)
        asked = {**attempt, **(query if in_parts else {})}
        lines = split_lines(_bytes(await self._call(name, path, asked)), whole=whole)
        if not in_parts:
            lines = lines[first - 1 : last or None]
        cleaned: list[SafeText] = []
        for portion in portions(lines):
            cleaned += clean_lines(portion)
            # Other work goes on in between: a screen must not wait for a long log.
            await asyncio.sleep(0)
        return tuple(cleaned)


def _attempt(project_id: str, release_id: int, environment_id: int, attempt: int, **ids: str) -> Parts:
    return within(project_id, release=release_id, environment=environment_id, attempt=attempt, **ids)


def _bytes(answer: Answer) -> bytes:
    return answer.data if isinstance(answer.data, bytes) else b""
