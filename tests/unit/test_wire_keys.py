"""What comes from a terminal as keys and pastes, however it is cut into reads, and whatever it is."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from reltui.ui.wire.keys import (
    ESCAPE_SECONDS,
    LONGEST_PASTE,
    PASTE_BEGIN,
    PASTE_END,
    PASTE_SECONDS,
    KeyParser,
    listen,
    with_pastes,
)


def told(messages: Sequence[Message]) -> list[str]:
    """The names of keys, and the texts of pastes in quotes."""
    return [
        repr(message.text) if isinstance(message, events.Paste) else getattr(message, "key", "?")
        for message in messages
    ]


@pytest.mark.parametrize(
    "sequence",
    ["97;1:3u", "1114112u", "99999999999999999999u", "1;1:3A", "97:65;1u", "48;0;0;0;0t\x1b[<0;5;5M"],
)
def test_a_sequence_that_cannot_be_read_is_dropped(sequence: str) -> None:
    parser = KeyParser()
    parser.fed(f"\x1b[{sequence}")
    assert [key.key for key in parser.fed("j") if isinstance(key, events.Key)] == ["j"]


@given(st.lists(st.one_of(st.sampled_from(["\x1b", "[", "<", "0", "99999", ":", ";", "u", "M", "A", "t"]))))
def test_no_input_ends_the_reading(pieces: list[str]) -> None:
    parser = KeyParser()
    parser.fed("".join(pieces))
    parser.fed("\x1b[201~\x07")
    parser.ticked()


@pytest.mark.parametrize(
    ("read", "handed_on"),
    [
        ("yes", ["y", "e", "s"]),
        ("yes please", ["'yes please'"]),
        ("a\ry\ra\ry\r", [repr("a\ny\na\ny\n")]),
        ("jjjjjjjj", ["j"] * 8),
        ("\tc", ["tab", "c"]),
        ("text\tPROD\t\r", ["'text'", "tab", "'PROD'", "tab", "enter"]),
    ],
)
def test_characters_in_one_read_are_a_paste(read: str, handed_on: list[str]) -> None:
    assert told(with_pastes(KeyParser().fed(read))) == handed_on


ESCAPED = "x\x1bq\x1b[31mred\x1b[48;9999;9999;1;1t\x1b[2;5R\x1b[200~\x9b\x00\x03"
PASTES = ["", "y", "yes please", "two\r\nlines\tand a tab", "名前 🚀 e\u0301", ESCAPED, "\x1b[201", "y" * 50]


@pytest.mark.parametrize("pasted", PASTES)
def test_a_paste_is_one_however_it_is_cut(pasted: str) -> None:
    """No key, size or report ever comes out of it, and it holds no control character that nobody sees."""
    text = f"j{PASTE_BEGIN}{pasted}{PASTE_END}k"
    kept = "".join(character for character in pasted if character.isprintable() or character in "\r\n\t")
    wanted = ["j", repr(kept), "k"]
    for cut in range(len(text) + 1):
        parser = KeyParser()
        assert told([*parser.fed(text[:cut]), *parser.fed(text[cut:])]) == wanted
    parser = KeyParser()
    assert told([message for character in text for message in parser.fed(character)]) == wanted


@given(st.lists(st.sampled_from([PASTE_BEGIN, PASTE_END, "\x1b", "[20", "1~", "0~", "q", "\x03"])))
def test_after_an_end_of_a_paste_keys_are_heard(pieces: list[str]) -> None:
    parser = KeyParser()
    for piece in pieces:
        parser.fed(piece)
    parser.fed(PASTE_END)
    assert parser.patience != PASTE_SECONDS
    parser.ticked()
    assert told(parser.fed("\x03")) == ["ctrl+c"]


def test_a_pause_within_the_mark_of_the_end_is_no_key() -> None:
    """On a slow line the packets of a paste come much later than the rest of an escape sequence."""
    parser = KeyParser()
    parser.fed(f"{PASTE_BEGIN}pasted\x1b[2")
    assert parser.patience == PASTE_SECONDS > 10 * ESCAPE_SECONDS
    assert told(parser.fed("01~q")) == ["'pasted'", "q"]


def test_a_paste_whose_end_is_lost_is_over_some_time() -> None:
    parser = KeyParser()
    assert parser.fed(f"{PASTE_BEGIN}pasted") == []
    assert told(parser.ticked()) == ["'pasted'"]
    assert parser.patience is None
    assert told(parser.fed("\x03")) == ["ctrl+c"]


def test_what_is_kept_of_a_paste_is_bounded() -> None:
    parser = KeyParser()
    assert parser.fed(PASTE_BEGIN) == []
    for _ in range(LONGEST_PASTE // 100_000 + 2):
        assert parser.fed("x" * 100_000) == []
    [paste, key] = parser.fed(f"{PASTE_END}j")
    assert isinstance(paste, events.Paste)
    assert paste.text == "x" * LONGEST_PASTE
    assert told([key]) == ["j"]


def test_patience_only_where_something_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESCDELAY", raising=False)
    parser = KeyParser()
    assert parser.patience is None
    parser.fed("j")
    assert parser.patience is None
    parser.fed("\x1b")
    assert parser.patience is not None
    assert ESCAPE_SECONDS < parser.patience <= 0.03


def test_a_read_of_nothing_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that another program has left non-blocking, which takes the key before we do."""
    keys, key_end = os.pipe()
    wake, wake_end = os.pipe()
    real, heard = os.read, list[str]()
    refusals = [BlockingIOError]

    def read(descriptor: int, count: int) -> bytes:
        if descriptor == keys and refusals:
            raise refusals.pop()
        return real(descriptor, count)

    def hand_on(messages: Sequence[Message]) -> None:
        heard.extend(told(messages))
        os.write(wake_end, b"x")

    monkeypatch.setattr(os, "read", read)
    os.write(key_end, b"j")
    assert listen(keys, wake, KeyParser(), hand_on)
    assert heard == ["j"]
    os.close(key_end)
    assert not listen(keys, wake, KeyParser(), hand_on)
    for descriptor in (keys, wake, wake_end):
        os.close(descriptor)
