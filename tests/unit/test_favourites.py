"""Favourites and saved filters: kept whole, shared by running programs, never lost."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui.data import favourites as favourites_file
from reltui.data.favourites import FILE, LARGEST, Favourites, SavedFilter, decode, encode, filter_name
from reltui.errors import FolderError

URL = "https://tfs01.example/tfs/Main"


def test_begins_empty_and_makes_nothing(tmp_path: Path) -> None:
    favourites = Favourites(tmp_path / "state")
    assert favourites.definitions(URL, "p1") == frozenset()
    assert favourites.filters("releases") == ()
    assert list(tmp_path.iterdir()) == []


def test_toggles_and_remembers(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    favourites = Favourites(folder)
    assert favourites.toggle(URL, "p1", 5)
    assert favourites.toggle(URL, "p1", 6)
    assert favourites.toggle(URL, "p2", 5)
    assert not favourites.toggle(f"{URL.upper()}/", "p1", 6)
    again = Favourites(folder)
    assert again.definitions(URL, "p1") == {5}
    assert again.definitions("https://other.example", "p1") == frozenset()
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert (folder / FILE).read_bytes().isascii()


def test_saved_filters_by_kind_and_name(tmp_path: Path) -> None:
    favourites = Favourites(tmp_path / "state")
    favourites.save_filter("releases", " prod ", "stage:PROD")
    favourites.save_filter("releases", "Failed", "state:fail")
    favourites.save_filter("live", "prod", "is:waiting")
    assert [saved.name for saved in favourites.filters("releases")] == ["Failed", "prod"]
    favourites.save_filter("releases", "PROD", "stage:PROD-EU")
    assert favourites.filters("releases")[1] == SavedFilter(
        "releases", filter_name("PROD"), filter_name("stage:PROD-EU")
    )
    assert favourites.save_filter("releases", "prod", "") is None
    assert [saved.name for saved in favourites.filters("releases")] == ["Failed"]
    assert [saved.name for saved in Favourites(tmp_path / "state").filters("live")] == ["prod"]


def test_names_are_clean_and_bounded(tmp_path: Path) -> None:
    favourites = Favourites(tmp_path / "state")
    saved = favourites.save_filter("live", "\x1b[2J" + "x" * 100, "a\u202eb")
    assert saved is not None
    assert "\x1b" not in saved.name
    assert len(saved.name) <= 40
    assert "\u202e" not in saved.words


def test_sees_what_another_program_has_changed(tmp_path: Path) -> None:
    one, two = Favourites(tmp_path / "state"), Favourites(tmp_path / "state")
    assert one.definitions(URL, "p1") == frozenset()
    two.toggle(URL, "p1", 5)
    assert one.definitions(URL, "p1") == {5}
    one.toggle(URL, "p1", 6)
    assert two.definitions(URL, "p1") == {5, 6}


MANY = """
import sys
from pathlib import Path
from reltui.data.favourites import Favourites
from reltui.errors import FolderError
favourites = Favourites(Path(sys.argv[1]))
left = list(range(int(sys.argv[2]), int(sys.argv[2]) + 25))
while left:
    try:
        favourites.toggle("https://a.example", "p1", left[-1])
    except FolderError as error:
        assert "Another reltui holds" in str(error)
    else:
        left.pop()
"""


def test_running_programs_lose_nothing_of_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    running = [
        subprocess.Popen([sys.executable, "-c", MANY, str(folder), str(first)]) for first in (0, 100, 200)
    ]
    assert [program.wait(timeout=120) for program in running] == [0, 0, 0]
    expected = {first + n for first in (0, 100, 200) for n in range(25)}
    assert Favourites(folder).definitions("https://a.example", "p1") == expected


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": "one"}',
        b'{"version": 1, "favourites": {}, "filters": []}',
    ],
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage: bytes) -> None:
    folder = tmp_path / "state"
    Favourites(folder).toggle(URL, "p1", 5)
    (folder / FILE).write_bytes(damage)
    favourites = Favourites(folder)
    assert favourites.definitions(URL, "p1") == frozenset()
    assert "put aside" in favourites.notice
    favourites.toggle(URL, "p1", 6)
    assert Favourites(folder).definitions(URL, "p1") == {6}
    aside = [path for path in folder.iterdir() if "damaged" in path.name]
    assert [path.read_bytes() for path in aside] == [damage]


def test_what_can_be_read_of_a_damaged_file_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    favourites = Favourites(folder)
    favourites.toggle(URL, "p1", 5)
    favourites.save_filter("live", "prod", "is:waiting")
    raw = json.loads((folder / FILE).read_bytes())
    raw["favourites"] += [["https://x", 7, 8], None, [URL, "p1", True]]
    raw["filters"] += [{"kind": "live", "name": "", "words": "x"}, 5]
    (folder / FILE).write_text(json.dumps(raw))
    again = Favourites(folder)
    assert again.definitions(URL, "p1") == {5}
    assert [saved.name for saved in again.filters("live")] == ["prod"]
    assert "put aside" in again.notice
    assert Favourites(folder).notice == ""


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    Favourites(folder).toggle(URL, "p1", 5)
    newer = b'{"version": 2, "favourites": "?"}'
    (folder / FILE).write_bytes(newer)
    favourites = Favourites(folder)
    assert favourites.definitions(URL, "p1") == frozenset()
    assert "newer" in favourites.notice
    with pytest.raises(FolderError, match="newer"):
        favourites.toggle(URL, "p1", 6)
    assert (folder / FILE).read_bytes() == newer


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    favourites = Favourites(folder)
    favourites.toggle(URL, "p1", 5)
    target = tmp_path / "target"
    target.write_text("precious")
    (folder / FILE).unlink()
    (folder / FILE).symlink_to(target)
    again = Favourites(folder)
    assert again.definitions(URL, "p1") == frozenset()
    assert "cannot be read" in again.notice
    with pytest.raises(FolderError):
        again.toggle(URL, "p1", 6)
    assert target.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o500)
    with pytest.raises(FolderError, match="cannot be kept"):
        Favourites(folder).toggle(URL, "p1", 5)


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(FolderError, match="chmod 700"):
        Favourites(folder).toggle(URL, "p1", 5)
    assert list(folder.iterdir()) == []


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses made while the lock is waited for."""
    pauses: list[float] = []
    sleep = time.sleep

    def note(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", note)
    return pauses


def test_a_change_waits_a_moment_for_the_lock_and_then_says_so(tmp_path: Path, slept: list[float]) -> None:
    favourites = Favourites(tmp_path / "state")
    favourites.toggle(URL, "p1", 5)
    with (tmp_path / "state" / "favourites.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FolderError, match="Another reltui holds"):
            favourites.toggle(URL, "p1", 6)
    assert sum(slept) < 0.1
    assert favourites.definitions(URL, "p1") == {5}
    assert favourites.toggle(URL, "p1", 6)


def test_drawing_never_waits_for_the_lock(tmp_path: Path, slept: list[float]) -> None:
    folder = tmp_path / "state"
    favourites = Favourites(folder)
    favourites.toggle(URL, "p1", 5)
    (folder / FILE).write_bytes(b"{")
    with (folder / "favourites.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert favourites.definitions(URL, "p1") == frozenset()
        assert "Another reltui holds" in favourites.notice
    assert slept == []
    assert (folder / FILE).read_bytes() == b"{"
    assert favourites.toggle(URL, "p1", 6)
    assert [path.read_bytes() for path in folder.iterdir() if "damaged" in path.name] == [b"{"]


PIPE = """
import sys
from pathlib import Path
from reltui.data.favourites import Favourites
from reltui.errors import FolderError
try:
    Favourites(Path(sys.argv[1])).toggle("https://a.example", "p1", 5)
except FolderError as error:
    sys.exit(0 if "cannot be kept" in str(error) else 2)
"""


@pytest.mark.parametrize("reads", [False, True])
def test_a_lock_that_is_a_pipe_is_refused(tmp_path: Path, reads: bool) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    os.mkfifo(folder / "favourites.lock")
    reader = os.open(folder / "favourites.lock", os.O_RDONLY | os.O_NONBLOCK) if reads else -1
    try:
        # In a process of its own, so that one that hangs can be ended.
        done = subprocess.run([sys.executable, "-c", PIPE, str(folder)], timeout=60, check=False)
    finally:
        if reads:
            os.close(reader)
    assert done.returncode == 0
    assert not (folder / FILE).exists()


def test_a_file_that_is_too_large_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    favourites = Favourites(folder)
    favourites.toggle(URL, "p1", 5)
    large = encode(decode((folder / FILE).read_bytes())) + b" " * LARGEST
    (folder / FILE).write_bytes(large)
    again = Favourites(folder)
    assert again.definitions(URL, "p1") == frozenset()
    assert "larger than 1 MiB" in again.notice
    with pytest.raises(FolderError, match="larger than 1 MiB"):
        again.toggle(URL, "p1", 6)
    assert (folder / FILE).read_bytes() == large


def test_nothing_is_written_that_could_not_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites_file, "LARGEST", 200)
    favourites = Favourites(tmp_path / "state")
    favourites.toggle(URL, "p1", 5)
    with pytest.raises(FolderError, match="would be larger"):
        favourites.save_filter("live", "long", "x" * 200)
    assert favourites.filters("live") == ()
    assert Favourites(tmp_path / "state").definitions(URL, "p1") == {5}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FORM = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "favourites": st.lists(st.tuples(st.text(), st.text(), st.integers()) | JSON, max_size=4),
        "filters": st.lists(
            st.fixed_dictionaries({"kind": st.text(), "name": st.text(), "words": st.text()}) | JSON,
            max_size=4,
        ),
    }
)


@given(FORM)
def test_any_content_is_read_as_far_as_it_goes(raw: object) -> None:
    kept = decode(json.dumps(raw).encode())
    again = decode(encode(kept))
    assert again.whole
    assert again.favourites == kept.favourites
    assert again.filters == kept.filters


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    decode(data)
