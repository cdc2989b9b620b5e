"""Reading a body: decoded here, counted while it is decoded, dropped when it is slow (D3, D4, M6, M7)."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing

from reltui.errors import Interrupted, Malformed, TimedOut, TooLarge

# 32 more window bits make zlib tell gzip from zlib by itself; negative ones mean deflate without a wrapper.
_ANY_WRAPPER = zlib.MAX_WBITS | 32


class Inflater:
    """Decodes one content coding, never beyond the cap."""

    def __init__(self, coding: str, maximum: int) -> None:
        """Raises Malformed: a coding that was not asked for, or one inside another."""
        self._coding = coding.strip().lower()
        if self._coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Malformed("The answer is packed in a way that was not asked for.")
        self._maximum = maximum
        self._size = 0
        self._started = False
        self._stream = None if self._coding in ("", "identity") else zlib.decompressobj(_ANY_WRAPPER)

    def feed(self, data: bytes) -> bytes:
        """The next decoded bytes. Raises TooLarge and Malformed."""
        if self._stream is None:
            return self._counted(data)
        pieces = []
        try:
            pieces.append(self._inflate(data))
            while self._stream.unconsumed_tail:
                pieces.append(self._inflate(self._stream.unconsumed_tail))
        except zlib.error:
            raise Malformed("The answer is packed, and its packing is broken.") from None
        if self._stream.unused_data:
            raise Malformed("The answer goes on after the end of its packing.")
        return b"".join(pieces)

    def _inflate(self, data: bytes) -> bytes:
        assert self._stream is not None  # noqa: S101 - only called where there is one
        room = self._maximum - self._size + 1
        try:
            piece = self._stream.decompress(data, room)
        except zlib.error:
            # Some servers send "deflate" without its wrapper; that shows at the first bytes only.
            if self._started or self._coding != "deflate":
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            piece = self._stream.decompress(data, room)
        self._started = True
        return self._counted(piece)

    def _counted(self, piece: bytes) -> bytes:
        self._size += len(piece)
        if self._size > self._maximum:
            raise TooLarge(f"The answer is larger than {self._maximum / 2**20:g} MiB; the rest was not read.")
        return piece

    def end(self) -> None:
        """Raises Interrupted when the packing was cut."""
        if self._stream is not None and self._started and not self._stream.eof:
            raise Interrupted("The answer was cut off before its end.")


async def read_body(
    chunks: AsyncIterable[bytes], coding: str, maximum: int, *, window: float, least: int
) -> bytes:
    """The whole decoded body.

    Raises TooLarge, Malformed, Interrupted, and TimedOut when fewer than `least` bytes come in a `window`.
    """
    inflater = Inflater(coding, maximum)
    loop = asyncio.get_running_loop()
    pieces: list[bytes] = []
    came = 0
    try:
        async with asyncio.timeout(window) as watch:
            async for chunk in chunks:
                pieces.append(inflater.feed(chunk))
                came += len(chunk)
                if came >= least:
                    came = 0
                    watch.reschedule(loop.time() + window)
    except TimeoutError:
        if not watch.expired():
            raise
        raise _too_slow(window, least) from None
    inflater.end()
    return b"".join(pieces)


async def pieces_of(
    chunks: AsyncGenerator[bytes, None], maximum: int, *, window: float, least: int
) -> AsyncGenerator[bytes, None]:
    """A body that is not packed, piece by piece, for as long as it comes.

    Only the time that is spent waiting counts, not what the taker needs for a piece. Raises TooLarge,
    Interrupted, and TimedOut when fewer than `least` bytes come in a `window` of waiting.
    """
    size = came = 0
    waited = 0.0
    async with aclosing(chunks):
        while True:
            began = time.monotonic()
            try:
                async with asyncio.timeout(window - waited):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                raise _too_slow(window, least) from None
            if chunk is None:
                return
            size += len(chunk)
            if size > maximum:
                raise TooLarge(f"The answer is larger than {maximum / 2**20:g} MiB; the rest was not read.")
            came += len(chunk)
            waited += time.monotonic() - began
            if came >= least:
                came, waited = 0, 0.0
            yield chunk


def _too_slow(window: float, least: int) -> TimedOut:
    return TimedOut(f"The answer came too slowly: less than {least} bytes in {window:g} seconds.")
