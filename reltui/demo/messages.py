"""Requests and answers of the embedded server, and the error bodies of api.md 6.1."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from reltui.demo.refusals import TYPES

Write = Callable[[bytes], Awaitable[None]]

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
ZIP_TYPE = "application/zip"
BYTES_TYPE = "application/octet-stream"
HTML_TYPE = "text/html; charset=utf-8"

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_WEB_API = "Microsoft.VisualStudio.Services.WebApi"
_FRAMEWORK = "Microsoft.TeamFoundation.Framework.Server"
_CORE = "Microsoft.TeamFoundation.Core.WebApi"
_TASKS = "Microsoft.TeamFoundation.DistributedTask.WebApi"
NAMESPACES: dict[str, tuple[str, str]] = {
    **TYPES,
    "VssVersionNotSpecifiedException": (_WEB_API, _WEB_API),
    "VssVersionOutOfRangeException": (_WEB_API, _WEB_API),
    "VssInvalidPreviewVersionException": (_WEB_API, _WEB_API),
    "VssServiceException": (_WEB_API, _WEB_API),
    "VssRequestContentTypeNotSupportedException": (_WEB_API, _WEB_API),
    "AccessCheckException": ("Microsoft.VisualStudio.Services.Security", _WEB_API),
    "ProjectDoesNotExistWithNameException": (_CORE, _CORE),
    "ProjectDoesNotExistException": (_CORE, _CORE),
    "RequestBlockedException": (_FRAMEWORK, _FRAMEWORK),
    "TaskDefinitionNotFoundException": (_TASKS, _TASKS),
    "TaskAgentQueueNotFoundException": (_TASKS, _TASKS),
    "DeploymentGroupNotFoundException": (_TASKS, _TASKS),
    "VariableGroupDoesNotExistException": (_TASKS, _TASKS),
    "DefinitionNotFoundException": (
        "Microsoft.TeamFoundation.Build.WebApi",
        "Microsoft.TeamFoundation.Build2.WebApi",
    ),
    "GitRepositoryNotFoundException": (
        "Microsoft.TeamFoundation.Git.Server",
        "Microsoft.TeamFoundation.Git.Server",
    ),
}
"""Namespace and assembly by type key: those of the engine's refusals and those of the framework."""


class HttpError(Exception):
    """A request that is answered with an error body."""

    def __init__(self, status: int, type_key: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type_key = type_key
        self.message = message


class Reset(Exception):
    """The connection ends here, with a reset and without a (further) answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One parsed request; the body comes later, see `Call`."""

    method: str
    target: str
    """The raw target, as it came."""
    segments: tuple[str, ...]
    """The path, split and percent-decoded."""
    query: dict[str, str]
    """Keys in lower case, the last of repeated ones."""
    headers: dict[str, str]
    """Names in lower case."""

    @property
    def is_write(self) -> bool:
        """Whether it may change anything."""
        return self.method in WRITES

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.split("?", 1)[0]


@dataclass(slots=True)
class Answer:
    """One answer. `raw` replaces the ordinary way onto the wire, and the connection closes after it."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: list[tuple[str, str]] = field(default_factory=list)
    applied: bool = True
    """False for the answer to a write that changed nothing although it was taken."""
    bare: bool = False
    """True when the headers of api.md 6.5 are left out, because something else than the server answers."""
    before: bytes = b""
    """Bytes that go out ahead of the status line, such as interim responses."""
    stream: Iterator[bytes] | None = None
    """The body in pieces, made while they are sent, chunked; `body` is empty then."""
    raw: Callable[[bytes, bytes, Write], Awaitable[None]] | None = None

    def with_json(self, value: Any) -> Answer:
        """A copy that holds `value`."""
        return replace(self, body=to_bytes(value))

    def whole(self) -> Answer:
        """The same with a streamed body read to its end."""
        if self.stream is None:
            return self
        return replace(self, body=b"".join(self.stream), stream=None)

    def document(self) -> Any:
        """The decoded body; None when it is not JSON."""
        if not self.content_type.startswith("application/json") or not self.body:
            return None
        return json.loads(self.body)


def to_bytes(value: Any) -> bytes:
    """JSON as the server writes it: compact, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_answer(value: Any, status: int = 200) -> Answer:
    """A plain JSON answer."""
    return Answer(status=status, body=to_bytes(value))


def list_answer(values: list[Any], token: str = "") -> Answer:
    """A list in its wrapping; `token` is where the next page starts."""
    answer = json_answer({"count": len(values), "value": values})
    if token:
        answer.headers.append(("X-MS-ContinuationToken", token))
        answer.headers.append(("Access-Control-Expose-Headers", "X-MS-ContinuationToken"))
    return answer


def text_answer(text: str) -> Answer:
    """A text stream, as revisions and logs come."""
    return Answer(body=text.encode(), content_type=TEXT_TYPE)


def streamed_answer(pieces: Iterator[bytes], content_type: str) -> Answer:
    """A body that is sent in chunks while it is made, as logs come (api.md 3.8)."""
    return Answer(content_type=content_type, stream=pieces)


def error_answer(status: int, type_key: str, message: str) -> Answer:
    """The error body of api.md 6.1 with its X-TFS-ServiceError header."""
    namespace, assembly = NAMESPACES[type_key]
    answer = json_answer(
        {
            "$id": "1",
            "innerException": None,
            "message": message,
            "typeName": f"{namespace}.{type_key}, {assembly}",
            "typeKey": type_key,
            "errorCode": 0,
            "eventId": 3000,
        },
        status,
    )
    answer.headers.append(("X-TFS-ServiceError", quote(message)))
    return answer


def framework_error(status: int, message: str) -> Answer:
    """The "improper" error, wrapped like a list (api.md 6.1)."""
    return json_answer({"count": 1, "value": {"Message": message}}, status)


def html_answer(status: int, title: str, text: str, *, bare: bool = False) -> Answer:
    """A page where JSON is expected."""
    head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
    page = f"{head}<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    return Answer(status=status, body=page.encode(), content_type=HTML_TYPE, bare=bare)
