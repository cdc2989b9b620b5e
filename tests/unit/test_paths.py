"""reltui's folders: private from the first moment, and refused when they are not (reliability.md B9, B10)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reltui import paths, saved_screen
from reltui.errors import FolderError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A shell that hides nothing by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.lstat().st_mode)


@pytest.mark.usefixtures("open_umask")
def test_made_folders_are_private_with_their_parents(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "a" / "b" / "reltui"
    assert paths.ensure(folder) == folder
    assert [mode(f) for f in (folder, folder.parent, folder.parent.parent)] == [0o700, 0o700, 0o700]
    assert mode(tmp_path) == 0o755


def test_a_private_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "reltui"
    folder.mkdir(mode=0o700)
    (folder / "kept").touch()
    paths.ensure(paths.ensure(folder))
    assert (folder / "kept").exists()


@pytest.mark.parametrize("bits", [0o755, 0o750, 0o701, 0o722])
def test_an_open_folder_is_refused_with_its_repair(tmp_path: Path, bits: int) -> None:
    folder = tmp_path / "reltui"
    folder.mkdir()
    folder.chmod(bits)
    with pytest.raises(FolderError, match=f"chmod 700 {folder}"):
        paths.ensure(folder)
    assert mode(folder) == bits


def test_a_link_is_refused_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir(mode=0o700)
    for name, to in (("link", target), ("dangling", tmp_path / "absent")):
        (tmp_path / name).symlink_to(to)
        with pytest.raises(FolderError, match="is a link or a file"):
            paths.ensure(tmp_path / name)
    assert not (tmp_path / "absent").exists()


def test_a_file_or_a_pipe_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for name in ("file", "pipe"):
        with pytest.raises(FolderError, match="is a link or a file"):
            paths.ensure(tmp_path / name)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=f"The folder {tmp_path}/file/reltui cannot be made: "):
        paths.ensure(tmp_path / "file" / "reltui")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "reltui"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, -1)
    with pytest.raises(FolderError, match=f"another user .id 12345.* chown {os.getuid()} {folder}"):
        paths.ensure(folder)


def test_the_standard_folders_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    found = paths.standard()
    assert found.config_file == tmp_path / "config" / "reltui" / "config.toml"
    assert (found.state, found.cache) == (tmp_path / "state" / "reltui", tmp_path / "cache" / "reltui")
    assert list(tmp_path.iterdir()) == []


def test_a_relative_folder_in_the_environment_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from or written to the current folder (reliability.md G6)."""
    for kind in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", "here")
    found = paths.standard()
    assert all(f.is_absolute() for f in (found.config, found.state, found.cache))


def test_one_root_holds_them_all(tmp_path: Path) -> None:
    found = paths.under(tmp_path)
    assert {f.parent for f in (found.config, found.state, found.cache)} == {tmp_path}


def test_without_a_home_it_is_told_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a user that a container has made up; what lies in the folder of the start is nobody's business."""

    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FolderError, match="set HOME"):
        paths.standard()
    assert saved_screen.show([]) is None
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert paths.standard().cache == Path(saved_screen.folder()) == tmp_path / "reltui"
