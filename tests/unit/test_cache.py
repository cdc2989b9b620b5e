"""The cache gives back what was put, or nothing: never something else, never an exception."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reltui.data.cache import MOST_FILES, Cache

RAW = [{"id": 1, "name": "Rel-1 \ud83d lone", "values": [None, 1.5, True]}]


def _file(folder: Path) -> Path:
    (found,) = [p for p in folder.rglob("*") if p.is_file()]
    return found


def test_what_was_put_comes_back_as_ascii_on_disk(tmp_path: Path) -> None:
    Cache(tmp_path).put("tfs01", "releases", RAW)
    found = Cache(tmp_path).get("tfs01", "releases")
    assert found is not None
    assert found.raw == RAW
    assert _file(tmp_path).read_bytes().isascii()
    assert _file(tmp_path).stat().st_mode & 0o777 == 0o600


def test_servers_do_not_see_each_other(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("a/b", "x", [1])
    cache.put("a_b", "x", [2])
    first, second = cache.get("a/b", "x"), cache.get("a_b", "x")
    assert first is not None
    assert second is not None
    assert (first.raw, second.raw) == ([1], [2])


def test_an_equal_answer_only_moves_the_time(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("tfs01", "x", RAW)
    inode = _file(tmp_path).stat().st_ino
    os.utime(_file(tmp_path), (1, 1))
    cache.put("tfs01", "x", RAW)
    assert _file(tmp_path).stat().st_ino == inode
    found = cache.get("tfs01", "x")
    assert found is not None
    assert found.read_at > 1_000_000


def test_another_version_is_set_aside_and_not_deleted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("tfs01", "x", RAW)
    path = _file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"reltui-cache 1 ", b"reltui-cache 9 ", 1))
    assert cache.get("tfs01", "x") is None
    assert [p.name for p in path.parent.iterdir()] == ["x.other-version"]
    assert "set aside" in cache.notice


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10_000), flip=st.integers(1, 255), cut=st.integers(0, 200))
def test_a_flipped_or_cut_file_gives_nothing(tmp_path: Path, position: int, flip: int, cut: int) -> None:
    cache = Cache(tmp_path)
    for damage in ("flip", "cut"):
        cache.put("tfs01", "x", RAW)
        path = next(p for p in tmp_path.rglob("x"))
        data = bytearray(path.read_bytes())
        if damage == "flip":
            data[position % len(data)] ^= flip
        else:
            del data[min(cut, len(data) - 1) :]
        path.write_bytes(data)
        found = Cache(tmp_path).get("tfs01", "x")
        assert found is None or found.raw == RAW
        for rest in path.parent.iterdir():
            rest.unlink()


def test_a_folder_that_cannot_be_used_means_no_cache_and_one_sentence(tmp_path: Path) -> None:
    tmp_path.joinpath("cache").write_text("a file where a folder should be")
    cache = Cache(tmp_path / "cache")
    cache.put("tfs01", "x", RAW)
    assert cache.get("tfs01", "x") is None
    assert cache.notice.startswith("Working without a cache")


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("tfs01", "x", RAW)
    path = _file(tmp_path)
    kept = tmp_path / "elsewhere"
    path.rename(kept)
    path.symlink_to(kept)
    assert cache.get("tfs01", "x") is None


def test_only_so_many_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reltui.data.cache.MOST_FILES", 3)
    assert MOST_FILES > 3
    cache = Cache(tmp_path)
    for number in range(5):
        cache.put("tfs01", f"x{number}", [number])
        os.utime(next(tmp_path.rglob(f"x{number}")), (number, number))
    cache.tidy()
    assert sorted(p.name for p in tmp_path.rglob("x*")) == ["x2", "x3", "x4"]


def test_no_folder_at_all_is_no_error() -> None:
    cache = Cache(None)
    cache.put("tfs01", "x", RAW)
    cache.tidy()
    assert cache.get("tfs01", "x") is None
