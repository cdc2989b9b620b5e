"""The journal survives torn lines, other processes and a full disk; claims hold between processes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data import files
from reltui.data.claims import Claims
from reltui.data.journal import FOREIGN_AFTER, Journal, decode, encode
from reltui.errors import FolderError


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _write_run(folder: Path, owner: files.Owner, records: list[dict[str, object]]) -> Path:
    head = {"type": "run", "host": owner.host, "pid": owner.pid, "started": owner.started, "at": 0}
    path = folder / f"20260101T000000-{owner.pid}-0000.log"
    path.write_bytes(b"".join(encode(r) for r in [head, *records]))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journal"
    made.mkdir(mode=0o700)
    return made


def test_a_written_record_is_on_disk_with_a_head_that_names_the_process(folder: Path) -> None:
    journal = Journal(folder)
    journal.write({"type": "intent", "id": "a", "comment": "naïve ☃"})
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().isascii()
    head, intent = decode(path.read_bytes())
    assert head["pid"] == os.getpid()
    assert intent["comment"] == "naïve ☃"


def _left(folder: Path) -> list[tuple[str, str, bool]]:
    """Id, last record and whether there is an untold verdict, of all that is left over."""
    return [(r["id"], r["type"], v is not None) for r, v in Journal(folder).left_over().decisions]


def test_an_intent_of_a_dead_run_is_open_until_a_final_verdict_anywhere(folder: Path) -> None:
    dead = files.Owner(files.Owner.ours().host, _dead_pid(), "1")
    _write_run(folder, dead, [{"type": "held", "id": "a"}, {"type": "intent", "id": "a"}])
    _write_run(folder, replace(dead, pid=_dead_pid()), [{"type": "held", "id": "b"}])
    assert sorted(_left(folder)) == [("a", "intent", False), ("b", "held", False)]
    journal = Journal(folder)
    journal.write({"type": "verdict", "id": "a", "final": False})
    journal.write({"type": "verdict", "id": "b", "final": True, "told": True})
    assert _left(folder) == [("a", "intent", False)]


def test_a_verdict_that_nobody_was_told_is_told_once(folder: Path) -> None:
    dead = files.Owner(files.Owner.ours().host, _dead_pid(), "1")
    verdict = {"type": "verdict", "id": "a", "final": True, "told": False}
    _write_run(folder, dead, [{"type": "intent", "id": "a"}, verdict])
    assert _left(folder) == [("a", "intent", True)]
    Journal(folder).write({**verdict, "told": True})
    assert _left(folder) == []


def test_intents_of_living_runs_are_left_to_them(folder: Path) -> None:
    journal = Journal(folder)
    journal.write({"type": "intent", "id": "a"})
    assert _left(folder) == []


def test_a_run_on_another_host_is_left_alone_until_it_has_been_silent_for_long(folder: Path) -> None:
    there = files.Owner("another-host", 1, "1")
    _write_run(folder, there, [{"type": "intent", "id": "a", "at": time.time()}])
    assert _left(folder) == []
    _write_run(folder, there, [{"type": "intent", "id": "a", "at": time.time() - FOREIGN_AFTER - 1}])
    assert _left(folder) == [("a", "intent", False)]


def test_damaged_lines_and_files_that_cannot_be_read_are_told(folder: Path) -> None:
    dead = files.Owner(files.Owner.ours().host, _dead_pid(), "1")
    path = _write_run(folder, dead, [{"type": "intent", "id": "a"}, {"type": "intent", "id": "b"}])
    path.write_bytes(path.read_bytes()[:-5])
    assert Journal(folder).left_over().troubles == ()
    path.write_bytes(path.read_bytes().replace(b'"id":"a"', b'"id":"x"') + b"\n")
    os.mkfifo(folder / "pipe.log")
    (folder / "link.log").symlink_to(path)
    troubles = Journal(folder).left_over().troubles
    assert len(troubles) == 3
    assert all("look at the server" in trouble for trouble in troubles)


def test_a_process_id_that_was_given_to_another_process_counts_as_dead() -> None:
    ours = files.Owner.ours()
    assert ours.is_alive()
    assert not files.Owner(ours.host, ours.pid, "another start").is_alive()


@given(st.binary(max_size=40), st.integers(0, 200))
def test_a_torn_tail_is_dropped_and_nothing_before_it(junk: bytes, cut: int) -> None:
    whole = encode({"type": "intent", "id": "a"}) + encode({"type": "intent", "id": "b"})
    last = encode({"type": "verdict", "id": "a", "final": True})
    torn = last[: min(cut, len(last) - 2)]
    assert [r["id"] for r in decode(whole + torn)] == ["a", "b"]
    assert [r["id"] for r in decode(whole + junk.replace(b"\n", b""))] == ["a", "b"]


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_never_yields_an_altered_record(position: int, flip: int) -> None:
    records = [{"type": "intent", "id": str(n), "object_id": n} for n in range(3)]
    data = bytearray(b"".join(encode(r) for r in records))
    data[position % len(data)] ^= flip
    assert all(r in records for r in decode(bytes(data)))


def test_a_line_with_a_right_sum_and_no_record_is_left_out() -> None:
    values: list[object] = [[], 1, {"type": "intent"}, {"id": 3}]
    for value in values:
        body = json.dumps(value).encode()
        assert list(decode(b"%08x %s\n" % (zlib.crc32(body), body))) == []


def test_a_full_disk_is_said_and_the_next_record_starts_a_new_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(folder)
    journal.write({"type": "intent", "id": "a"})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(FolderError, match="No space left"):
            journal.write({"type": "intent", "id": "b"})
    journal.write({"type": "verdict", "id": "a", "final": True})
    assert len(list(folder.iterdir())) == 2


def test_a_link_in_place_of_the_journal_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "journal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderError, match="link"):
        Journal(tmp_path / "journal").write({"type": "intent", "id": "a"})
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_object_is_claimed_once(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims")
    assert claims.take("approval-1") == ""
    assert f"process {os.getpid()}" in claims.take("approval-1")
    assert Claims(tmp_path / "claims").take("approval-1")
    claims.give_back("approval-1")
    assert claims.take("approval-1") == ""


def test_the_claim_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims")
    claims.folder.mkdir(mode=0o700)
    owner = [files.Owner.ours().host, _dead_pid(), "1"]
    (claims.folder / "approval-1").write_text(json.dumps(owner))
    assert claims.is_left_over("approval-1")
    assert claims.take("approval-1") == ""
    assert not claims.is_left_over("approval-1")
    assert claims.take("approval-1")
    assert [p.name for p in claims.folder.iterdir()] == ["approval-1"]


def test_a_claim_without_content_is_respected_for_a_moment_only(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims")
    claims.folder.mkdir(mode=0o700)
    claim = claims.folder / "approval-1"
    claim.touch()
    assert claims.take("approval-1") == "just starting"
    os.utime(claim, (1, 1))
    assert claims.take("approval-1") == ""


def test_a_claim_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = Claims(tmp_path / "claims")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", full)
        with pytest.raises(FolderError, match="No space left"):
            claims.take("approval-1")
    assert claims.take("approval-1") == ""


def test_of_eight_processes_one_gets_the_claim(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from reltui.data.claims import Claims\n"
        "sys.stdin.readline()\n"
        "print(Claims(Path(sys.argv[1])).take('approval-1') == '', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "claims")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.stdout.readline().strip() for process in processes if process.stdout is not None]
    for process in processes:
        process.communicate("done\n")
    assert sorted(answers) == ["False"] * 7 + ["True"]
