"""The file of the saved screen: what it holds comes back, and nothing else ever comes out of it."""

from __future__ import annotations

import os
import string
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reltui import paths, saved_screen
from reltui.saved_screen import Saved, age, decoded, encoded, occasion, painted, person, with_age

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is none on other systems")

PRINTABLE = st.characters(exclude_categories=("C", "Z")) | st.just(" ")
STYLES = st.sampled_from(["", "1", "7", "36", "0;1;36", "38;5;200", "38;2;1;2;3"])
ROWS = st.lists(
    st.lists(st.tuples(STYLES, st.text(PRINTABLE.filter(str.isprintable))), max_size=5), max_size=5
)
LINES: list[list[tuple[str, str]]] = [[("1", "Büro 東京"), ("", " plain")], [], [("", "x")]]


def saved(rows: object = LINES, **changes: object) -> Saved:
    whole: dict[str, object] = {
        "occasion": "('a',)",
        "person": "(0,)",
        "variables": ["TOKEN"],
        "files": ["/etc/x y"],
        "at": 1_000,
        "rows": rows,
    }
    return Saved(**(whole | changes))  # type: ignore[arg-type]


@given(ROWS)
def test_what_was_saved_comes_back(rows: list[list[tuple[str, str]]]) -> None:
    found = decoded(encoded(saved(rows)))
    assert [list(row) for row in found.rows] == rows
    assert (found.occasion, found.person, found.at) == ("('a',)", "(0,)", 1_000)
    assert (list(found.variables), list(found.files)) == (["TOKEN"], ["/etc/x y"])


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 40))
def test_a_damaged_file_shows_nothing_but_text_and_colours(junk: bytes, at: int, cut: int) -> None:
    data = encoded(saved())
    damaged = data[:at] + junk + data[at + cut :]
    try:
        found = decoded(damaged)
    except ValueError:
        return
    # All that is left are the sequences that we write, and what they hold are numbers.
    text = painted(found.rows)
    for sequence in text.split("\x1b")[1:]:
        assert sequence[0] == "["
        assert set(sequence[1 : sequence.index("m")]) <= set(string.digits + ";")
    assert text.replace("\x1b", "").replace("\r\n", "").isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]52;c;eA==\x07",
        "\x1b[2J",
        "\x9b2J",
        "a\x07",
        "a\rb",
        "\u202egnp",
        "zero\u200bwidth",
        "\u2028",
        "\x7f",
        "\udc9b31m",
    ],
)
def test_no_control_character_is_saved_or_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a line"):
        encoded(saved([[("", text)]]))
    data = encoded(saved([[("", "HERE")]])).replace(b"HERE", text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match="not a line"):
        decoded(data)


@pytest.mark.parametrize("style", ["1m\x1b[2J", "?25", ">1", "x", "1:2", "٣", ";" * 3, "1;" * 40])
def test_no_other_sequence_is_a_style(style: str) -> None:
    with pytest.raises(ValueError, match="style"):
        encoded(saved([[(style, "x")]]))


def test_a_part_of_a_file_is_none() -> None:
    data = encoded(saved())
    for end in range(len(data)):
        with pytest.raises(ValueError, match=r"not a|another number"):
            decoded(data[:end])
    with pytest.raises(ValueError, match="whole"):
        decoded(data.replace(b"reltui-screen 1", b"reltui-screen 2"))
    with pytest.raises(ValueError, match="whole"):
        encoded(saved([[("", "x" * saved_screen.LARGEST)]]))


def test_names_that_would_break_the_lines_are_not_saved() -> None:
    for name in ("/a\tb", "/a\nb", ""):
        with pytest.raises(ValueError, match=r"control|number|not a"):
            encoded(saved(files=[name]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute ago"),
        (59.9, "less than a minute ago"),
        (60, "1 minute ago"),
        (12 * 60, "12 minutes ago"),
        (3_599, "59 minutes ago"),
        (3_600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (6.5 * 86_400, "6 days ago"),
    ],
)
def test_the_age_is_told_in_words(seconds: float, words: str) -> None:
    assert age(seconds) == words
    *above, told, last = with_age(saved(), 1_000 + seconds)
    assert above == list(decoded(encoded(saved())).rows)
    assert f"As it was {words}." in told[0][1]
    assert last == ()


def test_the_folder_is_the_one_of_all_that_can_be_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for value in (None, "", str(tmp_path), "  ", "relative"):
        if value is None:
            monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        else:
            monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert Path(saved_screen.folder()) == paths.standard().cache


def test_another_start_is_another_occasion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    first = occasion(["--ascii"], 80, 24)
    assert first.isascii()
    assert "\n" not in occasion(["a\nb"], 80, 24)
    others = {occasion([], 80, 24), occasion(["--ascii"], 81, 24), occasion(["--ascii"], 80, 25)}
    for name in ("TERM", "NO_COLOR", "LANG", "RELTUI_READ_ONLY", "HOME", "XDG_CONFIG_HOME"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "other")
            others.add(occasion(["--ascii"], 80, 24))
    assert len(others) == 9
    assert first not in others
    assert occasion(["--ascii"], 80, 24) == first


@dataclass
class Desk:
    """What says who signs in."""

    file: Path

    def told(self) -> str:
        return person(["TOKEN_A", "TOKEN_B"], [str(self.file)])


def test_another_secret_is_another_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = "correct-horse-battery-staple"
    file = tmp_path / "config.toml"
    file.write_text("one")
    monkeypatch.setenv("TOKEN_A", secret)
    monkeypatch.setenv("TOKEN_B", "b")
    first = Desk(file).told()
    assert first == Desk(file).told() != ""
    assert not any(secret[at : at + 4] in first for at in range(len(secret) - 3))
    found = {first}
    monkeypatch.setenv("TOKEN_A", secret + "b")
    found.add(Desk(file).told())
    # What moves from one to the other is another value of both.
    monkeypatch.setenv("TOKEN_A", secret + "b")
    monkeypatch.setenv("TOKEN_B", "")
    found.add(Desk(file).told())
    file.write_text("other")
    found.add(Desk(file).told())
    assert len(found) == 4


def test_a_person_who_cannot_be_told_is_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TOKEN_A", raising=False)
    monkeypatch.setenv("TOKEN_B", "b")
    file = tmp_path / "config.toml"
    assert Desk(file).told() == ""
    file.write_text("one")
    assert Desk(file).told() == ""
    monkeypatch.setenv("TOKEN_A", "a")
    assert Desk(file).told() != ""
    monkeypatch.setattr(saved_screen, "BOOT", str(tmp_path / "absent"))
    assert Desk(file).told() == ""


def test_a_pipe_is_not_opened_to_tell_who_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(os.open(pipe, os.O_WRONLY), "wb", buffering=0) as writing:
        writing.write(b"secret")
        assert person([], [str(pipe)]) == ""
        assert os.read(reading, 10) == b"secret"
    os.close(reading)


@pytest.mark.parametrize("is_link", [False, True])
def test_nothing_is_removed_where_a_link_leads(tmp_path: Path, is_link: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = elsewhere / saved_screen.NAME
    file.write_text("somebody's")
    folder = elsewhere
    if is_link:
        folder = tmp_path / "reltui"
        folder.symlink_to(elsewhere)
    saved_screen.remove(str(folder / saved_screen.NAME))
    assert file.exists() is is_link
    saved_screen.remove(str(tmp_path / "absent" / saved_screen.NAME))


def test_all_is_written_where_another_program_has_left_it_non_blocking() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    text = "x" * 300_000
    taken: list[bytes] = []
    kept = os.dup(2)
    with os.fdopen(read, "rb") as end:
        reader = threading.Thread(target=lambda: taken.append(end.read()))
        try:
            os.dup2(write, 2)
            reader.start()
            saved_screen._write(text)
        finally:
            os.dup2(kept, 2)
            for descriptor in (kept, write):
                os.close(descriptor)
            reader.join()
    assert taken == [text.encode()]
