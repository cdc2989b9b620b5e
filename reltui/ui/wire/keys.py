"""The way in: sleeping until a byte comes, and handing on what came at once in one piece as a paste."""

from __future__ import annotations

import itertools
import os
import re
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
MARGIN = 0.001
"""To be asked too early is to be asked in vain; it is never earlier than asked for, and up to 1 ms later."""
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
"""The marks that a terminal puts round a paste (mode 2004 of xterm)."""
PASTE_SECONDS = 5.0
"""A paste of which nothing more came for so long is over: the mark of its end was lost."""
LONGEST_PASTE = 1024 * 1024
"""Characters that are kept of a paste; no field of a server takes as many."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What a paste loses: all but its line ends and tabs."""


class _Parser(XTermParser):
    """Waits shorter for the rest of a sequence."""

    def read1(self, timeout: float | None = None) -> Read1:  # type: ignore[override]
        return Read1(None if timeout is None else escape_seconds())


def escape_seconds() -> float:
    """How long the rest of a sequence is awaited."""
    return constants.ESCAPE_DELAY if "ESCDELAY" in os.environ else ESCAPE_SECONDS


class KeyParser:
    """Textual's parser for keys, which ends at some sequences that no terminal sends; it then begins anew.

    Pastes never reach it: it takes an escape character in them for keys, and a pause within the mark of the
    end for more of the paste.
    """

    def __init__(self) -> None:
        # Never its debugging, which writes every key into a file: a secret that is typed is made of keys.
        self._parser = _Parser()
        self._is_open = False
        """A sequence may have begun."""
        self._last = ""
        """The end of what the parser has got, in which the mark of a paste may have begun."""
        self._pasted: str | None = None
        """What has come of a paste; None while there is none."""

    @property
    def patience(self) -> float | None:
        """Seconds without input after which to call `ticked`; None while nothing has begun."""
        if self._pasted is not None:
            return PASTE_SECONDS
        return escape_seconds() + MARGIN if self._is_open else None

    def fed(self, text: str) -> list[Message]:
        """What came with a text; the rest of one that cannot be read is dropped."""
        found: list[Message] = []
        while text:
            text = self._keys(text, found) if self._pasted is None else self._paste(text, found)
        return found

    def ticked(self) -> list[Message]:
        """What is complete by now, such as a lone Escape."""
        self._is_open, self._last = False, ""
        if self._pasted is not None:
            return [self._end_paste(self._pasted)]
        return self._parsed(self._parser.tick())

    def _keys(self, text: str, found: list[Message]) -> str:
        """Read to the beginning of a paste; what is left of the text."""
        whole = self._last + text
        at = whole.find(PASTE_BEGIN)
        if at < 0:
            self._is_open = self._is_open or "\x1b" in text
            self._last = whole[1 - len(PASTE_BEGIN) :]
            found += self._parsed(self._parser.feed(text))
            return ""
        # With the first character of the mark, which ends a sequence that was open before it.
        before = whole[len(self._last) : at + 1]
        if before:
            found += self._parsed(self._parser.feed(before))
        self._parser = _Parser()
        self._is_open, self._last, self._pasted = False, "", ""
        return whole[at + len(PASTE_BEGIN) :]

    def _paste(self, text: str, found: list[Message]) -> str:
        """Read to the end of a paste; what is left of the text."""
        pasted = self._pasted or ""
        whole = pasted + text
        at = whole.find(PASTE_END, max(0, len(pasted) - len(PASTE_END) + 1))
        if at < 0:
            # The mark may have begun.
            self._pasted = whole[:LONGEST_PASTE] + whole[LONGEST_PASTE:][1 - len(PASTE_END) :]
            return ""
        found.append(self._end_paste(whole[:at]))
        return whole[at + len(PASTE_END) :]

    def _end_paste(self, text: str) -> events.Paste:
        self._pasted = None
        return events.Paste(_CONTROLS.sub("", text[:LONGEST_PASTE]))

    def _parsed(self, messages: Iterable[Message]) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(messages)
        except (ValueError, ArithmeticError):
            self._parser = _Parser()
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
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = [key.fd for key, _ in selector.select(parser.patience)]
            if wake in ready:
                os.read(wake, 64)
                return True
            if descriptor in ready:
                try:
                    data = os.read(descriptor, 4096)
                except BlockingIOError:
                    # Another program has made it non-blocking, and was quicker.
                    continue
                except OSError:
                    return False
                if not data:
                    return False
                hand_on(parser.fed(decode(data)))
            else:
                hand_on(parser.ticked())
