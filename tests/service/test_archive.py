"""Saving all logs of a release: what is kept, what is refused, what is left behind (reliability.md D5)."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reltui.api.client import ReleaseClient
from reltui.api.pace import Limits, Timing
from reltui.data import archive
from reltui.data.archive import Progress, Saved, save_archive
from reltui.data.archive_names import Names, why_unusable
from reltui.errors import ApiError, FolderError, Interrupted, Malformed, NotFound, NotTheServer, TooLarge
from reltui.model.release import Release, release_from_json
from tests.service.scripted import Handler, Scripted, Seen, error, in_loop, response, saying, scripted
from tests.support import until

PROJECT = "4adb1680-0eac-6149-b5ee-fc8b4f6ca227"
PATIENT = Timing(read=15.0, connect=5.0, retry_base=0.01, retry_cap=0.02)


def release(*stages: str) -> Release:
    environments = [
        {"id": rank, "name": name, "rank": rank, "status": "succeeded"} for rank, name in enumerate(stages, 1)
    ]
    raw = {
        "id": 142,
        "name": "Release-142",
        "status": "active",
        "releaseDefinition": {"id": 1, "name": "Shop.CD"},
        "environments": [
            {**environment, "releaseId": 142, "releaseDefinition": {"id": 1, "name": "Shop.CD"}}
            for environment in environments
        ],
    }
    return release_from_json(raw)


def entry(
    name: str, mode: int = 0o644 | stat.S_IFREG, packing: int = zipfile.ZIP_DEFLATED
) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 11, 24, 9, 30, 0))
    info.external_attr = mode << 16
    info.compress_type = packing
    return info


def zipped(entries: Iterable[tuple[zipfile.ZipInfo | str, bytes]]) -> bytes:
    """A zip; two entries may have one name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for info, content in entries:
            made.writestr(info if isinstance(info, zipfile.ZipInfo) else entry(info), content)
    return data.getvalue()


GOOD = zipped(
    [
        ("1_DEV/", b""),
        ("1_DEV/Attempt 1/1_Run on agent/3_Deploy web.log", b"one\r\ntwo\r\n"),
        ("1_DEV/Attempt 1/1_Run on agent/12_Restart.log", b"x" * 700_000),
    ]
)


def sending(data: bytes, kind: str = "application/zip") -> Handler:
    return saying(response(data, kind=kind))


async def save(run: Scripted, target: Path, told: list[Progress] | None = None) -> Saved:
    heard: list[Progress] = [] if told is None else told
    client = ReleaseClient(run.transport)
    return await save_archive(client, PROJECT, release("DEV", "PROD"), target, heard.append)


def content(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


@in_loop
async def test_logs_come_under_names_of_our_own(tmp_path: Path) -> None:
    target, told = tmp_path / "logs.zip", list[Progress]()
    async with scripted(sending(GOOD), timing=PATIENT) as run:
        saved = await save(run, target, told)
        assert run.seen[0].line.split(" ")[1] == (
            f"/tfs/North/{PROJECT}/_apis/release/releases/142/logs?api-version=4.1-preview.2"
        )
        assert run.seen[0].headers["accept"] == "application/zip"
        assert run.seen[0].headers["accept-encoding"] == "identity"
    assert content(target) == {
        "01 DEV/Attempt 1/1 Run on agent/03 Deploy web.log": b"one\r\ntwo\r\n",
        "01 DEV/Attempt 1/1 Run on agent/12 Restart.log": b"x" * 700_000,
    }
    assert (saved.path, saved.entries, saved.refused) == (target, 2, ())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["logs.zip"]
    assert (told[0].bytes_total, told[0].entries_total) == (len(GOOD), 0)
    assert told[-1] == Progress(len(GOOD), len(GOOD), 3, 3)
    assert [p.entries_done for p in told] == sorted(p.entries_done for p in told)


@in_loop
async def test_what_cannot_be_trusted_is_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    encrypted = entry("secret.log")
    data = zipped(
        [
            ("good.log", b"good"),
            ("../../climb.log", b"x"),
            ("a/../b.log", b"x"),
            ("..\\back.log", b"x"),
            ("/etc/passwd", b"x"),
            ("\\\\host\\share.log", b"x"),
            ("C:\\windows.log", b"x"),
            (entry("link.log", stat.S_IFLNK | 0o777), b"/etc/shadow"),
            (entry("pipe.log", stat.S_IFIFO | 0o644), b""),
            (entry("odd.log", packing=zipfile.ZIP_BZIP2), b"x"),
            (encrypted, b"x"),
            ("Good.LOG", b"another"),
            ("bad sum.log", b"here is the sum that will be wrong"),
            ("last\x1b[31m.txt", b"last"),
        ]
    )
    at = data.rindex(b"secret.log") - 46 + 8
    data = data[:at] + struct.pack("<H", 1) + data[at + 2 :]
    at = data.rindex(b"bad sum.log") - 46 + 16
    data = data[:at] + b"\0\0\0\0" + data[at + 4 :]
    async with scripted(sending(data), timing=PATIENT) as run:
        saved = await save(run, tmp_path / "logs.zip")
    assert content(saved.path) == {"good.log": b"good", "last-31m.txt": b"last"}
    assert saved.entries == 2
    assert dict(line.rsplit(": ", 1) for line in saved.refused) == {
        "../../climb.log": "its name leads out of the archive",
        "a/../b.log": "its name leads out of the archive",
        "..\\back.log": "its name leads out of the archive",
        "/etc/passwd": "its name leads to the root of a disk",
        "\\\\host\\share.log": "its name leads to the root of a disk",
        "C:\\windows.log": "its name leads to the root of a disk",
        "link.log": "it is a link or a device",
        "pipe.log": "it is a link or a device",
        "odd.log": "it is packed in an unknown way",
        "secret.log": "it is encrypted",
        "Good.LOG": "there are two of this name",
        "bad sum.log": "it is damaged",
    }


@in_loop
async def test_bombs_are_left_before_they_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RATIO_FREE", 2**20)
    monkeypatch.setattr(archive, "ENTRY_BYTES", 3 * 2**20)
    monkeypatch.setattr(archive, "TOTAL_BYTES", 6 * 2**20)
    bomb = b"\0" * (8 * 2**20)
    noise = os.urandom(4 * 2**20)
    data = zipped(
        [
            ("a.log", b"first"),
            ("bomb.log", bomb),
            ("large.log", noise),
            ("b.log", noise[: 2**21]),
            ("c", b"x"),
        ]
    )
    async with scripted(sending(data), timing=PATIENT) as run:
        saved = await save(run, tmp_path / "logs.zip")
    assert list(content(saved.path)) == ["a.log"]
    assert saved.refused == (
        "bomb.log: it grows too much when it is unpacked",
        "large.log: it is too large",
        "b.log: the archive is too large",
        "c: the archive is too large",
    )


@in_loop
async def test_of_very_many_entries_the_first_are_kept_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "ENTRIES_MAXIMUM", 20)
    monkeypatch.setattr(archive, "REFUSED_NAMED", 3)
    data = zipped((f"{number}.log", b"x") for number in range(500))
    async with scripted(sending(data), timing=PATIENT) as run:
        saved = await save(run, tmp_path / "logs.zip")
    assert saved.entries == 20
    assert len(saved.refused) == 4
    assert saved.refused[0] == "20.log: the archive has more than 20 entries"
    assert saved.refused[-1] == "and 477 more"


CUT_DIRECTORY = GOOD[:-60]
LYING_DIRECTORY = GOOD[:-10] + struct.pack("<I", 2**31 - 1) + GOOD[-6:]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(CUT_DIRECTORY, kind="application/zip"), Malformed),
        (response(LYING_DIRECTORY, kind="application/zip"), Malformed),
        (response(b"", kind="application/zip"), Malformed),
        (response(b"PK" * 5000, kind="application/octet-stream"), Malformed),
        (response(zipped([("../x", b"x")]), kind="application/zip"), Malformed),
        (response(zipped([]), kind="application/zip"), NotFound),
        (response(b"", "204 No Content"), Malformed),
        (response(b"<html><title>Corporate gateway</title></html>", kind="text/html"), NotTheServer),
        (response(b'{"count":0,"value":[]}'), NotTheServer),
        (error("404 Not Found", "No such release."), NotFound),
        (response(GOOD, "200 OK", "Content-Encoding: gzip", kind="application/zip"), Malformed),
        (response(GOOD, kind="application/zip")[:-40], Interrupted),
    ],
)
@in_loop
async def test_an_archive_that_cannot_be_had_leaves_nothing(
    tmp_path: Path, answer: bytes, kind: type[ApiError]
) -> None:
    async def handle(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with scripted(handle, timing=PATIENT) as run:
        with pytest.raises(kind):
            await save(run, tmp_path / "logs.zip")
    assert os.listdir(tmp_path) == []


@in_loop
async def test_a_download_is_bounded(tmp_path: Path) -> None:
    async with scripted(sending(GOOD), timing=PATIENT, limits=Limits(archive_bytes=100)) as run:
        with pytest.raises(TooLarge):
            await save(run, tmp_path / "logs.zip")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("is_link", [False, True])
@in_loop
async def test_nothing_is_overwritten(tmp_path: Path, is_link: bool) -> None:
    target, other = tmp_path / "logs.zip", tmp_path / "other"
    if is_link:
        target.symlink_to(other)
    else:
        target.write_text("mine")
    async with scripted(sending(GOOD), timing=PATIENT) as run:
        with pytest.raises(FolderError, match="is there already"):
            await save(run, target)
        assert run.seen == []
    assert os.listdir(tmp_path) == ["logs.zip"]
    assert is_link or target.read_text() == "mine"


@in_loop
async def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "logs.zip"

    async def handle(_: Seen, writer: asyncio.StreamWriter) -> None:
        target.write_text("mine")
        writer.write(response(GOOD, kind="application/zip"))

    async with scripted(handle, timing=PATIENT) as run:
        with pytest.raises(FolderError, match="is there already"):
            await save(run, target)
    assert os.listdir(tmp_path) == ["logs.zip"]
    assert target.read_text() == "mine"


@in_loop
async def test_without_links_the_file_still_comes_whole_and_only_to_a_free_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    async with scripted(sending(GOOD), timing=PATIENT) as run:
        saved = await save(run, tmp_path / "logs.zip")
        assert len(content(saved.path)) == 2
        with pytest.raises(FolderError, match="is there already"):
            await save(run, saved.path)
    assert os.listdir(tmp_path) == ["logs.zip"]


@in_loop
async def test_a_folder_that_is_not_there_is_one_plain_sentence(tmp_path: Path) -> None:
    async with scripted(sending(GOOD), timing=PATIENT) as run:
        with pytest.raises(FolderError, match=r"logs\.zip cannot be written: No such file or directory\."):
            await save(run, tmp_path / "none" / "logs.zip")
        assert run.seen == []


@in_loop
async def test_it_can_be_cancelled_while_bytes_come(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def endless(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 2**16 + b"\r\n")
                await writer.drain()
        except OSError:
            gone.set()

    told: list[Progress] = []
    async with scripted(endless, timing=PATIENT) as run:
        saving = asyncio.ensure_future(save(run, tmp_path / "logs.zip", told))
        await until(lambda: told)
        assert told[0].bytes_total is None
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        assert os.listdir(tmp_path) == []
        async with asyncio.timeout(15):
            await gone.wait()


@in_loop
async def test_it_can_be_cancelled_while_entries_are_copied(tmp_path: Path) -> None:
    noise = os.urandom(2**20)
    data = zipped((entry(f"{number}.log", packing=zipfile.ZIP_STORED), noise) for number in range(20))
    async with scripted(sending(data), timing=PATIENT) as run:
        client = ReleaseClient(run.transport)

        def tell(progress: Progress) -> None:
            if progress.entries_done >= 2:
                saving.cancel()

        saving = asyncio.ensure_future(save_archive(client, PROJECT, release(), tmp_path / "logs.zip", tell))
        with pytest.raises(asyncio.CancelledError):
            await saving
    assert os.listdir(tmp_path) == []


@in_loop
async def test_an_error_of_the_listener_leaves_nothing_either(tmp_path: Path) -> None:
    def tell(progress: Progress) -> None:
        if progress.entries_done:
            raise LookupError

    async with scripted(sending(GOOD), timing=PATIENT) as run:
        with pytest.raises(LookupError):
            await save_archive(ReleaseClient(run.transport), PROJECT, release(), tmp_path / "logs.zip", tell)
    assert os.listdir(tmp_path) == []


@in_loop
async def test_other_calls_go_on_beside_a_download_and_leaving_it_closes_the_connection() -> None:
    gone = asyncio.Event()

    async def handle(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if "logs" not in seen.line:
            writer.write(response())
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 99999\r\n\r\nPK")
        await writer.drain()
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except OSError:
            gone.set()

    async with scripted(handle, timing=replace(PATIENT, slow_bytes=1), limits=Limits(width=1)) as run:
        client = ReleaseClient(run.transport)
        async with client.archive(PROJECT, 142) as download:
            assert download.size == 99_999
            assert (await anext(download.pieces)).startswith(b"PK")
            assert not (await client.interventions(PROJECT, 142)).rows.items
        async with asyncio.timeout(15):
            await gone.wait()


@in_loop
async def test_a_download_that_drips_is_dropped() -> None:
    async def drip(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 99999\r\n\r\nPK")
        await asyncio.Event().wait()

    async with scripted(drip) as run, ReleaseClient(run.transport).archive(PROJECT, 142) as download:
        with pytest.raises(ApiError, match="too slowly"):
            async for _ in download.pieces:
                pass


@in_loop
async def test_closing_the_transport_ends_a_download() -> None:
    async def hang(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 99999\r\n\r\nPK")
        await asyncio.Event().wait()

    began = asyncio.Event()

    async def take(client: ReleaseClient) -> None:
        async with client.archive(PROJECT, 142) as download:
            async for _ in download.pieces:
                began.set()

    async with scripted(hang, timing=replace(PATIENT, slow_window=60.0)) as run:
        taking = asyncio.ensure_future(take(ReleaseClient(run.transport)))
        async with asyncio.timeout(15):
            await began.wait()
            await run.transport.close()
            with pytest.raises(Interrupted, match="closed"):
                await taking


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("DEV/Run on agent/Deploy.log", "01 DEV/Run on agent/Deploy.log"),
        ("prod/2_Phase/007_x.txt", "02 prod/2 Phase/07 x.txt"),
        ("Übergabe \u202e/naïve.log", "Ubergabe/naive.log"),
        ("\u65e5\u672c/\u8a9e", "unnamed/unnamed.log"),
        ("a:b*c?/CON|.log", "a-b-c/CON.log"),
        (" . /-/ok.exe.LOG", "unnamed/unnamed/ok.exe.LOG"),
        ("x" * 300 + "/y.log", "x" * 60 + "/y.log"),
        ("1/2/3/4/5/6/7/8/z.log", "1/2/3/4/5/6/z.log"),
        ("no suffix.this is none", "no suffix.this is none.log"),
    ],
)
def test_names(given: str, ours: str) -> None:
    assert Names(release("DEV", "PROD")).of(given) == ours


def test_a_name_is_given_once() -> None:
    names = Names(release())
    assert [names.of(name) for name in ("a?.log", "a*.log", "A.log", "a.txt")] == [
        "a.log",
        "a-2.log",
        "A-3.log",
        "a.txt",
    ]


@pytest.mark.parametrize("name", ["", "/", "./", "x\0.log"])
def test_names_that_cannot_be_used(name: str) -> None:
    assert why_unusable(name)
