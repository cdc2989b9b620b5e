"""`python -m tests.bench.server`: the embedded server as the bench needs it, in a process of its own.

It prints the line of access that `reltui demo --serve-only` prints, and writes each request that it has
answered into a file, one JSON line each, with the times at which it began and ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reltui.demo import company, seed
from reltui.demo.faults import Fault, Kind, Situation
from reltui.demo.messages import Answer
from reltui.demo.server import ServerOptions, running
from tests.terminal.program import ROOT, Demo

MORE_PROJECTS = ("Tolls", "Pilots", "Moorings", "Dredging", "Lighthouses")


@dataclass(frozen=True)
class Request:
    """One request that was answered. Times are of `time.monotonic()`, which all processes share."""

    method: str
    target: str
    """The path with its query."""
    began: float
    ended: float

    @property
    def kind(self) -> str:
        """The last word of its path that is no number."""
        path = self.target.partition("?")[0]
        return next(word for word in reversed(path.split("/")) if word and not word.isdigit())


@dataclass(frozen=True)
class Served:
    """A server of the bench, and what it was asked."""

    demo: Demo
    log: Path
    process: subprocess.Popen[str]

    def requests(self, since: float = 0.0) -> list[Request]:
        """Those that began after a moment."""
        found = [Request(**json.loads(line)) for line in self.log.read_text().splitlines()]
        return [request for request in found if request.began >= since]


@contextmanager
def serving(log: Path, *options: str) -> Iterator[Served]:
    """A server with options of this command."""
    log.touch()
    complaints = log.with_suffix(".complaints").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server", "--log", str(log), *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
    )
    try:
        assert process.stdout is not None
        access = json.loads(process.stdout.readline())
        server = Demo(access["url"], access["token"], access["control"], process.terminate)
        yield Served(server, log, process)
    finally:
        process.communicate(timeout=20)
        complaints.close()


def late(seconds: float, log: Path) -> Fault:
    """Answers late, each request by itself, and notes it."""

    async def act(situation: Situation) -> Answer:
        began = time.monotonic()
        answer = await situation.proceed()
        await asyncio.sleep(seconds)
        request = situation.request
        with log.open("a") as file:
            print(
                json.dumps(vars(Request(request.method, request.target, began, time.monotonic()))), file=file
            )
        return answer

    return Fault(Kind("late", "late", act, "answers late"), {})


async def serve(options: ServerOptions, seconds: float, log: Path, *, still: bool) -> None:
    """Serve until the input ends, as it does with the bench. `still`: nothing goes on by itself."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    async with running(options) as demo:
        demo.service.faults = [late(seconds, log)]
        if still:
            demo.engine._world.calendar.drain()
        print(json.dumps({"url": demo.url, "token": demo.token, "control": demo.control}), flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.server", description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--size", choices=tuple(seed.SIZES), default="small")
    parser.add_argument("--projects", type=int, default=0, help="so many projects")
    parser.add_argument("--late", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--still", action="store_true")
    given = parser.parse_args()
    if given.projects:
        company.MORE_PROJECTS += MORE_PROJECTS
        seed.SIZES[given.size] = replace(seed.SIZES[given.size], projects=given.projects)
    options = ServerOptions(size=given.size, speed=given.speed)
    asyncio.run(serve(options, given.late, given.log, still=given.still))


if __name__ == "__main__":
    main()
