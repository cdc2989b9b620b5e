"""The embedded server behind its connections: who may come in, faults, headers, control calls."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from reltui.demo.accounts import Account, found
from reltui.demo.connection import Call
from reltui.demo.engine import Engine
from reltui.demo.faults import Fault, FaultError, Proceed, Situation, parse_all
from reltui.demo.ledger import Ledger
from reltui.demo.messages import (
    Answer,
    HttpError,
    Request,
    error_answer,
    html_answer,
    json_answer,
)
from reltui.demo.refusals import Refusal
from reltui.demo.routes import Routes
from reltui.demo.versions import DEFAULT_GENERATION, GENERATIONS

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_P3P = 'CP="CAO DSP COR ADMa DEV CONo TELo CUR PSA PSD TAI IVDo OUR SAMi BUS DEM NAV STA UNI COM INT"'


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How to run one embedded server."""

    generation: str = DEFAULT_GENERATION
    size: str = "small"
    seed: int = 1
    speed: float = 1.0
    """Virtual seconds per real second."""
    faults: tuple[str, ...] = ()
    port: int = 0
    """0 takes a free one."""
    today: datetime | None = None
    """Fixes the sample and the start of the clock; None means now."""
    strict: bool = True
    """The mood for what no source settles."""
    defers: bool = True
    """Whether a stage that waits for its approval takes a time (U)."""


class Service:
    """One embedded server: engine, ledger, faults, key."""

    def __init__(self, options: ServerOptions) -> None:
        """Raises FaultError for a bad fault and ValueError for an unknown generation."""
        if options.generation not in GENERATIONS:
            known = ", ".join(GENERATIONS)
            raise ValueError(f"There is no generation {options.generation!r}. Known: {known}.")
        self.options = options
        self.generation = GENERATIONS[options.generation]
        self.key = secrets.token_urlsafe(24)
        self.accounts = [Account(self.key)]
        """Who may come in; the first is the key that is told at the start."""
        self.faults: list[Fault] = parse_all(options.faults)
        self.ledger = Ledger()
        self.engine = self._new_engine(self.options.size)
        self.close_door: Callable[[float], None] = lambda seconds: None
        """Refuses connections for some seconds; set by who owns the listener."""
        self._routes = Routes(self.generation)
        self._process = str(uuid.uuid4())
        self._pushed = 0.0
        self._push = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def _new_engine(self, size: str) -> Engine:
        engine = Engine(
            seed=self.options.seed,
            size=size,
            speed=self.options.speed,
            today=self.options.today,
            older=self.generation.is_older,
        )
        engine.strict = self.options.strict
        engine.defers = self.options.defers
        return engine

    def url(self, port: int) -> str:
        """The collection base."""
        return f"http://127.0.0.1:{port}/" + "/".join(self.generation.base)

    @staticmethod
    def control(port: int) -> str:
        """The base of the control calls."""
        return f"http://127.0.0.1:{port}/_demo"

    async def handle(self, call: Call) -> Answer:
        """Answer one request, through the faults that are on."""
        request = call.request
        if not _is_loopback(request.headers.get("host", "")):
            return html_answer(403, "Forbidden", "This server answers to its loopback names only.", bare=True)
        if request.segments[:1] == ("_demo",):
            if not self._has_key(request):
                return Answer(status=401, headers=[("WWW-Authenticate", 'Basic realm="demo"')], bare=True)
            return self._controlled(request, await call.body())
        self.engine.run_due()
        if request.is_write:
            call.entry = self.ledger.open(_stamp(self.engine.now()), request.method, request.target)
        else:
            self.ledger.count_read(request.method, request.path)
        refusal = None if any(fault.kind.opens for fault in self.faults) else self._refusal(request)
        if refusal is not None:
            await call.body()
            return refusal

        faults = [fault for fault in self.faults if fault.takes(request)]

        async def serve() -> Answer:
            answer = self.answer(call, await call.body())
            return answer.whole() if faults else answer

        proceed: Proceed = serve
        for fault in reversed(faults):
            proceed = _around(Situation(fault, call, proceed, self))
        answer = await proceed()
        if call.entry is not None and answer.raw is None and answer.status != 417:
            # An answer before the end of the write would be lost when the connection then is reset.
            await call.body()
        return answer

    def answer(self, call: Call, body: bytes) -> Answer:
        """What the server says without any fault. Notes in the ledger whether a write was applied."""
        try:
            answer = self._routes.answer(call, body, call.engine or self.engine)
        except (HttpError, Refusal) as error:
            return error_answer(error.status, error.type_key, error.message)
        if call.entry is not None and answer.status < 300:
            call.entry.applied = answer.applied
        return answer

    def unchanged(self, call: Call, below: str = "") -> Answer:
        """What a read of the same address, or of one below it, gives: a write was taken for nothing."""
        segments = (*call.request.segments, below) if below else call.request.segments
        as_read = replace(call.request, method="GET", segments=segments)
        call.request, write = as_read, call.request
        try:
            return self._routes.answer(call, b"", self.engine)
        except (HttpError, Refusal) as error:
            return error_answer(error.status, error.type_key, error.message)
        finally:
            call.request = write

    def another_engine(self, size: str) -> Engine:
        """An engine with the same options but its size."""
        return self._new_engine(size)

    def unauthorized(self, request: Request) -> Answer:
        """The answer to a missing or wrong key (api.md 6.2)."""
        if not self.generation.hosted:
            realm = f"http://{request.headers.get('host', '')}/" + "/".join(self.generation.root)
            return Answer(
                status=401,
                headers=[
                    ("WWW-Authenticate", f'Basic realm="{realm}"'),
                    ("WWW-Authenticate", "NTLM"),
                    ("Lfs-Authenticate", "NTLM"),
                ],
            )
        suppressed = request.headers.get("x-tfs-fedauthredirect", "").lower() == "suppress"
        if suppressed or request.method not in ("GET", "POST"):
            answer = error_answer(
                401,
                "UnauthorizedRequestException",
                "TF400813: The user '' is not authorized to access this resource.",
            )
            answer.headers.append(("WWW-Authenticate", f'Basic realm="http://{request.headers["host"]}/"'))
            return answer
        return html_answer(203, "Sign in to your account", "Sign in to go on.")

    def finish_headers(self, call: Call, answer: Answer) -> list[tuple[str, str]]:
        """Every header line of an answer (api.md 6.5)."""
        given = {name.lower() for name, _ in answer.headers}
        lines = [] if answer.status == 204 else [("Content-Length", str(len(answer.body)))]
        if answer.stream is not None:
            lines = [("Transfer-Encoding", "chunked")]
        if answer.body or answer.stream is not None:
            content_type = answer.content_type
            if call.version and content_type.startswith("application/json"):
                content_type += f"; api-version={call.version}"
            lines.append(("Content-Type", content_type))
        if "date" not in given:
            lines.append(("Date", format_datetime(self.engine.now(), usegmt=True)))
        lines += [(name, value) for name, value in answer.headers if value]
        if answer.bare:
            return lines
        me = self.engine.me
        lines += [
            ("Cache-Control", "no-cache"),
            ("Pragma", "no-cache"),
            ("Expires", "-1"),
            ("ActivityId", str(uuid.uuid4())),
            ("X-TFS-ProcessId", self._process),
            ("X-TFS-Session", call.request.headers.get("x-tfs-session") or str(uuid.uuid4())),
            ("X-VSS-UserData", f"{me['id']}:{me['uniqueName']}"),
            ("X-FRAME-OPTIONS", "SAMEORIGIN"),
            ("X-Content-Type-Options", "nosniff"),
            ("P3P", _P3P),
        ]
        if self.generation.hosted:
            lines += [
                ("X-VSS-E2EID", str(uuid.uuid4())),
                ("X-VSS-SenderDeploymentId", self._process),
                ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
            ]
        else:
            lines += [
                ("Server", "Microsoft-IIS/10.0"),
                ("X-AspNet-Version", "4.0.30319"),
                ("X-Powered-By", "ASP.NET"),
            ]
        return lines

    async def pause(self, seconds: float) -> None:
        """Wait real seconds; every second that the clock is pushed forward counts too."""
        end = self.elapsed() + seconds
        while (left := end - self.elapsed()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._push.wait(), left)

    def elapsed(self) -> float:
        """Seconds as `pause` counts them, from an arbitrary start."""
        return asyncio.get_running_loop().time() + self._pushed

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on with something after its connection is gone."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what still goes on."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _has_key(self, request: Request) -> bool:
        return found(self.accounts[:1], request, hosted=self.generation.hosted) is not None

    def _refusal(self, request: Request) -> Answer | None:
        """Why nobody is signed in, or may not do this; None when somebody is and may."""
        account = found(self.accounts, request, hosted=self.generation.hosted)
        if account is None:
            return self.unauthorized(request)
        if account.left is not None:
            account.left -= 1
        if account.may(request):
            return None
        # A scope that is not enough gives the same status as no sign-in (api.md 6.2).
        return error_answer(
            401,
            "UnauthorizedRequestException",
            f"TF400813: The user '{self.engine.me['uniqueName']}' is not authorized to access this resource.",
        )

    def _controlled(self, request: Request, body: bytes) -> Answer:
        """The control calls (design.md section 5)."""
        what = (request.method, "/".join(request.segments[1:]))
        if what == ("GET", "ledger"):
            return json_answer(self.ledger.document())
        if what == ("GET", "requests"):
            return json_answer(dict(self.ledger.reads))
        if what == ("GET", "faults"):
            return json_answer([fault.describe() for fault in self.faults])
        try:
            return self._changed(what, json.loads(body) if body else None)
        except (ValueError, TypeError, KeyError) as error:
            return json_answer({"message": str(error)}, 400)

    def _changed(self, what: tuple[str, str], value: Any) -> Answer:
        if what == ("PUT", "faults"):
            if not isinstance(value, list):
                raise FaultError("A JSON list of specs is expected.")
            self.faults = parse_all(value)
        elif what == ("DELETE", "faults"):
            self.faults = []
        elif what == ("POST", "clock"):
            seconds = float(value["advance"])
            self.engine.advance(seconds)
            self._pushed += seconds
            self._push.set()
            self._push = asyncio.Event()
            return json_answer({"now": _stamp(self.engine.now())})
        elif what == ("POST", "accounts"):
            self.accounts.append(Account(**value))
        elif what == ("POST", "reset"):
            del self.accounts[1:]
            self.faults = []
            self.ledger.clear()
            self.engine = self._new_engine(self.options.size)
        else:
            return json_answer({"message": f"There is no control call {what[0]} {what[1]}."}, 404)
        return json_answer({})


def _around(situation: Situation) -> Proceed:
    async def act() -> Answer:
        return await situation.fault.kind.act(situation)

    return act


def _is_loopback(host: str) -> bool:
    """Whether a Host value names this machine's loopback, with whatever port."""
    name, _, port = host.lower().rpartition(":")
    if not name or not port.isdecimal():
        name = host.lower()
    return name in LOOPBACK_NAMES


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
