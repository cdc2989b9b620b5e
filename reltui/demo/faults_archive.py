"""Faults of the log archive: what a hostile or broken zip holds (reliability.md D5)."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from dataclasses import replace

from reltui.demo.faults import Kind, Situation
from reltui.demo.messages import Answer

_MEGABYTE = bytes(1024 * 1024)
_ESCAPES = (
    "../../escaped.log",
    "/etc/escaped.log",
    "C:\\Windows\\escaped.log",
    "..\\..\\escaped.log",
    "1_DEV/../../../escaped.log",
    "//server/share/escaped.log",
    "1_DEV/\u202egol.escaped",
    "1_DEV/\x1b]0;escaped\x07.log",
    "CON.log",
)


async def _zip_trouble(situation: Situation) -> Answer:
    """The true archive with what `kind` adds to it; `kind=cut` ends within its directory."""
    answer = await situation.proceed()
    if answer.status != 200:
        return answer
    kind = situation.fault.text("kind")
    if kind == "cut":
        directory = answer.body.rindex(b"PK\x05\x06")
        return replace(answer, body=answer.body[: directory - 20])
    target = io.BytesIO(answer.body)
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)
        _add(archive, kind, situation)
    return replace(answer, body=target.getvalue())


def _add(archive: zipfile.ZipFile, kind: str, situation: Situation) -> None:
    if kind == "bomb":
        with archive.open("1_DEV/bomb.log", "w", force_zip64=True) as entry:
            for _ in range(int(situation.fault.number("megabytes"))):
                entry.write(_MEGABYTE)
    elif kind == "entries":
        for number in range(int(situation.fault.number("count"))):
            archive.writestr(zipfile.ZipInfo(f"1_DEV/many/{number}.log"), b"one line\n")
    elif kind == "escape":
        for name in _ESCAPES:
            archive.writestr(name, "This must not be written outside.\n")
    elif kind == "links":
        for name, mode in (
            ("link.log", stat.S_IFLNK),
            ("pipe.log", stat.S_IFIFO),
            ("disk.log", stat.S_IFBLK),
        ):
            info = zipfile.ZipInfo(f"1_DEV/{name}")
            info.create_system = 3
            info.external_attr = (mode | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    else:
        first = archive.namelist()[0] if archive.namelist() else "1_DEV/0_Job.log"
        for name in (first, first, first.swapcase()):
            archive.writestr(name, "The same name once more.\n")


KINDS = (
    Kind(
        "srv-20",
        "zip-trouble",
        _zip_trouble,
        "log archive with kind=bomb, entries, escape, links, duplicates or cut",
        on=r"GET /releases/\d+/logs$",
        arguments={"kind": "escape", "megabytes": 256.0, "count": 100_000.0},
        choices={"kind": ("bomb", "entries", "escape", "links", "duplicates", "cut")},
    ),
)
