"""G17, and a part of G13: a page of releases as the client decodes it, in a fresh process.

`python -m tests.bench.decoding page FILE` tells how long a page takes, against `json.loads` of the same
bytes in turn. The client reads strictly (repeated keys, NaN, depth), so both its parsing and its reading
are in the figure. `python -m tests.bench.decoding known FILE COUNT` tells the memory that so many releases
take.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.usage import memory

if TYPE_CHECKING:
    from tests.bench.figures import Figure
    from tests.bench.setting import Setting

TURNS = 40
ROWS = 100
EXPANSIONS = "environments,artifacts,approvals"
"""What the client asks for with a list of releases."""


def page_of_releases(setting: Setting) -> Path:
    """A page of 100 releases from the embedded server, as a file with the bytes of its body."""
    server = setting.server("large")
    file = setting.shared.folder / "page.json"
    if not file.exists():
        address = f"_apis/release/releases?$expand={EXPANSIONS}&$top={ROWS}&api-version=5.0"
        answer = server.demo.get(f"Billing/{address}")
        assert len(answer["value"]) == ROWS
        file.write_bytes(json.dumps(answer, separators=(",", ":")).encode())
    return file


def decoded_page(setting: Setting) -> list[Figure]:
    """G17."""
    from tests.bench.figures import Figure
    from tests.terminal.program import ROOT

    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.decoding", "page", str(page_of_releases(setting))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(run.stdout)
    ours, theirs = found["ours"], found["json"]
    return [Figure("", ours / theirs, 2.5, "", f"{ours * 1000:.2f} / {theirs * 1000:.2f} ms")]


def decode(data: bytes) -> Any:
    """What becomes of the body of a list of releases."""
    from reltui.model.decode import list_of_answer, loads, rows_of
    from reltui.model.release import release_from_json

    return rows_of(list_of_answer(loads(data)), release_from_json)


def seconds(act: Callable[[bytes], object], data: bytes) -> float:
    """How long something takes, without looking for garbage of others."""
    gc.collect()
    begun = time.perf_counter()
    act(data)
    return time.perf_counter() - begun


def page(data: bytes) -> dict[str, float]:
    """The medians of both."""
    assert len(decode(data).items) == ROWS
    turns = [(seconds(decode, data), seconds(json.loads, data)) for _ in range(TURNS)]
    ours, theirs = zip(*turns, strict=True)
    return {"ours": statistics.median(ours), "json": statistics.median(theirs)}


def known(data: bytes, count: int) -> dict[str, float]:
    """Decode pages until so many releases are known."""
    decode(data)
    gc.collect()
    before = memory(os.getpid())
    kept = []
    for start in range(0, count, ROWS):
        answer = json.loads(data)
        for number, row in enumerate(answer["value"], start):
            row["id"], row["name"] = number + 1, f"Release-{number + 1}"
        kept.extend(decode(json.dumps(answer).encode()).items)
    gc.collect()
    assert len({release.id for release in kept}) == count
    return {"MiB": memory(os.getpid()) - before}


def main() -> None:
    """Measure and print one line of JSON."""
    what, file, *rest = sys.argv[1:]
    data = Path(file).read_bytes()
    print(json.dumps(page(data) if what == "page" else known(data, int(rest[0]))))


if __name__ == "__main__":
    main()
