"""The way in: sleeping until a byte comes, and handing on what came at once in one piece as a paste."""

from __future__ import annotations

import itertools
import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Sequence

from textual import constants, events
from textual._parser import Read1
from textual._xterm_parser import XTermParser  # the parser of the stock driver; there is no public one
from textual.message import Message

PASTE_KEYS = 4
"""So many different characters in one read were not typed."""
ESCAPE_SECONDS = 0.025
"""How long the rest of a sequence is awaited; ESCDELAY in the environment says otherwise."""
MARGIN = 0.003
"""Waking up is not exact."""


class _Parser(XTermParser):
    """Waits shorter for the rest of a sequence."""

    def read1(self, timeout: float | None = None) -> Read1:  # type: ignore[override]
        return Read1(None if timeout is None else escape_seconds())


def escape_seconds() -> float:
    """How long the rest of a sequence is awaited."""
    return constants.ESCAPE_DELAY if "ESCDELAY" in os.environ else ESCAPE_SECONDS


class KeyParser:
    """Textual's parser, which ends at some sequences that no terminal sends; it then begins anew."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = _Parser(debug)

    def fed(self, text: str) -> list[Message]:
        """What came with a text; the rest of one that cannot be read is dropped."""
        return self._parsed(self._parser.feed(text)) if text else []

    def ticked(self) -> list[Message]:
        """What is complete by now, such as a lone Escape."""
        return self._parsed(self._parser.tick())

    def _parsed(self, messages: Iterable[Message]) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(messages)
        except (ValueError, ArithmeticError):
            self._parser = _Parser(self._debug)
        return found


def with_pastes(messages: Sequence[Message]) -> list[Message]:
    """The messages of one read; characters in a row that no person types so fast become a paste.

    A key held down on a slow line also comes in heaps; it is left to the guard of the keyboard.
    """
    found: list[Message] = []
    for is_typed, group in itertools.groupby(messages, lambda message: bool(_typed(message))):
        run = list(group)
        characters = [key.key for key in run if isinstance(key, events.Key) and key.key != "enter"]
        if is_typed and len(characters) >= PASTE_KEYS and len(set(characters)) > 1:
            run = [events.Paste("".join(map(_typed, run)))]
        found += run
    return found


def _typed(message: Message) -> str:
    if not isinstance(message, events.Key):
        return ""
    if message.key == "enter":
        return "\n"
    return message.character if message.character is not None and message.character.isprintable() else ""


def listen(
    descriptor: int, wake: int, parser: KeyParser, hand_on: Callable[[Sequence[Message]], None]
) -> bool:
    """Hand on keys until a byte comes from `wake`; False when the terminal is gone."""
    decode = getincrementaldecoder("utf-8")("replace").decode
    is_open = False
    """A sequence may have begun."""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = [key.fd for key, _ in selector.select(escape_seconds() + MARGIN if is_open else None)]
            if wake in ready:
                os.read(wake, 64)
                return True
            if descriptor in ready:
                data = _read(descriptor)
                if not data:
                    return False
                text = decode(data)
                is_open = is_open or "\x1b" in text
                hand_on(parser.fed(text))
            else:
                is_open = False
                hand_on(parser.ticked())


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
